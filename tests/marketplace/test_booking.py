"""Booking a time alone: held, asked for, agreed, paid, made; and everything that can stop it. A group's is in test_booking_together."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

import pytest
from django.db import transaction

from audit.errors import NotAllowed, Refusal
from audit.models import Fact
from marketplace.models import Booking, MilestoneShare
from marketplace.rules.tables import BOOKING, NotNow
from marketplace.selectors.proof import proof
from marketplace.services import booking, booking_clock, booking_ends, booking_moves, meet_and_greet, milestones, signing, visits
from marketplace.services.away import CostsMoreNow
from marketplace.services.proposing import ServiceIsNotOnSale
from marketplace.services.signing import ChecksAreNotLive
from people.models import Supporter
from providers.models import Enterprise, Slot
from providers.services import slots
from tests import cast, cast_booking
from tests.cast_booking import TEN, Alone
from tests.worlds import again, kept

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


asked = kept(cast_booking.requested)


class TestAsking:
    def test_no_money_and_one_promise_for_just_this(self, asked: Alone) -> None:
        story = again(asked)
        payer = story.booking.agreement.payers.get()
        assert (story.booking.state, payer.state, payer.ceiling_pence) == ("requested", "signed", story.listing.price_pence)
        assert (payer.pledge.pence, payer.pledge.earmarked_pence) == (payer.ceiling_pence, payer.ceiling_pence)
        assert story.booking.answer_by == story.at + 3 * DAY

    def test_the_provider_says_no_and_the_time_is_free(self, asked: Alone) -> None:
        story = again(asked)
        signing.refuse_as_provider(agreement=story.booking.agreement, reason="", by=cast.hodan(), at=story.at)
        assert story.now().state == "declined"
        assert story.booking.times.get().slot.released_at == story.at
        assert not story.booking.agreement.payers.get().pledge.earmarks.live().exists()

    def test_nobody_answers_for_three_days(self, asked: Alone) -> None:
        story = again(asked)
        assert booking_clock.advance_due(at=story.at + 3 * DAY - timedelta(seconds=1)) == 0
        assert booking_clock.advance_due(at=story.at + 3 * DAY) == 1
        assert (story.now().state, story.booking.agreement.state) == ("expired", "void")
        with pytest.raises(NotNow):
            story.accept()

    def test_nobody_says_yes_after_its_three_days_whether_the_timer_came_by_or_not(self, asked: Alone) -> None:
        story = again(asked)
        story.at += 3 * DAY
        with pytest.raises(NotNow, match="not open for an answer any more"):
            story.accept()

    def test_taken_back_before_the_answer(self, asked: Alone) -> None:
        story = again(asked)
        with pytest.raises(NotAllowed):
            booking.take_back(booking=story.booking, by=cast.yusuf(), at=story.at)
        assert booking.take_back(booking=story.booking, by=cast.amina(), at=story.at).state == "cancelled"

    def test_asking_twice_asks_once(self, asked: Alone) -> None:
        story = again(asked)
        with pytest.raises(NotNow, match="You have asked for this time already"):
            story.request()


@pytest.fixture
def agreed(asked: Alone) -> Alone:
    """Hodan said yes, and the money is asked for."""
    story = again(asked)
    story.accept()
    story.run()
    return story


class TestConfirmed:
    def test_money_that_does_not_come_by_the_day_before_frees_the_time_and_costs_nothing(self, agreed: Alone) -> None:
        story = agreed
        story.until(TEN - 25 * HOUR)
        assert (story.booking.state, story.week().state) == ("confirmed", "short")
        story.until(TEN - 24 * HOUR)
        assert (story.booking.state, story.booking.ended_how, story.week().state) == ("cancelled", "fall_away", "cancelled")
        assert story.booking.times.get().slot.released_at is not None

    def test_calling_it_off_before_any_money_is_held_costs_nothing_and_nobody_is_asked_to_pay(self, agreed: Alone) -> None:
        story = agreed
        time_ = story.booking.times.get()
        assert booking_ends.cost_of_cancelling(time=time_, person=cast.amina(), at=story.at).kept_pence == 0
        done = booking_ends.cancel(time=time_, person=cast.amina(), by=cast.amina(), at=story.at)
        assert (done.state, done.ended_how, story.share().call.state) == ("cancelled", "cancel_early", "cancelled")

    def test_the_other_side_says_yes_to_a_move(self, agreed: Alone) -> None:
        story = agreed
        later = TEN + 2 * DAY
        move = booking_moves.ask(time=story.booking.times.get(), starts_at=later, by=cast.amina(), at=story.at)
        with pytest.raises(NotAllowed):
            booking_moves.answer(move=move, yes=True, by=cast.amina(), at=story.at)
        booking_moves.answer(move=move, yes=True, by=cast.hodan(), at=story.at)
        visit, week = story.visit(), story.week()
        assert (visit.on, visit.planned_start, week.starts_on) == (later.date(), time(10), later.date())
        assert (story.booking.times.get().slot_id, Slot.objects.taken(story.at).count()) == (move.slot_id, 1)

    def test_somebody_else_comes_who_is_free_then_and_who_was_to_come_is_free(self, agreed: Alone) -> None:
        story = agreed
        visit, first = story.visit(), story.booking.times.get().slot
        other = visit.worker.enterprise.workers.exclude(pk=visit.worker_id).get()
        visits.name_worker(visit=visit, worker=other, by=cast.hodan(), at=story.at)
        assert list(Slot.objects.taken(story.at).values_list("worker", flat=True)) == [other.pk]
        booking.hold_slot(listing=story.listing, starts_at=TEN, by=cast.yusuf(), at=story.at)
        with pytest.raises(slots.SlotIsTaken, match="They are booked for that time already"):
            visits.name_worker(visit=visit, worker=first.worker, by=cast.hodan(), at=story.at)
        assert story.booking.times.get().slot.worker == other

    def test_a_no_or_no_answer_leaves_it_where_it_is(self, agreed: Alone) -> None:
        story = agreed
        for days in (2, 1):
            move = booking_moves.ask(time=story.booking.times.get(), starts_at=TEN + days * DAY, by=cast.hodan(), at=story.at)
            if days == 2:
                booking_moves.answer(move=move, yes=False, by=cast.amina(), at=story.at)
            else:
                booking_clock.advance_due(at=story.at + 3 * DAY)
            move.refresh_from_db()
            assert (move.state, Slot.objects.get(pk=move.slot_id).released_at is None) == ("refused", False)
            assert Fact.objects.filter(kind="marketplace.booking_move_answered", payload__move=move.pk, payload__yes=False).count() == 1
        assert story.visit().on == TEN.date()

    def test_it_is_not_moved_to_where_its_money_would_come_too_late_or_wait_too_long(self, agreed: Alone) -> None:
        story = agreed
        time_, far = story.booking.times.get(), TEN + 35 * DAY
        assert booking_moves.days_for(time=time_, at=story.at) == (date(2026, 3, 12), date(2026, 5, 25))
        with pytest.raises(booking.TimeIsNotFree, match=r"not here yet.* Choose Thursday 12 March or later"):
            booking_moves.ask(time=time_, starts_at=TEN - 7 * DAY, by=cast.hodan(), at=story.at)
        move = booking_moves.ask(time=time_, starts_at=TEN - 6 * DAY, by=cast.hodan(), at=story.at)
        with pytest.raises(booking.TimeIsNotFree):
            booking_moves.answer(move=move, yes=True, by=cast.amina(), at=story.at + DAY)
        booking_moves.answer(move=move, yes=False, by=cast.amina(), at=story.at + DAY)
        story.pay()
        with pytest.raises(booking.TimeIsNotFree, match=r"held already.* Choose Monday 13 April or earlier"):
            booking_moves.ask(time=time_, starts_at=far, by=cast.amina(), at=story.at)
        paid = story.booking.times.get()
        assert booking_moves.days_for(time=paid, at=story.at) == (story.at.date(), date(2026, 4, 13))
        paid.booking.weeks = 4
        assert booking_moves.days_for(time=paid, at=story.at) == (story.week().starts_on, story.week().ends_on)
        booking_moves.ask(time=time_, starts_at=TEN - 7 * DAY, by=cast.amina(), at=story.at)

    def test_nobody_else_moves_it_and_not_to_a_time_that_is_taken(self, agreed: Alone) -> None:
        story = agreed
        time_ = story.booking.times.get()
        for by in (cast.amina(), cast.yusuf()):
            booking.hold_slot(listing=story.listing, starts_at=TEN + DAY, by=by, at=story.at)
        with pytest.raises(slots.SlotIsTaken):
            booking_moves.ask(time=time_, starts_at=TEN + DAY, by=cast.amina(), at=story.at)
        with pytest.raises(NotAllowed):
            booking_moves.ask(time=time_, starts_at=TEN + 2 * DAY, by=cast.yusuf(), at=story.at)


@pytest.fixture
def held(agreed: Alone) -> Alone:
    """The money is held."""
    agreed.pay()
    return agreed


def test_a_whole_booking_ends_paid(held: Alone) -> None:
    story = held
    assert (story.week().state, story.visit().worker_id) == ("funded", story.booking.times.get().slot.worker_id)
    story.come()
    assert story.now().state == "asking"
    story.yes()
    assert (story.now().state, story.booking.agreement.state) == ("paid_out", "completed")
    share = MilestoneShare.objects.get(milestone=story.week())
    assert (share.state, share.paid_pence) == ("released", story.listing.price_pence)
    assert proof() == []


class TestHeld:
    @pytest.mark.parametrize(
        ("before", "kept_part", "how"),
        [(49 * HOUR, 0, "cancel_early"), (47 * HOUR, 2, "cancel_late"), (11 * HOUR, 1, "cancel_late")],
        ids=["early", "under two days", "under twelve hours"],
    )
    def test_what_calling_off_costs_is_what_was_shown_before(self, held: Alone, before: timedelta, kept_part: int, how: str) -> None:
        story = held
        price, at = story.listing.price_pence, TEN - before
        shown = booking_ends.cost_of_cancelling(time=story.booking.times.get(), person=cast.amina(), at=at)
        done = booking_ends.cancel(time=story.booking.times.get(), person=cast.amina(), by=cast.amina(), at=at)
        assert (done.state, done.ended_how) == ("cancelled", how)
        rows = MilestoneShare.objects.filter(milestone=story.week())
        assert sum(row.returned_pence for row in rows) == shown.back_pence == price - shown.kept_pence
        assert shown.kept_pence == (price // kept_part if kept_part else 0)
        story.at = at
        story.run()
        assert proof() == []

    def test_calling_off_costs_nobody_more_than_the_page_said_that_they_read(self, held: Alone) -> None:
        story = held
        time_, amina, at = story.booking.times.get(), cast.amina(), TEN - 47 * HOUR
        read = booking_ends.cost_of_cancelling(time=time_, person=amina, at=TEN - 49 * HOUR).kept_pence
        with pytest.raises(CostsMoreNow):
            booking_ends.cancel(time=time_, person=amina, by=amina, at=at, most_pence=read)
        assert story.now().state == "confirmed"
        now = booking_ends.cost_of_cancelling(time=time_, person=amina, at=at).kept_pence
        assert booking_ends.cancel(time=time_, person=amina, by=amina, at=at, most_pence=now).state == "cancelled"

    def test_the_provider_calls_it_off_and_everything_comes_back(self, held: Alone) -> None:
        story = held
        with pytest.raises(NotAllowed):
            booking_ends.call_off(time=story.booking.times.get(), by=cast.amina(), at=TEN - HOUR)
        done = booking_ends.call_off(time=story.booking.times.get(), by=cast.hodan(), at=TEN - HOUR)
        assert (done.state, done.ended_how, story.share().state) == ("cancelled", "provider_cancel", "returned")
        assert Booking.objects.called_off_by(done.enterprise).get() == done

    def test_nobody_recorded_it_for_two_weeks_and_the_payer_says_nobody_came(self, held: Alone) -> None:
        story = held
        with pytest.raises(NotNow):
            booking_ends.nobody_came(booking=story.booking, by=cast.amina(), at=story.at)
        story.at = TEN + 15 * DAY
        story.run()
        assert (story.now().state, story.week().state) == ("query", "overdue")
        with pytest.raises(NotAllowed):
            booking_ends.nobody_came(booking=story.booking, by=cast.hodan(), at=story.at)
        assert booking_ends.nobody_came(booking=story.booking, by=cast.amina(), at=story.at).state == "cancelled"
        assert story.share().state == "returned"
        assert proof() == []

    def test_a_visit_written_down_late_takes_the_question_away(self, held: Alone) -> None:
        story = held
        story.at = TEN + 15 * DAY
        story.run()
        worker = story.visit().worker
        visits.record_later(milestone=story.week(), worker=worker, started=TEN, finished=TEN + HOUR, by=cast.hodan(), at=story.at)
        milestones.submit(milestone=story.week(), by=cast.hodan(), at=story.at)
        story.run()
        assert story.now().state == "asking"
        with pytest.raises(NotNow):
            booking_ends.nobody_came(booking=story.booking, by=cast.amina(), at=story.at)


class TestFirstMeeting:
    def _asked(self, story: Alone) -> Booking:
        found = booking.hold_slot(listing=story.listing, starts_at=TEN - 2 * DAY, by=cast.amina(), at=cast.AT, kind="meet")
        return meet_and_greet.ask(booking=found, by=cast.amina(), at=cast.AT)

    def test_both_say_that_they_met_and_it_is_on_record_without_money(self, asked: Alone) -> None:
        met = self._asked(again(asked))
        met = meet_and_greet.answer(booking=met, yes=True, by=cast.hodan(), at=cast.AT)
        with pytest.raises(NotNow):
            meet_and_greet.say_met(booking=met, by=cast.amina(), at=cast.AT)
        meet_and_greet.say_met(booking=met, by=cast.amina(), at=TEN)
        assert meet_and_greet.say_met(booking=met, by=cast.amina(), at=TEN).state == "confirmed"
        met = meet_and_greet.say_met(booking=met, by=cast.hodan(), at=TEN)
        assert (met.state, met.agreement, met.times.get().slot.worker.enterprise) == ("met", None, met.enterprise)

    def test_a_no_or_calling_it_off_costs_nothing(self, asked: Alone) -> None:
        story = again(asked)
        no = meet_and_greet.answer(booking=self._asked(story), yes=False, by=cast.hodan(), at=cast.AT)
        with pytest.raises(NotAllowed):
            meet_and_greet.answer(booking=self._asked(story), yes=True, by=cast.amina(), at=cast.AT)
        off = meet_and_greet.answer(booking=self._asked(story), yes=True, by=cast.hodan(), at=cast.AT)
        off = meet_and_greet.cancel(booking=off, by=cast.hodan(), at=cast.AT)
        assert (no.state, off.state, off.ended_how) == ("declined", "cancelled", "provider_cancel")

    def test_who_may_keep_a_time_for_somebody_may_ask_to_meet_then(self, asked: Alone) -> None:
        story, who = again(asked), cast.neighbour()
        said = {"source": "Lasting power of attorney", "asked_at": cast.AT, "confirmed_by": cast.operator(), "confirmed_at": cast.AT}
        Supporter.objects.create(person=cast.amina(), supporter=who, kind="for", decisions=["promises"], starts_at=cast.AT, **said)
        kept_ = booking.hold_slot(listing=story.listing, starts_at=TEN - DAY, by=who, person=cast.amina(), at=cast.AT, kind="meet")
        assert meet_and_greet.ask(booking=kept_, by=who, at=cast.AT).state == "requested"

    def test_nobody_meets_who_was_stopped_or_answers_too_late(self, asked: Alone) -> None:
        story = again(asked)
        late = self._asked(story)
        with pytest.raises(NotNow):
            meet_and_greet.answer(booking=late, yes=True, by=cast.hodan(), at=late.answer_by)
        agreed = meet_and_greet.answer(booking=late, yes=True, by=cast.hodan(), at=cast.AT)
        waits = self._asked(story)
        Enterprise.objects.filter(pk=agreed.enterprise_id).update(state="suspended", suspended_reason="A worry")
        with pytest.raises(ChecksAreNotLive):
            meet_and_greet.answer(booking=waits, yes=True, by=cast.hodan(), at=cast.AT)
        Booking.objects.filter(pk=waits.pk).update(state="slot_held")
        with pytest.raises(ServiceIsNotOnSale):
            meet_and_greet.ask(booking=waits, by=cast.amina(), at=cast.AT)
        Booking.objects.filter(pk=waits.pk).update(state="requested")
        booking_clock.advance_due(at=cast.AT)
        ends = Booking.objects.filter(pk__in=[agreed.pk, waits.pk]).order_by("pk").values_list("state", "ended_how")
        assert list(ends) == [("cancelled", "fall_away"), ("expired", "no_answer")]


VERBS: dict[str, Callable[[Booking, datetime], object]] = {
    "let_go": lambda row, at: booking.let_go(booking=row, by=row.person, at=at),
    "take_back": lambda row, at: booking.take_back(booking=row, by=row.person, at=at),
    "cancel_early": lambda row, at: booking_ends.cancel(time=row.times.get(), person=row.person, by=row.person, at=at),
    "provider_cancel": lambda row, at: booking_ends.call_off(time=row.times.get(), by=row.enterprise.owner, at=at),
    "no_show": lambda row, at: booking_ends.nobody_came(booking=row, by=row.person, at=at),
    "move": lambda row, at: booking_moves.ask(time=row.times.get(), starts_at=TEN + DAY, by=row.person, at=at),
    "request": lambda row, at: meet_and_greet.ask(booking=row, by=row.person, at=at),
    "met": lambda row, at: meet_and_greet.say_met(booking=row, by=row.person, at=at),
}
MAY = {("requested", "take_back"), ("slot_held", "let_go"), ("query", "no_show")}
"""What a booking whose agreement is not signed may do at all; the others are tried above, once it is."""


@pytest.mark.parametrize("state", sorted({state for state, _ in BOOKING if state} | set(BOOKING.values())))
def test_every_state_refuses_every_verb_that_is_not_its_own(asked: Alone, state: str) -> None:
    story = again(asked)
    ended = {"ended_at": story.at, "ended_how": "x"}
    Booking.objects.filter(pk=story.booking.pk).update(state=state, **ended)
    for name, verb in VERBS.items():
        if (state, name) in MAY:
            continue
        with pytest.raises(Refusal), transaction.atomic():
            verb(Booking.objects.get(pk=story.booking.pk), story.at)


def test_a_visit_moved_past_the_weeks_of_its_promise_is_still_asked_for() -> None:
    story = cast_booking.amina()
    story.hold(starts_at=TEN + 35 * DAY)
    story.request()
    story.accept()
    move = booking_moves.ask(time=story.booking.times.get(), starts_at=TEN + 56 * DAY, by=cast.amina(), at=story.at)
    booking_moves.answer(move=move, yes=True, by=cast.hodan(), at=story.at)
    for days in (43, 44):
        story.at = TEN + days * DAY
        story.run()
    assert (story.now().state, story.week().state, story.share().call.state) == ("confirmed", "funding_due", "called")
