"""The demonstration's own pages: who one may be, and what was written to people."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from allauth.mfa.utils import decrypt
from django.conf import settings
from django.core.cache import cache

from people.models import Message, Person, Role
from providers.models import Enterprise

WORDS_OF = {
    "operator": "runs the site",
    "commissioner": "plans for the council",
    "holder_staff": "looks after money",
    "facilitator": "helps groups",
}
MOST = 60


@dataclass(frozen=True, slots=True)
class Somebody:
    """One person of the story, for the list to pick from."""

    id: int
    label: str


def people_to_be(*, at: datetime) -> list[Somebody]:
    """Everybody one may be in the demonstration, those with a budget first, each with what they come here as. Three queries."""
    people = list(Person.objects.filter(is_active=True).order_by("joined_at", "pk")[:MOST])
    says: dict[int, str] = {}
    for role in Role.objects.live(at).select_related("organisation"):
        where = f", {role.organisation.name}" if role.organisation else ""
        says[role.person_id] = WORDS_OF[role.kind] + where
    says.update({one.owner_id: one.name for one in Enterprise.objects.all()})
    labelled = [Somebody(one.pk, f"{one.full_name}: {says.get(one.pk, 'has a budget')}") for one in people]
    return sorted(labelled, key=lambda one: one.id in says)


def app_shows(form: Any) -> str:
    """What the app of whom this form asks would show now, when this is the demonstration: its people have no phones. Nothing anywhere else."""
    if not settings.DEMO:
        return ""
    if secret := getattr(form, "secret", ""):
        return _numbers(secret)[0]
    app = Authenticator.objects.filter(user=form.user, type=Authenticator.Type.TOTP).first()
    if app is None:
        return ""
    shown = _numbers(decrypt(app.data["secret"]))
    return next((one for one in shown if not cache.get(TOTP(app)._get_used_cache_key(one))), shown[0])  # each counts once


def _numbers(secret: str) -> list[str]:
    """Those of now and of the half minute after."""
    _, now, later = yield_hotp_counters_from_time()
    return [format_hotp_value(hotp_value(secret, counter)) for counter in (now, later)]


@dataclass(frozen=True, slots=True)
class Written:
    """One letter, text or e-mail as its reader gets it."""

    id: int
    channel: str
    to: str
    subject: str
    body: str
    at: datetime


def written(messages: Iterable[Message]) -> list[Written]:
    return [Written(one.pk, one.get_channel_display(), one.to, one.subject, one.body, one.queued_at) for one in messages]
