"""For operators: what Stripe told us, its lines, runs against it, what was taken back, who owes us, and money that grows old."""

from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from audit.api.edge import ReadEdge, verb
from audit.api.shapes import Row, Shape
from payments.api.filters import DisputeFilter, EventFilter, LineFilter, LotFilter, RecoveryFilter, RunFilter
from payments.models import Dispute, LotDecision, Payment, ReconcileRun, Recovery, StripeLine, WebhookEvent
from payments.services import ages, inbox
from payments.services.ages import Wish


class EventRow(Row):
    """One event of Stripe's: a hint, stored once."""

    class Meta:
        model = WebhookEvent
        fields = ("id", "endpoint", "kind", "object_kind", "object_id", "state", "tries", "received_at", "done_at", "error")


class LineRow(Row):
    """One line of Stripe's balance. `suspense`: nobody has explained it yet."""

    class Meta:
        model = StripeLine
        fields = ("id", "kind", "source", "pence", "fee_pence", "net_pence", "is_available", "created_at", "state", "council_code")


class RunRow(Row):
    """What one run against Stripe did; kept where it found or moved something."""

    class Meta:
        model = ReconcileRun
        fields = ("id", "at", "read", "matched", "suspended", "waiting", "caught_up")


class DisputeRow(Row):
    """A payment that a payer's bank took back, or asks about."""

    owed_pence = serializers.IntegerField(read_only=True)

    class Meta:
        model = Dispute
        fields = ("id", "kind", "payment", "council_code", "pence", "reason", "state", "withdrawn_pence", "owed_pence", "opened_at", "respond_by")


class RecoveryRow(Row):
    """Money to have back from somebody who was paid."""

    class Meta:
        model = Recovery
        fields = ("id", "payee", "pence", "council_code", "about", "state", "reversed_pence", "set_off_pence", "written_off_pence", "opened_at")


class LotRow(Row):
    """A payment of 60 days and more with money left in it."""

    left_pence = serializers.IntegerField(source="free_pence", read_only=True)

    class Meta:
        model = Payment
        fields = ("id", "lot_owner", "council_code", "pence", "left_pence", "charged_at")


class WishSaid(Shape):
    """What should happen to the rest of it. `until` and `advice`: for keeping it."""

    kind = serializers.ChoiceField(LotDecision.Kind.choices)
    reason = serializers.CharField(max_length=1000)
    until = serializers.DateField(required=False)
    advice = serializers.CharField(max_length=300, required=False)


class Proposed(Row):
    """What the first of two people proposed. The second one answers under approvals on the operator's pages."""

    class Meta:
        model = LotDecision
        fields = ("id", "payment", "kind", "until", "proposed_at", "decided_at")


class StripeEvents(ReadEdge):
    """For operators: what Stripe told us."""

    model = WebhookEvent
    order = ("received_at", "pk")
    serializer_class = EventRow
    filterset_class = EventFilter
    lookup_value_converter = "str"

    @verb(None, EventRow)
    def retry(self, request: Request, pk: str) -> Response:
        """Lets one that failed ten times be tried again."""
        return self.answer(inbox.retry(event_id=self.get_object().pk, by=self.person, at=self.at))


class StripeLines(ReadEdge):
    """For operators: every line of Stripe's balance."""

    model = StripeLine
    order = ("created_at", "pk")
    serializer_class = LineRow
    filterset_class = LineFilter
    lookup_value_converter = "str"


class ReconcileRuns(ReadEdge):
    """For operators: runs against Stripe that found or moved something."""

    model = ReconcileRun
    order = ("-at", "-pk")
    serializer_class = RunRow
    filterset_class = RunFilter


class Disputes(ReadEdge):
    """For operators: payments taken back or asked about."""

    model = Dispute
    order = ("opened_at", "pk")
    serializer_class = DisputeRow
    filterset_class = DisputeFilter


class Recoveries(ReadEdge):
    """For operators: who was paid and owes it back."""

    model = Recovery
    order = ("opened_at", "pk")
    serializer_class = RecoveryRow
    filterset_class = RecoveryFilter


class Lots(ReadEdge):
    """For operators: payments of 60 days and more with money left in them, oldest first."""

    model = Payment
    order = ("charged_at", "pk")
    serializer_class = LotRow
    filterset_class = LotFilter
    lookup_value_converter = "uuid"

    def get_queryset(self) -> QuerySet[Any]:
        """Not the payer's own view of it: those are among `payments`."""
        if self.person is None or not self.person.is_operator:
            return Payment.objects.none()
        return Payment.objects.charged_before(ages.charged_until(ages.NOTICE_DAYS[0], self.at)).visible_to(self.person)

    @verb(WishSaid, Proposed)
    def propose(self, request: Request, pk: str) -> Response:
        """The first of two people says what should happen to the rest of it."""
        row, said = self.get_object(), self.asked()
        wish = Wish(kind=said["kind"], reason=said["reason"], until=said.get("until"), advice=said.get("advice", ""))
        return self.answer(ages.propose(payment=row, wish=wish, by=self.person, at=self.at))
