"""Noting signs of life."""

from django.db.models.functions import Now

from config.models import Pulse


def forget(*, name: Pulse.Name) -> None:
    """Forgets an earlier sign of life: what was alive before a restart says nothing about now."""
    Pulse.objects.filter(name=name).delete()


def note(*, name: Pulse.Name, is_fine: bool = True, says: str = "") -> None:
    """Notes that a part is alive now, by the database's clock: the demo's moved clock says nothing about a process."""
    Pulse.objects.update_or_create(name=name, defaults={"at": Now(), "is_fine": is_fine, "says": says})
