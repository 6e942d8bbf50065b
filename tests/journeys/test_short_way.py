"""The short way, whole: three people with three kinds of money agree with a provider, are visited, each says so, and she is paid to the penny."""

from datetime import date, timedelta

import pytest
from django.core.management import call_command

from ledger.selectors import balance
from ledger.services.accounts import Account
from marketplace.services import decisions, shares
from payments.models import Remittance
from pooling.services import calls
from tests import cast, cast_market
from tests.journeys.conftest import DECLINED, Journey

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])


def transfers() -> list[tuple[str, int, str]]:
    """What Stripe has sent on, for which of our shares."""
    return sorted((row.about, row.pence, row.state) for row in Remittance.objects.all())


def has(code: str, owner: str = "") -> int:
    return balance(Account(code, cast.SOUTHWARK, owner))


def books_are_right() -> None:
    """`manage.py check_books`: the book, every room's rows against it, and Stripe line by line. It exits 1 when anything differs."""
    call_command("check_books")


def agreed(journey: Journey) -> None:
    """Everybody signs; on Friday 6 March the first week is asked for."""
    journey.propose()
    journey.sign_all()
    journey.until(cast_market.ASKED_ON)


def test_three_people_three_kinds_of_money_one_week(journey: Journey) -> None:
    agreed(journey)
    assert {journey.call(name).state for name in journey.places} == {"called"}

    # Each pays in their own way.
    assert journey.by_card("Amina").state == "clearing"
    journey.by_bank(calls.pay_by_bank(call=journey.call("Yusuf"), by=cast.sam(), at=journey.at))
    calls.accept_order(call=journey.call("Halima"), reference="SWK-4471", by=cast.colin(), at=journey.at)
    journey.run()
    assert journey.week().state == "funding_due"
    assert (has("SHARE"), has("CLEAR")) == (0, 3_600)
    journey.until(date(2026, 3, 16))
    assert journey.week().state == "funded"
    assert [journey.share(name).covered_by for name in journey.places] == ["money", "money", "order"]

    # The visits; then each says so for themselves.
    journey.do_visits()
    assert {journey.share(name).state for name in journey.places} == {"asked"}
    journey.yes("Amina", "Yusuf")
    journey.run()
    assert [journey.share(name).state for name in journey.places] == ["released", "released", "asked"]
    journey.yes("Halima")
    journey.until(journey.at + timedelta(days=10))
    assert [row[1:] for row in transfers()] == [(1_800, "paid"), (1_800, "paid")]

    # Halima's council pays after her yes; nothing of it leaves before it is here.
    assert journey.share("Halima").waits_for == "money"
    journey.by_bank(calls.pay_order_by_bank(call=journey.call("Halima"), by=cast.colin(), at=journey.at))
    journey.run()
    assert len(transfers()) == 2
    journey.until(journey.at + timedelta(days=4))

    assert journey.week().state == "closed"
    assert [row[1:] for row in transfers()] == [(1_800, "paid")] * 3
    assert {row[0] for row in transfers()} == {f"share:{journey.share(name).pk}" for name in journey.places}
    assert {journey.share(name).sent_pence for name in journey.places} == {1_800}
    assert (has("DUE", f"payee:{cast.barwaaqo().payee_id}"), has("OUT")) == (0, 0)
    books_are_right()


def test_two_yeses_pay_two_thirds_and_the_questioned_third_is_settled_between_them(journey: Journey) -> None:
    agreed(journey)
    journey.by_card("Amina")
    journey.by_bank(calls.pay_by_bank(call=journey.call("Yusuf"), by=cast.sam(), at=journey.at))
    calls.accept_order(call=journey.call("Halima"), reference="SWK-4471", by=cast.colin(), at=journey.at)
    journey.until(date(2026, 3, 16))
    journey.do_visits()
    journey.yes("Halima", "Yusuf")
    amina = journey.share("Amina")
    first, second = journey.parts(amina)
    shares.answer(share=amina, answers=[(first, "yes", None), (second, "part", 450)], words="She left early.", by=cast.amina(), at=journey.at)
    journey.until(journey.at + timedelta(days=10))
    paid, waits = journey.shares("Amina")
    assert (paid.sent_pence, waits.state, waits.pence) == (1_350, "questioned", 450)

    decisions.settle(share=waits, pay_pence=150, by=cast.hodan(), at=journey.at)
    decisions.settle(share=waits, pay_pence=150, by=cast.amina(), at=journey.at)
    journey.by_bank(calls.pay_order_by_bank(call=journey.call("Halima"), by=cast.colin(), at=journey.at))
    journey.until(journey.at + timedelta(days=10))
    assert sorted(pence for _, pence, state in transfers() if state == "paid") == [150, 1_350, 1_800, 1_800]
    assert journey.week().state == "closed"
    books_are_right()


def test_a_declined_card_stops_nobody_elses_visits(journey: Journey) -> None:
    agreed(journey)
    assert journey.by_card("Amina", card=DECLINED).state == "open"
    journey.by_bank(calls.pay_by_bank(call=journey.call("Yusuf"), by=cast.sam(), at=journey.at))
    calls.accept_order(call=journey.call("Halima"), reference="SWK-4471", by=cast.colin(), at=journey.at)
    journey.until(date(2026, 3, 21))
    assert journey.week().state == "short"
    journey.until(date(2026, 3, 24))
    assert journey.week().state == "funded"
    assert [journey.share(name).state for name in journey.places] == ["dropped", "covered", "covered"]
    journey.do_visits()
    journey.yes("Yusuf", "Halima")
    journey.until(journey.at + timedelta(days=10))
    assert [row[1:] for row in transfers()] == [(1_800, "paid")]
    assert journey.share("Amina").paid_pence == 0
    books_are_right()


def test_money_that_comes_too_late_stays_its_owners_and_the_next_call_counts_on_it(journey: Journey) -> None:
    agreed(journey)
    journey.by_bank(calls.pay_by_bank(call=journey.call("Yusuf"), by=cast.sam(), at=journey.at))
    calls.accept_order(call=journey.call("Halima"), reference="SWK-4471", by=cast.colin(), at=journey.at)
    journey.until(date(2026, 3, 20))
    journey.by_card("Amina")
    journey.until(date(2026, 3, 24))
    assert journey.share("Amina").state == "dropped"
    journey.until(date(2026, 3, 28))
    place, portion = journey.places["Amina"], journey.portions["Amina"]
    assert has("SHARE", f"member:{place.pk}/portion:{portion.pk}") == 1_800
    journey.until_asked(5)
    assert (journey.call("Amina", 5).state, journey.call("Amina", 5).asked_pence) == ("funded", 0)
    books_are_right()
