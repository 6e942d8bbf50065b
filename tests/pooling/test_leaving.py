"""Leaving a group: notice, the day, the statement, what they say to it, and every pence home to where it came from."""

from datetime import datetime, timedelta

import pytest

from audit.errors import NotAllowed
from audit.models import Fact
from payments.models import Payment, Refund
from payments.services import recoveries
from pooling.models import Leaving, LeavingMove, Membership, Portion, Statement, Withdrawal
from pooling.rules import NotNow, shares
from pooling.selectors import leaving as reading
from pooling.selectors import proof
from pooling.services import calls, leaving, memberships, setbacks, settlement
from pooling.services.shares import keep
from tests import cast_leaving, cast_pooling
from tests.cast_leaving import Costs, Purse, days, lines_add_up
from tests.pooling.conftest import AT, Town

pytestmark = pytest.mark.django_db
A, B, C, D = "ABCD"


def gone(place: Membership, at: datetime = AT) -> Statement:
    """Notice, the day, the statement; what the market does in between is nothing here."""
    leaving.give_notice(membership=place, by=place.person, at=at)
    later = days(at, 28)
    leaving.advance_due(at=later)
    statement = settlement.issue_statement(membership=place, at=later)
    assert statement is not None
    return statement


def test_the_worked_example_to_the_penny(town: Town, four: Costs) -> None:
    """state-machines.md S6, through the services."""
    four.spent(dict(zip((A, B, C), shares(10_000, [1, 1, 1]), strict=True)))
    cooking = four.spent({A: 5_357, B: 8_929, C: 3_571, D: 7_143})
    four.spent(dict(zip((A, B, C, D), shares(18_000, [40, 30, 20, 10]), strict=True)))
    assert [four.purses[name].has() for name in "ABCD"] == [{"SHARE": 44_109}, {"SHARE": 27_338}, {"SHARE": 19_496}, {"SHARE": 6_057}]
    block = four.held({A: 8_000, B: 8_000, C: 8_000})

    place = four.purses[B].place
    leaving.give_notice(membership=place, by=town.yusuf, at=AT)
    settlement.record_exit_terms(
        membership=place, portion=four.purses[B].portion, agreement_id=1, until=AT.date(), bill_pence=2_000, route="run_off", at=AT
    )
    [before] = reading.reckon(place, reading.terms_of(place))
    assert (before.settled.payable_pence, before.settled.bill_pence) == (25_338, 2_000)

    four.billed(block, {A: 2_000, B: 2_000, C: 2_000})
    later = days(AT, 28)
    leaving.advance_due(at=later)
    four.returned(block, {B: 6_000})
    statement = settlement.issue_statement(membership=place, at=later)
    assert statement is not None
    assert statement.payable_pence == 25_338
    assert four.purses[B].has() == {"LEAVING": 25_338}
    lines_add_up(statement)
    assert four.purses[A].has()["HOLD"] == four.purses[C].has()["HOLD"] == 6_000  # £60 short between them: 30.00 each if they cover it

    settlement.agree(statement=statement, by=town.yusuf, at=later)
    assert four.purses[B].has() == {"REFUND": 25_338}

    cast_leaving.floated(10_000)
    back = dict(zip("ABCD", shares(2_800, [5_357, 8_929, 3_571, 7_143]), strict=True))
    assert back == {A: 600, B: 1_000, C: 400, D: 800}
    for name, pence in back.items():
        recoveries.open_for(about=f"share:{four.shares[cooking, name]}", pence=pence, by=town.operator, at=later)
    setbacks.advance_due(at=later)
    assert settlement.advance_due(at=later) == 1
    assert four.purses[B].has() == {"REFUND": 26_338}
    assert (four.purses[A].has()["SHARE"], four.purses[D].has()["SHARE"]) == (44_109 - 8_000 + 600, 6_057 + 800)
    assert proof() == []


