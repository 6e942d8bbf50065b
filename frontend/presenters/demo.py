"""The demonstration's own pages: who one may be, and what was written to people."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

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
