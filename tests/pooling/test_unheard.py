"""New rules that somebody does not sign, and people with a promise who did nothing themselves for six weeks: who is told, when, how often."""

from datetime import timedelta

import pytest

from audit.models import Fact
from pooling.models import Charter, Membership
from pooling.selectors import notice_days_for
from pooling.services import charters, leaving, proposals, unheard
from tests import cast_pooling
from tests.pooling.conftest import AT, Town

pytestmark = pytest.mark.django_db


def told_on(days: int) -> int:
    return unheard.advance_due(at=AT + timedelta(days=days))


def facts_of(kind: str) -> list[tuple[int, int | None]]:
    return list(Fact.objects.filter(kind=f"pooling.{kind}").order_by("pk").values_list("payload__membership", "payload__times"))


def new_rules(town: Town) -> tuple[Charter, list[Membership]]:
    """Three in a group whose second rules are in force since today; Amina has signed them."""
    cluster, places = cast_pooling.group(town.amina, town.yusuf, town.halima, at=AT)
    charter = charters.propose_new(cluster=cluster, changes={"notice_days": 14}, by=town.amina, at=AT)
    charters.adopt(proposal=cluster.proposals.get(), at=AT)
    charters.sign(charter=charter, membership=places[0], by=town.amina, at=AT)
    return charter, places


def test_who_does_not_sign_new_rules_is_told_twice_and_then_it_is_theirs_to_choose(town: Town) -> None:
    charter, [_, yusuf, halima] = new_rules(town)
    assert [told_on(13), told_on(14), told_on(15)] == [0, 2, 0]
    charters.sign(charter=charter, membership=halima, by=town.halima, at=AT + timedelta(days=15))
    assert [told_on(27), told_on(28), told_on(60), told_on(90)] == [0, 1, 0, 0]
    assert facts_of("rules_unsigned") == [(yusuf.pk, 1), (halima.pk, 1), (yusuf.pk, 2)]
    yusuf.refresh_from_db()
    assert (yusuf.state, notice_days_for(yusuf)) == ("active", 0)


def test_a_newer_version_is_asked_for_anew_and_who_left_is_left_alone(town: Town) -> None:
    _, [_, yusuf, halima] = new_rules(town)
    told_on(28)
    before = len(facts_of("rules_unsigned"))
    later = AT + timedelta(days=29)
    again = charters.propose_new(cluster=yusuf.cluster, changes={"notice_days": 7}, by=town.amina, at=later)
    charters.adopt(proposal=yusuf.cluster.proposals.get(about_id=again.pk), at=later)
    leaving.give_notice(membership=halima, by=town.halima, at=later)
    told_on(43)
    assert facts_of("rules_unsigned")[before:] == [(yusuf.cluster.memberships.get(person=town.amina).pk, 1), (yusuf.pk, 1)]


def test_six_silent_weeks_are_told_once_in_six_weeks_where_money_is_promised(town: Town) -> None:
    _, [amina, _] = cast_pooling.group(town.amina, town.yusuf, at=AT)
    cast_pooling.promised(amina, cast_pooling.direct_payment(town.amina, seen_by=town.ruth, at=AT), at=AT, weeks=40)
    assert [told_on(day) for day in (41, 42, 43, 83, 84)] == [0, 1, 0, 0, 1]
    assert facts_of("person_quiet") == [(amina.pk, None)] * 2


@pytest.mark.parametrize("sign", ["does something", "is reported", "is out"])
def test_no_message_goes_about_somebody_who_was_heard_of(town: Town, sign: str) -> None:
    cluster, [amina, _] = cast_pooling.group(town.amina, town.yusuf, at=AT)
    cast_pooling.promised(amina, cast_pooling.direct_payment(town.amina, seen_by=town.ruth, at=AT), at=AT, weeks=40)
    later = AT + timedelta(days=40)
    match sign:
        case "does something":
            proposals.write(cluster=cluster, kind="other", title="Tea?", text="", urgent=False, by=town.amina, at=later)
        case "is reported":
            leaving.report_end(membership=amina, why="died", by=town.yusuf, at=later)
        case _:
            leaving.eligibility_ended(membership=amina, why="died", by=town.colin, at=later)
    assert told_on(43) == 0


def test_nothing_to_tell_of_asks_little_however_many_there_are(town: Town, django_assert_max_num_queries: object) -> None:
    new_rules(town)
    with django_assert_max_num_queries(3):  # type: ignore[operator]
        assert told_on(1) == 0
