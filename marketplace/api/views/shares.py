"""Shares: each payer's own yes, questions and how they end."""

from typing import Any

from django.db.models import Prefetch, QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from audit.api.edge import ReadEdge, verb
from marketplace.api.filters import ShareFilter
from marketplace.api.serializers.weeks import AnswersSaid, DecisionSaid, SettleSaid, ShareRow, WhyDecided, WordsSaid
from marketplace.models import MilestoneShare, VisitPart
from marketplace.services import decisions, late, shares


class Shares(ReadEdge):
    """Parts of weeks: yours, of people you help, of money you look after, and those you are to be paid."""

    model = MilestoneShare
    related = ("milestone__agreement__enterprise", "milestone__agreement__cluster", "payer__person", "portion__holder")
    serializer_class = ShareRow
    filterset_class = ShareFilter

    def rows(self) -> QuerySet[Any]:
        parts = VisitPart.objects.visible_to(self.person).select_related("visit").order_by("visit__on", "pk")
        return super().rows().prefetch_related(Prefetch("visit_parts", parts))

    @verb(AnswersSaid, ShareRow, kept=True, path="answer")
    def say(self, request: Request, pk: int) -> Response:
        """What happened, visit by visit. What you say yes to is paid; the rest waits, or is asked again tomorrow."""
        return self.answer(shares.answer(share=self.get_object(), by=self.person, at=self.at, **_answers(self.asked())))

    @verb(None, ShareRow, kept=True)
    def yes(self, request: Request, pk: int) -> Response:
        """It all happened: pay this part."""
        return self.answer(shares.yes(share=self.get_object(), by=self.person, at=self.at))

    @verb(WordsSaid, ShareRow, kept=True)
    def question(self, request: Request, pk: int) -> Response:
        """It did not happen, or not as it should: the whole part waits."""
        return self.answer(shares.question(share=self.get_object(), by=self.person, at=self.at, **self.asked()))

    @verb(None, ShareRow)
    def not_sure(self, request: Request, pk: int) -> Response:
        """Ask me tomorrow."""
        return self.answer(shares.not_sure(share=self.get_object(), by=self.person, at=self.at))

    @verb(AnswersSaid, ShareRow, kept=True)
    def record_for_person(self, request: Request, pk: int) -> Response:
        """Writes down the person's own answer, when you were asked to ask them. `words`: how they answered."""
        return self.answer(shares.record_for_person(share=self.get_object(), by=self.person, at=self.at, **_answers(self.asked())))

    @verb(None, ShareRow, kept=True)
    def agree_to_large_payment(self, request: Request, pk: int) -> Response:
        """The second person's yes to a large payment."""
        return self.answer(shares.agree_to_large_payment(share=self.get_object(), by=self.person, at=self.at))

    @verb(WordsSaid, ShareRow)
    def reply(self, request: Request, pk: int) -> Response:
        """The provider answers a question."""
        return self.answer(decisions.provider_reply(share=self.get_object(), by=self.person, at=self.at, **self.asked()))

    @verb(SettleSaid, ShareRow, kept=True)
    def settle(self, request: Request, pk: int) -> Response:
        """One side says how much should be paid; when both say the same, it is done."""
        return self.answer(decisions.settle(share=self.get_object(), by=self.person, at=self.at, **self.asked()))

    @verb(DecisionSaid, ShareRow)
    def propose_decision(self, request: Request, pk: int) -> Response:
        """The first of two people without an interest says how a question should end."""
        share = self.get_object()
        decisions.propose_decision(share=share, by=self.person, at=self.at, **self.asked())
        return self.answer(share)

    @verb(DecisionSaid, ShareRow, kept=True)
    def confirm_decision(self, request: Request, pk: int) -> Response:
        """The second one agrees to the sum proposed, and the money moves. Another sum is refused: then look again."""
        return self.answer(decisions.confirm_decision(share=self.get_object(), by=self.person, at=self.at, **self.asked()))

    @verb(None, ShareRow)
    def refuse_decision(self, request: Request, pk: int) -> Response:
        """The second one does not agree: the question stays open."""
        return self.answer(decisions.refuse_decision(share=self.get_object(), by=self.person, at=self.at))

    @verb(WhyDecided, ShareRow)
    def propose_hold_back(self, request: Request, pk: int) -> Response:
        """The first of two people says that money about to be paid must wait."""
        share = self.get_object()
        decisions.propose_hold_back(share=share, by=self.person, at=self.at, **self.asked())
        return self.answer(share)

    @verb(None, ShareRow, kept=True)
    def confirm_hold_back(self, request: Request, pk: int) -> Response:
        """The second one agrees: it waits as a question."""
        return self.answer(decisions.confirm_hold_back(share=self.get_object(), by=self.person, at=self.at))

    @verb(WordsSaid, ShareRow, kept=True)
    def query_late(self, request: Request, pk: int) -> Response:
        """It was paid without your answer, at most 28 days ago, and that was wrong. It stays paid; two people look at it."""
        return self.answer(late.query_late(share=self.get_object(), by=self.person, at=self.at, **self.asked()))

    @verb(WhyDecided, ShareRow)
    def propose_dismissal(self, request: Request, pk: int) -> Response:
        """The first of two people without an interest says that the payment was right after all."""
        share = self.get_object()
        late.propose_dismissal(share=share, by=self.person, at=self.at, **self.asked())
        return self.answer(share)

    @verb(WhyDecided, ShareRow, kept=True)
    def confirm_dismissal(self, request: Request, pk: int) -> Response:
        """The second one agrees: the late question is over. No money moves."""
        return self.answer(late.confirm_dismissal(share=self.get_object(), by=self.person, at=self.at, **self.asked()))

    @verb(None, ShareRow)
    def refuse_dismissal(self, request: Request, pk: int) -> Response:
        """The second one does not agree: the late question stays open."""
        return self.answer(late.refuse_dismissal(share=self.get_object(), by=self.person, at=self.at))


def _answers(said: dict[str, Any]) -> dict[str, Any]:
    return {**said, "answers": [(one["part"], one["answer"], one["accepted_pence"]) for one in said["answers"]]}
