"""Needs: what Amina would like, and what her group asks providers for, in every state that an address needs."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from config.demo_story.cast import AMINA, HODAN, RUTH, SOUTHWARK, YUSUF, person
from marketplace.models import Brief, BriefPayer, BriefQuestion, Need
from marketplace.services import briefs, needs, needs_together
from marketplace.services.brief_words import BriefDraft, LotDraft
from pooling.models import Cluster, Membership
from providers.models import Enterprise
from tests.architecture.route import Route, act, own, page, press

WORDS = "We can’t reach the high shelves any more"
CLOSED = "They see well in the dark"
STATES = ("draft", "checking", "open")

# The group and who is close to it: Yusuf, Halima, Nasra (beside Amina), Sam and Colin (after a payer's money), Ruth, Olive, Amina.
# fmt: off
ROUTES: tuple[Route, ...] = (
    own("needs/"),
    page("needs/new/", "i+++++ ++++++++++", "i????? ??????????"),
    page("needs/<int:pk>/", "i..... +++..+...+", pk="shared wish"),
    page("needs/<int:pk>/share/", "i..... .........+", "i..... .........?", pk="private wish"),
    page("needs/<int:pk>/join/", "i..... ++.......+", "i..... ??.......?", pk="shared wish"),
    press("needs/joins/<int:pk>/out/", "i..... >.........", pk="join of Yusuf"),
    page("needs/<int:pk>/first/", "i..... +++..+...+", "i..... ???..?...?", pk="shared wish"),
    page("needs/<int:pk>/not-found/", "i..... .........+", "i..... .........?", pk="shared wish"),
    page("needs/<int:pk>/met/", "i..... .........+", "i..... .........?", pk="shared wish"),
    page("needs/<int:pk>/again/", "i..... .........+", "i..... .........?", pk="unmet wish"),
    press("needs/<int:pk>/may-ask/", "i..... .........>", pk="unmet wish"),
    page("groups/<int:pk>/wants/", "i..... +++..+..++", pk="group"),
    page("needs/<int:pk>/write/", "i..... ++...+...+", "i..... ??...?...?", pk="shared wish"),
    page("wants/<int:pk>/", "i..... ++++++..++", pk="open brief"),
    page("wants/<int:pk>/write/", "i..... ++...+...+", "i..... ??...?...?", pk="draft brief"),
    page("wants/<int:pk>/parts/<int:number>/", "i..... ++...+...+", "i..... ??...?...?", pk="draft brief", number="second part"),
    press("wants/<int:pk>/parts/<int:number>/out/", "i..... >>...>...>", pk="draft brief", number="second part"),
    press("wants/<int:pk>/drop/", "i..... >>...>...>", pk="draft brief"),
    press("wants/<int:pk>/check/", "i..... .....>....", pk="draft brief"),
    page("wants/<int:pk>/back/", "i..... ...+++....", "i..... ...???....", pk="checking brief"),
    press("wants/<int:pk>/ask-us/", "i..... >>...>...>", pk="checking brief"),
    page("wants/<int:pk>/yes/", "i..... ++.......+", "i..... ??.......?", pk="checking brief"),
    press("wants/<int:pk>/no/", "i..... >>.......>", pk="checking brief"),
    press("wants/<int:pk>/share-again/", "i..... >>...>...>", pk="checking brief"),
    page("wants/<int:pk>/show/", "i..... ...+++....", "i..... ...???....", pk="checking brief"),
    page("wants/<int:pk>/change/", "i..... .....+....", "i..... .....?....", pk="open brief"),
    page("wants/<int:pk>/stop/", "i..... ++...+...+", "i..... ??...?...?", pk="open brief"),
    page("wants/questions/<int:pk>/", "i..... ++...+...+", "i..... ??...?...?", pk="question about it"),
    page("provider/wanted/<int:pk>/", "i..+.. ......+...", "i..?.. ......?...", pk="open brief"),
    # The API
    page("api/v1/needs/<int:pk>/joins/", "i..... +++..+...+", pk="shared wish"),
    act("api/v1/needs/<int:pk>/join-in/", "i..... ???..?...?", pk="shared wish"),
    act("api/v1/needs/<int:pk>/leave-out/", "i..... ???..?...?", pk="shared wish"),
    act("api/v1/needs/<int:pk>/ask-route/", "i..... ++x..+...+", pk="shared wish"),
    act("api/v1/needs/<int:pk>/not-found/", "i..... ???..?...?", pk="shared wish"),
    act("api/v1/needs/<int:pk>/retry/", "i..... ..x......+", pk="unmet wish"),
    act("api/v1/needs/<int:pk>/need-again/", "i..... ..x......!", pk="unmet wish"),
    act("api/v1/needs/<int:pk>/may-ask/", "i..... ..?......?", pk="unmet wish"),
    page("api/v1/briefs/", "i+++++ ++++++++++", "i????? ??????????"),
    page("api/v1/briefs/<int:pk>/", "i..... ++++++..++", pk="open brief"),
    page("api/v1/briefs/<int:pk>/amendments/", "i..... ++++++..++", pk="open brief"),
    act("api/v1/briefs/<int:pk>/edit/", "i..... ??????...?", pk="draft brief"),
    act("api/v1/briefs/<int:pk>/drop/", "i..... ++xxx+...+", pk="draft brief"),
    act("api/v1/briefs/<int:pk>/check/", "i..... ??????...?", pk="draft brief"),
    act("api/v1/briefs/<int:pk>/return/", "i..... ??????..??", pk="checking brief"),
    act("api/v1/briefs/<int:pk>/ask-group/", "i..... !!xxx!..x!", pk="checking brief"),
    act("api/v1/briefs/<int:pk>/share-again/", "i..... !!xxx!..x!", pk="checking brief"),
    act("api/v1/briefs/<int:pk>/publish/", "i..... ??????..??", pk="checking brief"),
    act("api/v1/briefs/<int:pk>/amend/", "i..... ??????..??", pk="open brief"),
    act("api/v1/briefs/<int:pk>/ask-to-withdraw/", "i..... ??????..??", pk="open brief"),
    own("api/v1/brief-payers/"),
    page("api/v1/brief-payers/<int:pk>/", "i..... ..+..+...+", pk="part of the brief"),
    act("api/v1/brief-payers/<int:pk>/yes/", "i..... ..?..?...?", pk="part of the brief"),
    act("api/v1/brief-payers/<int:pk>/no/", "i..... ..x..x...+", pk="part of the brief"),
    own("api/v1/brief-questions/"),
    page("api/v1/brief-questions/<int:pk>/", "i..... +++++++.++", pk="question about it"),
    act("api/v1/brief-questions/<int:pk>/answer-it/", "i..... ???????.??", pk="question about it"),
    page("api/v1/enterprises/<int:pk>/wanted/", "i..... ......+...", pk="shop"),
    act("api/v1/enterprises/<int:pk>/ask-about/", "i..... ......?...", pk="shop"),
)
# fmt: on
# What Amina kept for herself, and what her group wrote: those beside them, and the provider whose checks are live.
SECRETS: Mapping[str, str] = {CLOSED: "Amina Nasra", WORDS: "Yusuf Halima Nasra Sam Colin Ruth Olive Amina Hodan Fatuma"}


def arrive(at: datetime) -> None:
    """A wish of each kind, and a brief in each state before it closes; Yusuf joined in, Hodan asked."""
    group, amina = Cluster.objects.get(name="Our Own Words"), person(AMINA)
    for words in ("private", "shared", "unmet", *STATES):
        need = _note(f"{CLOSED}: {words}", at)
        if words not in {"private", "unmet"}:
            needs.share(need=need, cluster=group, by=amina, at=at)
        if words in STATES:
            _brief(need, words, at)
    needs.not_found(need=Need.objects.get(words=f"{CLOSED}: unmet"), reason="no_time", by=amina, at=at)
    Need.objects.filter(words=f"{CLOSED}: unmet").update(cluster=group)
    place = Membership.objects.get(cluster=group, person=person(YUSUF))
    needs_together.join_in(need=Need.objects.get(words=f"{CLOSED}: shared"), membership=place, by=person(YUSUF), at=at)
    shop = Enterprise.objects.get(name="Barwaaqo Care")
    briefs.ask(brief=Brief.objects.get(state="open", cluster=group), enterprise=shop, words="Is there a lift?", by=person(HODAN), at=at)


def _note(words: str, at: datetime) -> Need:
    where = {"outcode": "SE15", "council_code": SOUTHWARK}
    return needs.note(person=person(AMINA), category="home_jobs", words=words, by=person(AMINA), at=at, **where)


def _brief(need: Need, state: str, at: datetime) -> None:
    lot = LotDraft(title="High shelves", visits_per_week=1, minutes=60, weekly_ceiling_pence=3_000)
    draft = BriefDraft(
        problem=f"{WORDS}.",
        people_words="Three of us.",
        outcome_words="We can.",
        must_haves=(),
        weeks=4,
        starts_on=at.date() + timedelta(days=60),
        lots=(lot,),
    )
    group = Cluster.objects.get(name="Our Own Words")
    brief = briefs.draft_brief(need=need, draft=draft, payers=list(group.memberships.inside()), by=person(AMINA), at=at)
    if state == "draft":
        return
    seen: dict[str, Any] = {"state": state, "decided_at": at, "decision_id": 0, "checked_by": person(RUTH), "checked_at": at}
    if state == "open":
        half, whole = at + timedelta(days=3), at + timedelta(days=6)
        seen |= {"published_by": person(RUTH), "opens_at": at, "questions_close_at": half, "closes_at": whole}
    Brief.objects.filter(pk=brief.pk).update(**seen)
    Need.objects.filter(pk=need.pk).update(state="commissioning")


def things() -> dict[str, Any]:
    group = Cluster.objects.get(name="Our Own Words")
    mine = Brief.objects.filter(cluster=group)
    return {
        **{f"{state} wish": Need.objects.get(words=f"{CLOSED}: {state}").pk for state in ("private", "shared", "unmet")},
        **{f"{state} brief": mine.get(state=state).pk for state in STATES},
        "second part": 2,
        "join of Yusuf": Need.objects.get(words=f"{CLOSED}: shared").joins.get().pk,
        "question about it": BriefQuestion.objects.get(brief__cluster=group).pk,
        "part of the brief": BriefPayer.objects.get(brief=mine.get(state="checking"), person=person(AMINA)).pk,
    }
