"""Counting: see the package."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from config.demo_story import cast
from config.demo_story.cast import AMINA, PRIYA, SOUTHWARK
from marketplace.models import CountRun, OfficerAnswer, OfficerQuestion
from marketplace.services import counting
from tests.architecture.route import ANYBODY_ASKS, SIGNED_IN_ASKS, Route, act, own, page, public

# fmt: off
ROUTES: tuple[Route, ...] = (
    page("council/questions/", "i....+ .......+.."),
    page("council/ask/<slug:kind>/", "i....+ .......+..", "i....? .......?..", kind="kind of help"),
    public("wanted/"),
    public("how-we-count/"),
    page("provider/demand/", "i>>+>> >>>>>>+>>>"),
    page("asked/<int:pk>/", "i..... .........+", "i..... .........?", pk="question to Amina"),
    page("looking-after/<int:pk>/where/", "i..... ....+.....", pk="money team"),
    page("looking-after/<int:pk>/where/<slug:figure>/", "i..... ....+.....", pk="money team", figure="figure"),
    own("api/v1/council-figures/"),
    page("api/v1/council-figures/<int:pk>/", "i..... .......+..", pk="counted quarter"),
    page("api/v1/wanted/", ANYBODY_ASKS),
    own("api/v1/officer-questions/", SIGNED_IN_ASKS),
    page("api/v1/officer-questions/<int:pk>/", "i..... .......++.", pk="question of Priya"),
    own("api/v1/officer-answers/"),
    page("api/v1/officer-answers/<int:pk>/", "i..... ..+......+", pk="question to Amina"),
    act("api/v1/officer-answers/<int:pk>/send/", "i..... ..?......?", pk="question to Amina"),
    own("api/v1/funder-money/"),
    page("api/v1/funder-money/<int:pk>/", "i..... ....+.....", pk="money team"),
    page("api/v1/funder-money/<int:pk>/lines/", "i..... ....+.....", pk="money team"),
)
# fmt: on
SECRETS: Mapping[str, str] = {"evenings suit you": "Amina Nasra Priya Olive"}  # an officer's question, read by whom it was sent to


def arrive(at: datetime) -> None:
    """A night's count, and an officer's question to Amina."""
    counting.counted_due(at=at)
    asked = {"council_code": SOUTHWARK, "category": "meals", "asked_by": cast.person(PRIYA), "asked_at": at}
    question = OfficerQuestion.objects.create(words="Which evenings suit you?", closes_at=at + timedelta(days=14), **asked)
    OfficerAnswer.objects.create(question=question, person=cast.person(AMINA), council_code=SOUTHWARK)


def things() -> dict[str, Any]:
    return {
        "kind of help": "meals",
        "figure": "held",
        "money team": cast.organisation("Southwark Council").pk,
        "counted quarter": CountRun.objects.filter(council_code=SOUTHWARK).order_by("-quarter")[0].pk,
        "question of Priya": OfficerQuestion.objects.get().pk,
        "question to Amina": OfficerAnswer.objects.get().pk,
    }
