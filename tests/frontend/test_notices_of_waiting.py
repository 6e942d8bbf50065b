"""Who is written to when something waited too long: once, in whole sentences, and only who may still act."""

from datetime import timedelta
from typing import Any

import pytest

from audit.services.deliveries import deliver_due
from frontend import notices
from marketplace.services import decisions, shares
from people.models import Message, Person
from pooling.models import Membership, Proposal
from pooling.services import charters, leaving, memberships, removals, unheard
from tests import cast, cast_market, cast_pooling
from tests.cast import AT
from tests.worlds import again, kept

pytestmark = pytest.mark.django_db


def _group() -> dict[str, Any]:
    """Amina, Yusuf and Halima, whom Ruth helps; Yusuf's organisation looks after his money; an operator."""
    people = {"Amina": cast.amina(), "Yusuf": cast.yusuf(), "Halima": cast.halima(), "Ruth": cast.ruth(), "Sam": cast.sam(), "Olive": cast.operator()}
    cluster, places = cast_pooling.group(people["Amina"], people["Yusuf"], people["Halima"], at=AT, facilitator=people["Ruth"])
    cast_pooling.promised(places[1], cast_pooling.isf(people["Yusuf"], holder=cast.kasmo(), confirmed_by=people["Sam"], at=AT), at=AT, weeks=30)
    return {"people": people, "cluster": cluster, "places": places}


made = kept(_group)


@pytest.fixture
def group(made: Any) -> Any:
    return again(made)


def told(kind: str) -> dict[str, str]:
    """Who was written to, and what, since nobody had been."""
    while deliver_due(at=AT):
        pass
    return {one.person.full_name: one.body for one in Message.objects.filter(kind=kind).select_related("person").order_by("pk")}


def test_who_asked_to_join_and_who_asked_somebody_in_hear_that_the_group_did_not_answer(group: Any) -> None:
    dora, osman = (cast.somebody(f"{name}@example.com", f"{name} Day", is_seen=True) for name in ("Dora", "Osman"))
    memberships.invite(cluster=group["cluster"], person=dora, by=group["people"]["Amina"], at=AT)
    memberships.apply(cluster=group["cluster"], answers="", by=osman, at=AT)
    memberships.advance_due(at=AT + timedelta(days=30))
    said = told("not_answered")
    assert set(said) == {"Amina Farah", "Osman Day"}
    assert "That is not a no." in said["Osman Day"]
    assert "Dora" in said["Amina Farah"]


def test_who_said_that_they_leave_is_still_asked_who_may_come_in(group: Any) -> None:
    place = group["places"][1]
    Membership.objects.filter(pk=place.pk).update(state="notice")
    dora = cast.somebody("dora@example.com", "Dora Day", is_seen=True)
    memberships.apply(cluster=group["cluster"], answers="", by=dora, at=AT)
    notices.send_due(at=AT)
    assert set(told("may_come")) == {one.person.full_name for one in group["places"]}


def test_operators_hear_of_an_appeal_twice_and_both_sides_when_nobody_answered(group: Any) -> None:
    row = removals.ask(membership=group["places"][0], reason="She shouts.", by=group["people"]["Yusuf"], at=AT)
    removals.decided(proposal=Proposal.objects.get(pk=row.proposal_id), at=AT)
    assert "Your last day is Monday" in told("removal_decided")["Amina Farah"]
    removals.appeal(removal=row, appeal="Nobody asked me.", by=group["people"]["Amina"], at=AT)
    assert set(told("appeal")) == {group["people"]["Olive"].full_name}
    assert "shouts" not in told("appeal")[group["people"]["Olive"].full_name]
    removals.advance_due(at=AT + timedelta(days=8))
    told("appeal")
    assert Message.objects.filter(kind="appeal").count() == 2
    removals.advance_due(at=AT + timedelta(days=15))
    said = told("appeal_ran_out")
    assert set(said) == {"Amina Farah", "Yusuf Abdi"}
    assert "So you stay in the group." in said["Amina Farah"]


