"""`manage.py demo_prepare`: what the demo needs before it can be used. `manage.py demo` runs it and reads one JSON object a line."""

import json
import time
import urllib.request
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.utils.module_loading import import_string

from config import demo_state
from config.models import Pulse
from config.services import books, pulses


class Command(BaseCommand):
    """Migrate, collect the pages' files, load the story, prove the books."""

    help = "Migrates, collects static files, loads the demo's story and proves the books."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("This command is for the demo; manage.py demo runs it.")
        call_command("migrate", verbosity=0, interactive=False)
        pulses.forget(name=Pulse.Name.WORKER)
        _collect_if_changed()
        self._tell({"step": "migrated"})
        _wait_for_the_web()
        people = _load_the_story()
        books.prove_and_note()
        self._tell({"step": "prepared", "people": people})

    def _tell(self, step: dict[str, Any]) -> None:
        self.stdout.write(json.dumps(step))
        self.stdout.flush()


def _collect_if_changed() -> None:
    folders = [Path(app.path) / "static" for app in apps.get_app_configs()]
    now = demo_state.fingerprint([path for folder in folders for path in folder.rglob("*") if path.is_file()])
    mark = Path(settings.STATIC_ROOT) / "fingerprint"
    if mark.exists() and mark.read_text() == now:
        return
    settings.STORAGES["staticfiles"]["BACKEND"] = "whitenoise.storage.CompressedManifestStaticFilesStorage"
    call_command("collectstatic", verbosity=0, interactive=False, clear=True)
    mark.write_text(now)


def _wait_for_the_web() -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{settings.SITE_URL}/healthz", timeout=5):  # noqa: S310 - our own address
                return
        except OSError:
            time.sleep(0.1)
    raise CommandError("The web server did not start within a minute.")


def _load_the_story() -> list[dict[str, Any]]:
    if find_spec("config.demo_story") is None:
        return []
    import_string("config.demo_story.load")(sandbox_url=settings.STRIPE_API_BASE)
    people: list[dict[str, Any]] = import_string("config.demo_story.people")()
    return people
