"""Before the worker lets anything go out: was this copy of the book ever compared with Stripe? It may have been put back in time."""

from datetime import datetime

from payments.gateways.shapes import AnswerLost, StripeIsBusy
from payments.services import copies, reconciliation


def has_been_taken(*, at: datetime) -> bool:
    """True once this copy was compared since its database was started; if it was not, it is now. False when Stripe can't be reached.

    Not inside a transaction. One question to the database, and after a start of it one reconciliation.
    """
    if copies.is_compared():
        return True
    try:
        reconciliation.run(at=at)
    except (AnswerLost, StripeIsBusy):
        return False
    return copies.is_compared()
