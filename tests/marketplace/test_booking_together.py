"""Booking as a group, and the same time every week: each payer's own yes, one visit for all, times taken four weeks ahead."""

from datetime import datetime, timedelta

import pytest

from audit.errors import NotAllowed
from frontend.presenters import booking as presenter
from frontend.presenters.doing import doing
from marketplace.models import Booking, Milestone, Visit
from marketplace.rules.dates import LONDON
from marketplace.selectors.proof import proof
from marketplace.services import booking, booking_clock, booking_ends, booking_moves, changing, signing
from people.models import Person
from pooling.models import Call
from providers.models import Slot
from tests import cast, cast_booking, cast_market
from tests.cast_booking import KEEP_GOING, TEN, Alone
from tests.cast_market import Walk
from tests.worlds import again, kept

pytestmark = pytest.mark.django_db
WEEK, LATER = timedelta(weeks=1), TEN + timedelta(days=1)
walk = kept(cast_market.walk)


def asked(story: Walk) -> Booking:
    """Amina keeps a time, and asks with Yusuf and Halima."""
    found = booking.hold_slot(listing=story.listing, starts_at=TEN, by=cast.amina(), at=story.at)
    places = list(story.places.values())
    found = booking.ask_group(booking=found, cluster=story.cluster, payers=places, keep_going=KEEP_GOING, by=cast.amina(), at=story.at)
    story.agreement = found.agreement
    return found


def now(found: Booking) -> Booking:
    return Booking.objects.select_related("agreement").get(pk=found.pk)


def test_each_says_their_own_yes_and_the_price_is_for_three(walk: Walk) -> None:
    story = again(walk)
    found = asked(story)
    assert (found.state, found.agreement.visit_pence) == ("requested", 2_700)
    story.sign_all()
    assert now(found).state == "confirmed"
    assert Visit.objects.get(milestone__agreement=story.agreement).worker_id == found.times.get().slot.worker_id


def test_a_no_gives_the_others_another_price_and_their_time_stays(walk: Walk) -> None:
    story = again(walk)
    found = asked(story)
    story.sign("Amina", "Yusuf")
    signing.decline_as_payer(agreement=story.agreement, membership=story.places["Halima"], by=story.person("Halima"), at=story.at)
    assert (now(found).state, now(found).agreement.version) == ("requested", 2)
    assert found.times.get().slot.released_at is None


def test_nobody_outside_the_group_asks_for_it_and_nobody_takes_back_another_ones(walk: Walk) -> None:
    story = again(walk)
    found = booking.hold_slot(listing=story.listing, starts_at=TEN, by=cast.stranger(), at=story.at)
    with pytest.raises(NotAllowed):
        booking.ask_group(booking=found, cluster=story.cluster, payers=[], keep_going=KEEP_GOING, by=cast.stranger(), at=story.at)
    with pytest.raises(NotAllowed):
        booking.take_back(booking=asked(story), by=cast.yusuf(), at=story.at)


def test_one_who_stays_away_changes_nothing_for_the_others(walk: Walk) -> None:
    story = again(walk)
    found = asked(story)
    story.sign_all()
    story.run()
    story.pay()
    story.run()
    done = booking_ends.cancel(time=found.times.get(), person=cast.yusuf(), by=cast.yusuf(), at=story.at)
    assert (done.state, story.share("Yusuf").state, story.share("Amina").state) == ("confirmed", "returned", "covered")
    for name in ("Amina", "Halima"):
        booking_ends.cancel(time=found.times.get(), person=story.person(name), by=story.person(name), at=story.at)
    assert (now(found).state, found.times.get().slot.released_at) == ("cancelled", story.at)
    assert proof() == []


class TestMoving:
    """Each of them said yes to the time, so each says yes to another."""

    def _confirmed(self, walk: Walk) -> tuple[Walk, Booking]:
        story = again(walk)
        found = asked(story)
        story.sign_all()
        return story, found

    def test_it_moves_with_the_last_yes_of_all_who_pay_and_who_comes(self, walk: Walk) -> None:
        story, found = self._confirmed(walk)
        move = booking_moves.ask(time=found.times.get(), starts_at=LATER, by=cast.yusuf(), at=story.at)
        missing = [payer.person for payer in booking_moves.payers_missing(move)]
        assert missing == [cast.amina(), cast.halima()]
        for by in (cast.amina(), cast.hodan(), cast.halima()):
            assert found.times.get().starts_at == TEN
            move = booking_moves.answer(move=move, yes=True, by=by, at=story.at)
        visit = Visit.objects.get(milestone__agreement=story.agreement)
        assert (move.state, found.times.get().starts_at, visit.on) == ("agreed", LATER, LATER.date())
        assert Slot.objects.filter(worker=visit.worker, released_at=None).count() == 1

    def test_one_no_leaves_it_and_nobody_says_yes_twice(self, walk: Walk) -> None:
        story, found = self._confirmed(walk)
        move = booking_moves.ask(time=found.times.get(), starts_at=LATER, by=cast.hodan(), at=story.at)
        booking_moves.answer(move=move, yes=True, by=cast.amina(), at=story.at)
        for by in (cast.hodan(), cast.amina()):
            with pytest.raises(NotAllowed):
                booking_moves.answer(move=move, yes=True, by=by, at=story.at)
        with pytest.raises(NotAllowed):
            booking_moves.answer(move=move, yes=False, by=cast.stranger(), at=story.at)
        assert booking_moves.answer(move=move, yes=False, by=cast.halima(), at=story.at).state == "refused"
        assert (found.times.get().starts_at, Slot.objects.filter(released_at=None).count()) == (TEN, 1)

    def test_who_has_not_answered_reads_it_on_their_start_page(self, walk: Walk) -> None:
        story, found = self._confirmed(walk)
        move = booking_moves.ask(time=found.times.get(), starts_at=LATER, by=cast.yusuf(), at=story.at)

        def asks(person: Person) -> set[str]:
            return {row["of"] for row in doing(person, today=story.at.date()).tasks} & {"booking_move", "their_move"}

        booking_moves.answer(move=move, yes=True, by=cast.amina(), at=story.at)
        assert [asks(who) for who in (cast.yusuf(), cast.amina(), cast.halima(), cast.hodan())] == [set(), set(), {"booking_move"}, {"their_move"}]
        page = presenter.page(now(found), cast.amina(), story.at)
        assert [(line.mine, line.may_move) for line in page.lines] == [(True, False)]


