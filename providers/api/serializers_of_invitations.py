"""Shapes of what a provider hands to somebody they help already."""

from rest_framework import serializers

from audit.api.shapes import Row, Shape, VisibleField
from providers.models import Enterprise, Invitation


class InvitationRow(Row):
    """A code that was made: what it ends in, and how long it works. The code itself is kept nowhere."""

    class Meta:
        model = Invitation
        fields = ("id", "enterprise", "ends_in", "made_at", "last_at", "stopped_at")


class InvitationSaid(Shape):
    """For which of your providers."""

    enterprise = VisibleField(Enterprise)


class InvitationMade(Shape):
    """The new code, told this once."""

    invitation = InvitationRow()
    code = serializers.CharField(help_text="Like k7mp-4xqd. Hand it over yourself: nobody is written to.")


class CodeSaid(Shape):
    """A code as it was typed: big or small letters, with or without what stands between."""

    code = serializers.CharField(max_length=40)


class WhoInvites(Shape):
    """Who invites, and what anybody can find of them today."""

    enterprise = serializers.IntegerField()
    name = serializers.CharField()
    about = serializers.CharField()
    listings = serializers.ListField(child=serializers.IntegerField())
