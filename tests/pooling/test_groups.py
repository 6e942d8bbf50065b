"""Starting a group, coming in by everybody's yes, the first days, leaving in them."""

from datetime import timedelta
from fractions import Fraction
from typing import Any

import pytest

from audit.errors import NotAllowed
from audit.models import Fact
from people.services import supporters
from places.postcodes import UnknownOutcode
from pooling.models import AdmissionAnswer, Charter, Cluster, Membership
from pooling.rules import MEMBERSHIP, NotNow
from pooling.selectors import cluster_money, places_of, public_cards, questions_for
from pooling.services import clusters, memberships, pledges, shares
from pooling.services.clusters import (
    AnswerIsMissing,
    AnswerIsTooLong,
    NameIsMissing,
    NoSuchFacilitator,
    NoticeIsTooLong,
    NotMetYet,
    PurposeIsUnknown,
    RuleIsUnknown,
    SizeIsWrong,
)
from pooling.services.memberships import AlreadyHere, GroupIsFull, MoneyStillHere, NoNeedsReason, NotAsked, NotListed, OtherCouncil, SomethingStillOn
from tests import cast, cast_pooling
from tests.pooling.conftest import AT, Town

ANSWERS: dict[str, Any] = {
    "name": "Help at home",
    "purpose": "help_at_home",
    "outcode": "se15 4ab",
    "who_comes": "Women who speak Somali",
    "cost_rule": "equal",
    "decision_rule": "everyone",
    "notice_days": 28,
}


def start(town: Town, **changes: Any) -> Cluster:
    return clusters.start(**{**ANSWERS, "by": town.amina, "at": AT, **changes})


def test_start_makes_a_forming_group_with_its_founder_in_and_charter_signed(town: Town) -> None:
    cluster = start(town)
    [place] = cluster.memberships.all()
    charter = Charter.objects.get(cluster=cluster)
    assert (cluster.state, cluster.outcode, cluster.council_code) == ("forming", "SE15", cast.SOUTHWARK)
    assert (place.person, place.state, place.strand) == (town.amina, "active", 1)
    assert (charter.version, charter.notice_days, charter.trial_days) == (1, 28, 14)
    assert charter.signatures.get().by == town.amina


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"name": "  "}, NameIsMissing),
        ({"name": "x" * 61}, NameIsMissing),
        ({"who_comes": ""}, AnswerIsMissing),
        ({"notice_days": 92}, NoticeIsTooLong),
        ({"notice_days": -1}, NoticeIsTooLong),
        ({"outcode": "nowhere"}, UnknownOutcode),
        ({"purpose": "mischief"}, PurposeIsUnknown),
        ({"size_max": 1}, SizeIsWrong),
        ({"size_max": 9}, SizeIsWrong),
        ({"cost_rule": "whim"}, RuleIsUnknown),
        ({"decision_rule": "whim"}, RuleIsUnknown),
        ({"who_comes": "x" * 401}, AnswerIsTooLong),
        ({"what_for": "x" * 401}, AnswerIsTooLong),
    ],
)
def test_start_refuses_each_wrong_answer_with_a_sentence_and_its_field(town: Town, changes: dict[str, Any], refusal: type[Any]) -> None:
    with pytest.raises(refusal) as caught:
        start(town, **changes)
    assert caught.value.field in changes
    assert caught.value.sentence
    assert not Cluster.objects.exists()


def test_start_refuses_whoever_we_have_not_met(town: Town) -> None:
    with pytest.raises(NotMetYet):
        start(town, by=town.stranger)


def test_start_for_somebody_needs_their_authority(town: Town) -> None:
    with pytest.raises(NotAllowed):
        start(town, by=town.stranger, person=town.amina)


def test_alone_in_a_group_an_invitation_needs_no_other_yes(town: Town) -> None:
    place = memberships.invite(cluster=start(town), person=town.yusuf, by=town.amina, at=AT)
    assert place.state == "invited"


def test_two_who_signed_make_a_group_active(town: Town) -> None:
    cluster = start(town)
    place = memberships.invite(cluster=cluster, person=town.yusuf, by=town.amina, at=AT)
    place = memberships.accept_charter(membership=place, by=town.yusuf, at=AT)
    cluster.refresh_from_db()
    assert (cluster.state, place.state, place.strand) == ("active", "trial", 2)
    assert place.trial_ends_at == AT + timedelta(days=14)


