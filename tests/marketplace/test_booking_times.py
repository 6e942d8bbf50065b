"""Keeping a time: for a quarter of an hour, once, at times that are free; and the place of one's own that is no group."""

from datetime import date, datetime, time, timedelta

import pytest
from django.db import IntegrityError, transaction

from audit.errors import NotAllowed, Refusal
from marketplace.rules.dates import LONDON
from marketplace.selectors.free_times import free_days, soonest_day
from marketplace.services import booking, booking_clock
from pooling.models import Cluster
from pooling.selectors import places_of
from pooling.services import endings, memberships
from providers.models import Slot
from providers.rules_of_times import lasting, starts_in
from providers.services import hours, slots
from tests import cast, cast_booking
from tests.cast_booking import TEN, Alone
from tests.worlds import again, kept

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
looking = kept(cast_booking.amina)


class TestHolding:
    def test_what_is_only_looked_at_is_free_again_after_a_quarter_of_an_hour(self, looking: Alone) -> None:
        story = again(looking)
        story.hold()
        assert booking_clock.advance_due(at=story.at + timedelta(minutes=14)) == 0
        assert booking_clock.advance_due(at=story.at + timedelta(minutes=15)) == 1
        assert (story.now().state, story.booking.ended_how) == ("lapsed", "time_out")

    def test_who_comes_later_needs_no_timer_to_have_it(self, looking: Alone) -> None:
        story = again(looking)
        first = story.hold()
        second = story.hold(by=cast.yusuf(), at=story.at + timedelta(minutes=16))
        assert (first.times.get().slot.worker_id, first.times.get().slot.released_at) == (second.times.get().slot.worker_id, second.held_at)

    def test_two_workers_are_two_bookings_and_the_third_is_told(self, looking: Alone) -> None:
        story = again(looking)
        workers = {story.hold(by=by).times.get().slot.worker.known_as for by in (cast.amina(), cast.yusuf())}
        assert workers == {"Hodan", "Ifrah"}
        with pytest.raises(slots.SlotIsTaken, match="Somebody else has just taken this time"):
            story.hold(by=cast.halima())

    def test_the_database_itself_takes_no_time_twice(self, looking: Alone) -> None:
        story = again(looking)
        slot = story.hold().times.get().slot
        with pytest.raises(IntegrityError, match="slot_is_taken_once"), transaction.atomic():
            Slot.objects.create(
                enterprise=slot.enterprise, worker=slot.worker, council_code="X", during=slot.during, held_by=cast.yusuf(), held_at=story.at
            )

    def test_one_visit_may_begin_when_another_ends(self, looking: Alone) -> None:
        story = again(looking)
        for starts_at in (TEN, TEN + HOUR):
            for by in (cast.amina(), cast.yusuf()):
                story.hold(by=by, starts_at=starts_at)

    @pytest.mark.parametrize(
        ("starts_at", "why"),
        [
            (TEN + timedelta(minutes=10), booking.TimeIsNotFree),
            (TEN.replace(hour=3), booking.TimeIsNotFree),
            (datetime(2026, 3, 4, 10, tzinfo=LONDON), booking.TimeIsNotFree),
            (datetime(2026, 7, 1, 10, tzinfo=LONDON), booking.TimeIsNotFree),
        ],
        ids=["not on the half hour", "at night", "in two days", "in four months"],
    )
    def test_it_refuses_what_is_no_free_time(self, looking: Alone, starts_at: datetime, why: type[Refusal]) -> None:
        with pytest.raises(why):
            again(looking).hold(starts_at=starts_at)

    def test_pressing_twice_keeps_one_time(self, looking: Alone) -> None:
        story = again(looking)
        assert (story.hold(), Slot.objects.count()) == (story.hold(), 1)

    def test_it_refuses_a_third_time_at_once(self, looking: Alone) -> None:
        story = again(looking)
        for hour in (10, 12):
            story.hold(starts_at=TEN.replace(hour=hour))
        with pytest.raises(booking.TooManyHeld):
            story.hold(starts_at=TEN.replace(hour=14))
        booking.let_go(booking=story.booking, by=cast.amina(), at=story.at)
        story.hold(starts_at=TEN.replace(hour=14))

    def test_it_refuses_who_works_there_and_who_books_for_a_stranger(self, looking: Alone) -> None:
        story = again(looking)
        for by, person in ((cast.hodan(), None), (cast.yusuf(), cast.amina())):
            with pytest.raises(NotAllowed):
                story.hold(by=by, person=person)

    def test_asking_after_the_quarter_of_an_hour_is_refused_with_why(self, looking: Alone) -> None:
        story = again(looking)
        story.hold()
        story.at += timedelta(minutes=15)
        with pytest.raises(slots.SlotIsTaken, match="they are over"):
            story.request()

    def test_money_that_would_come_too_late_is_refused_with_the_first_day_that_works(self, looking: Alone) -> None:
        story = again(looking)
        story.hold(starts_at=datetime(2026, 3, 9, 10, tzinfo=LONDON))
        with pytest.raises(booking.MoneyComesTooLate, match="Thursday 12 March or later"):
            story.request()
        assert soonest_day(portions=[story.portion], today=story.at.date()) == date(2026, 3, 12)


