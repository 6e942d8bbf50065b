"""Where a provider's money goes: Stripe's own page asks for the details; we never see them."""

from datetime import datetime

from django.db import transaction

from audit.errors import NotAllowed
from payments.services import payees
from people.models import Person
from providers.models import Enterprise
from providers.policies import may_run


def begin_onboarding(*, enterprise: Enterprise, return_url: str, refresh_url: str, by: Person, at: datetime) -> str:
    """The address of Stripe's page for this provider, to open now, once. Talks to Stripe: call it outside a transaction.

    Opens the payee the first time. Raises NotAllowed (also for a community group), payees.StripeDidNotAnswer.
    """
    if not may_run(by=by, enterprise=enterprise):
        raise NotAllowed
    if enterprise.is_community:
        raise NotAllowed("A community group takes no money here, so there is nothing to send to a bank.")
    with transaction.atomic():
        row = Enterprise.objects.locked().get(pk=enterprise.pk)
        payee = payees.open_payee(owner=f"enterprise:{row.pk}", council_code=row.council_code, by=by, at=at)
        if row.payee_id is None:
            row.payee = payee
            row.save(update_fields=["payee"])
    enterprise.payee_id = row.payee_id
    return payees.onboarding_link(payee=payee, return_url=return_url, refresh_url=refresh_url, at=at)
