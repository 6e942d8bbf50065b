"""The API's views about people."""

from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import AnonRateThrottle
from rest_framework.views import APIView

from audit import clock
from people.api.serializers import TokenAnswer, TokenRequest
from people.services import tokens


class TokenThrottle(AnonRateThrottle):
    """Guessing passwords must take years."""

    rate = "10/min"
    scope = "token"


class TokenView(APIView):
    """Gives a token for an e-mail address and a password."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    throttle_classes = (TokenThrottle,)

    @extend_schema(request=TokenRequest, responses=TokenAnswer)
    def post(self, request: Request) -> Response:
        asked = TokenRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        return Response({"token": tokens.issue(**asked.validated_data, at=clock.now())})
