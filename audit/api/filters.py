"""What lists of the trail and of deliveries are narrowed by."""

from audit.api.narrowing import Narrowed
from audit.models import Delivery, Entry


class EntryFilter(Narrowed):
    class Meta:
        model = Entry
        fields = ("about_kind", "about_id", "verb")


class DeliveryFilter(Narrowed):
    class Meta:
        model = Delivery
        fields = ("state", "consumer", "subject")
