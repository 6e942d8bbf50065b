"""What a group asks providers for, each payer's own yes, providers' questions, and what a checked provider reads."""

from django.http import Http404
from django.shortcuts import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from audit.api.edge import Edge, ReadEdge, looks, makes, verb
from marketplace.api.filters import BriefFilter, BriefPayerFilter, BriefQuestionFilter
from marketplace.api.serializers.briefs import (
    BriefAmendmentRow,
    BriefBegun,
    BriefChange,
    BriefComments,
    BriefPayerRow,
    BriefQuestionSaid,
    BriefRead,
    BriefReason,
    BriefRow,
    BriefSaid,
    BriefShow,
    BriefWords,
    BriefYes,
    CardShape,
    QuestionRow,
    draft_of,
)
from marketplace.models import Brief, BriefPayer, BriefQuestion
from marketplace.policies import may_speak_for_enterprise
from marketplace.selectors.briefs import open_for
from marketplace.services import briefs
from providers.models import Enterprise


class Briefs(ReadEdge):
    """What your group asks providers for. Providers read open ones under enterprises/{id}/wanted/."""

    model = Brief
    related = ("cluster", "need")
    order = ("-pk",)
    serializer_class = BriefRow
    filterset_class = BriefFilter

    @makes(BriefBegun, BriefRow)
    def create(self, request: Request) -> Response:
        """Begins one, from what somebody in the group shared."""
        said = self.asked()
        draft = draft_of(said)
        return self.answer(briefs.draft_brief(draft=draft, by=self.person, at=self.at, **said))

    @verb(BriefSaid, BriefRow)
    def edit(self, request: Request, pk: int) -> Response:
        """Writes a draft anew."""
        brief, said = self.get_object(), self.asked()
        draft = draft_of(said)
        return self.answer(briefs.edit(brief=brief, draft=draft, by=self.person, at=self.at, **said))

    @verb(None, BriefRow)
    def drop(self, request: Request, pk: int) -> Response:
        """A draft that nobody goes on with."""
        return self.answer(briefs.drop(brief=self.get_object(), by=self.person, at=self.at))

    @verb(BriefRead, BriefRow)
    def check(self, request: Request, pk: int) -> Response:
        """Nothing in it gives anybody away: ready for the group, and for a second pair of eyes."""
        return self.answer(briefs.check(brief=self.get_object(), by=self.person, at=self.at, **self.asked()))

    @verb(BriefComments, BriefRow, path="return")
    def send_back(self, request: Request, pk: int) -> Response:
        """Back to be written again, with what should change."""
        return self.answer(briefs.return_(brief=self.get_object(), by=self.person, at=self.at, **self.asked()))

    @verb(None, BriefRow)
    def ask_group(self, request: Request, pk: int) -> Response:
        """Puts it to the group. Their yes promises nobody's money."""
        return self.answer(briefs.ask_group(brief=self.get_object(), by=self.person, at=self.at))

    @verb(None, BriefRow)
    def share_again(self, request: Request, pk: int) -> Response:
        """Without those who said no: the others are asked for the whole."""
        return self.answer(briefs.share_again(brief=self.get_object(), by=self.person, at=self.at))

    @verb(BriefShow, BriefRow)
    def publish(self, request: Request, pk: int) -> Response:
        """A second pair of eyes shows it to checked providers."""
        return self.answer(briefs.publish(brief=self.get_object(), by=self.person, at=self.at, **self.asked()))

    @verb(BriefChange, BriefRow)
    def amend(self, request: Request, pk: int) -> Response:
        """Other words while it is open; it stays open three days longer."""
        return self.answer(briefs.amend_brief(brief=self.get_object(), by=self.person, at=self.at, **self.asked()))

    @verb(BriefReason, BriefRow)
    def ask_to_withdraw(self, request: Request, pk: int) -> Response:
        """Asks the group to take it back."""
        brief = self.get_object()
        briefs.ask_to_withdraw(brief=brief, by=self.person, at=self.at, **self.asked())
        return self.answer(brief)

    @looks(BriefAmendmentRow, detail=True, many=True)
    def amendments(self, request: Request, pk: int) -> Response:
        """What was changed while it was open."""
        return self.give_pages(self.get_object().amendments.all())


class BriefPayers(ReadEdge):
    """Parts of briefs that you, or somebody you support, would pay."""

    model = BriefPayer
    related = ("person",)
    order = ("-pk",)
    serializer_class = BriefPayerRow
    filterset_class = BriefPayerFilter

    @verb(BriefYes, BriefPayerRow, kept=True)
    def yes(self, request: Request, pk: int) -> Response:
        """Your own yes to `ceiling_pence`, the most it can cost you. Kept on your promise; no money moves."""
        return self.answer(briefs.say_yes(payer=self.get_object(), by=self.person, at=self.at, **self.asked()))

    @verb(None, BriefPayerRow)
    def no(self, request: Request, pk: int) -> Response:
        """Not this time, or not any more."""
        return self.answer(briefs.say_no(payer=self.get_object(), by=self.person, at=self.at))


class BriefQuestions(ReadEdge):
    """What providers asked, and what the group answered."""

    model = BriefQuestion
    order = ("pk",)
    serializer_class = QuestionRow
    filterset_class = BriefQuestionFilter

    @verb(BriefWords, QuestionRow)
    def answer_it(self, request: Request, pk: int) -> Response:
        """The group's answer, for every provider. Said once."""
        return self.answer(briefs.answer(question=self.get_object(), by=self.person, at=self.at, **self.asked()))


class EnterpriseWanted(Edge):
    """What groups near want, for a provider whose checks are up to date."""

    model = Enterprise

    @looks(CardShape, detail=True, many=True)
    def wanted(self, request: Request, pk: int) -> Response:
        """Open briefs that this provider may answer, the first to close first."""
        return self.give_pages(open_for(self._own(pk), at=self.at))

    @verb(BriefQuestionSaid, QuestionRow, status=201)
    def ask_about(self, request: Request, pk: int) -> Response:
        """Asks about an open brief, in the first half of its time. Every provider reads question and answer; nobody learns who asked."""
        enterprise, said = self._own(pk), self.asked()
        brief = get_object_or_404(Brief.objects.visible_to_enterprise(enterprise, self.today), pk=said["brief"])
        return self.give(briefs.ask(brief=brief, enterprise=enterprise, words=said["words"], by=self.person, at=self.at))

    def _own(self, pk: int) -> Enterprise:
        enterprise: Enterprise = get_object_or_404(self.get_queryset(), pk=pk)
        if not may_speak_for_enterprise(by=self.person, enterprise=enterprise):
            raise Http404
        return enterprise
