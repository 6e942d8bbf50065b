"""Facts from below that change what a provider's page says."""

from datetime import datetime

from audit.models import Fact
from providers.services import enterprises


def payee_changed(*, fact: Fact, at: datetime) -> None:
    """`payments.payee_changed`: Stripe says whether money can be sent to `owner`."""
    kind, _, number = str(fact.payload["owner"]).partition(":")
    if kind == "enterprise":
        enterprises.note_payee(enterprise_id=int(number), payee_id=int(fact.payload["payee"]), can_be_paid=bool(fact.payload["ready"]), at=at)
