"""Offers: Barwaaqo's sealed one, and briefs of Our Own Words that are compared, chosen, questioned and ready to be signed."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from config.demo_story.cast import AMINA, FATUMA, HODAN, RUTH, SOUTHWARK, person
from marketplace.models import Agreement, Brief, BriefLot, Need, Offer, Payer
from marketplace.services import choosing, offers
from pooling.models import Cluster
from providers.models import Enterprise
from tests.architecture.route import SIGNED_IN_ASKS, Route, act, own, page, press

# fmt: off
ROUTES: tuple[Route, ...] = (
    page("provider/wanted/", "i..+.. ......+..."),
    page("provider/wanted/<int:pk>/offer/", "i..+.. ......+...", pk="open brief"),
    press("provider/wanted/parts/<int:pk>/send/", "i..>.. ......>...", pk="part that is open"),
    press("provider/wanted/parts/<int:pk>/begin/", "i..>.. ......>...", pk="part that is open"),
    page("provider/offers/<int:pk>/", "i..... ......+...", pk="sealed offer"),
    page("provider/offers/<int:pk>/change/", "i..... ......+...", "i..... ......?...", pk="sealed offer"),
    press("provider/offers/<int:pk>/send/", "i..... ......>...", pk="sealed offer"),
    press("provider/offers/<int:pk>/out/", "i..... ......>...", pk="sealed offer"),
    press("provider/offers/<int:pk>/yes/", "i..... ......>...", pk="sealed offer"),
    press("provider/offers/<int:pk>/again/", "i..... ......>...", pk="sealed offer"),
    page("provider/offers/<int:pk>/unfair/", "i..+.. ..........", "i..?.. ..........", pk="offer beside the winner"),
    page("wants/<int:pk>/offers/", "i..... +++..+...+", pk="brief to choose from"),
    page("wants/<int:pk>/offers/ties/", "i..... ++...+...+", "i..... ??...?...?", pk="brief to choose from"),
    page("wants/<int:pk>/offers/closely/", "i..... >>...>...>", "i..... >>...>...>", pk="brief to choose from"),
    page("wants/<int:pk>/offers/nobody/", "i..... ++...+...+", "i..... ??...?...?", pk="brief to choose from"),
    page("wants/<int:pk>/offers/<int:offer>/points/", "i..... ++.......+", "i..... ??.......?", pk="brief to choose from", offer="offer to compare"),
    page("wants/<int:pk>/offers/<int:offer>/ask/", "i..... ++...+...+", "i..... ??...?...?", pk="brief to choose from", offer="offer to compare"),
    page("agreements/<int:pk>/send/", "i..... ++...+...+", "i..... ??...?...?", pk="agreement to send"),
    page("operator/choices/", "i..... ........+."),
    page("operator/choices/<int:pk>/", "i..... ........+.", "i..... ........?.", pk="offer that questions the choice"),
    # The API
    own("api/v1/offers/", SIGNED_IN_ASKS),
    page("api/v1/offers/<int:pk>/", "i..... +++..++..+", pk="offer to compare"),
    act("api/v1/offers/<int:pk>/edit/", "i..... ???..??..?", pk="offer to compare"),
    act("api/v1/offers/<int:pk>/submit/", "i..... !!!..!!..!", pk="offer to compare"),
    act("api/v1/offers/<int:pk>/revise/", "i..... ???..??..?", pk="offer to compare"),
    act("api/v1/offers/<int:pk>/pull-out/", "i..... xxx..x+..x", pk="offer to compare"),
    act("api/v1/offers/<int:pk>/accept/", "i..... xxx..x!..x", pk="offer to compare"),
    act("api/v1/offers/<int:pk>/come-back/", "i..... xxx..x!..x", pk="offer to compare"),
    act("api/v1/offers/<int:pk>/challenge/", "i..... ???..??..?", pk="offer to compare"),
    act("api/v1/offers/<int:pk>/answer-challenge/", "i..... ???..??..?", pk="offer to compare"),
    act("api/v1/offers/<int:pk>/score/", "i..... ???..??..?", pk="offer to compare"),
    act("api/v1/offers/<int:pk>/ask-to-choose/", "i..... !!x..!x..!", pk="offer to compare"),
    own("api/v1/choices/"),
    page("api/v1/choices/<int:pk>/", "i..... +++..+...+", pk="brief to choose from"),
    act("api/v1/choices/<int:pk>/declare/", "i..... ++x..+...+", pk="brief to choose from"),
    act("api/v1/choices/<int:pk>/shortlist/", "i..... ???..?...?", pk="brief to choose from"),
    act("api/v1/choices/<int:pk>/ask-to-choose-nobody/", "i..... ???..?...?", pk="brief to choose from"),
    act("api/v1/agreements/<int:pk>/send/", "i..... ???..?..??", pk="agreement to send"),
)
# fmt: on
SEALED, OPENED = "Only we know this price", "We cook as your mother did"
SECRETS: Mapping[str, str] = {SEALED: "Hodan", OPENED: "Yusuf Halima Nasra Ruth Hodan Amina Olive"}


def arrive(at: datetime) -> None:
    """Hodan's offer on the brief that is open; and one brief each that is compared, chosen, questioned, awarded."""
    lot = BriefLot.objects.get(brief__state="open", brief__cluster__name="Our Own Words")
    _offer(lot, HODAN, at, state="submitted", words=SEALED)
    compared = _brief("evaluating", at)
    _offer(compared, HODAN, at, state="shortlisted", words=OPENED)
    _offer(compared, FATUMA, at, state="shortlisted")
    for title in ("beside", "questioned"):
        chosen = _brief("award_pending", at, title)
        _offer(chosen, HODAN, at, state="selected", picked_at=at)
        _offer(chosen, FATUMA, at, state="shortlisted", feedback="Another cooks more often.")
    beside = Offer.objects.get(lot__title="questioned", state="shortlisted")
    offers.challenge(offer=beside, words="Nobody rang us.", by=person(FATUMA), at=at)
    choosing.declare(brief=compared.brief, person=person(RUTH), ties={}, by=person(RUTH), at=at)
    _agreement(_offer(_brief("awarded", at), HODAN, at, state="accepted", picked_at=at, accepted_at=at, accepted_by=person(HODAN)), at)


