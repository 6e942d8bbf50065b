"""Closing a council's books: two operators, a day that is over, in order; and nothing that comes late is kept out."""

import uuid
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import transaction

from audit.errors import NotAllowed
from audit.models import Entry
from ledger.selectors import balance, closed_through
from ledger.services.accounts import Account
from ledger.services.journals import Journal, PeriodClosed, Transfer, post
from ledger.services.proof import prove
from payments.models import StripeLine
from payments.selectors import proof
from payments.services import arrivals, closing
from payments.services.proof import prove_against_stripe
from people.models import Approval
from people.services import approvals
from people.services.approvals import NeedsApproval, ReasonIsMissing
from tests import cast
from tests.payments.conftest import COUNCIL, Play

SUNDAY = date(2026, 3, 1)
AT = cast.AT  # Monday 2 March 2026, 9 in the morning


def ask(by=None, through: date = SUNDAY, at: datetime = AT, reason: str = "The month is over.") -> Approval:
    return closing.propose(council_code=COUNCIL, through=through, reason=reason, by=by or cast.operator(), at=at)


def agree(by=None, through: date = SUNDAY, at: datetime = AT) -> None:
    closing.confirm(council_code=COUNCIL, through=through, by=by or cast.second_operator(), at=at)


def entry(at: datetime) -> uuid.UUID:
    """The platform's own pounds come in, as of this moment."""
    key = uuid.uuid4()
    with transaction.atomic():
        post(Journal(key, "top_up", COUNCIL, (Transfer(Account("BANK", COUNCIL), Account("FLOAT", COUNCIL), 100),), at, actor="system"))
    return key


@pytest.mark.django_db
def test_two_operators_close_and_the_database_refuses_the_closed_days() -> None:
    ask()
    assert closed_through(COUNCIL) is None
    entry(AT - timedelta(days=1))
    agree()
    assert closed_through(COUNCIL) == SUNDAY
    for closed in (AT - timedelta(days=1), AT - timedelta(days=40)):
        with pytest.raises(PeriodClosed):
            entry(closed)
    entry(AT)
    assert balance(Account("FLOAT", COUNCIL)) == 200
    done = Entry.objects.get(verb="payments.close_books")
    assert (done.about_id, done.council_code, done.detail, done.by_id) == (COUNCIL, COUNCIL, {"through": "2026-03-01"}, cast.second_operator().pk)
    assert Entry.objects.filter(verb="payments.propose_close_books", council_code=COUNCIL).exists()
    assert prove("default") == []


@pytest.mark.django_db
def test_a_day_is_closed_only_once_it_is_over_in_london_and_an_hour_more() -> None:
    for moment in (AT, datetime(2026, 3, 3, 0, 59, tzinfo=UTC)):
        with pytest.raises(closing.DayIsNotOver):
            ask(through=AT.date(), at=moment)
        with pytest.raises(closing.DayIsNotOver):
            agree(through=AT.date(), at=moment)
    an_hour_more = datetime(2026, 3, 3, 1, 0, tzinfo=UTC)
    ask(through=AT.date(), at=an_hour_more)
    agree(through=AT.date(), at=an_hour_more)
    assert closed_through(COUNCIL) == AT.date()


@pytest.mark.django_db
def test_days_are_closed_in_order_also_between_the_asking_and_the_yes() -> None:
    ask(through=SUNDAY - timedelta(days=1))
    ask()
    agree()
    with pytest.raises(closing.DayIsClosed):
        agree(through=SUNDAY - timedelta(days=1))
    for day in (SUNDAY, SUNDAY - timedelta(days=1)):
        with pytest.raises(closing.DayIsClosed):
            ask(through=day)
    assert closed_through(COUNCIL) == SUNDAY


@pytest.mark.django_db
def test_nobody_closes_alone_nor_without_the_role_nor_without_a_reason() -> None:
    for who in (cast.amina(), cast.ruth(), cast.colin(), cast.hodan()):
        with pytest.raises(NotAllowed):
            ask(by=who)
    with pytest.raises(ReasonIsMissing):
        ask(reason=" ")
    with pytest.raises(NeedsApproval):
        agree()
    asked = ask()
    with pytest.raises(NotAllowed):
        agree(by=cast.operator())
    for who in (cast.amina(), cast.colin()):
        with pytest.raises(NotAllowed):
            agree(by=who)
        with pytest.raises(NotAllowed):
            approvals.give(approval=asked, by=who, at=AT)
    with pytest.raises(closing.ClosingIsAskedFor):
        ask(by=cast.second_operator())
    assert ask() == asked
    assert closed_through(COUNCIL) is None


@pytest.mark.django_db
def test_books_are_not_closed_while_anything_there_is_unexplained() -> None:
    """Neither asked for nor agreed to; another council's line, or one that was explained, is no reason."""
    line = {"id": "txn_1", "kind": "adjustment", "pence": 100, "net_pence": 100, "fee_pence": 0, "currency": "gbp", "is_available": True}
    ask()
    StripeLine.objects.create(**line, state="suspense", council_code=COUNCIL, available_on=AT, created_at=AT, journal_key=entry(AT))
    for refused in (ask, agree):
        with pytest.raises(closing.SomethingIsUnexplained):
            refused()
    assert closed_through(COUNCIL) is None
    StripeLine.objects.update(council_code="E09000022")
    ask()
    StripeLine.objects.update(council_code=COUNCIL, state="explained")
    agree()
    assert closed_through(COUNCIL) == SUNDAY


@pytest.mark.django_db
def test_a_yes_to_one_day_closes_no_other_and_only_once() -> None:
    ask(through=SUNDAY - timedelta(days=7))
    with pytest.raises(NeedsApproval):
        agree()
    agree(through=SUNDAY - timedelta(days=7))
    with pytest.raises(closing.DayIsClosed):
        agree(through=SUNDAY - timedelta(days=7))


@pytest.mark.django_db(transaction=True)
def test_money_of_a_closed_day_that_stripe_tells_of_late_counts_today(play: Play) -> None:
    """Paid, charged and written down at Stripe on days that are closed before we hear of it: all of it is an entry of today."""
    play.float()
    payment = play.start()
    play.type_card(payment)
    play.skip(days=10)
    yesterday = (play.at - timedelta(hours=25)).date()
    ask(through=yesterday, at=play.at)
    agree(through=yesterday, at=play.at)
    arrivals.refresh(payment_id=payment.pk, at=play.at)
    play.run()
    payment.refresh_from_db()
    assert payment.state == "available"
    assert payment.charged_at.date() <= yesterday
    assert proof() == prove_against_stripe() == []
