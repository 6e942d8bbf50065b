"""Second people's yeses. They are `people`'s rows; they stand here because the market says who has an interest in what."""

from django.db.models import Q, QuerySet
from django.http import Http404
from rest_framework.request import Request
from rest_framework.response import Response

from audit.api.edge import ReadEdge, looks, verb
from audit.errors import Refusal
from marketplace.policies import may_answer_about
from payments.services.answering import FOR_OPERATORS, may_answer, must_be_able_to_answer
from people.api.filters import ApprovalFilter
from people.api.serializers import ApprovalRow
from people.models import Approval
from people.selectors import approvals_to_answer
from people.services import approvals
from pooling.services import endings


class AnswerItWhereItIs(Refusal):
    """A request about a share, or a stopped group: giving it alone would move nothing, and leave the question open."""

    code = "answer_it_where_it_is"
    sentence = (
        "This is about a share. Agree or say no there: confirm-decision, refuse-decision, confirm-hold-back, confirm-dismissal or refuse-dismissal."
    )


class OperatorsAnswerIt(Refusal):
    """A request of one operator to another. Given alone, its yes would carry nothing out, and stand in the way of the next."""

    code = "operators_answer_it"
    sentence = "Only another operator answers this, where it is then done: on the operator’s pages, or, to close books, by closing them."


class Approvals(ReadEdge):
    """Second people's yeses that you asked for or answered. One by itself: also those that you may answer."""

    model = Approval
    order = ("-pk",)
    serializer_class = ApprovalRow
    filterset_class = ApprovalFilter

    def get_queryset(self) -> QuerySet[Approval]:
        rows = super().get_queryset()
        return rows.filter(Q(asked_by=self.person) | Q(given_by=self.person) | Q(refused_by=self.person)) if self.action == "list" else rows

    def get_object(self) -> Approval:
        """Not who has an interest in it, unless they are in it already."""
        row: Approval = super().get_object()
        if self.person.pk not in {row.asked_by_id, row.given_by_id, row.refused_by_id} and not may_answer_about(
            by=self.person, approval=row, at=self.at
        ):
            raise Http404
        return row

    @looks(ApprovalRow, many=True)
    def to_answer(self, request: Request) -> Response:
        """What waits for your yes or no, oldest first."""
        waiting = approvals_to_answer(self.person, at=self.at)
        mine = (one for one in waiting if may_answer_about(by=self.person, approval=one, at=self.at))
        return self.give_pages(one for one in mine if may_answer(one, by=self.person))

    @verb(None, ApprovalRow, path="give")
    def say_yes(self, request: Request, pk: int) -> Response:
        """The second person's yes."""
        row = self._to_answer()
        if row.what == endings.UNFREEZE:
            raise AnswerItWhereItIs("This is about a group that is stopped. Agree there: stoppable-groups, unfreeze.")
        return self.answer(approvals.give(approval=row, by=self.person, at=self.at))

    @verb(None, ApprovalRow, path="refuse")
    def say_no(self, request: Request, pk: int) -> Response:
        """The second person's no."""
        return self.answer(approvals.refuse(approval=self._to_answer(), by=self.person, at=self.at))

    def _to_answer(self) -> Approval:
        row = self.get_object()
        if row.about_kind == "milestone_share":
            raise AnswerItWhereItIs
        if row.what in FOR_OPERATORS:
            raise OperatorsAnswerIt
        must_be_able_to_answer(row, by=self.person)
        return row
