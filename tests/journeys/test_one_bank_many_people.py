"""An organisation pays from one bank for one person, and for many in each council: what it sends for one never pays for another."""

from typing import Any

import pytest

from payments.models import Alarm, CashReturn, Payer, Payment
from payments.selectors import proof as payments_proof
from payments.services import cash, floats
from pooling.books import Wallet
from pooling.models import Call
from pooling.selectors import proof
from pooling.services import calls, wallets, weekly_lists
from tests import cast
from tests.journeys.test_weekly_list import Week
from tests.pooling.conftest import build_town
from tests.pooling.weekly_desk import desk_of
from tests.sandbox_process import SandboxProcess

AMINA, YUSUF = 0, 1


@pytest.fixture
def week(stripe: SandboxProcess, settings: Any) -> Week:
    settings.FACT_ROUTES = {kind: [one for one in to if one.startswith("pooling.")] for kind, to in settings.FACT_ROUTES.items()}
    week = Week(desk_of(build_town()), stripe)
    floats.top_up(council_code=cast.SOUTHWARK, pence=5_000, by=None, at=week.at)
    week.run()
    return week


def opened(week: Week, who: int) -> tuple[Call, Payment]:
    """£18 is asked for one of its people, and the organisation was told where to send it."""
    call = week.desk.call(who, 1_800, due=20)
    payment = calls.pay_by_bank(call=call, by=week.desk.town.sam, at=week.at)
    week.run()
    payment.refresh_from_db()
    assert payment.state == "open"
    return call, payment


def sends(week: Week, payment: Payment, pence: int, reference: str) -> None:
    """To the account number that was given for this payment."""
    assert payment.payer is not None
    week.stripe.act("bank_transfer", customer=payment.payer.stripe_customer_id, amount=pence, reference=reference)
    week.run(days=3)


def states(*payments: Payment) -> list[str]:
    return [Payment.objects.get(pk=each.pk).state for each in payments]


def test_a_mistyped_reference_never_pays_for_somebody_else_of_the_same_organisation(week: Week) -> None:
    (_, yusufs), (amina, aminas) = opened(week, YUSUF), opened(week, AMINA)
    sends(week, aminas, 1_800, "AMINAH")
    assert states(yusufs, aminas) == ["open", "available"]
    amina.refresh_from_db()
    assert amina.state == "funded"
    assert [*proof(), *payments_proof()] == []


def test_too_much_for_one_waits_for_its_sender_and_pays_nothing_that_is_open_or_opens_for_another(week: Week) -> None:
    (_, yusufs), (amina, aminas) = opened(week, YUSUF), opened(week, AMINA)
    sends(week, aminas, 3_601, aminas.instructions["reference"])
    _, halimas = opened(week, 2)
    week.run(days=1)
    assert states(yusufs, aminas, halimas) == ["open", "available", "open"]
    assert aminas.payer is not None
    kept = Payer.objects.get(pk=aminas.payer.pk)
    assert (kept.cash_pence, sum(Payer.objects.values_list("cash_pence", flat=True))) == (1_801, 1_801)
    assert Alarm.objects.open().get(kind="money_nobody_asked_for").about == f"payer:{kept.pk}"
    # That others of theirs are waited for keeps nothing back: it is not for them.
    going = calls.send_cash_back(call=amina, by=week.desk.town.sam, at=week.at)
    assert going.pence == 1_801
    week.run(days=3)
    assert (CashReturn.objects.get().state, cash.look(payer_id=kept.pk, at=week.at)) == ("sent", 0)
    assert [*proof(), *payments_proof()] == []


def test_what_was_too_much_for_one_is_not_taken_into_the_one_sum_for_all(week: Week) -> None:
    """A list takes in what came for it; this came to the account number of one person's part."""
    _, aminas = opened(week, AMINA)
    week.desk.call(YUSUF, 1_800, due=9)
    row = week.desk.made()
    sends(week, aminas, 3_600, aminas.instructions["reference"])
    weekly_lists.send(weekly_list=row, by=week.desk.town.sam, at=week.at)
    week.run(days=1)
    assert week.desk.here == 0
    assert Payment.objects.get(about__startswith="wallet:").state == "open"
    week.run(days=8)
    assert CashReturn.objects.get().pence == 1_800


def test_a_sum_for_one_council_never_pays_for_another_council_of_the_same_organisation(week: Week) -> None:
    kasmo, sam = week.desk.town.kasmo, week.desk.town.sam
    floats.top_up(council_code=cast.LAMBETH, pence=5_000, by=None, at=week.at)
    southwark, lambeth = (
        wallets.pay_in(organisation=kasmo, council_code=council, pence=1_800, by=sam, at=week.at) for council in (cast.SOUTHWARK, cast.LAMBETH)
    )
    week.run()
    for each in (southwark, lambeth):
        each.refresh_from_db()
    sends(week, southwark, 3_600, "BOTH")
    assert states(southwark, lambeth) == ["available", "open"]
    # That the other council's is waited for keeps nothing back: it is not for that.
    assert wallets.send_cash_back(organisation=kasmo, council_code=cast.SOUTHWARK, by=sam, at=week.at).pence == 1_800
    with pytest.raises(cash.NothingIsLeft):
        wallets.send_cash_back(organisation=kasmo, council_code=cast.LAMBETH, by=sam, at=week.at)
    week.run(days=3)
    assert cash.left_of(Wallet(kasmo.pk, cast.SOUTHWARK).payer) == 0
    sends(week, lambeth, 1_800, "")
    assert states(southwark, lambeth) == ["available", "available"]
    assert [*proof(), *payments_proof()] == []


def test_more_than_one_councils_list_asked_for_is_taken_in_for_it_while_anothers_is_waited_for(week: Week) -> None:
    kasmo, sam = week.desk.town.kasmo, week.desk.town.sam
    lambeth = wallets.pay_in(organisation=kasmo, council_code=cast.LAMBETH, pence=2_500, by=sam, at=week.at)
    week.desk.call(AMINA, 1_800, due=9)
    row = week.desk.made()
    weekly_lists.send(weekly_list=row, by=sam, at=week.at)
    week.run()
    asked = Payment.objects.get(about=Wallet(kasmo.pk, cast.SOUTHWARK).about)
    sends(week, asked, 4_300, asked.instructions["reference"])
    week.run(days=3)
    assert (states(lambeth), week.desk.here) == (["open"], 2_500)
    assert set(Payment.objects.filter(about=asked.about).values_list("pence", "state")) == {(1_800, "available"), (2_500, "available")}
    assert [*proof(), *payments_proof()] == []
