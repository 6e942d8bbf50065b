"""A group of three that is asked things: what tests of deciding share."""

from datetime import datetime, timedelta
from typing import Any

from audit.models import Fact
from pooling.models import Ballot, Cluster, Membership, Proposal
from pooling.services import clusters, proposals
from tests import cast, cast_pooling
from tests.pooling.conftest import AT, Town, build_town

DAY = timedelta(days=1)


def group_of_three() -> tuple[Town, Any]:
    town = build_town()
    return town, cast_pooling.group(town.amina, town.yusuf, town.halima, at=AT, facilitator=town.ruth)


def maryan() -> Any:
    return cast.somebody("maryan@example.com", "Maryan Ali", is_seen=True)


def decides_by(cluster: Cluster, rule: str) -> None:
    clusters.current_charter(cluster).__class__.objects.filter(cluster=cluster).update(decision_rule=rule)


def ask(cluster: Cluster, by: Any, **changes: Any) -> Proposal:
    words = {"kind": "other", "title": "Shall we meet on Tuesdays?", "text": "At the library.", "urgent": True}
    return proposals.put_to_group(cluster=cluster, by=by, at=AT, **{**words, **changes})


def say(question: Proposal, place: Membership, answer: str, *, at: datetime = AT, **how: Any) -> Ballot:
    return proposals.cast(proposal=question, membership=place, answer=answer, by=place.person, at=at, **how)


def settled(question: Proposal) -> list[str]:
    facts = Fact.objects.filter(kind="pooling.question_settled", payload__proposal=question.pk).order_by("pk")
    return [fact.payload["outcome"] for fact in facts]


def state_of(question: Proposal) -> str:
    question.refresh_from_db()
    return question.state
