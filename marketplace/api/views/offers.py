"""Sealed offers for their provider; after the close, the choice for the group."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from audit.api.edge import ReadEdge, makes, verb
from marketplace.api.filters import ChoiceFilter, OfferFilter
from marketplace.api.serializers.offers import (
    ChallengeAnswered,
    ChoiceAsked,
    ChoiceRow,
    ChoiceWhole,
    ChooseSaid,
    NobodySaid,
    OfferRow,
    OfferSaid,
    OfferWords,
    PointsSaid,
    ShortlistSaid,
    TermsSaid,
    TiesSaid,
    reasons_of,
    terms_of,
)
from marketplace.models import Brief, BriefLot, Offer
from marketplace.querysets_of_offers import SEALED, in_group
from marketplace.selectors.offers import side_by_side
from marketplace.services import choosing, offers


class Offers(ReadEdge):
    """Your own offers as a provider; once a brief is closed, those your group compares."""

    model = Offer
    related = ("enterprise", "brief", "lot")
    order = ("-pk",)
    serializer_class = OfferRow
    filterset_class = OfferFilter

    @makes(OfferSaid, OfferRow, kept=True)
    def create(self, request: Request) -> Response:
        """Begins an offer, filled in from the provider's own service; with `send`, sends it in at once."""
        said = self.asked()
        open_now = Brief.objects.visible_to_enterprise(said["enterprise"], self.today)
        lot = get_object_or_404(BriefLot.objects.filter(brief__in=open_now), pk=said["lot"])
        do = offers.answer if said["send"] else offers.start_offer
        return self.answer(do(lot=lot, enterprise=said["enterprise"], by=self.person, at=self.at))

    @verb(TermsSaid, OfferRow)
    def edit(self, request: Request, pk: int) -> Response:
        """Changes a draft."""
        return self.answer(offers.edit(offer=self.get_object(), by=self.person, at=self.at, **terms_of(self.asked())))

    @verb(None, OfferRow, kept=True)
    def submit(self, request: Request, pk: int) -> Response:
        """Sends it in, sealed until the close."""
        return self.answer(offers.submit(offer=self.get_object(), by=self.person, at=self.at))

    @verb(TermsSaid, OfferRow)
    def revise(self, request: Request, pk: int) -> Response:
        """Changes what was sent in, until the close. The old version is kept."""
        return self.answer(offers.revise(offer=self.get_object(), by=self.person, at=self.at, **terms_of(self.asked())))

    @verb(None, OfferRow)
    def pull_out(self, request: Request, pk: int) -> Response:
        """Takes it back."""
        return self.answer(offers.pull_out(offer=self.get_object(), by=self.person, at=self.at))

    @verb(None, OfferRow, kept=True)
    def accept(self, request: Request, pk: int) -> Response:
        """The chosen provider's yes, within five working days."""
        return self.answer(offers.accept(offer=self.get_object(), by=self.person, at=self.at))

    @verb(None, OfferRow)
    def come_back(self, request: Request, pk: int) -> Response:
        """The group chooses again, and the provider would still come."""
        return self.answer(offers.reopen(offer=self.get_object(), by=self.person, at=self.at))

    @verb(OfferWords, OfferRow)
    def challenge(self, request: Request, pk: int) -> Response:
        """Who was not chosen says what was not fair."""
        return self.answer(offers.challenge(offer=self.get_object(), by=self.person, at=self.at, **self.asked()))

    @verb(ChallengeAnswered, OfferRow)
    def answer_challenge(self, request: Request, pk: int) -> Response:
        """An operator without an interest says whether it was fair."""
        return self.answer(choosing.answer_challenge(offer=self.get_object(), by=self.person, at=self.at, **self.asked()))

    @verb(PointsSaid, OfferRow)
    def score(self, request: Request, pk: int) -> Response:
        """One member's points, each with its reason."""
        row, said = self.get_object(), self.asked()
        choosing.score(offer=row, by=self.person, at=self.at, **said)
        return self.answer(row)

    @verb(ChooseSaid, ChoiceAsked)
    def ask_to_choose(self, request: Request, pk: int) -> Response:
        """Asks the group whether to choose this one."""
        why_not = reasons_of(self.asked()["why_not"])
        return self.give(choosing.ask_to_choose(offer=self.get_object(), feedback=why_not, by=self.person, at=self.at))


class Choices(ReadEdge):
    """Briefs of your groups that are closed, with their offers side by side."""

    model = Brief
    related = ("cluster",)
    order = ("-pk",)
    serializer_class = ChoiceRow
    filterset_class = ChoiceFilter

    def get_queryset(self) -> QuerySet[Any]:
        if self.person is None:
            return Brief.objects.none()
        closed = self.rows().exclude(state__in=[*SEALED, "withdrawn"])
        return closed.filter(in_group(self.person, "cluster")).order_by(*self.order)

    def get_serializer_class(self) -> Any:
        return ChoiceRow if self.action == "list" else ChoiceWhole

    def give(self, thing: Any) -> Response:
        """A brief is given with its offers."""
        if isinstance(thing, Brief):
            return super().give({"brief": thing, "parts": side_by_side(thing, self.person, on=self.today)})
        return super().give(thing)

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One of them: every offer, every point and reason, every tie that was said."""
        return self.give(self.get_object())

    @verb(TiesSaid, ChoiceWhole)
    def declare(self, request: Request, pk: int) -> Response:
        """Says whether you have a tie to anybody who offers, before you score."""
        row, ties = self.get_object(), {one["offer"].pk: one["kind"] for one in self.asked()["ties"]}
        choosing.declare(brief=row, person=self.person, ties=ties, by=self.person, at=self.at)
        return self.answer(row)

    @verb(ShortlistSaid, ChoiceWhole)
    def shortlist(self, request: Request, pk: int) -> Response:
        """Which offers are looked at closely."""
        row, said = self.get_object(), self.asked()
        kept = choosing.shortlist(brief=row, chosen=said["keep"], feedback=reasons_of(said["why_not"]), by=self.person, at=self.at)
        return self.answer(kept)

    @verb(NobodySaid, ChoiceAsked)
    def ask_to_choose_nobody(self, request: Request, pk: int) -> Response:
        """Asks the group whether to choose nobody."""
        row, said = self.get_object(), self.asked()
        why_not = reasons_of(said["why_not"])
        return self.give(choosing.ask_to_choose_nobody(brief=row, reasons=why_not, why=said["why"], by=self.person, at=self.at))
