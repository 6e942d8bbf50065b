"""One sum for many people: paid in, handed out, sent back."""

from typing import Any

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from audit.api.edge import Edge, ReadEdge, looks, verb
from payments.api.paying import perform
from payments.api.serializers import PaymentRow
from payments.api.ways import CashReturnRow
from people.models import Organisation
from people.roles import organisations_of
from pooling.api.filters import WalletMoveFilter
from pooling.api.serializers.wallets import BackSaid, ListSaid, NeedShape, SumSaid, WalletMoveRow, WalletShape
from pooling.models import WalletMove
from pooling.selectors.wallets import WalletSeen, needs_of, wallet_of
from pooling.services import wallets
from pooling.services.wallets import Slice


class Wallets(Edge):
    """What organisations you work for have paid in, in their own council. One by its organisation's id."""

    model = Organisation
    serializer_class = WalletShape
    queryset = Organisation.objects.none()  # the schema is made without asking the database

    def get_queryset(self) -> QuerySet[Any]:
        mine = [one.pk for one in organisations_of(self.person, at=self.at)]
        return Organisation.objects.filter(pk__in=mine).order_by("name", "pk")

    def list(self, request: Request) -> Response:
        """All of yours."""
        return self.give_pages(self._seen(one) for one in self.get_queryset())

    def retrieve(self, request: Request, pk: int) -> Response:
        """One of them."""
        return self.give(self._seen(self.get_object()))

    def _seen(self, organisation: Organisation) -> WalletSeen:
        return wallet_of(organisation, organisation.council_code, today=self.today, sums_only=True)

    def _terms(self) -> dict[str, Any]:
        organisation = self.get_object()
        return {"organisation": organisation, "council_code": organisation.council_code, "by": self.person, "at": self.at}

    @looks(NeedShape, detail=True, many=True)
    def needs(self, request: Request, pk: int) -> Response:
        """Who needs how much, by name."""
        organisation = self.get_object()
        return self.give_pages(needs_of(organisation, organisation.council_code, today=self.today))

    @verb(SumSaid, PaymentRow, status=201, kept=True, then=perform)
    def pay_in(self, request: Request, pk: int) -> Response:
        """Gives where to send one sum, and with which reference."""
        terms = self._terms()
        return self.answer(wallets.pay_in(**terms, **self.asked()))

    @verb(None, WalletShape, kept=True)
    def stop(self, request: Request, pk: int) -> Response:
        """The sum that is waited for will not come."""
        terms = self._terms()
        wallets.stop_waiting(**terms)
        return self.give(self._seen(terms["organisation"]))

    @verb(ListSaid, WalletMoveRow, status=201, kept=True)
    def hand_out(self, request: Request, pk: int) -> Response:
        """Hands out one list: all rows or none, with a sentence for each that can't be done."""
        terms, said = self._terms(), self.asked()
        return self.answer(wallets.hand_out(**terms, slices=[Slice(**one) for one in said["slices"]], token=said["token"]))

    @verb(BackSaid, WalletMoveRow, status=201, kept=True)
    def send_back(self, request: Request, pk: int) -> Response:
        """Sends what nobody needs back to the bank it came from."""
        terms = self._terms()
        return self.answer(wallets.send_back(**terms, **self.asked()))

    @verb(None, CashReturnRow, status=201, kept=True)
    def send_cash_back(self, request: Request, pk: int) -> Response:
        """What you sent by bank transfer and nothing asked for goes back to your bank."""
        return self.answer(wallets.send_cash_back(**self._terms()))


class WalletMoves(ReadEdge):
    """Lists handed out, and sums sent back."""

    model = WalletMove
    order = ("-pk",)
    serializer_class = WalletMoveRow
    filterset_class = WalletMoveFilter

    def rows(self) -> QuerySet[Any]:
        return super().rows().prefetch_related("slices")

    @verb(None, WalletMoveRow, kept=True)
    def keep(self, request: Request, pk: int) -> Response:
        """What the bank sent back to us is there again."""
        return self.answer(wallets.keep(move=self.get_object(), by=self.person, at=self.at))
