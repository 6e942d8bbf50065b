"""The money of a week: asked in time, covered, short, gone ahead without who is missing, cancelled."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from audit.errors import NotAllowed, Refusal
from audit.models import Fact
from marketplace import consumers
from marketplace.models import Agreement, MilestoneShare, Visit
from marketplace.rules.dates import start_of
from marketplace.rules.tables import NotNow
from marketplace.selectors import proof, to_do
from marketplace.services import ending, milestones, signing
from pooling.models import Call, Earmark, HoldMove
from pooling.services import calls
from tests import cast, cast_market
from tests.cast_market import Walk
from tests.worlds import stage

FIRST_DAY = date(2026, 3, 24)
pytestmark = pytest.mark.django_db
running = stage(cast_market.running)
covered = stage(cast_market.then_covered, on="running")
asked = stage(cast_market.then_asked, on="covered")


def states(story: Walk, week: int = 1) -> list[str]:
    return [story.share(name, week).state for name in story.places]


def test_nothing_is_asked_for_before_its_day_and_then_exactly_the_share() -> None:
    story = cast_market.walk()
    story.propose()
    story.sign_all()
    story.until(cast_market.ASKED_ON - timedelta(days=1))
    assert not Call.objects.exists()
    story.until(cast_market.ASKED_ON)
    assert [(call.pence, call.asked_pence) for call in Call.objects.all()] == [(1_800, 1_800)] * 3
    assert story.week(2).state == "planned"


def test_nobody_is_sent_to_who_is_left_out() -> None:
    story = cast_market.running(together=False)
    story.pay("Amina", "Halima")
    story.until(start_of(FIRST_DAY) - timedelta(hours=24))
    assert (story.week().state, states(story)) == ("funded", ["covered", "dropped", "covered"])
    expected = {("Amina", "planned"), ("Yusuf", "called_off"), ("Halima", "planned")}
    assert set(Visit.objects.filter(milestone=story.week()).values_list("payer__person__known_as", "state")) == expected
    assert set(Visit.objects.filter(milestone=story.week(2)).values_list("state", flat=True)) == {"planned"}


def test_nobody_is_ever_asked_for_more_than_their_ceiling() -> None:
    story = cast_market.running(weeks=3)
    for week in (1, 2, 3):
        story.until_asked(week)
    asked = {name: sum(story.share(name, week).call.pence for week in (1, 2, 3)) for name in story.places}  # type: ignore[union-attr]
    assert asked == {name: story.payer(name).ceiling_pence for name in story.places}
    with pytest.raises(Refusal):
        calls.open_call(
            earmark=Earmark.objects.get(pledge=story.promises["Amina"]),
            about_kind="milestone_share",
            about_id=99_999,
            pence=1,
            due_on=FIRST_DAY,
            at=story.at,
        )


def test_an_agreement_is_over_when_its_last_week_is_settled() -> None:
    story = cast_market.running(weeks=1)
    story.pay()
    story.do_visits()
    story.yes()
    story.pay_order(story.share("Halima"))
    story.run()
    story.agreement.refresh_from_db()
    assert story.agreement.state == "completed"
    assert not Earmark.objects.live().exists()


def test_the_only_payer_may_stop_with_notice() -> None:
    story = cast_market.walk()
    story.propose(payers=[story.places["Amina"]])
    story.sign("Amina")
    with pytest.raises(NotNow):
        ending.end_early(agreement=story.agreement, reason="", by=cast.amina(), at=story.at)
    signing.sign_as_provider(agreement=story.agreement, by=cast.hodan(), at=story.at)
    ended = ending.end_early(agreement=story.agreement, reason="", by=cast.amina(), at=story.at)
    assert ended.state == "ending"


def test_the_database_refuses_shares_that_do_not_add_up() -> None:
    story = cast_market.running()
    MilestoneShare.objects.filter(pk=story.share("Amina").pk).update(pence=1_799)
    with pytest.raises(IntegrityError), connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")
    transaction.set_rollback(True)


def test_the_database_refuses_an_agreement_that_runs_unsigned() -> None:
    story = cast_market.walk()
    story.propose()
    with pytest.raises(IntegrityError), transaction.atomic():
        Agreement.objects.update(state="active")


# --- the week is asked for ---


def test_a_week_is_held_only_when_the_last_share_is_covered(running: Callable[[], Walk]) -> None:
    story = running()
    story.pay("Amina", "Yusuf")
    assert (story.week().state, story.share("Amina").hold) == ("funding_due", None)
    story.pay("Halima")
    assert story.week().state == "funded"
    assert story.share("Amina").hold is not None
    assert not HoldMove.objects.filter(hold__membership=story.places["Halima"]).exists()


def test_being_told_twice_that_a_share_is_covered_changes_nothing(running: Callable[[], Walk]) -> None:
    story = running()
    story.pay()
    for fact in Fact.objects.filter(kind="pooling.call_covered"):
        consumers.call_covered(fact=fact, at=story.at)
    assert HoldMove.objects.filter(kind="place").count() == 2
    assert proof("default") == []


def test_two_working_days_before_it_is_short_and_a_day_before_it_goes_ahead_for_who_is_covered(running: Callable[[], Walk]) -> None:
    story = running()
    story.pay("Amina", "Halima")
    story.until(date(2026, 3, 19))
    assert story.week().state == "funding_due"
    story.until(date(2026, 3, 20))
    assert story.week().state == "short"
    assert "short_week" in {task.kind for task in to_do(cast.hodan(), today=story.at.date())}
    story.until(start_of(FIRST_DAY) - timedelta(hours=24, minutes=1))
    assert story.week().state == "short"
    story.until(start_of(FIRST_DAY) - timedelta(hours=24))
    assert (story.week().state, states(story)) == ("funded", ["covered", "dropped", "covered"])
    assert story.call("Yusuf").state in {"cancelled", "missed"}
    story.do_visits()
    assert [story.share(name).pence for name in ("Amina", "Halima")] == [1_800, 1_800]
    story.yes("Amina", "Halima")
    story.pay_order(story.share("Halima"))
    story.run()
    assert story.week().state == "closed"
    assert proof("default") == []


def test_who_pays_while_it_is_short_is_in(running: Callable[[], Walk]) -> None:
    story = running()
    story.pay("Amina", "Halima")
    story.until(date(2026, 3, 20))
    if story.call("Yusuf").state == "missed":
        calls.call_again(call=story.call("Yusuf"), due_on=FIRST_DAY, by=cast.ruth(), at=story.at)
    story.pay("Yusuf")
    assert (story.week().state, states(story)) == ("funded", ["covered"] * 3)


def test_the_provider_may_go_ahead_at_once_or_say_no(running: Callable[[], Walk]) -> None:
    story = running()
    story.pay("Amina")
    with pytest.raises(NotNow):
        milestones.go_ahead(milestone=story.week(), by=cast.hodan(), at=story.at)
    story.until(date(2026, 3, 20))
    for person in (cast.amina(), cast.ruth()):
        with pytest.raises(NotAllowed):
            milestones.go_ahead(milestone=story.week(), by=person, at=story.at)
    milestones.go_ahead(milestone=story.week(), by=cast.hodan(), at=story.at)
    assert states(story) == ["covered", "dropped", "dropped"]


def test_a_provider_who_says_no_is_not_made_to_come_and_the_money_stays_its_owners(running: Callable[[], Walk]) -> None:
    story = running()
    story.pay("Amina", "Halima")
    story.until(date(2026, 3, 20))
    milestones.say_no(milestone=story.week(), by=cast.hodan(), at=story.at)
    story.until(date(2026, 3, 24))
    assert (story.week().state, states(story)) == ("cancelled", ["returned", "dropped", "returned"])
    assert story.call("Halima").state == "cancelled"
    assert story.call("Amina").state == "cancelled"
    assert proof("default") == []


def test_a_week_nobody_covered_is_cancelled_at_its_start_and_nobody_is_charged(running: Callable[[], Walk]) -> None:
    story = running()
    story.until(date(2026, 3, 24))
    assert (story.week().state, states(story)) == ("cancelled", ["dropped"] * 3)
    assert {visit.state for visit in story.visits()} == {"called_off"}


# --- it is paid for ---


def test_the_provider_gives_notice_and_later_weeks_never_happen(covered: Callable[[], Walk]) -> None:
    story = covered()
    for person in (cast.amina(), cast.ruth(), cast.stranger()):
        with pytest.raises(NotAllowed):
            ending.end_early(agreement=story.agreement, reason="x", by=person, at=story.at)
    ending.end_early(agreement=story.agreement, reason="I am moving away.", by=cast.hodan(), at=story.at)
    last = story.at.date() + timedelta(days=28)
    assert story.week(1).state == "funded"
    assert {week.state for week in story.agreement.milestones.filter(starts_on__gt=last)} == {"cancelled"}
    assert story.week(2).state != "cancelled"
    for week in story.agreement.milestones.filter(starts_on__lte=last, number__gt=1):
        milestones.call_off(milestone=week, by=cast.hodan(), at=story.at)
    story.do_visits()
    story.yes()
    story.pay_order(story.share("Halima"))
    story.run()
    story.agreement.refresh_from_db()
    assert story.agreement.state == "terminated"
    assert proof("default") == []


@pytest.mark.parametrize(
    "change",
    [{"state": "released"}, {"paid_pence": 1}, {"state": "returned"}, {"paid_pence": 2_000}, {"state": "asked", "covered_by": ""}, {"pence": 0}],
)
def test_the_database_refuses_a_state_that_claims_money_moved_without_its_journal(covered: Callable[[], Walk], change: dict[str, object]) -> None:
    story = covered()
    with pytest.raises(IntegrityError), transaction.atomic():
        MilestoneShare.objects.filter(pk=story.share("Amina").pk).update(**change)


# --- its visits were made ---


def test_the_proof_finds_a_share_that_lies(asked: Callable[[], Walk]) -> None:
    story = asked()
    story.yes("Amina")
    share = story.share("Amina")
    share.hold.__class__.objects.filter(pk=share.hold_id).update(released_pence=0, returned_pence=1_800)  # type: ignore[union-attr]
    assert any("released 0p" in sentence for sentence in proof("default"))
