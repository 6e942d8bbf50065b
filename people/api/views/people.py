"""Yourself, and how sure we are of somebody."""

from django.db import transaction
from rest_framework.request import Request
from rest_framework.response import Response

from audit.api.edge import Edge, makes, verb
from audit.errors import NotAllowed
from people.api.serializers import MeChange, MeRow, PersonMade, Vouching
from people.models import Person
from people.roles import FACILITATOR, HOLDER_STAFF, has_role
from people.selectors import find_by_address
from people.services import people


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
        with transaction.atomic():
            for name in ("easy_view", "phrase", "figure"):
                if name in said:
                    getattr(people, f"set_{name}")(**{name: said[name]}, **terms)
            if "away_until" in said:
                people.set_away(until=said["away_until"], **terms)
            if {"channel", "letter_address"} & said.keys():
                people.set_channel(channel=said.get("channel", self.person.channel), letter_address=said.get("letter_address"), **terms)
        return self.give(self.rows().get(pk=self.person.pk))


class People(Edge):
    """People: vouching for somebody you met."""

    model = Person

    @verb(Vouching, PersonMade, detail=False)
    def vouch(self, request: Request) -> Response:
        """Says that you met this person and saw a letter, or that you pay for them."""
        said = self.asked()
        # Asked first: whoever may not vouch learns nothing of who has a page.
        if not (self.person.is_operator or any(has_role(self.person, kind, at=self.at) for kind in (FACILITATOR, HOLDER_STAFF))):
            raise NotAllowed
        return self.answer(people.vouch(person=find_by_address(said["reach"]), level=said["level"], by=self.person, at=self.at))
