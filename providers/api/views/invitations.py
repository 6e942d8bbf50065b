"""A provider invites somebody they help already: made and stopped by the owner, read by whoever holds the code."""

from typing import Any

from django.http import Http404
from rest_framework.request import Request
from rest_framework.response import Response

from audit.api.edge import ReadEdge, makes, verb
from providers.api.filters import InvitationFilter
from providers.api.serializers_of_invitations import CodeSaid, InvitationMade, InvitationRow, InvitationSaid, WhoInvites
from providers.models import Invitation, Listing
from providers.selectors import enterprise_of_invitation
from providers.services import invitations


class Invitations(ReadEdge):
    """The codes that you made. Nobody writes down who was invited, or who came."""

    model = Invitation
    serializer_class = InvitationRow
    filterset_class = InvitationFilter
    anybody = frozenset({"read"})
    slowed = frozenset({"read"})

    @makes(InvitationSaid, InvitationMade)
    def create(self, request: Request) -> Response:
        """A new code, told now and never again. It works for four weeks."""
        made, code = invitations.invite(by=self.person, at=self.at, **self.asked())
        return self.give({"invitation": made, "code": code})

    @verb(None, InvitationRow)
    def stop(self, request: Request, pk: int) -> Response:
        """The code stops working at once."""
        row: Any = self.get_object()
        return self.answer(invitations.stop(invitation=row, by=self.person, at=self.at))

    @verb(CodeSaid, WhoInvites, detail=False)
    def read(self, request: Request) -> Response:
        """Who invites with this code. Anybody; a wrong code, a stopped one and one that ran out are the same: not there."""
        enterprise = enterprise_of_invitation(self.asked()["code"], at=self.at)
        if enterprise is None:
            raise Http404
        found = Listing.objects.on_sale().filter(enterprise=enterprise).order_by("pk").values_list("pk", flat=True)
        return self.give({"enterprise": enterprise.pk, "name": enterprise.name, "about": enterprise.about, "listings": list(found)})
