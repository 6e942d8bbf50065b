"""Named filters of payments' rows. Payments knows owners as words (`person:3`), so it can tell whose money it is without knowing why."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Self, TypeVar

from django.db import models
from django.db.models import Exists, F, Model, OuterRef, Q

from people.querysets import is_operator

if TYPE_CHECKING:
    from payments.models import (  # noqa: F401 - named in strings below
        Alarm,
        Dispute,
        LotDecision,
        Payment,
        PaymentOperation,
        Recovery,
        Refund,
        Remittance,
        StripeLine,
        WaySwitch,
        WebhookEvent,
    )

# What is not in a lot any more, for expressions over Payment.
GONE = F("used_pence") + F("refunded_pence") + F("moved_pence") + F("lost_pence")
Row = TypeVar("Row", bound=Model)


class OperatorsQuerySet(models.QuerySet[Row]):
    """Rows whose owner the rooms above know: they check first and ask by id. Of themselves only operators see them."""

    def visible_to(self, person: Any) -> Self:
        return self if is_operator(person) else self.none()

    def locked(self) -> Self:
        return self.select_for_update(of=("self",))


class PaymentQuerySet(OperatorsQuerySet["Payment"]):
    def visible_to(self, person: Any) -> Self:
        """What a person paid themselves; for operators all. A holder's staff see theirs through `pooling`."""
        if person is None or not person.is_active:
            return self.none()
        return self if is_operator(person) else self.filter(payer__owner=f"person:{person.pk}")

    def with_money_left(self, lot_owner: str, council_code: str) -> Self:
        """Lots that can still pay or be sent back."""
        rows = self.filter(lot_owner=lot_owner, council_code=council_code, state="available")
        return rows.filter(pence__gt=GONE).select_related("part_of")

    def charged_before(self, moment: datetime) -> Self:
        """People's lots charged by then that still have money in them, oldest first."""
        rows = self.filter(state="available", charged_at__lt=moment, pence__gt=GONE).exclude(kind="top_up")
        return rows.order_by("charged_at", "pk")

    def to_clear(self, at: datetime) -> Self:
        """Taken, and by Stripe's own date available by now."""
        return self.filter(Q(available_on__lte=at) | Q(available_on__isnull=True), state="clearing")


class OperationQuerySet(OperatorsQuerySet["PaymentOperation"]):
    def due(self, at: datetime) -> Self:
        """To be sent, or to be asked after: planned, or sent with no answer seen and nobody waiting for one any more."""
        ready = Q(next_try_at__isnull=True) | Q(next_try_at__lte=at)
        return self.filter(ready, Q(after__isnull=True) | Q(after__state="succeeded"), state__in=("planned", "sent", "unknown"))


class RemittanceQuerySet(OperatorsQuerySet["Remittance"]):
    def waiting(self) -> Self:
        return self.filter(state="waiting")

    def given_up(self) -> Self:
        """By two people, and owed still."""
        return self.filter(state="cancelled")


class RefundQuerySet(OperatorsQuerySet["Refund"]):
    def to_send(self) -> Self:
        return self.filter(state="approved")


class WebhookEventQuerySet(OperatorsQuerySet["WebhookEvent"]):
    def due(self, at: datetime) -> Self:
        return self.filter(Q(next_try_at__isnull=True) | Q(next_try_at__lte=at), state="waiting")


class StripeLineQuerySet(OperatorsQuerySet["StripeLine"]):
    def of_lost_operations(self) -> Self:
        """Made by our software, and this book does not know how; nobody has said yet what they are."""
        return self.filter(state__in=("waiting", "suspense")).exclude(lost_operation="")

    def to_stop_for(self) -> Self:
        """Of those, what left, and what came and can be explained: what is still days from being available has sent nothing anywhere."""
        return self.of_lost_operations().filter(Q(state="suspense") | Q(net_pence__lt=0))


class AlarmQuerySet(OperatorsQuerySet["Alarm"]):
    def open(self) -> Self:
        return self.filter(closed_at__isnull=True)

    def stopping(self, council_code: str) -> Self:
        """Open ones that stop money going to providers of this council (or of all)."""
        return self.open().filter(stops_releases=True, council_code__in=("", council_code))


class LotDecisionQuerySet(OperatorsQuerySet["LotDecision"]):
    def standing(self) -> Self:
        """What two people decided last about each lot. A proposal that nobody has said yes to ends nothing."""
        later = self.model.objects.filter(payment=OuterRef("payment"), decided_at__isnull=False, pk__gt=OuterRef("pk"))
        return self.filter(~Exists(later), decided_at__isnull=False)

    def keeping(self, on: date) -> Self:
        """Decided by two people, and nothing else by two since: the money may stay on this day."""
        return self.standing().filter(kind="keep", until__gte=on)


class DisputeQuerySet(OperatorsQuerySet["Dispute"]):
    def unended(self) -> Self:
        """The bank, or Stripe, has not decided yet."""
        return self.filter(state__in=("inquiry", "open"))

    def owing(self) -> Self:
        """The payer owes something, or has something to have back."""
        return self.exclude(withdrawn_pence=F("taken_pence") + F("repaid_pence") + F("written_off_pence"))

    def owed(self) -> Self:
        """The payer owes something."""
        return self.filter(withdrawn_pence__gt=F("taken_pence") + F("repaid_pence") + F("written_off_pence"))


class RecoveryQuerySet(OperatorsQuerySet["Recovery"]):
    def owed(self) -> Self:
        """Kept back from what the payee is paid next."""
        return self.filter(state="owed")

    def to_credit(self) -> Self:
        """The payer has not been given it back yet."""
        return self.filter(credited_pence=0, remittance__isnull=False)


class WaySwitchQuerySet(OperatorsQuerySet["WaySwitch"]):
    def visible_to(self, person: Any) -> Self:
        """Everybody: how one may pay in a council is public."""
        return self
