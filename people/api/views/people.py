"""Yourself, new people, and how sure we are of somebody."""

from typing import Any

from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import AnonRateThrottle

from audit.api.edge import Edge, makes, verb
from audit.errors import NotAllowed
from people.api.serializers import MeChange, MeRow, PersonMade, Registering, Vouching
from people.models import Person
from people.roles import FACILITATOR, HOLDER_STAFF, has_role
from people.selectors import find_by_address
from people.services import people
from places.postcodes import council_of, outcode_of


class JoinThrottle(AnonRateThrottle):
    """Nobody makes pages by the hundred."""

    rate = "20/min"
    scope = "join"


class Me(Edge):
    """You: what we know of you and how you like to be reached."""

    model = Person
    serializer_class = MeRow

    def retrieve(self, request: Request) -> Response:
        """You, with your roles."""
        return self.give(self.person)

    @makes(MeChange, MeRow, status=200)
    def partial_update(self, request: Request) -> Response:
        """Changes how you read and are reached, and until when you are away."""
        said, terms = self.asked(), {"person": self.person, "by": self.person, "at": self.at}
        for name in ("easy_view", "phrase", "figure"):
            if name in said:
                getattr(people, f"set_{name}")(**{name: said[name]}, **terms)
        if "away_until" in said:
            people.set_away(until=said["away_until"], **terms)
        if {"channel", "letter_address"} & said.keys():
            people.set_channel(channel=said.get("channel", self.person.channel), letter_address=said.get("letter_address"), **terms)
        return self.give(self.rows().get(pk=self.person.pk))


class People(Edge):
    """People: making a page, and vouching for somebody you met."""

    model = Person

    def get_permissions(self) -> list[Any]:
        return [AllowAny()] if self.action == "create" else super().get_permissions()

    def get_throttles(self) -> list[Any]:
        return [JoinThrottle()] if self.action == "create" else []

    @makes(Registering, PersonMade)
    def create(self, request: Request) -> Response:
        """Makes a page for somebody: for yourself, or, signed in, for somebody you help to type."""
        said = self.asked()
        outcode = outcode_of(said.pop("outcode"))
        council = said.pop("council_code", None)
        return self.answer(
            people.register(outcode=outcode, council_code=council.pk if council else council_of(outcode), by=self.person, at=self.at, **said)
        )

    @verb(Vouching, PersonMade, detail=False)
    def vouch(self, request: Request) -> Response:
        """Says that you met this person and saw a letter, or that you pay for them."""
        said = self.asked()
        # Asked first: whoever may not vouch learns nothing of who has a page.
        if not (self.person.is_operator or any(has_role(self.person, kind, at=self.at) for kind in (FACILITATOR, HOLDER_STAFF))):
            raise NotAllowed
        return self.answer(people.vouch(person=find_by_address(said["reach"]), level=said["level"], by=self.person, at=self.at))