def series(weeks: int) -> Alone:
    story = cast_booking.amina()
    story.hold(weeks=weeks)
    return story


class TestSeries:
    def test_four_weeks_are_taken_and_the_rest_as_they_come_near(self, walk: Walk) -> None:
        story = series(8)
        story.request()
        taken = [time.number for time in story.booking.times.all() if time.slot_id]
        assert taken == [1, 2]  # the first is in sixteen days: two begin within four weeks
        story.accept()
        assert booking_clock.advance_due(at=story.at + WEEK) == 1
        assert [time.number for time in story.booking.times.all() if time.slot_id] == [1, 2, 3]
        starts = [time.starts_at.astimezone(TEN.tzinfo) for time in story.booking.times.all()]
        assert [(one.isoweekday(), one.hour) for one in starts] == [(3, 10)] * 8  # the clocks change in the second week

    def test_a_week_that_somebody_else_has_is_left_out_and_nobody_pays_for_it(self, walk: Walk) -> None:
        story = series(3)
        for by in (cast.yusuf(), cast.halima()):
            other = booking.hold_slot(listing=story.listing, starts_at=TEN + WEEK, by=by, at=story.at)
            Slot.objects.filter(pk=other.times.get().slot_id).update(held_until=None)
        story.request()
        assert [time.clashed_at is not None for time in story.booking.times.all()] == [False, True, False]
        story.accept()
        assert booking_clock.advance_due(at=story.at) == 1
        weeks = story.booking.agreement.milestones.order_by("number")
        assert [week.state for week in weeks] == ["planned", "cancelled", "planned"]

    def test_one_time_of_it_is_called_off_alone(self, walk: Walk) -> None:
        story = series(3)
        story.request()
        story.accept()
        second = story.booking.times.get(number=2)
        done = booking_ends.cancel(time=second, person=cast.amina(), by=cast.amina(), at=story.at)
        assert (done.state, done.times.get(number=2).slot.released_at) == ("confirmed", story.at)
        third = story.booking.times.get(number=3)
        with pytest.raises(booking.TimeIsNotFree):
            booking_moves.ask(time=third, starts_at=third.starts_at + WEEK, by=cast.amina(), at=story.at)
        booking_moves.ask(time=third, starts_at=third.starts_at + timedelta(days=1), by=cast.amina(), at=story.at)

    def test_it_is_over_with_its_agreement(self, walk: Walk) -> None:
        story = series(2)
        story.request()
        story.accept()
        for time in story.booking.times.all():
            booking_ends.cancel(time=time, person=cast.amina(), by=cast.amina(), at=story.at)
        story.run()
        assert (story.now().state, story.booking.agreement.state) == ("cancelled", "completed")
        assert isinstance(story.booking.ended_at, datetime)


def test_when_the_last_of_them_calls_it_off_before_any_money_is_held_nobody_is_asked_to_pay(walk: Walk) -> None:
    story = again(walk)
    found = asked(story)
    story.sign_all()
    for name in story.places:
        assert Milestone.objects.get(agreement=story.agreement).state == "planned"
        booking_ends.cancel(time=found.times.get(), person=story.person(name), by=story.person(name), at=story.at)
    assert (now(found).state, Milestone.objects.get(agreement=story.agreement).state) == ("cancelled", "cancelled")
    story.run()
    assert not Call.objects.exists()
    assert proof() == []


def test_another_price_leaves_a_visit_that_was_moved_on_its_new_day() -> None:
    story = cast_booking.amina()
    story.hold(weeks=5)
    story.request()
    story.accept()
    story.at = TEN
    booking_clock.advance_due(at=story.at)
    last = story.booking.times.get(number=5)
    move = booking_moves.ask(time=last, starts_at=last.starts_at + timedelta(days=2), by=cast.amina(), at=story.at)
    booking_moves.answer(move=move, yes=True, by=cast.hodan(), at=story.at)
    change = changing.propose(agreement=story.booking.agreement, kind="price", visit_pence=1_900, by=cast.hodan(), at=story.at)
    assert (change.state, change.first_week) == ("applied", 5)
    last.refresh_from_db()
    assert last.visit is not None
    assert last.visit.on == last.starts_at.astimezone(LONDON).date() == TEN.date() + timedelta(days=30)
