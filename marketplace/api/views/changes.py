"""Changes to agreements that run: everybody's own answer, and the provider's."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from audit.api.edge import ReadEdge, makes, verb
from marketplace.api.filters import ChangeAnswerFilter, ChangeFilter
from marketplace.api.serializers.agreements import Why
from marketplace.api.serializers.changes import AnswerSaid, ChangeAnswerRow, ChangeRow, ChangeSaid
from marketplace.models import Change, ChangeAnswer
from marketplace.services import changing


class Changes(ReadEdge):
    """New terms asked for, agreed, or come to nothing, of agreements that you may see."""

    model = Change
    order = ("-pk",)
    serializer_class: Any = ChangeRow
    filterset_class = ChangeFilter

    @makes(ChangeSaid, ChangeRow, kept=True)
    def create(self, request: Request) -> Response:
        """Asks everybody whose yes it needs. It moves no money; asking is your own yes."""
        return self.answer(changing.propose(by=self.person, at=self.at, **self.asked()))

    @verb(AnswerSaid, ChangeRow, kept=True, path="answer")
    def say(self, request: Request, pk: int) -> Response:
        """One payer's own answer. It may be changed until the question is over; silence is never a yes."""
        return self.answer(changing.answer(change=self.get_object(), by=self.person, at=self.at, **self.asked()))

    @verb(None, ChangeRow, kept=True)
    def provider_sign(self, request: Request, pk: int) -> Response:
        """The provider's yes."""
        return self.answer(changing.provider_sign(change=self.get_object(), by=self.person, at=self.at))

    @verb(Why, ChangeRow)
    def provider_refuse(self, request: Request, pk: int) -> Response:
        """The provider's no: it stays as it was signed."""
        return self.answer(changing.refuse(change=self.get_object(), by=self.person, at=self.at, **self.asked()))

    @verb(None, ChangeRow)
    def take_back(self, request: Request, pk: int) -> Response:
        """Who asked for it takes it back."""
        return self.answer(changing.take_back(change=self.get_object(), by=self.person, at=self.at))


class ChangeAnswers(ReadEdge):
    """Your own old and new prices, and those of people you help or whose money you look after."""

    model = ChangeAnswer
    related = ("payer",)
    order = ("-pk",)
    serializer_class = ChangeAnswerRow
    filterset_class = ChangeAnswerFilter
