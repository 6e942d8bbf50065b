"""Offers: one that Amina's group compares."""

from datetime import timedelta
from typing import Any

from marketplace.models import Brief, BriefLot, Need, Offer
from tests import cast
from tests.cast_market import Walk

GROUP = frozenset({"amina", "yusuf", "halima", "ruth"})
ROWS: dict[str, frozenset[str]] = {"offers": GROUP | {"hodan"}, "choices": GROUP}
INSIDE: dict[str, frozenset[str]] = {}
DOORS: dict[str, frozenset[str]] = {}


def things(story: Walk) -> dict[str, Any]:
    at, amina = story.at, cast.amina()
    where = {"category": "home_jobs", "outcode": "SE15", "council_code": cast.SOUTHWARK}
    need = Need.objects.create(person=amina, cluster=story.cluster, state="commissioning", created_at=at, **where)
    times = {"opens_at": at - timedelta(days=9), "questions_close_at": at - timedelta(days=6), "closes_at": at - timedelta(days=3)}
    brief = Brief.objects.create(
        cluster=story.cluster,
        need=need,
        state="evaluating",
        problem="Nobody cooks.",
        people_words="Three of us.",
        outcome_words="We eat.",
        weeks=4,
        starts_on=at.date() + timedelta(days=30),
        weekly_ceiling_pence=3_000,
        ceiling_pence=12_000,
        written_by=amina,
        written_at=at,
        created_at=at,
        decided_at=at,
        published_by=cast.ruth(),
        **times,
        **where,
    )
    lot = BriefLot.objects.create(
        brief=brief, title="Cooking", visits_per_week=1, minutes=60, weekly_ceiling_pence=3_000, council_code=cast.SOUTHWARK
    )
    offer = Offer.objects.create(
        brief=brief,
        lot=lot,
        enterprise=cast.barwaaqo(),
        owner=cast.hodan(),
        council_code=cast.SOUTHWARK,
        state="shortlisted",
        visit_pence=2_500,
        starts_on=brief.starts_on,
        started_at=at,
        submitted_at=at,
    )
    return {"offers": offer.pk, "choices": brief.pk}
