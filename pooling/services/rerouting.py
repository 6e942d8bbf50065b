"""A refund that could not go back the way it came: whose money it was says to whom it may be paid by hand (abuse.md 14)."""

from datetime import datetime

from payments.models import Refund, Reroute
from payments.services import rerouting
from people.models import Person
from pooling.books import lot_of
from pooling.models import Portion
from pooling.rules import HELD_ROUTES, OWN_MONEY_ROUTES


def goes_to(refund: Refund) -> str:
    """Own money: its owner. Money that somebody looks after: that organisation. A council's or the NHS's in the person's hands: the council,
    to the account it gives; never by default a person's own bank.
    """
    lot = lot_of(refund.lot_owner, refund.council_code)
    if lot is None:
        return f"organisation:{refund.lot_owner.removeprefix('holder:')}"
    portion = Portion.objects.select_related("budget").get(pk=lot.portion_id)
    if portion.route in HELD_ROUTES:
        return f"organisation:{portion.holder_id}"
    if portion.route in OWN_MONEY_ROUTES:
        return portion.payer_owner
    return f"council:{refund.council_code}"


def propose(*, refund_id: int, to_owner: str, reference: str, reason: str, by: Person, at: datetime) -> Reroute:
    """The first of two operators has it paid by hand; `payments.services.rerouting.confirm` is the second one's.

    Raises NotAllowed, NotFailed, NotTheirMoney, ReferenceIsMissing, ReasonIsMissing.
    """
    allowed = goes_to(Refund.objects.get(pk=refund_id))
    return rerouting.propose(refund_id=refund_id, to_owner=to_owner, allowed_owner=allowed, reference=reference, reason=reason, by=by, at=at)
