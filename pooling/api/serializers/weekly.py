"""Shapes of weekly lists."""

from rest_framework import serializers

from audit.api.shapes import CountField, Row, Shape, VisibleField
from people.models import Organisation
from pooling.models import WeeklyDay, WeeklyList, WeeklyListRow


class ListAsked(Shape):
    """Whose list, and in which council."""

    organisation = VisibleField(Organisation, help_text="One you work for.")
    council_code = serializers.CharField(max_length=9, required=False, help_text="Without it: the organisation's own.")


class WeekdaySaid(Shape):
    """The day of the week on which lists are made."""

    organisation = VisibleField(Organisation, help_text="One you work for.")
    weekday = CountField(help_text="1 Monday to 7 Sunday.")


class PlaceSaid(Shape):
    """One person's place; 1 is paid first."""

    person = serializers.IntegerField(min_value=1, max_value=2**53)
    number = CountField()


class PlacesSaid(Shape):
    """Places of people in the list; who is not named comes after."""

    places = PlaceSaid(many=True)


class OrdersSaid(Shape):
    """The reference of your order, and for which rows it stands."""

    reference = serializers.CharField(max_length=60)
    rows = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**53),
        required=False,
        default=None,
        allow_null=True,
        help_text="Without it: all orders.",
    )


class WeeklyListLine(Row):
    """One thing asked for one person. `pence`: what was listed; `funded_pence`: what it was paid with."""

    person = serializers.IntegerField(source="membership.person_id", read_only=True)
    name = serializers.CharField(source="membership.person.full_name", read_only=True)

    class Meta:
        model = WeeklyListRow
        fields = ("id", "number", "person", "name", "call", "membership", "portion", "kind", "state", "pence", "funded_pence", "due_on")


class WeeklyListShape(Row):
    """One list. Once sent, its rows and sums stay as they were; where to send the sum is in the organisation's wallet (`waiting`)."""

    rows = WeeklyListLine(many=True, read_only=True)

    class Meta:
        model = WeeklyList
        fields = (
            "id",
            "organisation",
            "council_code",
            "state",
            "made_on",
            "covers_to",
            "sum_pence",
            "send_pence",
            "made_by",
            "made_at",
            "sent_by",
            "sent_at",
            "ended_at",
            "rows",
        )


class WeeklyDayShape(Row):
    """The day on which an organisation's lists are made."""

    class Meta:
        model = WeeklyDay
        fields = ("organisation", "weekday")
