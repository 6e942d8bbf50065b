"""Shapes of the trail and of deliveries."""

from audit.api.shapes import Row
from audit.models import Delivery, Entry


class EntryRow(Row):
    """Who did what, when, to what."""

    class Meta:
        model = Entry
        fields = ("id", "at", "by_id", "on_behalf_of_id", "verb", "about_kind", "about_id", "council_code", "detail")


class DeliveryRow(Row):
    """A fact on its way to one consumer."""

    class Meta:
        model = Delivery
        fields = ("id", "fact", "consumer", "subject", "state", "tries", "next_try_at", "done_at", "last_error")
