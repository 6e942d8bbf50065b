"""The demo's story as it stands on Monday 9 March 2026, 9am: everybody's money to the penny, and Stripe's lines beside our book."""

import json
import urllib.request
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from django.core.management import call_command
from pytest_django.plugin import DjangoDbBlocker

from audit import clock
from config import demo_story
from config.demo_story.cast import ABDI, AMINA, BERNARD, HALIMA, HODAN, MARY, PETER, SOUTHWARK, VERA, YUSUF, person
from frontend.presenters.doing import doing
from ledger.selectors import balances
from marketplace.models import Booking, BookingMove, Brief, Milestone, MilestoneShare, Need
from marketplace.selectors import coming_visits
from payments.models import Alarm, Payment, Remittance
from pooling.models import Statement
from pooling.selectors import money_of
from providers.models import Enterprise
from tests.sandbox_process import KEY
from tests.story import Story, inside

pytestmark = pytest.mark.xdist_group("story")
WEEK = 4_800  # two visits of an hour at £24.00
PAID, HELD, ASKED = "released", "covered", "asked"


@pytest.fixture(scope="module", autouse=True)
def story(story_told: Story, django_db_blocker: DjangoDbBlocker) -> Iterator[Story]:
    with inside(story_told, django_db_blocker):
        yield story_told


