"""Consumers that only tests name: they leave a line in the trail, or fail when the payload says so."""

from datetime import datetime

from audit.models import Fact
from audit.services import trail


class ItFailed(Exception):
    pass


def note(*, fact: Fact, at: datetime) -> None:
    trail.write(by=None, verb="test.noted", about_kind="fact", about_id=fact.pk, at=at)
    if fact.payload.get("stops"):
        raise SystemExit
    if fact.payload.get("fails"):
        raise ItFailed("Amina's secret")


def note_too(*, fact: Fact, at: datetime) -> None:
    trail.write(by=None, verb="test.noted_too", about_kind="fact", about_id=fact.pk, at=at)