def test_a_third_needs_the_yes_of_everybody_in(town: Town) -> None:
    cluster, _ = cast_pooling.group(town.amina, town.yusuf, at=AT)
    place = memberships.invite(cluster=cluster, person=town.halima, by=town.amina, at=AT)
    assert place.state == "proposed"
    with pytest.raises(NotNow):
        memberships.accept_charter(membership=place, by=town.halima, at=AT)
    place = memberships.answer(membership=place, yes=True, by=town.yusuf, at=AT)
    assert place.state == "invited"


def test_one_no_declines_with_a_reason_and_no_name(town: Town) -> None:
    cluster, _ = cast_pooling.group(town.amina, town.yusuf, at=AT)
    place = memberships.apply(cluster=cluster, answers="I like company", by=town.halima, at=AT)
    memberships.answer(membership=place, yes=True, by=town.amina, at=AT)
    with pytest.raises(NoNeedsReason):
        memberships.answer(membership=place, yes=False, by=town.yusuf, at=AT)
    place = memberships.answer(membership=place, yes=False, reason="We want to stay two", by=town.yusuf, at=AT)
    assert (place.state, place.end_reason) == ("declined", "We want to stay two")
    assert not AdmissionAnswer.objects.visible_to(town.halima).exists()
    with pytest.raises(NotNow):
        memberships.answer(membership=place, yes=True, by=town.yusuf, at=AT)


def test_who_may_answer_is_fixed_when_it_is_asked(town: Town) -> None:
    cluster, _ = cast_pooling.group(town.amina, town.yusuf, at=AT)
    place = memberships.apply(cluster=cluster, answers="", by=town.stranger, at=AT)
    cast_pooling.joined(cluster, town.halima, by=town.amina, at=AT)
    for person in (town.halima, town.stranger, town.ruth, town.operator):
        with pytest.raises(NotAsked):
            memberships.answer(membership=place, yes=True, by=person, at=AT)
    assert place in questions_for(town.yusuf)
    assert place not in questions_for(town.halima)


def test_somebody_who_left_holds_up_no_answer(town: Town) -> None:
    cluster, [_, yusuf] = cast_pooling.group(town.amina, town.yusuf, at=AT, settled=False)
    place = memberships.apply(cluster=cluster, answers="", by=town.halima, at=AT)
    memberships.leave_now(membership=yusuf, by=town.yusuf, at=AT)
    assert memberships.answer(membership=place, yes=True, by=town.amina, at=AT).state == "invited"


@pytest.mark.parametrize("who", ["stranger", "halima", "operator", "ruth"])
def test_only_people_in_the_group_and_its_facilitator_invite(town: Town, who: str) -> None:
    with pytest.raises(NotAllowed):
        memberships.invite(cluster=start(town), person=town.yusuf, by=getattr(town, who), at=AT)


def test_the_facilitator_proposes_and_the_group_decides(town: Town) -> None:
    cluster, _ = cast_pooling.group(town.amina, town.yusuf, at=AT, facilitator=town.ruth)
    place = memberships.invite(cluster=cluster, person=town.halima, by=town.ruth, at=AT)
    assert place.state == "proposed"
    with pytest.raises(NotAsked):
        memberships.answer(membership=place, yes=True, by=town.ruth, at=AT)


def test_only_a_facilitator_of_the_council_is_asked(town: Town) -> None:
    cluster = start(town)
    for nobody in (town.stranger, town.operator, town.amina):
        with pytest.raises(NoSuchFacilitator):
            clusters.ask_facilitator(cluster=cluster, facilitator=nobody, by=town.amina, at=AT)
    with pytest.raises(NotAllowed):
        clusters.ask_facilitator(cluster=cluster, facilitator=town.ruth, by=town.ruth, at=AT)
    assert clusters.ask_facilitator(cluster=cluster, facilitator=town.ruth, by=town.amina, at=AT).facilitator == town.ruth


