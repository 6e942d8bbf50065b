"""What people would like, and what nobody offers: kept as theirs, counted without saying whose."""

import pytest

from audit.errors import NotAllowed
from marketplace.models import Need
from marketplace.rules.tables import NotNow
from marketplace.services import needs, signing
from marketplace.services.needs import NeedIsNotClear
from tests import cast, cast_market

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


def test_what_is_withdrawn_is_not_counted_and_stays_so() -> None:
    need = needs.withdraw(need=unmet(), by=cast.amina(), at=cast.AT)
    assert Need.objects.counted_for(cast.SOUTHWARK).count() == 0
    with pytest.raises(NotNow):
        needs.not_found(need=need, reason="too_dear", by=cast.amina(), at=cast.AT)


def test_one_cannot_share_with_a_group_one_is_not_in() -> None:
    story = cast_market.walk()
    need = needs.note(person=cast.stranger(), category="meals", by=cast.stranger(), at=story.at, **HERE)
    with pytest.raises(NotAllowed):
        needs.share(need=need, cluster=story.cluster, by=cast.stranger(), at=story.at)
