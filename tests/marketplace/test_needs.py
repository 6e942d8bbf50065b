"""What people would like, and what nobody offers: kept as theirs, counted without saying whose."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction

from audit.errors import NotAllowed
from audit.models import Fact
from marketplace.consumers import question_settled
from marketplace.models import CountedCell, Need, NeedJoin
from marketplace.rules.tables import NEED, NotNow
from marketplace.services import counting, needs, needs_together, signing
from marketplace.services.needs import NeedIsNotClear, Wishes, WishIsSilly
from tests import cast, cast_briefs, cast_market, worlds
from tests.cast_briefs import Wanting

pytestmark = pytest.mark.django_db
HERE = {"outcode": "SE15", "council_code": cast.SOUTHWARK}


def unmet(**more: object) -> Need:
    asked = {"person": cast.amina(), "category": "meals", "reason": "no_provider", "by": cast.amina(), "at": cast.AT, **HERE}
    return needs.note_unmet(**(asked | more))  # type: ignore[arg-type]


def test_what_finds_nothing_is_kept_with_its_reason_and_counted_for_the_council() -> None:
    need = unmet(words="  Evening meals, in Somali ")
    assert (need.state, need.reason, need.words, need.outcode) == ("unmet", "no_provider", "Evening meals, in Somali", "SE15")
    assert Need.objects.counted_for(cast.SOUTHWARK).count() == 1
    assert Need.objects.counted_for(cast.LAMBETH).count() == 0


def test_a_person_may_say_no_to_being_counted() -> None:
    unmet(counted=False)
    assert Need.objects.counted_for(cast.SOUTHWARK).count() == 0


@pytest.mark.parametrize("who", ["yusuf", "ruth", "operator", "priya", "hodan", "stranger"])
def test_nobody_else_sees_whose_it_is_or_writes_it(who: str) -> None:
    need = unmet()
    person = getattr(cast, who)()
    assert need not in Need.objects.visible_to(person)
    with pytest.raises(NotAllowed):
        unmet(by=person)
    with pytest.raises(NotAllowed):
        needs.withdraw(need=need, by=person, at=cast.AT)


@pytest.mark.parametrize(("change", "field"), [({"category": "moon"}, "category"), ({"reason": "because"}, "reason"), ({"reason": ""}, "reason")])
def test_a_need_that_is_not_clear_says_what_to_choose(change: dict[str, str], field: str) -> None:
    with pytest.raises(NeedIsNotClear) as refusal:
        unmet(**change)
    assert refusal.value.field == field


def test_a_shared_need_is_seen_by_the_group_and_is_met_when_its_agreement_is_signed() -> None:
    story = cast_market.walk()
    need = needs.note(person=cast.amina(), category="home_jobs", by=cast.amina(), at=story.at, **HERE)
    needs.share(need=need, cluster=story.cluster, by=cast.amina(), at=story.at)
    assert need in Need.objects.visible_to(cast.yusuf())
    assert need not in Need.objects.visible_to(cast.stranger())
    needs.short_way(need=need, agreement=story.propose(), by=cast.amina(), at=story.at)
    story.sign_all()
    need.refresh_from_db()
    assert need.state == "met"


def test_a_need_whose_agreement_is_refused_is_unmet_because_they_said_no() -> None:
    story = cast_market.walk()
    need = needs.note(person=cast.amina(), category="home_jobs", by=cast.amina(), at=story.at, **HERE)
    needs.short_way(need=need, agreement=story.propose(), by=cast.amina(), at=story.at)
    signing.refuse_as_provider(agreement=story.agreement, reason="", by=cast.hodan(), at=story.at)
    need.refresh_from_db()
    assert (need.state, need.reason) == ("unmet", "refused")


def test_what_is_withdrawn_stays_so() -> None:
    need = needs.withdraw(need=unmet(), by=cast.amina(), at=cast.AT)
    with pytest.raises(NotNow):
        needs.not_found(need=need, reason="too_dear", by=cast.amina(), at=cast.AT)


def test_one_cannot_share_with_a_group_one_is_not_in() -> None:
    story = cast_market.walk()
    need = needs.note(person=cast.stranger(), category="meals", by=cast.stranger(), at=story.at, **HERE)
    with pytest.raises(NotAllowed):
        needs.share(need=need, cluster=story.cluster, by=cast.stranger(), at=story.at)


# --- with the group ---

world = worlds.kept(cast_briefs.shared)


@pytest.fixture
def wanting(world: Wanting) -> Wanting:
    """Amina shared what she would like."""
    found = worlds.again(world)
    assert isinstance(found, Wanting)
    return found


def test_a_join_is_once_a_person_and_never_ones_own(wanting: Wanting) -> None:
    place = {one.person.known_as: one for one in wanting.places}
    join = needs_together.join_in(need=wanting.need, membership=place["Yusuf"], words="Me too", by=cast.yusuf(), at=wanting.at)
    for who in ("Yusuf", "Amina"):
        with pytest.raises(NotNow):
            needs_together.join_in(need=wanting.need, membership=place[who], by=place[who].person, at=wanting.at)
    for by in (cast.ruth(), cast.halima(), cast.stranger()):
        with pytest.raises(NotAllowed):
            needs_together.join_in(need=wanting.need, membership=place["Yusuf"], by=by, at=wanting.at)
        with pytest.raises(NotAllowed):
            needs_together.leave_out(join=join, by=by, at=wanting.at)
    needs_together.leave_out(join=join, by=cast.yusuf(), at=wanting.at)
    assert not wanting.need.joins.live().exists()


@pytest.mark.parametrize(
    ("wishes", "field"),
    [
        ({"times_a_week": 0}, "times_a_week"),
        ({"times_a_week": 22}, "times_a_week"),
        ({"part_of_week": "18:00"}, "part_of_week"),
        ({"weekly_pence_low": 500}, "weekly_pence_high"),
        ({"weekly_pence_low": 500, "weekly_pence_high": 400}, "weekly_pence_high"),
        ({"language": "klingon"}, "language"),
        ({"access": ("wings",)}, "language"),
    ],
)
def test_a_wish_that_is_not_possible_says_which(wishes: dict[str, Any], field: str) -> None:
    with pytest.raises(WishIsSilly) as refusal:
        needs.note(person=cast.amina(), category="meals", by=cast.amina(), at=cast.AT, wishes=Wishes(**wishes), **HERE)
    assert refusal.value.field == field


def test_a_group_that_decided_to_buy_chooses_whom_afterwards(wanting: Wanting) -> None:
    assert needs_together.choose_route(need_id=wanting.need.pk, at=wanting.at) is True
    assert needs_together.choose_route(need_id=wanting.need.pk, at=wanting.at) is False
    need = needs.short_way(need=wanting.need, agreement=wanting.story.propose(), by=cast.amina(), at=wanting.at)
    wanting.story.sign_all()
    need.refresh_from_db()
    assert (need.state, need.met_how) == ("met", "bought")


@pytest.mark.parametrize("how", ["", "bought", "magic"])
def test_met_freely_says_by_whom(wanting: Wanting, how: str) -> None:
    with pytest.raises(NeedIsNotClear):
        needs.met_freely(need=wanting.need, how=how, by=cast.amina(), at=wanting.at)


def test_the_group_is_asked_whether_to_buy_it_and_its_yes_buys_nothing(wanting: Wanting) -> None:
    for by in (cast.hodan(), cast.stranger(), cast.operator()):
        with pytest.raises(NotAllowed):
            needs_together.ask_route(need=wanting.need, by=by, at=wanting.at)
    question = needs_together.ask_route(need=wanting.need, by=cast.yusuf(), at=wanting.at)
    assert (question.kind, question.about_kind, question.about_id, question.cost_pence) == ("other", "need", wanting.need.pk, None)
    with pytest.raises(NotNow):
        needs_together.ask_route(need=wanting.need, by=cast.amina(), at=wanting.at)
    told = {"proposal": question.pk, "question_kind": "other", "about_kind": "need", "about_id": wanting.need.pk, "outcome": "enacted"}
    question_settled(fact=Fact(kind="pooling.question_settled", payload=told), at=wanting.at)
    wanting.need.refresh_from_db()
    assert (wanting.need.state, wanting.need.agreement) == ("buying", None)
    with pytest.raises(NotNow):
        needs_together.ask_route(need=wanting.need, by=cast.amina(), at=wanting.at)


def test_who_joined_in_is_counted_once_unless_they_asked_too_left_again_or_said_no(wanting: Wanting) -> None:
    """Nine people asked; four joined in; five who would count twice, or not at all, don't."""
    at, fresh = wanting.at, {"category": "home_jobs", "outcode": "SE15", "council_code": cast.SOUTHWARK, "created_at": wanting.at}
    people = [cast.somebody(f"wants{number}@example.com", f"Wants Number{number}") for number in range(15)]
    Need.objects.bulk_create(Need(person=one, state="unmet", reason="no_time", unmet_at=at, **fresh) for one in people[:8])
    said = {"need": wanting.need, "membership": wanting.places[0], "council_code": cast.SOUTHWARK, "joined_at": at}
    rows = [NeedJoin(person=one, **said) for one in people[5:12]]
    rows += [NeedJoin(person=people[12], counted=False, **said), NeedJoin(person=people[13], left_at=at, **said)]
    NeedJoin.objects.bulk_create(rows)
    counting.counted_due(at=at + timedelta(days=1))
    cell = CountedCell.objects.get(council_code=cast.SOUTHWARK, category="home_jobs", run__quarter=date(2026, 1, 1))
    assert cell.kept["asked"] == 13  # Amina, eight who asked themselves, four who joined in