def test_nobody_is_asked_twice_nor_from_another_council_nor_into_a_closed_group(town: Town) -> None:
    cluster = start(town)
    memberships.invite(cluster=cluster, person=town.yusuf, by=town.amina, at=AT)
    with pytest.raises(AlreadyHere):
        memberships.apply(cluster=cluster, answers="", by=town.yusuf, at=AT)
    with pytest.raises(OtherCouncil):
        memberships.apply(cluster=cluster, answers="", by=town.neighbour, at=AT)
    with pytest.raises(NotListed):
        memberships.apply(cluster=start(town, is_listed=False), answers="", by=town.halima, at=AT)


def test_signing_needs_the_person_themselves_met_by_somebody_and_room(town: Town) -> None:
    cluster = start(town, size_max=2)
    place = memberships.invite(cluster=cluster, person=town.stranger, by=town.amina, at=AT)
    with pytest.raises(NotAllowed):
        memberships.accept_charter(membership=place, by=town.amina, at=AT)
    with pytest.raises(NotMetYet):
        memberships.accept_charter(membership=place, by=town.stranger, at=AT)
    other = memberships.invite(cluster=cluster, person=town.halima, by=town.amina, at=AT)
    cast_pooling.joined(cluster, town.yusuf, by=town.amina, at=AT)
    with pytest.raises(GroupIsFull):
        memberships.accept_charter(membership=other, by=town.halima, at=AT)


def test_an_applicant_takes_it_back_and_an_invited_person_says_not_this_time(town: Town) -> None:
    cluster = start(town)
    applied = memberships.apply(cluster=cluster, answers="", by=town.halima, at=AT)
    with pytest.raises(NotAllowed):
        memberships.withdraw(membership=applied, by=town.amina, at=AT)
    assert memberships.withdraw(membership=applied, by=town.halima, at=AT).state == "withdrawn"
    invited = memberships.invite(cluster=cluster, person=town.yusuf, by=town.amina, at=AT)
    assert memberships.decline(membership=invited, by=town.yusuf, at=AT).state == "declined"
    assert memberships.apply(cluster=cluster, answers="", by=town.halima, at=AT).state == "applied"


def test_an_invitation_ends_after_thirty_days(town: Town) -> None:
    place = memberships.invite(cluster=start(town), person=town.yusuf, by=town.amina, at=AT)
    assert memberships.advance_due(at=AT + timedelta(days=29)) == 0
    assert memberships.advance_due(at=AT + timedelta(days=30)) == 1
    assert memberships.advance_due(at=AT + timedelta(days=30)) == 0
    place.refresh_from_db()
    assert place.state == "expired"


def test_what_the_group_does_not_answer_ends_after_thirty_days_and_may_be_asked_again(town: Town) -> None:
    cluster, [place, _] = cast_pooling.group(town.amina, town.yusuf, at=AT)
    proposed = memberships.invite(cluster=cluster, person=town.halima, by=town.amina, at=AT)
    dora = cast.somebody("dora@example.com", "Dora Day", is_seen=True)
    applied = memberships.apply(cluster=cluster, answers="", by=dora, at=AT)
    assert memberships.advance_due(at=AT + timedelta(days=29)) == 0
    assert [memberships.advance_due(at=AT + timedelta(days=30)) for _ in range(2)] == [2, 0]
    assert set(Membership.objects.filter(pk__in=(proposed.pk, applied.pk)).values_list("state", flat=True)) == {"expired"}
    told = Fact.objects.filter(kind="pooling.place_ran_out").order_by("pk").values_list("payload__membership", "payload__was")
    assert list(told) == [(proposed.pk, "proposed"), (applied.pk, "applied")]
    with pytest.raises(NotNow):
        memberships.answer(membership=applied, yes=True, by=place.person, at=AT + timedelta(days=30))
    assert memberships.apply(cluster=cluster, answers="", by=dora, at=AT + timedelta(days=30)).state == "applied"


def test_the_first_days_end_by_themselves_after_fourteen(town: Town) -> None:
    _, [_, yusuf] = cast_pooling.group(town.amina, town.yusuf, at=AT, settled=False)
    assert memberships.advance_due(at=AT + timedelta(days=13)) == 0
    assert memberships.advance_due(at=AT + timedelta(days=14)) == 1
    yusuf.refresh_from_db()
    assert yusuf.state == "active"


