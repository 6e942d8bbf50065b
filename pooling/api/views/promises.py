"""Pledges, calls and what pays them, holds, and money going home."""

from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from rest_framework.request import Request
from rest_framework.response import Response

from audit.api.edge import Edge, ReadEdge, looks, makes, verb
from payments.api.paying import perform, perform_mandate
from payments.api.serializers import PaymentRow
from payments.api.ways import CashReturnRow, MandateRow, WayShape
from payments.models import Payment
from payments.services import arrivals
from payments.services.ways import possible
from people.models import Organisation
from people.roles import organisations_of
from pooling import selectors
from pooling.api.filters import CallFilter, HoldFilter, IdleOfferFilter, PledgeFilter, WithdrawalFilter
from pooling.api.serializers.promises import (
    AgainSaid,
    CallRow,
    HolderShape,
    HoldRow,
    IdleOfferRow,
    MoneyShape,
    OrderSaid,
    PledgeChange,
    PledgeCosts,
    PledgeRow,
    PledgeSaid,
    WithdrawalRow,
    WithdrawalSaid,
)
from pooling.models import Call, Hold, IdleOffer, Membership, Pledge, Withdrawal
from pooling.services import calls, idle, pledges, shares
from pooling.services.clusters import current_charter


class Pledges(ReadEdge):
    """Promises: yours, of people you help, and from money you look after."""

    model = Pledge
    serializer_class = PledgeRow
    filterset_class = PledgeFilter

    @verb(PledgeSaid, PledgeCosts, detail=False)
    def quote(self, request: Request) -> Response:
        """What a promise would mean, and whether it may be made: tried, and taken back at once."""
        said = self.asked()
        with transaction.atomic():
            pledge = pledges.promise(by=self.person, at=self.at, **said)
            transaction.set_rollback(True)
        found = pledges.costs(pledge.weekly_pence, pledge.weeks, current_charter(said["membership"].cluster).notice_days)
        costs = {"most_pence": found.most_pence, "if_you_stop_pence": found.if_you_stop_pence}
        return self.give({"weekly_pence": pledge.weekly_pence, "weeks": pledge.weeks, **costs})

    @makes(PledgeSaid, PledgeRow, kept=True)
    def create(self, request: Request) -> Response:
        """Promises. It moves no money."""
        return self.answer(pledges.promise(by=self.person, at=self.at, **self.asked()))

    @verb(PledgeChange, PledgeRow)
    def revise(self, request: Request, pk: int) -> Response:
        """Changes what is promised; never below what was said yes to."""
        return self.answer(pledges.revise(pledge=self.get_object(), by=self.person, at=self.at, **self.asked()))

    @verb(None, PledgeRow)
    def cancel(self, request: Request, pk: int) -> Response:
        """Takes a promise back of which nothing was said yes to."""
        return self.answer(pledges.cancel(pledge=self.get_object(), by=self.person, at=self.at))


class Calls(ReadEdge):
    """What is asked for: of you, of people you help, and of money you look after."""

    model = Call
    related = ("membership__cluster", "membership__person", "portion__budget__person", "portion__holder")
    order = ("due_on", "pk")
    serializer_class = CallRow
    filterset_class = CallFilter

    @verb(None, PaymentRow, status=201, kept=True, then=perform)
    def pay_by_card(self, request: Request, pk: int) -> Response:
        """Gives the address of Stripe's page where a card pays. Again: the same page while it is open."""
        return self.answer(calls.pay_by_card(call=self.get_object(), **_pages(pk), by=self.person, at=self.at))

    @verb(None, PaymentRow, status=201, kept=True, then=perform)
    def pay_by_bank(self, request: Request, pk: int) -> Response:
        """Gives where to send the money, and with which reference."""
        return self.answer(calls.pay_by_bank(call=self.get_object(), by=self.person, at=self.at))

    @looks(WayShape, detail=True, many=True)
    def ways(self, request: Request, pk: int) -> Response:
        """How it may be paid, quickest first, each with its working days."""
        call = self.get_object()
        terms = {"payer_owner": call.portion.payer_owner, "council_code": call.council_code, "pence": call.to_pay_pence}
        return self.give_pages(possible(**terms, at=self.at))

    @verb(None, PaymentRow, status=201, kept=True, then=perform)
    def pay_by_app(self, request: Request, pk: int) -> Response:
        """Gives the address of Stripe's page, which goes on to the bank's own app. Again: the same page while it is open."""
        return self.answer(calls.pay_by_bank_app(call=self.get_object(), **_pages(pk), by=self.person, at=self.at))

    @verb(None, PaymentRow, status=201, kept=True, then=perform)
    def pay_by_debit(self, request: Request, pk: int) -> Response:
        """Collects it by the payer's Direct Debit."""
        return self.answer(calls.pay_by_debit(call=self.get_object(), by=self.person, at=self.at))

    @verb(None, MandateRow, status=201, kept=True, then=perform_mandate)
    def set_up_debit(self, request: Request, pk: int) -> Response:
        """Gives the address of Stripe's page where the payer sets up a Direct Debit. Nothing is collected."""
        return self.answer(calls.set_up_debit(call=self.get_object(), **_pages(pk), by=self.person, at=self.at))

    @verb(None, CallRow, kept=True)
    def stop_payment(self, request: Request, pk: int) -> Response:
        """Its open payment is not waited for any more."""
        call = self.get_object()
        calls.stop_payment(call=call, by=self.person, at=self.at)
        return self.answer(call)

    @verb(None, CashReturnRow, status=201, kept=True)
    def send_cash_back(self, request: Request, pk: int) -> Response:
        """What its payer sent by bank transfer and nothing asked for goes back to their bank."""
        return self.answer(calls.send_cash_back(call=self.get_object(), by=self.person, at=self.at))

    @verb(OrderSaid, CallRow, kept=True)
    def accept_order(self, request: Request, pk: int) -> Response:
        """A written order by who looks after the money, paid after the person's yes."""
        return self.answer(calls.accept_order(call=self.get_object(), by=self.person, at=self.at, **self.asked()))

    @verb(None, PaymentRow, status=201, kept=True, then=perform)
    def pay_bill(self, request: Request, pk: int) -> Response:
        """Pays what the person said yes to of an order, by bank transfer."""
        return self.answer(calls.pay_order_by_bank(call=self.get_object(), by=self.person, at=self.at))

    @verb(AgainSaid, CallRow)
    def call_again(self, request: Request, pk: int) -> Response:
        """Asks again for what was missed."""
        return self.answer(calls.call_again(call=self.get_object(), by=self.person, at=self.at, **self.asked()))

    @looks(PaymentRow, detail=True, many=True)
    def payments(self, request: Request, pk: int) -> Response:
        """The payments that were started for it, newest first."""
        return self.give_pages(Payment.objects.filter(about=f"call:{self.get_object().pk}").order_by("-started_at", "pk"))

    @verb(None, CallRow, asks_stripe=True)
    def refresh(self, request: Request, pk: int) -> Response:
        """Asks Stripe how its payment stands now, rather than wait to be told."""
        call = self.get_object()
        if call.payment_id is not None:
            arrivals.refresh(payment_id=call.payment_id, at=self.at)
        return self.answer(call)