VERBS: dict[str, Callable[[Wanting], object]] = {
    "share": lambda it: needs.share(need=it.need, cluster=it.story.cluster, by=cast.amina(), at=it.at),
    "not_found": lambda it: needs.not_found(need=it.need, reason="no_time", by=cast.amina(), at=it.at),
    "join_in": lambda it: needs_together.join_in(need=it.need, membership=it.places[2], by=cast.halima(), at=it.at),
    "leave_out": lambda it: needs_together.leave_out(join=it.need.joins.get(), by=cast.yusuf(), at=it.at),
    "met_freely": lambda it: needs.met_freely(need=it.need, how="family", by=cast.amina(), at=it.at),
    "choose_route": lambda it: needs_together.choose_route(need_id=it.need.pk, at=it.at) or refuse(),
    "retry": lambda it: needs.retry(need=it.need, cluster=it.story.cluster, by=cast.amina(), at=it.at),
    "may_ask": lambda it: needs.let_ask(need=it.need, may=True, by=cast.amina(), at=it.at),
    "need_again": lambda it: needs.need_again(need=it.need, cluster=it.story.cluster, by=cast.amina(), at=it.at),
    "withdraw": lambda it: needs.withdraw(need=it.need, by=cast.amina(), at=it.at),
}


def refuse() -> bool:
    raise NotNow


@pytest.mark.parametrize("state", Need.State.values)
def test_every_verb_of_a_need_is_done_where_the_table_has_it_and_refused_elsewhere(wanting: Wanting, state: str) -> None:
    it, wrong = wanting, []
    needs_together.join_in(need=it.need, membership=it.places[1], by=cast.yusuf(), at=it.at)
    why = {"reason": "too_dear", "unmet_at": it.at} if state == "unmet" else {}
    for verb, act in VERBS.items():
        with transaction.atomic():
            Need.objects.filter(pk=it.need.pk).update(state=state, **why)
            try:
                act(it)
                done = True
            except NotNow:
                done = False
            now = Need.objects.get(pk=it.need.pk).state
            if done != ((state, verb) in NEED) or (done and now != NEED[state, verb]):
                wrong.append((verb, done, now))
            transaction.set_rollback(True)
    assert wrong == []
