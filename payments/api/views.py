"""One's own payments; and, for operators, everything that goes in and out."""

from rest_framework import mixins
from rest_framework.permissions import IsAdminUser
from rest_framework.request import Request
from rest_framework.response import Response

from audit.api.edge import Edge, ReadEdge, makes, verb
from payments import selectors
from payments.api.filters import AlarmFilter, OperationFilter, PaymentFilter, RefundFilter, RemittanceFilter
from payments.api.paying import perform
from payments.api.serializers import (
    AlarmRow,
    Asked,
    AskStop,
    FloatShape,
    OperationRow,
    PaymentRow,
    RefundRow,
    RemittanceRow,
    TopUp,
)
from payments.models import Alarm, Payment, PaymentOperation, Refund, Remittance
from payments.services import alarms, arrivals, floats, remittances
from people.models import Council


class Payments(ReadEdge):
    """What you paid yourself; operators see all. What an organisation paid is under its calls."""

    model = Payment
    order = ("-started_at", "pk")
    serializer_class = PaymentRow
    filterset_class = PaymentFilter
    lookup_value_converter = "uuid"

    @verb(None, PaymentRow, asks_stripe=True)
    def refresh(self, request: Request, pk: str) -> Response:
        """Asks Stripe how it stands now, rather than wait to be told."""
        return self.answer(arrivals.refresh(payment_id=self.get_object().pk, at=self.at))


class TopUps(Edge):
    """For operators: the platform's own money, which pays Stripe's fees."""

    model = Payment
    permission_classes = (IsAdminUser,)

    @makes(TopUp, PaymentRow, kept=True, then=perform)
    def create(self, request: Request) -> Response:
        """Orders so much from the platform's bank."""
        said = self.asked()
        return self.answer(floats.top_up(council_code=said["council_code"].pk, pence=said["pence"], by=self.person, at=self.at))


class Floats(mixins.RetrieveModelMixin, Edge):
    """For operators: how much of the platform's own money is there for a council."""

    model = Council
    serializer_class = FloatShape
    permission_classes = (IsAdminUser,)
    lookup_value_converter = "slug"

    def retrieve(self, request: Request, pk: str) -> Response:
        """One council's."""
        code = self.get_object().pk
        waiting = selectors.waiting_pence(self.person, code)
        there = {"council_code": code, "float_pence": selectors.float_balance(code), "is_frozen": selectors.frozen(code), "waiting_pence": waiting}
        return self.give(there)


class Alarms(ReadEdge):
    """For operators: what does not add up."""

    model = Alarm
    order = ("-pk",)
    serializer_class = AlarmRow
    filterset_class = AlarmFilter

    @verb(None, AlarmRow)
    def close(self, request: Request, pk: int) -> Response:
        """Somebody has looked and put it right."""
        return self.answer(alarms.close(alarm_id=self.get_object().pk, by=self.person, at=self.at))


class Remittances(ReadEdge):
    """For operators: transfers to providers. Two people may hold one, let it go on, or give it up."""

    model = Remittance
    order = ("-pk",)
    serializer_class = RemittanceRow
    filterset_class = RemittanceFilter

    @verb(AskStop, Asked)
    def ask(self, request: Request, pk: int) -> Response:
        """The first of two people asks for it."""
        row, said = self.get_object(), self.asked()
        asked = remittances.ask(remittance_id=row.pk, what=f"remittance.{said['act']}", reason=said["reason"], by=self.person, at=self.at)
        return self.give({"approval": asked.pk})

    @verb(None, RemittanceRow, kept=True)
    def hold(self, request: Request, pk: int) -> Response:
        """Stops it before it goes, once a second person said yes."""
        return self.answer(remittances.hold(remittance_id=self.get_object().pk, by=self.person, at=self.at))

    @verb(None, RemittanceRow, kept=True)
    def unhold(self, request: Request, pk: int) -> Response:
        """Lets it go on, held or given up, once a second person said yes."""
        return self.answer(remittances.unhold(remittance_id=self.get_object().pk, by=self.person, at=self.at))

    @verb(None, RemittanceRow, kept=True)
    def give_up(self, request: Request, pk: int) -> Response:
        """It will not go this way, once a second person said yes; it stays owed, until it is let go on or was paid by hand."""
        return self.answer(remittances.give_up(remittance_id=self.get_object().pk, by=self.person, at=self.at))


class Refunds(ReadEdge):
    """For operators: money going back."""

    model = Refund
    order = ("-pk",)
    serializer_class = RefundRow
    filterset_class = RefundFilter


class Operations(ReadEdge):
    """For operators: calls to Stripe and how they ended."""

    model = PaymentOperation
    order = ("-planned_at", "pk")
    serializer_class = OperationRow
    filterset_class = OperationFilter
    lookup_value_converter = "uuid"
