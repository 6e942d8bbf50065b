"""Shapes of agreements, and of what waits for somebody."""

from typing import Any, get_args

from rest_framework import serializers

from audit.api.shapes import CountField, DayField, Row, Shape, VisibleField, shape_of
from marketplace.models import Agreement, Payer, SuspendedFor
from marketplace.selectors import AgreementView, Quote, Task
from pooling.models import Cluster, Membership, Pledge
from pooling.rules import Relative
from providers.models import Enterprise, Listing
from providers.rules import PARTS_OF_DAY

QuoteShape = shape_of(
    Quote,
    "Quote",
    most_pence=serializers.IntegerField(),
    if_you_stop_pence=serializers.IntegerField(),
)
TaskShape = shape_of(Task, "Task")
AgreementPage = shape_of(AgreementView, "AgreementView", leave_out=["agreement"])


class BandShape(Shape):
    """Called off with less than so many hours to go, so much of the price, of so many minutes at most, is still paid."""

    under_hours = serializers.IntegerField()
    percent = serializers.IntegerField()
    of_minutes = serializers.IntegerField()


class AgreementRow(Row):
    """What a group and a provider sign. `visit_pence`: one visit's whole price; for each person's own visits: one person's."""

    enterprise_name = serializers.CharField(source="enterprise.name", read_only=True)
    cluster_name = serializers.CharField(source="cluster.name", read_only=True)
    bands = BandShape(many=True, read_only=True)

    class Meta:
        model = Agreement
        fields = (
            "id",
            "cluster",
            "cluster_name",
            "listing",
            "offer",
            "enterprise",
            "enterprise_name",
            "category",
            "council_code",
            "version",
            "state",
            "title",
            "together",
            "visits_per_week",
            "minutes",
            "weeks",
            "starts_on",
            "weekdays",
            "parts_of_day",
            "start_time",
            "visit_pence",
            "notice_days",
            "bands",
            "created_at",
            "sent_at",
            "active_at",
            "ended_at",
            "ended_reason",
        )

    def to_representation(self, instance: Agreement) -> dict[str, Any]:
        """The group's name is the group's: the provider's people get it empty, as on their pages."""
        shown = super().to_representation(instance)
        return {**shown, "cluster_name": ""} if self.is_of_the_provider(instance) else shown

    def is_of_the_provider(self, agreement: Agreement) -> bool:
        """Whether who asks belongs to the enterprise. One query a request."""
        if "own_enterprises" not in self.context:
            self.context["own_enterprises"] = set(Enterprise.objects.of(self.context["request"].user).values_list("pk", flat=True))
        return agreement.enterprise_id in self.context["own_enterprises"]


class AgreementWhole(AgreementRow):
    """As in the list, with the copy of the service (`frozen`), the plan for when nobody can come, and the sums as you may see them."""

    keep_going = serializers.DictField(child=serializers.CharField(), read_only=True)
    view = AgreementPage(read_only=True)

    class Meta(AgreementRow.Meta):
        fields = (*AgreementRow.Meta.fields, "frozen", "keep_going", "view")  # type: ignore[assignment]

    def get_fields(self) -> dict[str, Any]:
        fields = super().get_fields()
        fields["view"] = _ViewField()
        return fields

    def to_representation(self, instance: Agreement) -> dict[str, Any]:
        """Whom to ring when nobody can come: for those who are visited, who stands beside them, and who comes. For others it is empty."""
        shown = super().to_representation(instance)
        needs_the_plan = shown["view"]["mine"] or self.is_of_the_provider(instance)
        return shown if needs_the_plan else {**shown, "keep_going": {}}


class _ViewField(AgreementPage):  # type: ignore[valid-type,misc]  # made from the dataclass
    """Sums of everybody together, and in `mine` only one's own."""


class PayerRow(Row):
    """One person's own part of an agreement."""

    known_as = serializers.CharField(source="person.known_as", read_only=True)

    class Meta:
        model = Payer
        fields = (
            "id",
            "agreement",
            "membership",
            "known_as",
            "state",
            "weekly_pence",
            "weeks_pence",
            "ceiling_pence",
            "pledge",
            "portion",
            "signed_version",
            "signed_at",
            "declined_at",
            "pays_at_yes",
        )


class KeepGoing(Shape):
    """What is to happen if they can't come."""

    who_to_ring = serializers.CharField(max_length=400)
    what_i_want = serializers.CharField(max_length=1000)


class Wanted(Shape):
    """How often, how long, for how many weeks; one visit for all, or each their own."""

    listing = VisibleField(Listing, ("enterprise", "category"))
    together = serializers.BooleanField(default=True)
    visits_per_week = serializers.IntegerField(min_value=1, max_value=7)
    minutes = CountField(min_value=1)
    weeks = CountField(min_value=1)


class QuoteSaid(Wanted):
    """For how many people, and with how much notice."""

    people = serializers.IntegerField(min_value=1, max_value=8)
    notice_days = serializers.IntegerField(min_value=0, max_value=91, default=28)


class ProposalSaid(Wanted):
    """Who takes part (`payers`: their memberships), from when, on which days (1 Monday to 7 Sunday; none: spread evenly)."""

    cluster = VisibleField(Cluster)
    payers = VisibleField(Membership, ("person",), many=True, allow_empty=False)
    starts_on = DayField()
    weekdays = serializers.ListField(child=serializers.IntegerField(min_value=1, max_value=7), required=False, max_length=7, default=list)
    parts_of_day = serializers.ListField(child=serializers.ChoiceField(PARTS_OF_DAY), required=False, max_length=4, default=list)
    start_time = serializers.TimeField(required=False, allow_null=True, default=None)
    keep_going = KeepGoing()


class Signing(Shape):
    """Your own yes: from which promise, who works there to you, and the version that you read."""

    pledge = VisibleField(Pledge, ("membership", "portion"))
    related = serializers.ChoiceField(get_args(Relative))
    version = serializers.IntegerField(min_value=1, max_value=10_000)


class WhosePart(Shape):
    """Whose part it is about; yours, unless you may decide for somebody."""

    membership = VisibleField(Membership, required=False)


class WhyPart(WhosePart):
    """Whose part, and why."""

    reason = serializers.CharField(max_length=1000)


class VersionRead(Shape):
    """The version that you read."""

    version = serializers.IntegerField(min_value=1, max_value=10_000)


class WhyStopped(Shape):
    """What it is stopped for, and why in words. Everybody in it reads them, so they name nobody."""

    reason = serializers.CharField(max_length=1000)
    why = serializers.ChoiceField(
        choices=[SuspendedFor.SAFEGUARDING, SuspendedFor.ELIGIBILITY, SuspendedFor.INSOLVENCY], default=SuspendedFor.SAFEGUARDING
    )


class Why(Shape):
    """Why."""

    reason = serializers.CharField(max_length=1000)