def at_stripe(story: Story, what: str) -> list[dict[str, Any]]:
    """Everything of a kind in the sandbox's own books."""
    request = urllib.request.Request(f"{story.stripe.url}/v1/{what}?limit=100", headers={"Authorization": f"Bearer {KEY}"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        found = json.load(answer)
    assert not found["has_more"]
    return list(found["data"])


def of(name: str) -> list[tuple[int, int, str]]:
    """One payer's weeks: number, pence, how it stands."""
    rows = MilestoneShare.objects.filter(payer__person__known_as=name).order_by("milestone__number", "pk")
    return list(rows.values_list("milestone__number", "pence", "state"))


def test_it_stops_on_monday_9_march_at_nine() -> None:
    assert abs((clock.now() - datetime(2026, 3, 9, 9, tzinfo=clock.LONDON)).total_seconds()) < 3_600


def test_each_payers_weeks_stand_as_the_story_says() -> None:
    done, ahead = [(number, WEEK, PAID) for number in (1, 2, 3)], [(number, WEEK, HELD) for number in (5, 6)]
    later = [(number, WEEK, "planned") for number in (7, 8, 9, 10)]
    assert of("Amina") == [*done, (4, WEEK, ASKED), *ahead, *later]
    assert of("Yusuf") == [*done, (4, WEEK, PAID), *ahead, *later]
    assert of("Halima") == [*done[:2], (3, WEEK, "agreed"), (4, 3_600, "agreed"), (4, 1_200, "questioned"), *ahead, *later]
    weeks = Milestone.objects.filter(agreement__cluster__name="Our Own Words").order_by("number")
    states = [week.state for week in weeks]
    # The third waits for the rest of what the council's list comes to.
    assert [*states[:2], *states[3:6]] == ["closed"] * 2 + ["submitted"] + ["funded"] * 2


def test_everybodys_money_is_where_they_read_it() -> None:
    sums = {part.name: money_of(person(part)) for part in (AMINA, YUSUF, HALIMA)}
    read = {name: [(one.paid_pence, one.held_pence, one.free_pence, one.promised_pence) for one in found] for name, found in sums.items()}
    assert read == {
        "Amina Farah": [(3 * WEEK, 3 * WEEK, 0, 72_000)],  # week 4 waits for her; weeks 5 and 6 are paid ahead
        "Yusuf Ali": [(4 * WEEK, 2 * WEEK, 0, 72_000)],
        "Halima Noor": [(2 * WEEK, 0, 0, 72_000)],  # ordered, so nothing of hers is held
    }


def test_the_provider_was_paid_once_for_each_share_said_yes_to(story: Story) -> None:
    said_yes = [f"share:{pk}" for pk in MilestoneShare.objects.filter(state=PAID).values_list("pk", flat=True)]
    sent = Counter(row.about for row in Remittance.objects.filter(state="paid"))
    assert sent == Counter(said_yes)
    assert len(said_yes) == 10
    to = {part: Enterprise.objects.select_related("payee").get(owner=person(part)).payee for part in (HODAN, PETER)}
    sent_to = Counter((one["amount"], one["destination"]) for one in at_stripe(story, "transfers"))
    # Nine weeks to Hodan; to Peter half of the visit that was called off the day before.
    assert sent_to == {(WEEK, to[HODAN].stripe_account_id): 9, (900, to[PETER].stripe_account_id): 1}


def test_an_order_was_paid_on_only_when_its_money_was_there() -> None:
    by_order = MilestoneShare.objects.filter(state=PAID, covered_by="order").select_related("call")
    assert by_order.count() == 2
    for share in by_order:
        # The first alone, the second from the council's weekly list.
        row = share.call.weekly_rows.filter(state="funded").first()
        payment = Payment.objects.get(about=f"slice:{row.slice_id}") if row else Payment.objects.get(pk=share.call.payment_id)
        assert payment.available_on is not None
        assert [row.paid_at.date() >= payment.available_on.date() for row in Remittance.objects.filter(about=f"share:{share.pk}")] == [True]


def test_stripes_lines_are_our_book(story: Story) -> None:
    lines = at_stripe(story, "balance_transactions")
    kinds = Counter(line["type"] for line in lines)
    assert kinds == {"charge": 17, "payment": 10, "topup": 1, "transfer": 10}  # cards, bank transfers, our own money, out to Hodan and Peter
    book = {account.code: pence for account, pence in balances(council=SOUTHWARK).items() if not account.owner}
    assert book["BANK"] == sum(line["net"] for line in lines if line["status"] == "available")
    assert book["CLEAR"] == sum(line["amount"] for line in lines if line["status"] == "pending")
    assert 20_000 - book["FLOAT"] == sum(line["fee"] for line in lines)
    call_command("check_books")


def test_nothing_is_stuck_and_one_wish_is_counted() -> None:
    assert not Alarm.objects.filter(closed_at=None).exists()
    assert not Remittance.objects.exclude(state="paid").exists()
    assert Need.objects.get(person=person(MARY)).counted


def test_in_thursday_kitchen_one_has_left_and_the_others_choose_among_three() -> None:
    statement = Statement.objects.get(membership__person=person(ABDI))
    assert (statement.state, statement.payable_pence) == ("sent", 900)  # the second week was paid ahead; the first is asked about
    assert of("Rosa")[:3] == [(1, 900, ASKED), (2, 900, HELD), (3, 1_200, HELD)]  # the price for two, said yes to
    brief = Brief.objects.get(cluster__name="Thursday Kitchen")
    assert (brief.state, sorted(brief.offers.values_list("state", "visit_pence"))) == (
        "evaluating",
        [("shortlisted", 3_400), ("shortlisted", 3_600), ("shortlisted", 4_000)],
    )


def test_vera_and_bernard_booked_by_themselves_and_together() -> None:
    mine = Booking.objects.of(person(VERA)).order_by("pk")
    assert [(row.kind, row.state, row.weeks, row.ended_how) for row in mine] == [
        ("meet", "met", 1, "met"),
        ("visit", "cancelled", 1, "cancel_late"),
        ("visit", "confirmed", 4, ""),
        ("visit", "confirmed", 1, ""),
    ]
    assert mine[3].agreement is not None
    assert mine[3].agreement.payers.signed().count() == 2
    moves = BookingMove.objects.order_by("pk").values_list("state", "side", "asked_by__known_as")
    assert list(moves) == [("agreed", "person", "Bernard"), ("asked", "provider", "Grace")]
    asks = {row["of"] for row in doing(person(VERA), today=clock.today()).tasks}
    assert {"booking_move", "pay"} <= asks
    assert coming_visits(person(BERNARD), today=clock.today(), days=28, limit=3)[0].is_covered


def test_told_twice_it_is_told_once(story: Story) -> None:
    before = at_stripe(story, "balance_transactions")
    demo_story.load(sandbox_url=story.stripe.url)
    assert at_stripe(story, "balance_transactions") == before


def test_each_role_of_the_story_can_sign_in() -> None:
    people = demo_story.people()
    assert all(set(one) == {"name", "email", "password", "role", "says"} for one in people)
    firsts: dict[str, str] = {}
    for one in people:
        firsts.setdefault(one["role"], one["name"])
    assert firsts == {
        "holder": "Amina Farah",
        "facilitator": "Ruth Bello",
        "provider": "Hodan Warsame",
        "commissioner": "Priya Shah",
        "isf_holder": "Sam Osei",
        "operator": "Olive Grant",
    }
