"""The API's views about people."""

from hashlib import sha256

from django.conf import settings
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
    """Guessing a password must take years: so many tries a minute for one e-mail from one address. The demo's passwords are no secret."""

    rate = "20/min"
    scope = "token"

    def get_cache_key(self, request: Request, view: APIView) -> str | None:
        if settings.DEMO:
            return None
        typed = str(request.data.get("email", "")).strip().lower() if isinstance(request.data, dict) else ""
        digest = sha256(typed.encode()).hexdigest()[:16]
        return f"{super().get_cache_key(request, view)}:{digest}"


class TokenView(APIView):
    """A token for scripts and other programs."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    throttle_classes = (TokenThrottle,)

    @extend_schema(request=TokenRequest, responses=TokenAnswer)
    def post(self, request: Request) -> Response:
        """Gives a token for an e-mail address and a password. Send it as `Authorization: Token …`."""
        asked = TokenRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        return Response({"token": tokens.issue(**asked.validated_data, at=clock.now())})
