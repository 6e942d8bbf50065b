"""What lists of the trail and of deliveries are narrowed by."""

from django_filters.rest_framework import FilterSet

from audit.models import Delivery, Entry


class EntryFilter(FilterSet):  # type: ignore[misc]  # the package has no types
    class Meta:
        model = Entry
        fields = ("about_kind", "about_id", "verb")


class DeliveryFilter(FilterSet):  # type: ignore[misc]  # the package has no types
    class Meta:
        model = Delivery
        fields = ("state", "consumer", "subject")