def test_the_first_days_end_early_only_when_everybody_past_theirs_welcomes(town: Town) -> None:
    cluster, _ = cast_pooling.group(town.amina, town.yusuf, at=AT)
    newest = cast_pooling.joined(cluster, town.halima, by=town.amina, at=AT)
    assert memberships.confirm(membership=newest, by=town.amina, at=AT).state == "trial"
    for nobody in (town.halima, town.ruth, town.stranger):
        with pytest.raises(NotAsked):
            memberships.confirm(membership=newest, by=nobody, at=AT)
    assert memberships.confirm(membership=newest, by=None, at=AT).state == "trial"
    assert memberships.confirm(membership=newest, by=town.yusuf, at=AT).state == "active"


def test_leaving_in_the_first_days_needs_no_notice_and_ends_promises(town: Town) -> None:
    _, [_, yusuf] = cast_pooling.group(town.amina, town.yusuf, at=AT, settled=False)
    money = cast_pooling.isf(town.yusuf, holder=town.kasmo, confirmed_by=town.sam, at=AT)
    pledge = cast_pooling.promised(yusuf, money, at=AT)
    with pytest.raises(NotAllowed):
        memberships.leave_now(membership=yusuf, by=town.amina, at=AT)
    assert memberships.leave_now(membership=yusuf, by=town.yusuf, at=AT).state == "settled"
    pledge.refresh_from_db()
    assert pledge.state == "cancelled"


def test_leaving_with_money_here_sends_it_home_first(town: Town) -> None:
    _, [_, yusuf] = cast_pooling.group(town.amina, town.yusuf, at=AT, settled=False)
    money = cast_pooling.direct_payment(town.yusuf, seen_by=town.ruth, at=AT)
    cast_pooling.paid_in(yusuf, money, pence=5_000, at=AT)
    with pytest.raises(MoneyStillHere):
        memberships.leave_now(membership=yusuf, by=town.yusuf, at=AT)
    shares.withdraw(membership=yusuf, portion=money, pence=5_000, by=town.yusuf, at=AT)
    assert memberships.leave_now(membership=yusuf, by=town.yusuf, at=AT).state == "settled"


def test_leaving_with_visits_said_yes_to_stops_them_first(town: Town) -> None:
    _, [_, yusuf] = cast_pooling.group(town.amina, town.yusuf, at=AT, settled=False)
    money = cast_pooling.direct_payment(town.yusuf, seen_by=town.ruth, at=AT)
    cast_pooling.earmarked(cast_pooling.promised(yusuf, money, at=AT), at=AT)
    with pytest.raises(SomethingStillOn):
        memberships.leave_now(membership=yusuf, by=town.yusuf, at=AT)


def test_after_the_first_days_there_is_notice(town: Town) -> None:
    _, [amina, _] = cast_pooling.group(town.amina, town.yusuf, at=AT)
    with pytest.raises(NotNow) as caught:
        memberships.leave_now(membership=amina, by=town.amina, at=AT)
    assert "notice" in caught.value.sentence


def test_each_verb_is_refused_in_every_state_its_table_does_not_name(town: Town) -> None:
    cluster, [amina, yusuf] = cast_pooling.group(town.amina, town.yusuf, at=AT)
    deeds: dict[str, Any] = {
        "approve": lambda place: memberships.answer(membership=place, yes=True, by=town.amina, at=AT),
        "withdraw": lambda place: memberships.withdraw(membership=place, by=town.yusuf, at=AT),
        "decline": lambda place: memberships.decline(membership=place, by=town.yusuf, at=AT),
        "accept_charter": lambda place: memberships.accept_charter(membership=place, by=town.yusuf, at=AT),
        "confirm": lambda place: memberships.confirm(membership=place, by=town.amina, at=AT),
        "leave_now": lambda place: memberships.leave_now(membership=place, by=town.yusuf, at=AT),
    }
    for state in Membership.State.values:
        Membership.objects.filter(pk=yusuf.pk).update(state=state)
        for verb, deed in deeds.items():
            if (state, verb) not in MEMBERSHIP:
                with pytest.raises(NotNow):
                    deed(yusuf)
        assert Membership.objects.get(pk=yusuf.pk).state == state
    assert cluster.memberships.get(pk=amina.pk).state == "active"