def _brief(state: str, at: datetime, title: str = "Cooking") -> BriefLot:
    group, amina, ruth = Cluster.objects.get(name="Our Own Words"), person(AMINA), person(RUTH)
    where = {"category": "home_jobs", "outcode": "SE15", "council_code": SOUTHWARK}
    need = Need.objects.create(person=amina, cluster=group, state="commissioning", created_at=at, **where)
    brief = Brief.objects.create(
        cluster=group,
        need=need,
        state=state,
        problem="Nobody cooks.",
        people_words="Three of us.",
        outcome_words="We eat.",
        criteria=[{"slug": "price", "label": "What it costs", "weight": 100}],
        weeks=4,
        starts_on=at.date() + timedelta(days=30),
        weekly_ceiling_pence=3_000,
        ceiling_pence=12_000,
        written_by=amina,
        written_at=at,
        created_at=at,
        decided_at=at,
        published_by=ruth,
        opens_at=at - timedelta(days=9),
        questions_close_at=at - timedelta(days=6),
        closes_at=at - timedelta(days=3),
        **where,
    )
    kept = {"visits_per_week": 1, "minutes": 60, "weekly_ceiling_pence": 3_000, "council_code": SOUTHWARK}
    return BriefLot.objects.create(brief=brief, title=title, **kept)


def _offer(lot: BriefLot, part: Any, at: datetime, **said: Any) -> Offer:
    owner = person(part)
    said = {"words": "We come on foot.", "people_words": "Sahra", "milestones_words": "From week one.", "started_at": at, "submitted_at": at, **said}
    starts_on = at.date() + timedelta(days=30)
    shop = Enterprise.objects.get(owner=owner)
    price = {"visit_pence": 2_500, "starts_on": starts_on, "weekdays": [2]}
    return Offer.objects.create(brief=lot.brief, lot=lot, enterprise=shop, owner=owner, council_code=SOUTHWARK, **price, **said)


def _agreement(offer: Offer, at: datetime) -> None:
    """As a draft: it waits for what happens when nobody can come."""
    group, lot = offer.brief.cluster, offer.lot
    plan = {"visits_per_week": 1, "minutes": 60, "weeks": 4, "starts_on": offer.starts_on, "weekdays": [2], "visit_pence": 2_400, "notice_days": 28}
    made = Agreement.objects.create(
        cluster=group,
        offer=offer,
        enterprise=offer.enterprise,
        category="home_jobs",
        council_code=SOUTHWARK,
        title=lot.title,
        proposed_by=person(AMINA),
        created_at=at,
        **plan,
    )
    for place in group.memberships.inside():
        sums = {"weeks_pence": [800] * 4, "weekly_pence": 800, "ceiling_pence": 3_200, "council_code": SOUTHWARK}
        Payer.objects.create(agreement=made, membership=place, person=place.person, **sums)


def things() -> dict[str, Any]:
    mine = Offer.objects.filter(brief__cluster__name="Our Own Words")
    compared = mine.get(brief__state="evaluating", enterprise__owner=person(HODAN))
    return {
        "part that is open": BriefLot.objects.get(brief__state="open", brief__cluster__name="Our Own Words").pk,
        "sealed offer": mine.get(words=SEALED).pk,
        "brief to choose from": compared.brief_id,
        "offer to compare": compared.pk,
        "offer beside the winner": mine.get(lot__title="beside", state="shortlisted").pk,
        "offer that questions the choice": mine.get(lot__title="questioned", state="shortlisted").pk,
        "agreement to send": Agreement.objects.get(offer__isnull=False, cluster__name="Our Own Words").pk,
    }
