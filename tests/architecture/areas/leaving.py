"""Leaving: see the package. Amina left two groups, is asked about in a third; Halima and Yusuf too; somebody says that Yusuf has moved."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from config.demo_story.cast import AMINA, HALIMA, YUSUF, person
from people.models import Person
from pooling.models import Cluster, EndReport, Leaving, Membership, Portion, Proposal, Removal, Statement, StatementPart, StatementQuery
from pooling.services import leaving, removals, settlement
from tests import cast_pooling
from tests.architecture.route import Route, act, own, page, press

# fmt: off
ROUTES: tuple[Route, ...] = (
    page("groups/<int:pk>/leave/", "i..... ++.......+", "i..... >>.......>", pk="group"),
    press("groups/<int:pk>/stay/", "i..... >>.......>", pk="group"),
    page("groups/<int:pk>/remove/", "i..... ++.......+", "i..... ??.......?", pk="group"),
    page("groups/<int:pk>/gone/", "i..... ++...+...+", "i..... ??...?...?", pk="group"),
    page("leaving/<int:pk>/", "i..... ..+.....++", pk="statement of Amina"),
    press("leaving/<int:pk>/agree/", "i..... .........>", pk="statement of Amina"),
    page("leaving/<int:pk>/ask/", "i..... .........+", "i..... .........?", pk="statement of Amina"),
    page("leaving/asked/<int:pk>/", "i..... ........+.", "i..... ........?.", pk="line Amina asks about"),
    page("removals/<int:pk>/", "i..... +++.....++", pk="removal of Amina"),
    page("removals/<int:pk>/reply/", "i..... .........+", "i..... .........?", pk="removal of Amina"),
    page("removals/<int:pk>/appeal/", "i..... .+........", "i..... .?........", pk="removal decided"),
    page("operator/goodbyes/", "i..... ........+."),
    page("operator/goodbyes/<int:pk>/", "i..... ........+.", "i..... ........?.", pk="removal appealed"),
    page("gone/", "i...+. ...++....."),
    page("gone/<int:pk>/", "i..... ...+......", "i..... ...?......", pk="place of Yusuf"),
    press("gone/reports/<int:pk>/no/", "i..... ...>......", pk="report of Yusuf"),
    # The API
    act("api/v1/memberships/<int:pk>/give-notice/", "i..... +xx..x..xx", pk="place of Yusuf"),
    act("api/v1/memberships/<int:pk>/take-back-notice/", "i..... !xx..x..xx", pk="place of Yusuf"),
    act("api/v1/memberships/<int:pk>/report-end/", "i..... ???..?..??", pk="place of Yusuf"),
    act("api/v1/memberships/<int:pk>/ask-removal/", "i..... ???..?..??", pk="place of Yusuf"),
    page("api/v1/memberships/<int:pk>/cost-of-leaving/", "i..... +.........", pk="place of Yusuf"),
    own("api/v1/leavings/"),
    page("api/v1/leavings/<int:pk>/", "i..... ..+.....++", pk="leaving of Amina"),
    own("api/v1/leaving-statements/"),
    page("api/v1/leaving-statements/<int:pk>/", "i..... ..+.....++", pk="statement of Amina"),
    act("api/v1/leaving-statements/<int:pk>/agree/", "i..... ..x.....x+", pk="statement of Amina"),
    act("api/v1/leaving-statements/<int:pk>/query/", "i..... ..?.....??", pk="statement of Amina"),
    own("api/v1/statement-questions/"),
    page("api/v1/statement-questions/<int:pk>/", "i..... ..+.....++", pk="line Amina asks about"),
    act("api/v1/statement-questions/<int:pk>/resolve/", "i..... ..?.....??", pk="line Amina asks about"),
    own("api/v1/removals/"),
    page("api/v1/removals/<int:pk>/", "i..... +++.....++", pk="removal of Amina"),
    act("api/v1/removals/<int:pk>/reply/", "i..... ???.....??", pk="removal of Amina"),
    act("api/v1/removals/<int:pk>/appeal/", "i..... ???.....??", pk="removal decided"),
    act("api/v1/removals/<int:pk>/answer-appeal/", "i..... ???.....??", pk="removal appealed"),
    own("api/v1/end-reports/"),
    page("api/v1/end-reports/<int:pk>/", "i..... .+.+....+.", pk="report of Yusuf"),
    act("api/v1/end-reports/<int:pk>/end/", "i..... .?.?....?.", pk="report of Yusuf"),
    act("api/v1/end-reports/<int:pk>/dismiss/", "i..... .x.+....x.", pk="report of Yusuf"),
)
# fmt: on
# What somebody asks about a line is for themselves and who answers; who told us that Yusuf moved, and why, never for him or the group.
SECRETS: Mapping[str, str] = {"Amina asks: I paid more": "Amina Nasra Olive", "He told her on the bus": "Halima Sam Olive"}


def arrive(at: datetime) -> None:
    amina, yusuf, halima = person(AMINA), person(YUSUF), person(HALIMA)
    _left(amina, yusuf, at)
    statement = _left(amina, yusuf, at)
    settlement.query(statement=statement, line=0, words="Amina asks: I paid more", by=amina, at=at)
    _, places = cast_pooling.group(amina, yusuf, halima, at=at)
    about = {one.person_id: one for one in places}
    asked = [(amina, yusuf), (halima, amina), (yusuf, halima)]
    rows = [removals.ask(membership=about[whom.pk], reason="We do not get on.", by=by, at=at) for whom, by in asked]
    for row in rows[1:]:
        removals.decided(proposal=Proposal.objects.get(pk=row.proposal_id), at=at)
    removals.appeal(removal=rows[2], appeal="Nobody asked me.", by=yusuf, at=at)
    place = _place(yusuf)
    leaving.report_end(membership=place, why="moved", words="He told her on the bus", by=halima, at=at)


def _left(who: Person, other: Person, at: datetime) -> Statement:
    """Rows only: nothing of hers was in that group, so no money is in the book for it."""
    _, [place, _] = cast_pooling.group(who, other, at=at)
    Membership.objects.filter(pk=place.pk).update(state=Membership.State.STATEMENT_SENT)
    portion = Portion.objects.get(budget__person=who)
    fields = {"membership": place, "council_code": place.council_code}
    gone = Leaving.objects.create(why="notice", state="left", told_at=at, until=at.date(), left_at=at, **fields)
    line = {"kind": "paid", "on": at.date().isoformat(), "pence": 400, "portion": portion.pk, "about": ""}
    statement = Statement.objects.create(
        leaving=gone, version=1, state="sent", lines=[line], payable_pence=0, sent_at=at, answer_by=at.date(), **fields
    )
    part = {"portion": portion, "council_code": portion.council_code}
    StatementPart.objects.create(statement=statement, payable_pence=0, open_pence=0, owed_pence=0, **part)
    return statement


def _place(who: Person) -> Membership:
    return Membership.objects.get(person=who, cluster=Cluster.objects.get(name="Our Own Words"))


def things() -> dict[str, Any]:
    sent, asked = Statement.objects.filter(membership__person=person(AMINA)).order_by("pk")
    return {
        "statement of Amina": sent.pk,
        "leaving of Amina": Leaving.objects.get(pk=sent.leaving_id).pk,
        "line Amina asks about": StatementQuery.objects.get(statement=asked).pk,
        "removal of Amina": Removal.objects.get(state="asked").pk,
        "removal decided": Removal.objects.get(state="decided").pk,
        "removal appealed": Removal.objects.get(state="appealed").pk,
        "report of Yusuf": EndReport.objects.get().pk,
    }