def test_a_supporter_for_groups_signs_for_the_person(town: Town) -> None:
    record = supporters.ask(
        person=town.halima, supporter=town.stranger, kind="for", decisions=["groups"], source="Lasting power of attorney", by=town.halima, at=AT
    )
    supporters.confirm(supporter=record, by=town.operator, at=AT)
    place = memberships.invite(cluster=start(town), person=town.halima, by=town.amina, at=AT)
    with pytest.raises(NotAllowed):
        memberships.accept_charter(membership=place, by=town.stranger, at=AT + timedelta(days=6))
    place = memberships.accept_charter(membership=place, by=town.stranger, at=AT + timedelta(days=8))
    assert (place.state, place.signatures.get().by) == ("trial", town.stranger)
    assert Membership.objects.visible_to(town.stranger).filter(pk=place.pk).exists()


def test_what_rounding_owes_is_kept_exactly(town: Town) -> None:
    _, [amina, _] = cast_pooling.group(town.amina, town.yusuf, at=AT)
    memberships.set_rounding_debt(membership=amina, debt=Fraction(-2, 7), at=AT)
    amina.refresh_from_db()
    assert amina.rounding_debt == Fraction(-2, 7)


@pytest.mark.parametrize(
    ("who", "groups", "places"),
    [("amina", 1, 2), ("yusuf", 1, 2), ("ruth", 1, 2), ("halima", 0, 0), ("sam", 0, 0), ("stranger", 0, 0), ("operator", 1, 2)],
)
def test_a_group_is_seen_by_who_is_in_it_its_facilitator_and_operators(town: Town, who: str, groups: int, places: int) -> None:
    cast_pooling.group(town.amina, town.yusuf, at=AT, facilitator=town.ruth)
    assert Cluster.objects.visible_to(getattr(town, who)).count() == groups
    assert Membership.objects.visible_to(getattr(town, who)).count() == places
    assert Charter.objects.visible_to(getattr(town, who)).count() == groups


def test_an_applicant_sees_their_own_place_and_nobody_elses(town: Town) -> None:
    cluster, _ = cast_pooling.group(town.amina, town.yusuf, at=AT)
    mine = memberships.apply(cluster=cluster, answers="", by=town.halima, at=AT)
    assert [*Membership.objects.visible_to(town.halima)] == [mine] == places_of(town.halima)
    memberships.withdraw(membership=mine, by=town.halima, at=AT)
    assert not Cluster.objects.visible_to(town.halima).exists()


def test_a_public_card_tells_how_many_and_nobodys_name(town: Town, django_assert_max_num_queries: Any) -> None:
    cluster, _ = cast_pooling.group(town.amina, town.yusuf, at=AT)
    start(town, is_listed=False)
    with django_assert_max_num_queries(2):
        [card] = public_cards(council_code=cast.SOUTHWARK, purpose="help_at_home", on=AT.date() + timedelta(days=7))
    assert (card.cluster_id, card.people, card.room_for) == (cluster.pk, 2, 6)
    assert not public_cards(council_code=cast.SOUTHWARK, purpose="garden", on=AT.date())


def test_of_two_payers_no_total_is_told(town: Town) -> None:
    cluster, [amina, yusuf, halima] = cast_pooling.group(town.amina, town.yusuf, town.halima, at=AT)
    for place, pence in ((amina, 1_000), (yusuf, 2_000)):
        cast_pooling.promised(place, cast_pooling.direct_payment(place.person, seen_by=town.ruth, at=AT), at=AT, weekly_pence=pence)
    seen = cluster_money(cluster, town.amina)
    assert (seen.own_weekly_pence, seen.total_weekly_pence, seen.payers) == (1_000, None, 2)
    cast_pooling.promised(halima, cast_pooling.direct_payment(town.halima, seen_by=town.ruth, at=AT), at=AT, weekly_pence=3_000)
    assert cluster_money(cluster, town.amina).total_weekly_pence == 6_000
    pledges.costs(1_000, 12, 28)