def test_the_rest_of_a_hold_comes_later_and_goes_home_by_itself(town: Town, four: Costs) -> None:
    block = four.held({A: 8_000, B: 8_000})
    statement = gone(four.purses[B].place)
    lines_add_up(statement)
    [part] = statement.parts.all()
    assert (part.payable_pence, part.open_pence) == (37_000, 8_000)
    later = days(AT, 30)
    four.billed(block, {B: 5_000})
    four.returned(block, {B: 3_000})
    assert settlement.advance_due(at=later) == 1
    assert settlement.advance_due(at=later) == 0
    assert four.purses[B].has() == {"LEAVING": 37_000, "REFUND": 3_000}
    settlement.agree(statement=statement, by=town.yusuf, at=later)
    assert four.purses[B].has() == {"REFUND": 40_000}
    assert Membership.objects.get(pk=four.purses[B].place.pk).state == "settled"
    assert proof() == []


def test_notice_counts_the_days_of_the_rules_when_something_is_on_and_none_when_nothing_is(town: Town, four: Costs) -> None:
    assert leaving.give_notice(membership=four.purses[D].place, by=four.purses[D].place.person, at=AT).until == AT.date()
    assert Membership.objects.get(pk=four.purses[D].place.pk).state == "settling"
    four.held({B: 8_000})
    told = leaving.give_notice(membership=four.purses[B].place, by=town.yusuf, at=AT)
    assert (told.until, told.state) == (AT.date() + timedelta(days=28), "began")
    assert Membership.objects.get(pk=four.purses[B].place.pk).is_in
    leaving.advance_due(at=days(AT, 27))
    assert Membership.objects.get(pk=four.purses[B].place.pk).state == "notice"
    leaving.advance_due(at=days(AT, 28))
    assert Membership.objects.get(pk=four.purses[B].place.pk).state == "settling"
    kinds = [*Fact.objects.filter(subject=f"membership:{four.purses[B].place.pk}").values_list("kind", flat=True)]
    assert [kind for kind in kinds if "leav" in kind or "left" in kind] == ["pooling.leaving_began", "pooling.left"]


def test_notice_can_be_taken_back_until_the_day_and_given_again(town: Town, four: Costs) -> None:
    place = four.purses[B].place
    four.held({B: 8_000})
    leaving.give_notice(membership=place, by=town.yusuf, at=AT)
    with pytest.raises(NotAllowed):
        leaving.take_back_notice(membership=place, by=town.amina, at=AT)
    leaving.take_back_notice(membership=place, by=town.yusuf, at=AT)
    assert Membership.objects.get(pk=place.pk).state == "active"
    leaving.give_notice(membership=place, by=town.yusuf, at=AT)
    assert [*place.leavings.values_list("state", flat=True)] == ["taken_back", "began"]
    leaving.advance_due(at=days(AT, 28))
    with pytest.raises(NotNow):
        leaving.take_back_notice(membership=place, by=town.yusuf, at=days(AT, 28))


@pytest.mark.parametrize("who", ["amina", "ruth", "operator", "sam", "stranger"])
def test_nobody_gives_notice_agrees_or_asks_for_somebody_else(town: Town, four: Costs, who: str) -> None:
    other = getattr(town, who)
    with pytest.raises(NotAllowed):
        leaving.give_notice(membership=four.purses[B].place, by=other, at=AT)
    statement = gone(four.purses[B].place)
    with pytest.raises(NotAllowed):
        settlement.agree(statement=statement, by=other, at=AT)
    with pytest.raises(NotAllowed):
        settlement.query(statement=statement, line=0, words="Why?", by=other, at=AT)
    assert four.purses[B].has() == {"LEAVING": 45_000}


def test_silence_after_ten_working_days_and_two_reminders_sends_it_home_and_not_a_day_before(town: Town, four: Costs) -> None:
    statement = gone(four.purses[B].place)
    sent = statement.sent_at
    told = []
    for day in range(1, 30):
        if settlement.advance_due(at=days(sent, day)):
            told.append(((sent + timedelta(days=day)).date(), Statement.objects.get().state))
        if Statement.objects.get().state == "silent":
            break
    assert [state for _, state in told] == ["sent", "sent", "silent"]
    assert told[-1][0] > statement.answer_by >= told[1][0]
    assert four.purses[B].has() == {"REFUND": 45_000}
    assert proof() == []


