"""Needs: see the package. What Amina's group asks providers for, shown to them, with a question."""

from datetime import date, timedelta
from typing import Any

from marketplace.models import Brief
from marketplace.services import briefs, needs
from marketplace.services.brief_words import BriefDraft, LotDraft
from tests import cast
from tests.cast_market import Walk

ROWS: dict[str, frozenset[str]] = {
    "briefs": frozenset(["amina", "yusuf", "halima", "sam", "colin", "ruth", "operator"]),
    "brief-payers": frozenset({"amina", "ruth"}),
    "brief-questions": frozenset(["amina", "yusuf", "halima", "sam", "colin", "ruth", "operator", "hodan"]),
}
INSIDE: dict[str, frozenset[str]] = {"enterprises/{}/wanted/": frozenset({"hodan"}), "enterprises/{}/ask-about/": frozenset({"hodan"})}
DOORS: dict[str, frozenset[str]] = {}


def things(story: Walk) -> dict[str, Any]:
    where = {"outcode": "SE15", "council_code": cast.SOUTHWARK}
    need = needs.note(person=cast.amina(), category="home_jobs", by=cast.amina(), at=story.at, **where)
    need = needs.share(need=need, cluster=story.cluster, by=cast.amina(), at=story.at)
    draft = BriefDraft(
        problem="We can't cook safely.",
        people_words="Three women.",
        outcome_words="Warm food.",
        must_haves=(),
        weeks=4,
        starts_on=date(2026, 6, 1),
        lots=(LotDraft(title="Meals", visits_per_week=1, minutes=60, weekly_ceiling_pence=3_000),),
    )
    brief = briefs.draft_brief(need=need, draft=draft, payers=list(story.places.values()), by=cast.amina(), at=story.at)
    end = story.at + timedelta(days=27)
    times = {"opens_at": story.at, "questions_close_at": end - timedelta(days=1), "closes_at": end, "decided_at": story.at}
    Brief.objects.filter(pk=brief.pk).update(state="open", published_by=cast.ruth(), **times)
    asked = briefs.ask(brief=brief, enterprise=cast.barwaaqo(), words="Is there a kitchen?", by=cast.hodan(), at=story.at)
    return {"briefs": brief.pk, "brief-payers": brief.payers.get(person=cast.amina()).pk, "brief-questions": asked.pk}
