"""The demo's story, told once in a run of the tests: on a database and a Stripe stand-in of its own, as `manage.py demo` tells it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connections
from pytest_django.plugin import DjangoDbBlocker

from config import demo_story
from tests.conftest import Clone, point_connections_at
from tests.sandbox_process import CONNECT_SECRET, KEY, PLATFORM_SECRET, SandboxProcess, start_sandbox


@dataclass(frozen=True)
class Kept:
    """The story at its end, at rest: its database, nobody in it, and the state the sandbox was stopped with."""

    clone: Clone
    state: Path


@dataclass(frozen=True)
class Story:
    """The database it is in and the sandbox that took and sent its money. No webhook was delivered in it: everything was asked for."""

    clone: Clone
    stripe: SandboxProcess

    @classmethod
    @contextmanager
    def running(cls, clone: Clone, state: Path) -> Iterator["Story"]:
        stripe = start_sandbox(state)
        try:
            yield cls(clone, stripe)
        finally:
            stripe.stop()


def tell(kept: Kept, blocker: DjangoDbBlocker) -> None:
    """Plays the story. The tests' own database is untouched."""
    with Story.running(kept.clone, kept.state) as story, inside(story, blocker):
        demo_story.load(sandbox_url=story.stripe.url)


@contextmanager
def inside(story: Story, blocker: DjangoDbBlocker) -> Iterator[None]:
    """Both connections in the story's database, and Stripe's address its sandbox's."""
    before = {alias: dict(connections[alias].settings_dict) for alias in connections}
    with blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(settings, "STRIPE_SECRET_KEY", KEY)
        patch.setattr(settings, "STRIPE_API_BASE", story.stripe.url)
        patch.setattr(settings, "STRIPE_WEBHOOK_SECRET_PLATFORM", PLATFORM_SECRET)
        patch.setattr(settings, "STRIPE_WEBHOOK_SECRET_CONNECT", CONNECT_SECRET)
        point_connections_at(story.clone)
        try:
            yield
        finally:
            for alias, kept in before.items():
                connections[alias].close()
                connections[alias].settings_dict.update(kept)