def test_who_has_not_signed_new_rules_hears_twice_and_their_helper_once(group: Any) -> None:
    Person.objects.filter(pk=group["people"]["Halima"].pk).update(phone="+447700900123")
    charter = charters.propose_new(cluster=group["cluster"], changes={"notice_days": 14}, by=group["people"]["Amina"], at=AT)
    charters.adopt(proposal=Proposal.objects.get(kind="rules"), at=AT)
    for place in group["places"][:2]:
        charters.sign(charter=charter, membership=place, by=place.person, at=AT)
    unheard.advance_due(at=AT + timedelta(days=14))
    assert set(told("rules_unsigned")) == {group["people"]["Halima"].full_name}
    unheard.advance_due(at=AT + timedelta(days=28))
    said = told("rules_unsigned")
    assert set(said) == {group["people"]["Halima"].full_name, group["people"]["Ruth"].full_name}
    ways = Message.objects.filter(kind="rules_unsigned", person=group["people"]["Halima"]).values_list("channel", flat=True)
    assert len(set(ways)) == 2
    assert "leave the group without waiting" in said[group["people"]["Halima"].full_name]


def test_six_silent_weeks_are_for_who_looks_after_the_money_and_who_helps_the_group(group: Any) -> None:
    assert unheard.advance_due(at=AT + timedelta(days=43)) == 1
    said = told("person_quiet")
    assert set(said) == {group["people"]["Sam"].full_name, group["people"]["Ruth"].full_name}
    assert "Yusuf Abdi" in said[group["people"]["Sam"].full_name]
    assert "Abdi" not in said[group["people"]["Ruth"].full_name]


def test_where_nobody_looks_after_the_money_the_council_s_own_team_is_asked(group: Any) -> None:
    council = cast.colin()
    group["cluster"].facilitator = None
    group["cluster"].save()
    leaving.eligibility_ended(membership=group["places"][1], why="moved", by=group["people"]["Sam"], at=AT)
    own = cast_pooling.direct_payment(group["people"]["Amina"], seen_by=group["people"]["Ruth"], at=AT)
    cast_pooling.promised(group["places"][0], own, at=AT, weeks=30)
    unheard.advance_due(at=AT + timedelta(days=43))
    assert set(told("person_quiet")) == {council.full_name}


@pytest.mark.parametrize(("is_held_back", "days"), [(True, (6, 8, 16, 31)), (False, (14, 16, 31, 44))])
def test_who_may_decide_a_question_is_asked_to_and_of_what_two_people_hold_back_after_a_week(is_held_back: bool, days: tuple[int, ...]) -> None:
    story, first, second = cast_market.asked(), cast.operator(), cast.second_operator()
    if is_held_back:
        story.yes("Halima")
        decisions.propose_hold_back(share=story.share("Halima"), reason="Fraud.", by=first, at=story.at)
        decisions.confirm_hold_back(share=story.share("Halima"), by=second, at=story.at)
    else:
        shares.question(share=story.share("Halima"), words="Nobody came.", by=cast.halima(), at=story.at)
    began, heard = story.at, []
    for day in days:
        shares.advance_share(share_id=story.share("Halima").pk, at=began + timedelta(days=day))
        while deliver_due(at=began + timedelta(days=day)):
            pass
        heard.append(sorted(Message.objects.filter(kind="question_waits").values_list("person__full_name", flat=True)))
    colin, site = [cast.colin().full_name], [first.full_name, second.full_name]
    after_two = sorted([*colin, *colin, *site])
    after_three = sorted([*after_two, *colin, *site])
    assert heard == [[], colin, after_two, after_three if is_held_back else after_two]
    body = Message.objects.filter(kind="question_waits").order_by("pk")[0].body
    assert ("Two people hold it back" in body) == is_held_back
    assert "If nobody decides by" in body
    assert Message.objects.get(kind="questioned").subject == ("A payment waits" if is_held_back else "A visit was not confirmed")
