"""Inviting somebody the provider helps already: a code to hand over, made and stopped by the owner alone."""

import secrets
from datetime import datetime, timedelta

from django.db import transaction

from audit.errors import NotAllowed, Refusal
from audit.services import trail
from people.models import Person
from providers.models import Enterprise, Invitation
from providers.policies import may_run
from providers.rules import code_of, print_of

LASTS = timedelta(days=28)
MOST = 30
LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"
"""Nothing that is read for something else: eight of them are 850,000 million codes, and each leads only to what a provider shows to anybody."""


class TooManyInvitations(Refusal):
    code = "too_many_invitations"
    sentence = f"{MOST} invitations of yours work now. Stop one you no longer need, then make another."


def invite(*, enterprise: Enterprise, by: Person, at: datetime) -> tuple[Invitation, str]:
    """A new one and its code, like "k7mp-4xqd", which is told now and never again. It works for four weeks. Raises NotAllowed, TooManyInvitations."""
    with transaction.atomic():
        row = Enterprise.objects.locked().get(pk=enterprise.pk)
        if not may_run(by=by, enterprise=row):
            raise NotAllowed
        if Invitation.objects.live(at).filter(enterprise=row).count() >= MOST:
            raise TooManyInvitations
        letters = "".join(secrets.choice(LETTERS) for _ in range(8))
        kept = {"code_print": print_of(code_of(letters)), "ends_in": letters[-2:]}
        made = Invitation.objects.create(enterprise=row, made_at=at, made_by=by, last_at=at + LASTS, **kept)
        _note(made, "invite", by, at)
    return made, f"{letters[:4]}-{letters[4:]}"


def stop(*, invitation: Invitation, by: Person, at: datetime) -> Invitation:
    """The code stops working at once; one that stopped before stays as it was. Raises NotAllowed."""
    with transaction.atomic():
        row = Invitation.objects.locked().select_related("enterprise").get(pk=invitation.pk)
        if not may_run(by=by, enterprise=row.enterprise):
            raise NotAllowed
        if row.stopped_at is None:
            row.stopped_at = at
            row.save(update_fields=["stopped_at"])
            _note(row, "stop_invitation", by, at)
    return row


def _note(row: Invitation, verb: str, by: Person, at: datetime) -> None:
    council, detail = row.enterprise.council_code, {"enterprise": row.enterprise_id}
    trail.write(by=by, verb=f"providers.{verb}", about_kind="invitation", about_id=row.pk, at=at, council_code=council, detail=detail)
