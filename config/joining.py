"""Making a page of one's own by the API: it needs people and places, which do not know each other."""

from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from audit import clock
from audit.api.edge import Unsigned
from people.api.serializers import PersonMade, Registering
from people.models import Person
from people.services import people
from places.postcodes import council_of, outcode_of


class Join(APIView):
    """New people."""

    permission_classes = (AllowAny,)
    throttle_classes = (Unsigned,)

    @extend_schema(operation_id="people_create", tags=["people"], request=Registering, responses={201: PersonMade})
    def post(self, request: Request) -> Response:
        """Makes a page for somebody: for yourself, or, signed in, for somebody you help to type."""
        sent = Registering(data=request.data)
        sent.is_valid(raise_exception=True)
        said = dict(sent.validated_data)
        outcode, council = outcode_of(said.pop("outcode")), said.pop("council_code", None)
        by = request.user if isinstance(request.user, Person) else None
        made = people.register(outcode=outcode, council_code=council.pk if council else council_of(outcode), by=by, at=clock.now(), **said)
        return Response(PersonMade(made).data, status=201)
