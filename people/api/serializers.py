"""Shapes of requests and answers about people."""

from typing import Any

from rest_framework import serializers

from audit.api.shapes import DayField, Row, Shape, WordField
from people.models import Approval, Channel, Concern, Council, Organisation, Person, Role, Supporter


class TokenRequest(serializers.Serializer[dict[str, Any]]):
    email = serializers.CharField()
    password = serializers.CharField(trim_whitespace=False)


class TokenAnswer(serializers.Serializer[dict[str, Any]]):
    token = serializers.CharField()


class RoleRow(Row):
    """What somebody may do here for others, and where."""

    class Meta:
        model = Role
        fields = ("kind", "organisation", "council_code", "starts_at", "ends_at")


class MeRow(Row):
    """You."""

    roles = RoleRow(many=True, read_only=True)
    is_operator = serializers.BooleanField(read_only=True)

    class Meta:
        model = Person
        fields = (
            "id",
            "email",
            "phone",
            "full_name",
            "known_as",
            "outcode",
            "council_code",
            "channel",
            "letter_address",
            "phrase",
            "easy_view",
            "figure",
            "sureness",
            "away_until",
            "is_operator",
            "roles",
        )


class MeChange(Shape):
    """What you would like changed; what is left out stays."""

    easy_view = serializers.BooleanField(required=False)
    phrase = serializers.CharField(required=False, allow_blank=True, max_length=200)
    figure = serializers.SlugField(required=False, max_length=40)
    channel = serializers.ChoiceField(Channel.choices, required=False)
    letter_address = serializers.CharField(required=False, allow_blank=True, max_length=500)
    away_until = DayField(required=False, allow_null=True)


class Registering(Shape):
    """Somebody's page of their own. One of `email`, `phone` and `letter_address` is needed."""

    full_name = serializers.CharField(max_length=120)
    known_as = serializers.CharField(required=False, allow_blank=True, max_length=40)
    email = serializers.CharField(required=False, allow_blank=True, max_length=254)
    phone = serializers.CharField(required=False, allow_blank=True, max_length=30)
    letter_address = serializers.CharField(required=False, allow_blank=True, max_length=500)
    channel = serializers.ChoiceField([("", "not said"), *Channel.choices], required=False, allow_blank=True)
    password = serializers.CharField(required=False, allow_null=True, max_length=128, trim_whitespace=False)
    outcode = serializers.CharField(max_length=10)
    council_code = WordField("code", queryset=Council.objects.all(), required=False)
    phrase = serializers.CharField(required=False, allow_blank=True, max_length=200)


class PersonMade(Row):
    """A page that was made."""

    class Meta:
        model = Person
        fields = ("id", "known_as", "outcode", "council_code", "sureness")


class Vouching(Shape):
    """Whom you met (by the address they sign in with) and how sure you are of them."""

    reach = serializers.CharField(max_length=254)
    level = serializers.ChoiceField([("seen", "met, with a letter"), ("confirmed", "the one who pays says so")])


class CouncilRow(Row):
    """A council, by its GSS code, and the numbers to ring."""

    class Meta:
        model = Council
        fields = ("code", "name", "day_phone", "night_phone")


class OrganisationRow(Row):
    """Who may look after money."""

    class Meta:
        model = Organisation
        fields = ("id", "kind", "name", "council_code", "parent")


class SupporterRow(Row):
    """Who helps whom, with what, from when."""

    class Meta:
        model = Supporter
        fields = ("id", "person", "supporter", "kind", "decisions", "source", "asked_at", "confirmed_at", "starts_at", "ends_at")


class AskSupporter(Shape):
    """Somebody who is to help you (`reach`: the address they sign in with), or, with `person_reach`, whom you are to help."""

    reach = serializers.CharField(required=False, max_length=254)
    person_reach = serializers.CharField(required=False, max_length=254)
    kind = serializers.ChoiceField(Supporter.Kind.choices)
    decisions = serializers.ListField(child=serializers.ChoiceField(Supporter.Decision.choices), required=False, max_length=5)
    source = serializers.CharField(required=False, allow_blank=True, max_length=500)  # type: ignore[assignment]  # also a field's own word

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("reach" in attrs) == ("person_reach" in attrs):
            raise serializers.ValidationError({"reach": "Give one of reach and person_reach."})
        return attrs


class ApprovalRow(Row):
    """A second person's yes: asked, given, refused or run out."""

    class Meta:
        model = Approval
        fields = (
            "id",
            "what",
            "about_kind",
            "about_id",
            "council_code",
            "asked_by",
            "reason",
            "asked_at",
            "given_by",
            "given_at",
            "refused_by",
            "refused_at",
            "expires_at",
            "used_at",
        )


class ConcernRow(Row):
    """A worry told in private, for operators."""

    class Meta:
        model = Concern
        fields = ("id", "text", "contact", "council_code", "by", "at", "what_was_done", "dealt_with_by", "dealt_with_at")


class Worried(Shape):
    """What worries you. `contact` only if you want an answer; you are not named unless `is_named`."""

    text = serializers.CharField(max_length=5000)
    contact = serializers.CharField(required=False, allow_blank=True, max_length=200)
    council_code = WordField("code", queryset=Council.objects.all(), required=False)
    is_named = serializers.BooleanField(required=False, default=False)


class DealtWith(Shape):
    """What was done about a worry, and who was told."""

    what_was_done = serializers.CharField(max_length=2000)


class Heard(Shape):
    """That we have it; nothing of it is given back."""

    is_kept = serializers.BooleanField()
