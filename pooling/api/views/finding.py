"""Finding each other, meetings, what people have in common."""

from typing import Any

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from audit.api.edge import ReadEdge, looks, makes, verb
from pooling.api.filters import InCommonFilter, InterestFilter, IntroductionFilter
from pooling.api.serializers.finding import (
    FoundingSaid,
    InCommonRow,
    InCommonSaid,
    InterestRow,
    InterestSaid,
    IntroductionRow,
    IntroductionSaid,
    MatchShape,
    ShownSaid,
)
from pooling.api.serializers.groups import ClusterRow, MembershipRow
from pooling.models import InCommon, Interest, Introduction
from pooling.selectors.finding import matches_for
from pooling.services import in_common, interests, meetings


class Interests(ReadEdge):
    """What you would like together with others; and, for who helps groups, people who wait for the same."""

    model = Interest
    related = ("person",)
    serializer_class = InterestRow
    filterset_class = InterestFilter

    @makes(InterestSaid, InterestRow)
    def create(self, request: Request) -> Response:
        """You would like this with others near you."""
        said = self.asked()
        return self.answer(interests.would_like(**{**said, "category": said["category"].slug}, by=self.person, at=self.at))

    @verb(None, InterestRow)
    def stop(self, request: Request, pk: int) -> Response:
        """Not any more, on any day."""
        return self.answer(interests.stop(interest=self.get_object(), by=self.person, at=self.at))

    @looks(MatchShape, many=True)
    def matches(self, request: Request) -> Response:
        """Three or more who would like the same, in the councils where you help groups."""
        return self.give_pages(matches_for(self.person, at=self.at))


class Introductions(ReadEdge):
    """Meetings you are asked to, or host."""

    model = Introduction
    related = ("facilitator",)
    serializer_class = IntroductionRow
    filterset_class = IntroductionFilter

    def rows(self) -> QuerySet[Any]:
        return super().rows().prefetch_related("interests__person")

    @makes(IntroductionSaid, IntroductionRow)
    def create(self, request: Request) -> Response:
        """Hosts a meeting for people who would like the same."""
        said = self.asked()
        rows = list(Interest.objects.visible_to(self.person).filter(pk__in=said.pop("interests")))
        return self.answer(meetings.introduce(interests=rows, **said, by=self.person, at=self.at))

    @verb(FoundingSaid, ClusterRow, status=201)
    def start_group(self, request: Request, pk: int) -> Response:
        """Starts the group of those who met, with you in it."""
        meeting, said = self.get_object(), self.asked()
        answers = {**said, "purpose": said["purpose"].slug}
        return self.answer(meetings.start_group(introduction=meeting, by=self.person, at=self.at, **answers))

    @verb(None, MembershipRow, status=201)
    def join(self, request: Request, pk: int) -> Response:
        """Signs the first rules of the group that one of you started."""
        return self.answer(meetings.join_founders(introduction=self.get_object(), by=self.person, at=self.at))


class ThingsInCommon(ReadEdge):
    """What you agreed may be used to put you near people who said the same. Yours only."""

    model = InCommon
    serializer_class = InCommonRow
    filterset_class = InCommonFilter

    @makes(InCommonSaid, InCommonRow)
    def create(self, request: Request) -> Response:
        """Says one thing, with a yes of its own."""
        return self.answer(in_common.say(**self.asked(), by=self.person, at=self.at))

    @verb(ShownSaid, InCommonRow)
    def show(self, request: Request, pk: int) -> Response:
        """Shows it to people in your groups, or hides it."""
        return self.answer(in_common.show(thing=self.get_object(), by=self.person, at=self.at, **self.asked()))

    @verb(None, InCommonRow)
    def take_back(self, request: Request, pk: int) -> Response:
        """Takes it back: the word is gone."""
        return self.answer(in_common.take_back(thing=self.get_object(), by=self.person, at=self.at))
