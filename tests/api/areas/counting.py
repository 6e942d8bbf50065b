"""Counting: see the package."""

from datetime import timedelta
from typing import Any

from marketplace.models import CountRun, Need, OfficerAnswer, OfficerQuestion
from marketplace.services import counting
from tests import cast
from tests.cast_market import Walk

ROWS: dict[str, frozenset[str]] = {
    "council-figures": frozenset({"priya"}),
    "officer-questions": frozenset({"priya", "operator"}),
    "officer-answers": frozenset({"amina"}),
    "funder-money": frozenset({"colin"}),
}
INSIDE: dict[str, frozenset[str]] = {}
DOORS: dict[str, frozenset[str]] = {
    "wanted/": frozenset(
        {"nobody", "stranger", "neighbour", "rival", "priya", "yusuf", "halima", "sam", "colin", "ruth", "hodan", "operator", "amina"}
    )
}


def things(story: Walk) -> dict[str, Any]:
    """One quarter that was counted, and a question to Amina."""
    asked = {"council_code": cast.SOUTHWARK, "category": "meals"}
    Need.objects.create(**asked, person=cast.amina(), outcode="SE15", state="unmet", reason="no_time", created_at=story.at, unmet_at=story.at)
    counting.counted_due(at=story.at + timedelta(days=1))
    until = story.at + timedelta(days=300)
    question = OfficerQuestion.objects.create(**asked, words="Which evenings?", asked_by=cast.priya(), asked_at=story.at, closes_at=until)
    mine = OfficerAnswer.objects.create(question=question, person=cast.amina(), council_code=cast.SOUTHWARK)
    return {
        "council-figures": CountRun.objects.filter(council_code=cast.SOUTHWARK).order_by("-quarter")[0].pk,
        "officer-questions": question.pk,
        "officer-answers": mine.pk,
        "funder-money": cast.southwark_money().pk,
    }
