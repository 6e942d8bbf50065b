"""Varying: see the package. The story has one change that came to nothing, so that each may still ask for another."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from config.demo_story.cast import AMINA
from marketplace.models import Change, ChangeAnswer, Payer
from tests.architecture.route import SIGNED_IN_ASKS, Route, act, own, page, press

# fmt: off
ROUTES: tuple[Route, ...] = (
    page("agreements/<int:pk>/change/", "i..... ++....+..+", "i..... ??....?..?", pk="agreement"),
    page("agreements/<int:pk>/stop/", "i..... ++.......+", "i..... ??.......?", pk="agreement"),
    page("agreements/<int:pk>/suspend/", "i..... ...++...+.", "i..... ...??...?.", pk="agreement"),
    press("agreements/<int:pk>/resume/", "i..... <<<<<<<.><", pk="agreement"),
    page("changes/<int:pk>/", "i..... +++++++.++", pk="change"),
    press("changes/<int:pk>/yes/", "i..... >>>>>>>.>>", pk="change"),
    page("changes/<int:pk>/no/", "i..... ..........", "i..... ..........", pk="change"),  # only while the provider is asked
    press("changes/<int:pk>/take-back/", "i..... >>>>>>>.>>", pk="change"),
    page("weeks-short/<int:pk>/", "i..... ..........", "i..... ..........", pk="week"),  # only while it is short
    press("weeks-short/<int:pk>/ask/", "i..... ..........", pk="week"),
    press("weeks-short/<int:pk>/again/", "i..... ..>..>>.>>", pk="share"),
    own("api/v1/changes/", SIGNED_IN_ASKS),
    page("api/v1/changes/<int:pk>/", "i..... +++++++.++", pk="change"),
    act("api/v1/changes/<int:pk>/answer/", "i..... ???????.??", pk="change"),
    act("api/v1/changes/<int:pk>/provider-sign/", "i..... !!!!!!!.!!", pk="change"),
    act("api/v1/changes/<int:pk>/provider-refuse/", "i..... ???????.??", pk="change"),
    act("api/v1/changes/<int:pk>/take-back/", "i..... !!!!!!!.!!", pk="change"),
    own("api/v1/change-answers/"),
    page("api/v1/change-answers/<int:pk>/", "i..... ..+..+..++", pk="change answer"),
    act("api/v1/agreements/<int:pk>/stop/", "i..... ++.......+", pk="agreement"),
    act("api/v1/milestones/<int:pk>/take-over/", "i..... ???????.??", pk="week"),
    act("api/v1/milestones/<int:pk>/ask-fewer/", "i..... ???????.??", pk="week"),
    act("api/v1/milestones/<int:pk>/take-answer-back/", "i..... ???????.??", pk="week"),
    act("api/v1/milestones/<int:pk>/come-fewer/", "i..... xxxxxx!.xx", pk="week"),
)
# fmt: on
SECRETS: Mapping[str, str] = {}


def arrive(at: datetime) -> None:
    """Hodan asked for another price, and it was refused."""
    mine = Payer.objects.select_related("agreement__enterprise").filter(agreement__cluster__name="Our Own Words", agreement__offer__isnull=True)
    payer = mine.get(person__email=AMINA.email)
    agreement = payer.agreement
    change = Change.objects.create(
        agreement=agreement,
        council_code=agreement.council_code,
        kind="price",
        state="refused",
        from_version=agreement.version,
        first_week=agreement.weeks,
        visit_pence=agreement.visit_pence + 100,
        weekdays=agreement.weekdays,
        proposed_by=agreement.enterprise.owner,
        asked_at=at,
        closes_at=at,
        ended_at=at,
    )
    sums = {"old_weekly_pence": 1_800, "new_weekly_pence": 1_867, "old_ceiling_pence": 21_600, "new_ceiling_pence": 21_667}
    ChangeAnswer.objects.create(change=change, payer=payer, council_code=payer.council_code, weeks_pence=payer.weeks_pence, **sums)


def things() -> dict[str, Any]:
    change = Change.objects.get(kind="price", state="refused", agreement__cluster__name="Our Own Words")
    return {"change": change.pk, "change answer": change.answers.get().pk}