@pytest.mark.parametrize(
    ("night", "starts"),
    [(date(2026, 3, 29), "00:00+00 00:30+00 02:00+01"), (date(2026, 10, 25), "00:00+01 00:30+01 01:00+01 01:30+01 02:00+00")],
    ids=["an hour is skipped", "an hour comes twice"],
)
def test_the_nights_on_which_the_clocks_change_have_each_half_hour_once(night: date, starts: str) -> None:
    begins = datetime.combine(night, time(0), tzinfo=LONDON)
    found = starts_in([(begins, begins.replace(hour=3))], minutes=60, busy=[])
    assert " ".join(start.isoformat()[11:16] + start.isoformat()[19:22] for start in found) == starts
    first, last = lasting(begins, 180)
    assert (last - first, last.astimezone(LONDON).hour) == (3 * HOUR, 4 if night.month == 3 else 2)


class TestFreeTimes:
    def _days(self, story: Alone, **said: object) -> list[date]:
        found = free_days(listing=story.listing, first=TEN.date(), days=7, minutes=60, at=story.at, soonest=TEN.date())
        return [one.day for one in found]

    def test_a_workers_own_hours_count_before_the_usual_ones(self, looking: Alone) -> None:
        story = again(looking)
        for worker in story.listing.enterprise.workers.all():
            hours.set_hours(worker=worker, hours={3: (time(10), time(12))}, by=cast.hodan(), at=story.at)
        found = free_days(listing=story.listing, first=TEN.date(), days=7, minutes=60, at=story.at, soonest=TEN.date())
        assert [(one.day, len(one.starts)) for one in found] == [(TEN.date(), 3)]

    def test_a_day_off_of_everybody_has_no_times(self, looking: Alone) -> None:
        story = again(looking)
        for worker in story.listing.enterprise.workers.all():
            off = hours.take_day_off(worker=worker, on=TEN.date(), by=cast.hodan(), at=story.at)
        assert TEN.date() not in self._days(story)
        hours.work_after_all(day_off=off, by=cast.hodan(), at=story.at)
        assert TEN.date() in self._days(story)

    def test_nobody_else_says_when_they_work(self, looking: Alone) -> None:
        story = again(looking)
        worker = story.listing.enterprise.workers.all()[0]
        with pytest.raises(NotAllowed):
            hours.set_hours(worker=worker, hours={}, by=cast.amina(), at=story.at)
        with pytest.raises(hours.HoursAreWrong):
            hours.set_hours(worker=worker, hours={1: (time(12), time(12))}, by=cast.hodan(), at=story.at)
        with pytest.raises(hours.DayIsPast):
            hours.take_day_off(worker=worker, on=story.at.date() - DAY, by=cast.hodan(), at=story.at)


class TestOwnPlace:
    def test_it_is_no_group_on_any_list_and_nobody_joins_it(self, looking: Alone) -> None:
        story = again(looking)
        story.hold()
        own = story.request().cluster
        assert (own.is_own, places_of(cast.amina())) == (True, [])
        assert not Cluster.objects.visible_to(cast.amina()).filter(pk=own.pk).exists()
        assert not Cluster.objects.visible_to(cast.operator()).filter(pk=own.pk).exists()
        with pytest.raises(Refusal):
            memberships.invite(cluster=own, person=cast.yusuf(), by=cast.amina(), at=story.at)

    def test_nobody_is_left_alone_in_it(self, looking: Alone) -> None:
        story = again(looking)
        story.hold()
        own = story.request().cluster
        for days in (1, 40):
            endings.advance_due(at=story.at + days * DAY)
        own.refresh_from_db()
        assert (own.state, own.alone_since) == ("active", None)

    def test_the_second_booking_is_kept_in_the_same_place(self, looking: Alone) -> None:
        story = again(looking)
        story.hold()
        first = story.request().cluster
        story.hold(starts_at=TEN + 2 * HOUR)
        assert story.request().cluster == first