def test_a_clock_that_stood_still_still_gives_two_reminders_on_two_days_before_silence_counts(town: Town, four: Costs) -> None:
    statement = gone(four.purses[B].place)
    late = days(statement.sent_at, 60)
    assert settlement.advance_due(at=late) == 1
    assert settlement.advance_due(at=late) == 0
    assert settlement.advance_due(at=days(late, 1)) == 1
    assert settlement.advance_due(at=days(late, 2)) == 0
    assert Statement.objects.get().state == "sent"
    assert settlement.advance_due(at=days(late, 7)) == 1
    assert Statement.objects.get().state == "silent"


def test_asking_about_a_line_sends_the_rest_home_and_the_answer_is_a_new_version(town: Town, four: Costs) -> None:
    block = four.held({B: 8_000})
    statement = gone(four.purses[B].place)
    paid = next(number for number, line in enumerate(statement.lines) if line["kind"] == "open")
    asked = settlement.query(statement=statement, line=paid, words="Nobody came that day.", by=town.yusuf, at=days(AT, 29))
    assert four.purses[B].has() == {"HOLD": 8_000, "REFUND": 37_000}
    for nosy in (town.yusuf, town.amina, town.ruth, town.sam):
        with pytest.raises(NotAllowed):
            settlement.resolve(asked=asked, reasons="So it was.", by=nosy, at=days(AT, 30))
    with pytest.raises(settlement.ReasonsAreMissing):
        settlement.resolve(asked=asked, reasons=" ", by=town.operator, at=days(AT, 30))
    four.returned(block, {B: 8_000})
    new = settlement.resolve(asked=asked, reasons="You are right. It comes back.", by=town.operator, at=days(AT, 30))
    assert (new.version, new.payable_pence, Statement.objects.get(pk=statement.pk).state) == (2, 8_000, "replaced")
    lines_add_up(new)
    settlement.agree(statement=new, by=town.yusuf, at=days(AT, 31))
    assert four.purses[B].has() == {"REFUND": 45_000}
    assert proof() == []


def test_asking_where_it_goes_keeps_that_money_until_it_is_answered(town: Town, four: Costs) -> None:
    statement = gone(four.purses[B].place)
    back = next(number for number, line in enumerate(statement.lines) if line["kind"] == "back")
    asked = settlement.query(statement=statement, line=back, words="My card is closed.", by=town.yusuf, at=days(AT, 29))
    assert four.purses[B].has() == {"LEAVING": 45_000}
    new = settlement.resolve(asked=asked, reasons="It goes to the bank of that card, and on to the council.", by=town.operator, at=days(AT, 30))
    assert new.payable_pence == 45_000
    assert proof() == []


@pytest.mark.parametrize(
    ("line", "words", "refusal"), [(99, "Why?", settlement.NoSuchLine), (-1, "Why?", settlement.NoSuchLine), (0, " ", settlement.WordsAreMissing)]
)
def test_a_question_needs_a_line_and_words(town: Town, four: Costs, line: int, words: str, refusal: type[Exception]) -> None:
    statement = gone(four.purses[B].place)
    with pytest.raises(refusal):
        settlement.query(statement=statement, line=line, words=words, by=town.yusuf, at=AT)


def test_what_was_answered_is_not_answered_twice(town: Town, four: Costs) -> None:
    statement = gone(four.purses[B].place)
    settlement.agree(statement=statement, by=town.yusuf, at=AT)
    for again in (settlement.agree, lambda **kw: settlement.query(line=0, words="Why?", **kw)):
        with pytest.raises(NotNow):
            again(statement=statement, by=town.yusuf, at=AT)
    assert four.purses[B].has() == {"REFUND": 45_000}
    assert Withdrawal.objects.filter(membership=four.purses[B].place).count() == 1


def test_a_bank_that_takes_a_payment_back_is_paid_out_of_what_waits_and_the_rest_goes_home(town: Town, four: Costs) -> None:
    statement = gone(four.purses[B].place)
    payment = Payment.objects.get(lot_owner=four.purses[B].lot.owner)
    cast_leaving.floated(100_000)
    town.bank.takes_back(payment, 20_000, ends="lost")
    assert four.purses[B].has() == {"LEAVING": 25_000}
    assert LeavingMove.objects.get(kind="debt").pence == 20_000
    assert proof() == []
    settlement.agree(statement=statement, by=town.yusuf, at=AT)
    assert four.purses[B].has() == {"REFUND": 25_000}
    assert proof() == []


class UnheardBank(cast_pooling.Bank):
    """What it does is in the book, and nobody has been told yet."""

    def tell(self) -> None: ...


