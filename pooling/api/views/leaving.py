"""Goodbyes: notice, statements and questions about them, removals and appeals, somebody who is gone."""

from rest_framework.request import Request
from rest_framework.response import Response

from audit.api.edge import Edge, ReadEdge, verb
from pooling.api.filters_of_leaving import EndReportFilter, LeavingFilter, RemovalFilter, StatementFilter, StatementQueryFilter
from pooling.api.serializers.leaving import (
    AppealAnswered,
    AppealSaid,
    EndReportRow,
    LeavingRow,
    PlaceEnded,
    QuerySaid,
    ReasonsSaid,
    RemovalRow,
    RemovalSaid,
    ReplySaid,
    StatementQueryRow,
    StatementRow,
)
from pooling.models import EndReport, Leaving, Removal, Statement, StatementQuery
from pooling.services import leaving, removals, settlement


class LeavingVerbs(Edge):
    """What is said about a place when somebody goes: part of `memberships`."""

    @verb(None, LeavingRow)
    def give_notice(self, request: Request, pk: int) -> Response:
        """Says that you leave. `until` is the day on which you are out; today when nothing of yours is on."""
        return self.give(leaving.give_notice(membership=self.get_object(), by=self.person, at=self.at))

    @verb(None, LeavingRow)
    def take_back_notice(self, request: Request, pk: int) -> Response:
        """You stay after all, before the day."""
        return self.give(leaving.take_back_notice(membership=self.get_object(), by=self.person, at=self.at))

    @verb(PlaceEnded, EndReportRow, status=201)
    def report_end(self, request: Request, pk: int) -> Response:
        """Tells us that this person died, moved, or has no budget any more. Nothing changes until who looks after the money has looked."""
        return self.give(leaving.report_end(membership=self.get_object(), by=self.person, at=self.at, **self.asked()))

    @verb(RemovalSaid, RemovalRow, status=201)
    def ask_removal(self, request: Request, pk: int) -> Response:
        """Asks the group whether this person should leave it. They can answer before anybody decides."""
        return self.give(removals.ask(membership=self.get_object(), by=self.person, at=self.at, **self.asked()))


class Leavings(ReadEdge):
    """Ways out of groups: yours, of people whose money you look after, of groups you help."""

    model = Leaving
    serializer_class = LeavingRow
    filterset_class = LeavingFilter


class Statements(ReadEdge):
    """What is left of leavers' money: yours, or the part that you look after."""

    model = Statement
    serializer_class = StatementRow
    filterset_class = StatementFilter

    @verb(None, StatementRow, kept=True)
    def agree(self, request: Request, pk: int) -> Response:
        """It is right: what it says goes back to where it came from."""
        return self.answer(settlement.agree(statement=self.get_object(), by=self.person, at=self.at))

    @verb(QuerySaid, StatementQueryRow, status=201, kept=True)
    def query(self, request: Request, pk: int) -> Response:
        """Asks about one line; the rest goes back now."""
        return self.give(settlement.query(statement=self.get_object(), by=self.person, at=self.at, **self.asked()))


class StatementQueries(ReadEdge):
    """What people ask about their statements."""

    model = StatementQuery
    serializer_class = StatementQueryRow
    filterset_class = StatementQueryFilter

    @verb(ReasonsSaid, StatementRow, kept=True)
    def resolve(self, request: Request, pk: int) -> Response:
        """Answers with reasons; a new statement, added up again, is sent."""
        return self.give(settlement.resolve(asked=self.get_object(), by=self.person, at=self.at, **self.asked()))


class Removals(ReadEdge):
    """Whether somebody should leave a group: about you, or in groups you are in."""

    model = Removal
    related = ("membership",)
    serializer_class = RemovalRow
    filterset_class = RemovalFilter

    @verb(ReplySaid, RemovalRow)
    def reply(self, request: Request, pk: int) -> Response:
        """Your own answer, which everybody who decides can read."""
        return self.answer(removals.reply(removal=self.get_object(), by=self.person, at=self.at, **self.asked()))

    @verb(AppealSaid, RemovalRow, path="appeal")
    def look_again(self, request: Request, pk: int) -> Response:
        """Asks an operator to look at it again. You stay in until they answer."""
        return self.answer(removals.appeal(removal=self.get_object(), by=self.person, at=self.at, **self.asked()))

    @verb(AppealAnswered, RemovalRow)
    def answer_appeal(self, request: Request, pk: int) -> Response:
        """An operator decides, with reasons."""
        return self.answer(removals.answer_appeal(removal=self.get_object(), by=self.person, at=self.at, **self.asked()))


class EndReports(ReadEdge):
    """What we were told of people who are gone: by you, or about people whose money you look after."""

    model = EndReport
    related = ("membership",)
    serializer_class = EndReportRow
    filterset_class = EndReportFilter

    @verb(PlaceEnded, LeavingRow)
    def end(self, request: Request, pk: int) -> Response:
        """It is so: they are out today, and what is theirs goes back. Somebody who died is out of every group."""
        report = self.get_object()
        return self.give(leaving.eligibility_ended(membership=report.membership, by=self.person, at=self.at, **self.asked())[0])

    @verb(None, EndReportRow)
    def dismiss(self, request: Request, pk: int) -> Response:
        """It is not so."""
        return self.answer(leaving.dismiss_report(report=self.get_object(), by=self.person, at=self.at))
