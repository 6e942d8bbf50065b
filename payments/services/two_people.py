"""Two operators without an interest in it (`ties`): one asks with a reason, another agrees, and it is done at once."""

from datetime import datetime

from audit.errors import Changed, NotAllowed
from payments.models import Payee, Payment
from payments.services import ties
from people.models import Approval, Person
from people.services import approvals
from people.services.approvals import NeedsApproval


class SumHasChanged(Changed):
    """Somebody says yes to a sum that is another by now."""

    code = "sum_has_changed"
    sentence = "What is owed has changed since you opened this page. Look at it again, then say yes or no."


def first(*, what: str, about_kind: str, about_id: object, reason: str, by: Person, at: datetime, council_code: str) -> Approval:
    """An operator asks for a second one's yes. Nothing changes. Raises NotAllowed, ReasonIsMissing."""
    must_have_no_interest(*ties.of_request(about_kind, about_id), by=by)
    return approvals.ask(what=what, about_kind=about_kind, about_id=about_id, reason=reason, by=by, at=at, council_code=council_code)


def first_anew(*, what: str, about_kind: str, about_id: object, reason: str, by: Person, at: datetime, council_code: str) -> Approval:
    """As `first`, where what is asked for may be another thing than before: nobody's yes to the words of yesterday carries out those of today.

    In the caller's transaction. Raises also NeedsApproval: somebody else asked, and waits for an answer.
    """
    must_be_operator(by)
    other = Approval.objects.about(what, about_kind, about_id).open(at).exclude(asked_by=by).first()
    if other is not None:
        raise NeedsApproval(approval=other)
    approvals.take_back(what=what, about_kind=about_kind, about_id=about_id, by=by, at=at)
    return first(what=what, about_kind=about_kind, about_id=about_id, reason=reason, by=by, at=at, council_code=council_code)


def second(*, what: str, about_kind: str, about_id: object, by: Person, at: datetime) -> Approval:
    """Another operator agrees, in the caller's transaction.

    Raises NotAllowed (also who asked, and who has an interest), NeedsApproval (nobody asked, or too long ago).
    """
    must_have_no_interest(*ties.of_request(about_kind, about_id), by=by)
    if not approvals.is_given(what=what, about_kind=about_kind, about_id=about_id, at=at):
        asked = _open(what, about_kind, about_id, by, at)
        approvals.give(approval=asked, by=by, at=at)
    return approvals.require(what=what, about_kind=about_kind, about_id=about_id, at=at)


def refuse(*, what: str, about_kind: str, about_id: object, by: Person, at: datetime) -> None:
    """Another operator does not agree. Raises NotAllowed, NeedsApproval."""
    must_have_no_interest(*ties.of_request(about_kind, about_id), by=by)
    approvals.refuse(approval=_open(what, about_kind, about_id, by, at), by=by, at=at)


def waits(*, what: str, about_kind: str, about_id: object, at: datetime) -> bool:
    """Whether somebody asked, and it can still be answered or was answered with a yes that is not used."""
    is_open = Approval.objects.about(what, about_kind, about_id).open(at).exists()
    return is_open or approvals.is_given(what=what, about_kind=about_kind, about_id=about_id, at=at)


def must_be_operator(by: Person) -> None:
    """Raises NotAllowed for anybody else."""
    if not (by.is_active and by.is_operator):
        raise NotAllowed


def must_be_the_sum(said_pence: int, *, owed_pence: int) -> None:
    """The second yes is to a sum, as the first one's page showed it. Raises SumHasChanged."""
    if said_pence != owed_pence:
        raise SumHasChanged


def must_have_no_interest(*things: Payment | Payee, by: Person) -> None:
    """Raises NotAllowed for who is no operator, and for whom `ties.must_be_nobodys` keeps out: their own money, or a provider's close to them."""
    must_be_operator(by)
    ties.must_be_nobodys(list(things), by=by)


def _open(what: str, about_kind: str, about_id: object, by: Person, at: datetime) -> Approval:
    """The newest request of somebody else's: who asked too may still agree to what another asked."""
    rows = Approval.objects.about(what, about_kind, about_id).open(at).order_by("-pk")
    asked = rows.exclude(asked_by=by).first() or rows.first()
    if asked is None:
        raise NeedsApproval
    return asked