def test_what_a_bank_took_back_does_not_go_home_before_anybody_was_told(town: Town, four: Costs) -> None:
    statement = gone(four.purses[B].place)
    payment = Payment.objects.get(lot_owner=four.purses[B].lot.owner)
    cast_leaving.floated(100_000)
    UnheardBank(AT).takes_back(payment, 20_000, ends="lost")
    settlement.agree(statement=statement, by=town.yusuf, at=AT)
    assert Withdrawal.objects.latest("pk").pence == 25_000
    town.bank.tell()
    assert four.purses[B].has() == {"REFUND": 25_000}
    assert proof() == []


def test_who_left_can_not_keep_what_could_not_be_sent_back(town: Town, four: Costs) -> None:
    statement = gone(four.purses[B].place)
    settlement.agree(statement=statement, by=town.yusuf, at=AT)
    with pytest.raises(NotNow, match="left this group"):
        keep(withdrawal=Withdrawal.objects.latest("pk"), by=town.yusuf, at=AT)


def test_somebody_who_never_paid_is_settled_without_a_statement(town: Town) -> None:
    _, [place, _] = cast_pooling.group(town.amina, town.yusuf, at=AT)
    leaving.give_notice(membership=place, by=town.amina, at=AT)
    assert settlement.advance_due(at=AT) == 1
    place.refresh_from_db()
    assert (place.state, Statement.objects.count(), Leaving.objects.get().state) == ("settled", 0, "settled")


@pytest.mark.parametrize("route", ["direct_payment", "isf", "council_managed"])
def test_money_of_each_route_goes_home_by_its_own_lot(town: Town, route: str) -> None:
    _, [place, _] = cast_pooling.group(town.halima, town.yusuf, at=AT)
    portion = {
        "direct_payment": lambda: cast_pooling.direct_payment(town.halima, seen_by=town.ruth, at=AT),
        "isf": lambda: cast_pooling.isf(town.halima, holder=town.kasmo, confirmed_by=town.sam, at=AT),
        "council_managed": lambda: cast_pooling.council_managed(town.halima, council=town.council, confirmed_by=town.colin, at=AT),
    }[route]()
    payment = came_by_its_route(town, place, portion)
    purse = Purse(place, portion, place.pledges.get())
    statement = gone(place)
    assert purse.has() == {"LEAVING": payment.free_pence}
    settlement.agree(statement=statement, by=town.halima, at=days(AT, 29))
    [refund] = Refund.objects.filter(payment=payment)
    assert (refund.pence, refund.lot_owner) == (statement.payable_pence, purse.lot.owner)
    assert purse.has() == {"REFUND": statement.payable_pence}
    assert proof() == []


def came_by_its_route(town: Town, place: Membership, portion: Portion) -> Payment:
    """£60 by the way this route pays: a card; a holder's bank transfer; a council's written order, paid after the yes and not all of it used."""
    kept = cast_pooling.earmarked(cast_pooling.promised(place, portion, at=AT, weekly_pence=6_000, weeks=1), at=AT)
    call = cast_pooling.called(kept, share=1, pence=6_000, at=AT)
    if call.mode == "on_yes":
        who = town.sam if portion.holder == town.kasmo else town.colin
        calls.accept_order(call=call, reference="PO 7", by=who, at=AT)
        calls.bill_order(call=call, about_id=1, pence=6_000, at=AT)
        payment = town.bank.pays(calls.pay_order_by_bank(call=call, by=who, at=AT))
    else:
        urls = {"success_url": "http://127.0.0.1/a", "cancel_url": "http://127.0.0.1/b"}
        payment = town.bank.pays(calls.pay_by_card(call=call, **urls, by=place.person, at=AT))
    calls.drop_call(call=call, at=AT)
    return payment


def test_leaving_in_the_first_days_stays_as_it_was_and_leaves_its_row(town: Town) -> None:
    cluster, _ = cast_pooling.group(town.amina, at=AT)
    guest = cast_pooling.joined(cluster, town.halima, by=town.amina, at=AT)
    memberships.leave_now(membership=guest, by=town.halima, at=AT)
    assert (guest.leavings.get().why, Membership.objects.get(pk=guest.pk).state) == ("first_days", "settled")
