"""Visits: who may record them, live checks of that day, a named worker, there and then or later, and sending a week in."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from audit.errors import NotAllowed
from marketplace.models import Visit, VisitPart
from marketplace.rules.dates import start_of
from marketplace.rules.tables import NotNow
from marketplace.selectors import coming_visits, proof, provider_week, to_do
from marketplace.services import agreements, milestones, shares, visits
from marketplace.services.milestones import VisitIsStillGoing, WeekIsNotOver
from marketplace.services.signing import ChecksAreNotLive
from marketplace.services.visits import NoSuchVisit, TimesAreWrong, WrongWorker
from providers.models import Check
from tests import cast, cast_market
from tests.cast_market import Walk
from tests.worlds import again, kept

pytestmark = pytest.mark.django_db
FIRST_DAY = date(2026, 3, 24)
TEN = start_of(FIRST_DAY) + timedelta(hours=1)


told = kept(cast_market.covered)


@pytest.fixture
def story(told: Walk) -> Walk:
    return again(told)


def begin(story: Walk, *, worker: str = "Ifrah", at: datetime = TEN, by: Any = None, **more: Any) -> Visit:
    return visits.begin(milestone=story.week(), worker=story.worker(worker), by=by or cast.hodan(), at=at, **more)


# --- who ---


@pytest.mark.parametrize("who", ["amina", "ruth", "stranger", "operator", "colin"])
def test_only_the_provider_records_visits_and_sends_weeks_in(story: Walk, who: str) -> None:
    person = getattr(cast, who)()
    with pytest.raises(NotAllowed):
        begin(story, by=person)
    visit = begin(story)
    for call in (
        lambda: visits.finish(visit=visit, by=person, at=TEN + timedelta(hours=1)),
        lambda: visits.name_worker(visit=story.visits()[1], worker=story.worker(), by=person, at=TEN),
        lambda: milestones.submit(milestone=story.week(), by=person, at=TEN),
        lambda: milestones.call_off(milestone=story.week(2), by=person, at=TEN),
        lambda: milestones.stop_work(milestone=story.week(), by=person, at=TEN),
    ):
        with pytest.raises(NotAllowed):
            call()


def test_a_worker_with_a_sign_in_records_their_own_visits(story: Walk) -> None:
    cast_market.hire("Stan", person=cast.stranger())
    assert begin(story, worker="Stan", by=cast.stranger()).recorded_by == cast.stranger()


def test_somebody_of_another_provider_cannot_be_named(story: Walk) -> None:
    worker = story.worker()
    other = type(story.listing.enterprise).objects.create(
        name="Elsewhere", outcode="SE15", council_code=cast.SOUTHWARK, state="live", owner=cast.stranger(), created_at=story.at
    )
    worker.enterprise = other
    worker.save()
    with pytest.raises(WrongWorker):
        begin(story)


# --- checks of that day ---


def test_an_unchecked_worker_cannot_begin_and_the_sentence_names_the_check(story: Walk) -> None:
    cast_market.hire("Unchecked", checked=False)
    with pytest.raises(ChecksAreNotLive) as refusal:
        begin(story, worker="Unchecked")
    assert "DBS" in refusal.value.sentence
    assert story.week().state == "funded"


@pytest.mark.parametrize(("last_day", "may"), [(FIRST_DAY - timedelta(days=1), False), (FIRST_DAY, True)])
def test_a_check_counts_up_to_its_last_day(story: Walk, last_day: date, may: bool) -> None:
    Check.objects.filter(kind="dbs_basic", worker=story.worker()).update(expires_on=last_day)
    if may:
        assert begin(story).state == "begun"
    else:
        with pytest.raises(ChecksAreNotLive):
            begin(story)


def test_a_check_that_was_not_live_then_stops_a_visit_written_later(story: Walk) -> None:
    Check.objects.filter(kind="dbs_basic", worker=story.worker()).update(issued_on=FIRST_DAY + timedelta(days=1))
    with pytest.raises(ChecksAreNotLive):
        visits.record_later(
            milestone=story.week(),
            worker=story.worker(),
            started=TEN,
            finished=TEN + timedelta(hours=1),
            by=cast.hodan(),
            at=TEN + timedelta(days=3),
        )


def test_a_suspended_agreement_has_no_new_visits(story: Walk) -> None:
    agreements.suspend(agreement=story.agreement, reason="A worry", by=cast.operator(), at=story.at)
    with pytest.raises(NotNow):
        begin(story)


# --- when ---


def test_a_visit_before_its_week_or_before_the_money_is_refused() -> None:
    story = cast_market.running()
    with pytest.raises(NotNow):
        begin(story)
    story.pay()
    with pytest.raises(NotNow):
        begin(story, at=TEN - timedelta(days=1))
    with pytest.raises(NotNow):
        visits.begin(milestone=story.week(2), worker=story.worker(), by=cast.hodan(), at=TEN)


def test_a_third_visit_in_a_week_of_two_is_refused(story: Walk) -> None:
    for hours in (0, 2):
        visit = begin(story, at=TEN + timedelta(hours=hours))
        visits.finish(visit=visit, by=cast.hodan(), at=TEN + timedelta(hours=hours + 1))
    with pytest.raises(NoSuchVisit):
        begin(story, at=TEN + timedelta(hours=4))


def test_finish_counts_the_minutes_and_keeps_that_it_was_recorded_at_the_time(story: Walk) -> None:
    visit = visits.finish(visit=begin(story), by=cast.hodan(), at=TEN + timedelta(minutes=61, seconds=30))
    assert (visit.minutes, visit.recorded_at_the_time, visit.state) == (61, True, "done")
    with pytest.raises(NotNow):
        visits.finish(visit=visit, by=cast.hodan(), at=TEN + timedelta(hours=2))


def test_a_visit_nobody_finished_gets_its_end_in_writing_and_no_longer_counts_as_there_and_then(story: Walk) -> None:
    visit = begin(story)
    with pytest.raises(TimesAreWrong):
        visits.finish(visit=visit, by=cast.hodan(), at=TEN + timedelta(days=2))
    story.until(date(2026, 3, 27))
    with pytest.raises(VisitIsStillGoing):
        milestones.submit(milestone=story.week(), by=cast.hodan(), at=story.at)
    written = visits.write_end(visit=visit, finished=TEN + timedelta(hours=1), by=cast.hodan(), at=TEN + timedelta(days=2))
    assert (written.minutes, written.recorded_at_the_time) == (60, False)


@pytest.mark.parametrize(
    ("started", "finished"),
    [
        (TEN, TEN - timedelta(minutes=1)),
        (TEN, TEN),
        (TEN, TEN + timedelta(hours=25)),
        (TEN, TEN + timedelta(days=9)),
        (TEN - timedelta(days=1), TEN - timedelta(hours=23)),
    ],
)
def test_times_that_cannot_be_are_refused(story: Walk, started: datetime, finished: datetime) -> None:
    with pytest.raises(TimesAreWrong):
        visits.record_later(
            milestone=story.week(), worker=story.worker(), started=started, finished=finished, by=cast.hodan(), at=TEN + timedelta(days=3)
        )


# --- who was there, and notes ---


def test_each_person_there_has_their_part_and_reads_only_their_own_note(story: Walk) -> None:
    visit = begin(story)
    amina = story.share("Amina")
    visits.finish(visit=visit, by=cast.hodan(), at=TEN + timedelta(hours=1), note="All well.", notes={amina.pk: "Her knee is better."})
    assert sum(part.pence for part in visit.parts.all()) == 2_700
    assert story.parts(amina)[0].note == "Her knee is better."
    assert story.parts(story.share("Yusuf"))[0].note == "All well."
    seen = VisitPart.objects.visible_to(cast.amina())
    assert [part.share_id for part in seen] == [amina.pk]
    for person in (cast.ruth(), cast.operator(), cast.colin(), cast.stranger()):
        assert not VisitPart.objects.visible_to(person).exists()
    assert VisitPart.objects.visible_to(cast.hodan()).count() == 3


def test_somebody_who_was_not_there_pays_nothing_for_it(story: Walk) -> None:
    there = [story.share("Amina"), story.share("Halima")]
    for visit in story.visits():
        at = start_of(visit.on)
        story.until(at)
        begun = begin(story, at=at, shares=there)
        visits.finish(visit=begun, by=cast.hodan(), at=at + timedelta(hours=1))
    story.at += timedelta(hours=2)
    milestones.submit(milestone=story.week(), by=cast.hodan(), at=story.at)
    yusuf = story.share("Yusuf")
    assert (yusuf.state, yusuf.returned_pence) == ("returned", 1_800)
    assert story.share("Amina").pence == 1_800
    assert proof("default") == []


def test_own_visits_are_each_persons_own() -> None:
    story = cast_market.covered(together=False, weekdays=[2, 4])
    assert story.week().pence == 12_000
    assert story.week().visits.count() == 6
    with pytest.raises(NotNow):
        begin(story)
    visit = begin(story, payer=story.payer("Amina"))
    assert [part.share.payer.person for part in visit.parts.all()] == [cast.amina()]
    assert visit.parts.get().pence == 2_000
    assert visit in Visit.objects.visible_to(cast.amina())
    assert visit not in Visit.objects.visible_to(cast.yusuf())


# --- who comes, seen before ---


def test_the_worker_is_named_before_the_visit_and_the_person_sees_who(story: Walk) -> None:
    visits.name_worker(visit=story.visits()[0], worker=story.worker(), by=cast.hodan(), at=story.at)
    shown = coming_visits(cast.amina(), today=date(2026, 3, 20))
    assert [(one.on, one.worker) for one in shown][:2] == [(date(2026, 3, 24), "Ifrah"), (date(2026, 3, 26), "")]
    assert all(one.is_covered for one in shown if one.on < date(2026, 3, 31))
    assert coming_visits(cast.stranger(), today=date(2026, 3, 20)) == []


def test_who_is_coming_takes_a_fixed_number_of_queries(story: Walk, django_assert_max_num_queries: Any) -> None:
    amina = cast.amina()
    with django_assert_max_num_queries(4):
        assert len(coming_visits(amina, today=date(2026, 3, 20), days=60)) == 17
    enterprise = story.listing.enterprise
    with django_assert_max_num_queries(4):
        assert len(provider_week(enterprise, first=date(2026, 3, 20), last=date(2026, 6, 30))) == 12
    hodan = cast.hodan()
    with django_assert_max_num_queries(12):
        to_do(hodan, today=date(2026, 3, 26))


# --- sending a week in ---


def test_a_week_is_sent_in_only_after_its_last_visit_day(story: Walk) -> None:
    visit = begin(story)
    visits.finish(visit=visit, by=cast.hodan(), at=TEN + timedelta(hours=1))
    with pytest.raises(WeekIsNotOver):
        milestones.submit(milestone=story.week(), by=cast.hodan(), at=TEN + timedelta(hours=2))


def test_a_week_without_a_visit_cannot_be_sent_in(story: Walk) -> None:
    story.until(date(2026, 3, 27))
    with pytest.raises(NotNow):
        milestones.submit(milestone=story.week(), by=cast.hodan(), at=story.at)


def test_what_was_not_recorded_comes_back_to_each_payer_at_once(story: Walk) -> None:
    story.do_visits(only=[1], submit=False)
    milestones.submit(milestone=story.week(), by=cast.hodan(), at=story.at)
    for name in story.places:
        asked, back = story.shares(name)
        assert (asked.state, asked.pence) == ("asked", 900)
        assert (back.state, back.pence, back.returned_pence) == ("returned", 900, 900)
    assert story.visits()[1].state == "not_recorded"
    assert proof("default") == []


def test_a_provider_who_stops_in_the_middle_is_paid_for_what_was_done(story: Walk) -> None:
    story.do_visits(only=[1], submit=False)
    milestones.stop_work(milestone=story.week(), by=cast.hodan(), at=story.at)
    assert story.week().state == "closing"
    story.yes()
    story.pay_order(story.share("Halima"))
    story.run()
    assert story.week().state == "closed"
    assert proof("default") == []


def test_a_week_called_off_before_any_visit_comes_back_whole(story: Walk) -> None:
    milestones.call_off(milestone=story.week(), by=cast.hodan(), at=story.at)
    assert story.week().state == "closed"
    assert {story.share(name).state for name in story.places} == {"returned"}
    assert story.call("Halima").state == "cancelled"
    assert proof("default") == []


def test_a_week_with_visits_cannot_be_called_off(story: Walk) -> None:
    story.do_visits(only=[1], submit=False)
    with pytest.raises(NotNow):
        milestones.call_off(milestone=story.week(), by=cast.hodan(), at=story.at)


def test_a_week_never_begun_is_overdue_and_on_day_60_everything_comes_back(story: Walk) -> None:
    story.until(date(2026, 4, 6))
    assert story.week().state == "funded"
    story.until(date(2026, 4, 7))
    assert (story.week().state, story.week().is_late) == ("overdue", True)
    story.until(date(2026, 5, 30))
    assert story.week().state == "closed"
    assert {story.share(name).state for name in story.places} == {"returned"}


def test_a_late_week_may_still_be_written_down_and_sent_in(story: Walk) -> None:
    story.until(date(2026, 4, 8))
    for day in (24, 26):
        started = start_of(date(2026, 3, day))
        visits.record_later(
            milestone=story.week(), worker=story.worker(), started=started, finished=started + timedelta(hours=1), by=cast.hodan(), at=story.at
        )
    milestones.submit(milestone=story.week(), by=cast.hodan(), at=story.at)
    assert (story.week().state, story.share("Amina").state) == ("submitted", "asked")


# --- away ---


def test_away_told_in_time_costs_nothing_and_changes_nobody_elses_price(story: Walk) -> None:
    shares.away(share=story.share("Amina"), visit=story.visits()[0], by=cast.amina(), at=TEN - timedelta(hours=72))
    kept, back = story.shares("Amina")
    assert (kept.state, kept.pence, back.state, back.returned_pence) == ("covered", 900, "returned", 900)
    story.do_visits()
    assert (story.share("Amina").pence, story.share("Yusuf").pence) == (900, 1_800)
    assert proof("default") == []


def test_away_told_late_pays_the_signed_band_and_the_rest_comes_back(story: Walk) -> None:
    at = start_of(FIRST_DAY) - timedelta(hours=20)
    story.until(at)
    shares.away(share=story.share("Amina"), visit=story.visits()[0], by=cast.amina(), at=at)
    states = sorted((share.state, share.pence) for share in story.shares("Amina"))
    assert states == [("covered", 900), ("released", 450), ("returned", 450)]
    assert proof("default") == []


def test_away_from_everything_ends_a_share(story: Walk) -> None:
    for visit in story.visits():
        for name in story.places:
            shares.away(share=story.share(name), visit=visit, by=story.person(name), at=story.at)
    assert {share.state for name in story.places for share in story.shares(name)} == {"returned"}
    assert {visit.state for visit in story.visits()} == {"called_off"}
    story.run()
    assert story.week().state == "closed"
    assert proof("default") == []


def test_away_told_before_the_week_is_paid_counts_once_it_is() -> None:
    story = cast_market.running()
    shares.away(share=story.share("Amina"), visit=story.visits()[0], by=cast.amina(), at=story.at)
    assert story.share("Amina").state == "planned"
    with pytest.raises(NotNow):
        shares.away(share=story.share("Amina"), visit=story.visits()[0], by=cast.amina(), at=story.at)
    story.pay()
    assert sorted((share.state, share.pence) for share in story.shares("Amina")) == [("covered", 900), ("returned", 900)]
    assert proof("default") == []


def test_nobody_else_says_that_somebody_is_away(story: Walk) -> None:
    for person in (cast.yusuf(), cast.hodan(), cast.ruth()):
        with pytest.raises(NotAllowed):
            shares.away(share=story.share("Amina"), visit=story.visits()[0], by=person, at=story.at)


def test_a_day_that_is_over_is_not_told_as_away(story: Walk) -> None:
    story.until(start_of(FIRST_DAY) + timedelta(hours=14))
    shares.away(share=story.share("Halima"), visit=story.visits()[0], by=cast.halima(), at=story.at)
    story.until(start_of(FIRST_DAY) + timedelta(hours=16))
    with pytest.raises(NotNow):
        shares.away(share=story.share("Amina"), visit=story.visits()[0], by=cast.amina(), at=story.at)
    assert [(share.state, share.pence) for share in story.shares("Amina")] == [("covered", 1_800)]
