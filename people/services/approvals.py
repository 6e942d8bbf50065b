"""Two people: one asks for something with a reason, another says yes, and that yes lets it be done once, before it runs out."""

from datetime import datetime, timedelta

from django.db import transaction

from audit.errors import NotAllowed, Refusal
from audit.services import trail
from people.models import Approval, Person
from people.policies import may_answer_approval
from people.rules import APPROVAL_LASTS


class NeedsApproval(Refusal):
    """`approval` is the open request, or None when nobody has asked yet."""

    code = "needs_approval"
    sentence = "A second person must say yes to this first."

    def __init__(self, sentence: str | None = None, *, approval: Approval | None = None) -> None:
        self.approval = approval
        super().__init__(sentence or ("We have asked a second person. It can go on when they say yes." if approval else None))


class ReasonIsMissing(Refusal):
    code = "reason_is_missing"
    sentence = "Say why. The second person needs it to decide."
    field = "reason"


class ApprovalIsOver(Refusal):
    code = "approval_is_over"
    sentence = "This was already answered, or waited too long. Ask again if it is still needed."


def ask(
    *,
    what: str,
    about_kind: str,
    about_id: object,
    reason: str,
    by: Person,
    at: datetime,
    council_code: str = "",
    lasts: timedelta = APPROVAL_LASTS,
) -> Approval:
    """Asks for a second person's yes to one act about one thing. Asking again while one is open gives that one. Raises ReasonIsMissing."""
    if not reason.strip():
        raise ReasonIsMissing
    with transaction.atomic():
        Person.objects.locked().get(pk=by.pk)
        open_one = Approval.objects.about(what, about_kind, about_id).open(at).filter(asked_by=by).first()
        if open_one is not None:
            return open_one
        approval = Approval.objects.create(
            what=what,
            about_kind=about_kind,
            about_id=str(about_id),
            council_code=council_code,
            asked_by=by,
            reason=reason.strip(),
            asked_at=at,
            expires_at=at + lasts,
        )
        _note(approval, "ask_approval", by, at)
    return approval


def take_back(*, what: str, about_kind: str, about_id: object, by: Person, at: datetime) -> None:
    """Who asked asks for something else about the same thing now: a yes to what was asked first is a yes to nothing."""
    for row in Approval.objects.about(what, about_kind, about_id).open(at).filter(asked_by=by).locked():
        row.refused_by, row.refused_at = by, at
        row.save(update_fields=["refused_by", "refused_at"])
        _note(row, "take_back_approval", by, at)


def lapse(*, what: str, about_kind: str, about_id: object, at: datetime) -> None:
    """The thing is another from now on: what was asked or said of it before, and not used up, lets nothing be done any more."""
    live = Approval.objects.about(what, about_kind, about_id).filter(refused_at__isnull=True, used_at__isnull=True, expires_at__gt=at)
    for row in live.order_by("pk").locked():
        row.expires_at = at
        row.save(update_fields=["expires_at"])
        _note(row, "lapse_approval", None, at)


def give(*, approval: Approval, by: Person, at: datetime, room_says_may: bool = False) -> Approval:
    """The second person's yes. Raises NotAllowed (who asked may not give), ApprovalIsOver.

    `room_says_may`: the room that asked has its own rule of who may answer and has just checked it (who helps the group, who looks after
    that person's money). Who asked may never answer, whatever a room says.
    """
    with transaction.atomic():
        row = _open(approval, by, at, room_says_may)
        row.given_by, row.given_at = by, at
        row.save(update_fields=["given_by", "given_at"])
        _note(row, "give_approval", by, at)
    return row


def refuse(*, approval: Approval, by: Person, at: datetime, room_says_may: bool = False) -> Approval:
    """The second person's no; as `give`. Raises NotAllowed, ApprovalIsOver."""
    with transaction.atomic():
        row = _open(approval, by, at, room_says_may)
        row.refused_by, row.refused_at = by, at
        row.save(update_fields=["refused_by", "refused_at"])
        _note(row, "refuse_approval", by, at)
    return row


def require(*, what: str, about_kind: str, about_id: object, at: datetime) -> Approval:
    """Uses up the yes that was given to this act, in the caller's transaction: one yes, one act. Raises NeedsApproval."""
    wanted = Approval.objects.about(what, about_kind, about_id)
    with transaction.atomic():
        approval = wanted.given(at).filter(used_at__isnull=True).locked().order_by("id").first()
        if approval is None:
            raise NeedsApproval(approval=wanted.open(at).first())
        approval.used_at = at
        approval.save(update_fields=["used_at"])
    return approval


def is_given(*, what: str, about_kind: str, about_id: object, at: datetime) -> bool:
    """Whether `require` would find a yes. Uses nothing up: for pages."""
    return Approval.objects.about(what, about_kind, about_id).given(at).filter(used_at__isnull=True).exists()


def _open(approval: Approval, by: Person, at: datetime, room_says_may: bool) -> Approval:
    row = Approval.objects.locked().get(pk=approval.pk)
    may = by.is_active and by.pk != row.asked_by_id if room_says_may else may_answer_approval(by=by, approval=row, at=at)
    if not may:
        raise NotAllowed("You asked for this, so another person must answer." if by.pk == row.asked_by_id else None)
    if row.given_at or row.refused_at or row.expires_at <= at:
        raise ApprovalIsOver
    return row


def _note(approval: Approval, verb: str, by: Person | None, at: datetime) -> None:
    detail = {"what": approval.what, "about": f"{approval.about_kind}:{approval.about_id}"}
    trail.write(by=by, verb=f"people.{verb}", about_kind="approval", about_id=approval.pk, at=at, council_code=approval.council_code, detail=detail)