def _pages(pk: int) -> dict[str, str]:
    """Where Stripe sends the payer's browser afterwards."""
    return {name: urljoin(settings.SITE_URL, reverse(to, args=[pk])) for name, to in (("success_url", "payment-after"), ("cancel_url", "payment"))}


class Holders(Edge):
    """Organisations whose money you look after."""

    model = Organisation
    serializer_class = HolderShape

    def list(self, request: Request) -> Response:
        """Each organisation and what there is to do. The rows themselves: calls, by `holder` and `list`."""
        return self.give_pages(_holder(one) for one in organisations_of(self.person, at=self.at))


def _holder(organisation: Organisation) -> dict[str, Any]:
    found = selectors.holder_list(organisation)
    lists = ("to_pay", "orders_to_accept", "bills", "on_the_way", "waiting_for_a_yes", "missed")
    counts = {name: len(getattr(found, name)) for name in lists}
    return {"organisation": organisation.pk, "name": organisation.name, "to_pay_pence": found.to_pay_pence, **counts}


class MyMoney(Edge):
    """Where your money is."""

    model = Membership
    serializer_class = MoneyShape

    def list(self, request: Request) -> Response:
        """Per group and portion: promised, asked for, on its way, yours, held, questioned, paid, gone back. They are never added up."""
        return self.give_pages(selectors.money_of(self.person))


class Holds(ReadEdge):
    """Money that is held, and each movement of it."""

    model = Hold
    serializer_class = HoldRow
    filterset_class = HoldFilter

    def rows(self) -> QuerySet[Any]:
        return super().rows().prefetch_related("moves")


class Withdrawals(ReadEdge):
    """Free money going home."""

    model = Withdrawal
    order = ("-pk",)
    serializer_class = WithdrawalRow
    filterset_class = WithdrawalFilter

    @makes(WithdrawalSaid, WithdrawalRow, kept=True)
    def create(self, request: Request) -> Response:
        """Sends free money back to where it came from."""
        return self.answer(shares.withdraw(by=self.person, at=self.at, **self.asked()))

    @verb(None, WithdrawalRow, kept=True)
    def keep(self, request: Request, pk: int) -> Response:
        """What could not be sent back stays in, free again."""
        return self.answer(shares.keep(withdrawal=self.get_object(), by=self.person, at=self.at))


class IdleOffers(ReadEdge):
    """Free money that nothing has needed for weeks: offered back to its owner."""

    model = IdleOffer
    order = ("-pk",)
    serializer_class = IdleOfferRow
    filterset_class = IdleOfferFilter

    @verb(None, IdleOfferRow, kept=True)
    def send_back(self, request: Request, pk: int) -> Response:
        """What is idle of it goes back to where it came from."""
        return self.answer(idle.send_back(offer=self.get_object(), by=self.person, at=self.at))

    @verb(None, IdleOfferRow)
    def keep_here(self, request: Request, pk: int) -> Response:
        """It stays until its day, and they are not asked again."""
        return self.answer(idle.keep_here(offer=self.get_object(), by=self.person, at=self.at))
