"""Which requests of this room only another operator answers, where the yes is carried out at once: never a yes alone; and who answers none of it."""

from audit.errors import NotAllowed
from payments.services import ages, closing, disputes, recoveries, rerouting, suspense, ties
from people.models import Approval, Person

FOR_OPERATORS = frozenset({ages.DECIDE, suspense.EXPLAIN, disputes.WRITE_OFF, recoveries.WRITE_OFF, rerouting.REROUTE, closing.CLOSE})


def may_answer(approval: Approval, *, by: Person) -> bool:
    """Not who paid in what it is about, nor who is close to who is paid."""
    try:
        must_be_able_to_answer(approval, by=by)
    except NotAllowed:
        return False
    return True


def must_be_able_to_answer(approval: Approval, *, by: Person) -> None:
    """As `may_answer`, with the sentence that says why not. Raises NotAllowed."""
    ties.must_be_nobodys(ties.of_request(approval.about_kind, approval.about_id), by=by)
