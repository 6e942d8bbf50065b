"""Shapes of requests and answers about providers."""

from typing import Any

from rest_framework import serializers

from audit.api.shapes import CountField, DayField, PenceField, Row, Shape, VisibleField, WordField, shape_of
from people.models import Council
from providers.models import Check, Enterprise, GroupPrice, Listing, Worker
from providers.rules import PARTS_OF_DAY
from providers.selectors import CheckLeft
from vocabulary.models import Term

CheckLeftShape = shape_of(CheckLeft, "CheckLeft")


def term(kind: str, **more: Any) -> Any:
    """A word of one list, by its slug."""
    return WordField("slug", queryset=Term.objects.filter(kind=kind), **more)


class WorkerRow(Row):
    """Somebody who comes to people, by the name they are known as."""

    class Meta:
        model = Worker
        fields = ("id", "enterprise", "known_as", "photo_figure", "state")


class EnterpriseRow(Row):
    """A provider as anybody sees it."""

    class Meta:
        model = Enterprise
        fields = (
            "id",
            "kind",
            "name",
            "about",
            "outcode",
            "council_code",
            "radius_miles",
            "works_alone",
            "people_count",
            "cqc_number",
            "state",
            "can_be_paid",
        )


class EnterpriseSaid(Shape):
    """What a provider says of itself."""

    name = serializers.CharField(max_length=120)
    about = serializers.CharField(required=False, allow_blank=True, max_length=5000, default="")
    outcode = serializers.CharField(max_length=10)
    radius_miles = CountField(required=False, default=3)
    works_alone = serializers.BooleanField(required=False, default=True)
    people_count = CountField(required=False, default=1)
    cqc_number = serializers.CharField(required=False, allow_blank=True, max_length=20, default="")


class EnterpriseNew(EnterpriseSaid):
    """A new provider, or a community group. Without a council: the one that most of the outcode lies in."""

    kind = serializers.ChoiceField(Enterprise.Kind.choices, required=False, default="micro")
    council_code = WordField("code", queryset=Council.objects.all(), required=False)


class WorkerSaid(Shape):
    """Somebody who works there. `reach`: the address they sign in with, if they have a page here."""

    enterprise = VisibleField(Enterprise)
    known_as = serializers.CharField(max_length=40)
    reach = serializers.CharField(required=False, max_length=254)
    photo_figure = serializers.SlugField(required=False, max_length=40, allow_blank=True, default="")


class WhySaid(Shape):
    """Why."""

    reason = serializers.CharField(max_length=1000)


class Onboarding(Shape):
    """Stripe's page for bank details: open it now, it works once."""

    url = serializers.CharField()


class CalendarAddress(Shape):
    """Where calendar programs read when the visits are. Whoever has it can read it; we keep no copy."""

    url = serializers.CharField()


class PayeeShape(Shape):
    """How a provider stands with Stripe. `details_needed`: Stripe's own names."""

    is_ready = serializers.BooleanField()
    has_account = serializers.BooleanField()
    details_needed = serializers.ListField(child=serializers.CharField())
    bank_ends_in = serializers.CharField()
    bank_changed_at = serializers.DateTimeField(allow_null=True)


class CheckRow(Row):
    """One paper: what was said of it, and what operators saw. `seen_by` is the first of two, where two must see it."""

    state = serializers.ChoiceField(["waiting", "seen_once", "confirmed", "refused"], read_only=True)

    class Meta:
        model = Check
        fields = (
            "id",
            "enterprise",
            "worker",
            "kind",
            "issued_on",
            "expires_on",
            "reference_last4",
            "asked_at",
            "state",
            "seen_by",
            "seen_at",
            "confirmed_by",
            "confirmed_at",
            "how_seen",
            "refused_at",
            "refused_reason",
        )


class CheckSaid(Shape):
    """A paper to be looked at. `worker` for a person's own paper."""

    enterprise = VisibleField(Enterprise)
    worker = VisibleField(Worker, required=False, allow_null=True)
    kind = serializers.ChoiceField(Check.Kind.choices)
    issued_on = DayField()
    expires_on = DayField(required=False, allow_null=True)
    reference_last4 = serializers.CharField(required=False, allow_blank=True, max_length=20, default="")


class CheckSeen(Shape):
    """How the original was seen, and the dates that were read on it."""

    how_seen = serializers.CharField(max_length=1000)
    issued_on = DayField(required=False, allow_null=True)
    expires_on = DayField(required=False, allow_null=True)


class GroupPriceRow(Row):
    """What so many together pay in all, per unit."""

    class Meta:
        model = GroupPrice
        fields = ("people", "pence")


class ListingRow(Row):
    """A service: what, where, when, and what it costs one person, per unit, and several together."""

    enterprise_name = serializers.CharField(source="enterprise.name", read_only=True)
    category = serializers.CharField(source="category.slug", read_only=True)
    languages: Any = serializers.SlugRelatedField("slug", many=True, read_only=True)
    access: Any = serializers.SlugRelatedField("slug", many=True, read_only=True)
    outcomes: Any = serializers.SlugRelatedField("slug", many=True, read_only=True)
    group_prices = GroupPriceRow(many=True, read_only=True)

    class Meta:
        model = Listing
        fields = (
            "id",
            "enterprise",
            "enterprise_name",
            "title",
            "description",
            "category",
            "unit",
            "charge",
            "price_pence",
            "group_prices",
            "minutes",
            "state",
            "outcode",
            "council_code",
            "radius_miles",
            "languages",
            "access",
            "outcomes",
            "weekdays",
            "parts_of_day",
            "published_at",
        )


class GroupPriceSaid(Shape):
    """A price for so many together."""

    people = serializers.IntegerField(min_value=2, max_value=8)
    pence = PenceField()


class ListingSaid(Shape):
    """What a service is to be. Where and how far: the provider's own unless said."""

    title = serializers.CharField(max_length=80)
    description = serializers.CharField(required=False, allow_blank=True, max_length=5000, default="")
    category = term("category")
    unit = serializers.ChoiceField(Listing.Unit.choices, required=False, default="hour")
    charge = serializers.ChoiceField(Listing.Charge.choices, required=False, default="paid")
    price_pence = PenceField()
    group_prices = serializers.ListField(child=GroupPriceSaid(), required=False, max_length=7, default=list)
    minutes = CountField(required=False, default=60)
    outcode = serializers.CharField(required=False, allow_blank=True, max_length=10, default="")
    radius_miles = CountField(required=False, allow_null=True, default=None)
    languages: Any = term("language", many=True, required=False, default=list)
    access: Any = term("access", many=True, required=False, default=list)
    outcomes: Any = term("outcome", many=True, required=False, default=list)
    weekdays = serializers.ListField(child=serializers.IntegerField(min_value=1, max_value=7), required=False, max_length=7, default=list)
    parts_of_day = serializers.ListField(child=serializers.ChoiceField(PARTS_OF_DAY), required=False, max_length=4, default=list)


class ListingNew(ListingSaid):
    """A new service of a provider."""

    enterprise = VisibleField(Enterprise)
