"""Finding each other: would like, matched, introduced, a group; and what people may have in common."""

from datetime import timedelta
from typing import Any

import pytest

from audit.errors import NotAllowed
from audit.models import Entry, Fact
from people.models import Person
from people.services import people, supporters
from places.postcodes import UnknownOutcode
from pooling.models import Cluster, InCommon, Interest, Introduction, Membership
from pooling.rules import NotNow
from pooling.rules.finding import INTEREST, rank_by_common
from pooling.selectors import finding as seen_by
from pooling.selectors import public_cards
from pooling.selectors.groups import name_for, sizes_shown
from pooling.services import in_common, interests, meetings, memberships
from pooling.services.in_common import ConsentIsMissing, SaidAlready, TakenBack, WordIsUnknown
from pooling.services.interests import AlreadyWanted, NeedIsUnknown, PartIsUnknown
from pooling.services.meetings import (
    GroupIsThere,
    MeetingDayIsWrong,
    PlaceHasALink,
    PlaceIsMissing,
    SomebodyIsNotMet,
    TooFewToMeet,
    TooLateToFound,
)
from tests import cast, cast_pooling
from tests.pooling.conftest import AT, Town
from tests.pooling.test_groups import ANSWERS

SOON = AT + timedelta(days=5)


def want(by: Person, **changes: Any) -> Interest:
    said: dict[str, Any] = {"category": "home_jobs", "outcode": "SE15", "parts_of_week": ["weekday_morning", "weekend"]}
    return interests.would_like(**{**said, "by": by, "at": AT, **changes})


def three(town: Town) -> list[Interest]:
    """Amina, Yusuf and Halima would like the same, and are matched."""
    rows = [want(person) for person in (town.amina, town.yusuf, town.halima)]
    assert interests.match_due(at=AT) == 3
    return [Interest.objects.get(pk=row.pk) for row in rows]


def met(town: Town) -> Introduction:
    return meetings.introduce(interests=three(town), meets_at=SOON, place="Peckham Library, room 2", by=town.ruth, at=AT)


def states(*rows: Interest) -> list[str]:
    return list(Interest.objects.filter(pk__in=[row.pk for row in rows]).order_by("pk").values_list("state", flat=True))


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"category": "mischief"}, NeedIsUnknown),
        ({"parts_of_week": []}, PartIsUnknown),
        ({"parts_of_week": ["midnight"]}, PartIsUnknown),
        ({"outcode": "nowhere"}, UnknownOutcode),
    ],
)
def test_a_wish_that_makes_no_sense_is_refused_at_its_field(town: Town, changes: dict[str, Any], refusal: type[Any]) -> None:
    with pytest.raises(refusal) as caught:
        want(town.amina, **changes)
    assert caught.value.field in changes
    assert not Interest.objects.exists()


def test_somebody_nobody_has_met_may_wish_once_and_another_may_not_wish_for_them(town: Town) -> None:
    row = want(town.stranger, outcode="se15 4ab")
    assert (row.state, row.outcode, row.council_code) == ("interested", "SE15", cast.SOUTHWARK)
    with pytest.raises(AlreadyWanted):
        want(town.stranger)
    with pytest.raises(NotAllowed):
        want(town.amina, person=town.halima)


def test_three_near_each_other_are_matched_and_two_or_others_are_not(town: Town) -> None:
    first, second = want(town.amina), want(town.yusuf)
    elsewhere, other = want(town.halima, outcode="SE1"), want(town.stranger, category="meals")
    assert interests.match_due(at=AT) == 0
    third = want(town.colin)
    assert interests.match_due(at=AT) == 3
    assert interests.match_due(at=AT) == 0
    assert states(first, second, third) == ["matched"] * 3
    assert states(elsewhere, other) == ["interested"] * 2
    assert Fact.objects.filter(kind="pooling.interest_matched").count() == 3
    fourth = want(town.operator)
    assert interests.advance_due(at=AT) == 1
    assert states(fourth) == ["matched"]


def test_whoever_stops_leaves_a_match_of_two_waiting_again(town: Town) -> None:
    amina, yusuf, halima = three(town)
    with pytest.raises(NotAllowed):
        interests.stop(interest=halima, by=town.amina, at=AT)
    assert interests.stop(interest=halima, by=town.halima, at=AT).state == "ended"
    assert states(amina, yusuf, halima) == ["interested", "interested", "ended"]
    with pytest.raises(NotNow):
        interests.stop(interest=halima, by=town.halima, at=AT)


def test_a_match_of_four_stays_one_without_one(town: Town) -> None:
    rows = [*three(town), want(town.colin)]
    interests.match_due(at=AT)
    interests.stop(interest=rows[3], by=town.colin, at=AT)
    assert states(*rows) == ["matched", "matched", "matched", "ended"]


def test_after_ninety_days_a_wish_is_over_and_a_match_waits_on(town: Town) -> None:
    alone, matched = want(town.colin, category="meals"), three(town)
    assert interests.advance_due(at=AT + timedelta(days=89)) == 0
    assert interests.advance_due(at=AT + timedelta(days=90)) == 1
    assert states(alone, *matched) == ["ended", "matched", "matched", "matched"]


def test_who_helps_groups_sees_first_names_and_what_suits_all_and_nothing_else(town: Town, django_assert_max_num_queries: Any) -> None:
    three(town)
    want(town.stranger, parts_of_week=["weekend"])
    interests.match_due(at=AT)
    with django_assert_max_num_queries(4):
        [match] = seen_by.matches_for(town.ruth, at=AT)
    assert (match.category, match.outcode, match.parts_for_all, match.to_meet) == ("home_jobs", "SE15", ["weekend"], 1)
    assert {one.known_as for one in match.people} == {"Stan", "Amina", "Yusuf", "Halima"}
    for nobody in (town.amina, town.sam, town.operator, town.stranger):
        assert seen_by.matches_for(nobody, at=AT) == []


def test_what_people_have_in_common_puts_them_near_each_other_and_leaves_nobody_out(town: Town) -> None:
    for person in (town.yusuf, town.halima):
        in_common.say(kind="language", word="somali", agreed=True, shown=False, by=person, at=AT)
    three(town)
    [match] = seen_by.matches_for(town.ruth, at=AT)
    assert [one.known_as for one in match.people] == ["Yusuf", "Halima", "Amina"]
    assert "somali" not in repr(match)


def test_whoever_shares_nothing_is_last_and_there() -> None:
    assert rank_by_common({1: frozenset(), 2: frozenset({"a"}), 3: frozenset({"a", "b"}), 4: frozenset({"b"})}) == [3, 2, 4, 1]


@pytest.mark.parametrize("who", ["amina", "stranger", "sam", "operator", "neighbour"])
def test_only_who_helps_groups_there_hosts_a_meeting(town: Town, who: str) -> None:
    with pytest.raises(NotAllowed):
        meetings.introduce(interests=three(town), meets_at=SOON, place="The library", by=getattr(town, who), at=AT)


def test_a_host_brings_together_people_she_met_at_a_place_in_words_on_a_day_to_come(town: Town) -> None:
    rows = three(town)
    last = want(town.stranger)
    interests.match_due(at=AT)
    good: dict[str, Any] = {"interests": rows, "meets_at": SOON, "place": "The library", "by": town.ruth, "at": AT}
    wrong: list[tuple[dict[str, Any], type[Any]]] = [
        ({"interests": rows[:1]}, TooFewToMeet),
        ({"interests": [rows[0], want(town.colin, category="meals")]}, TooFewToMeet),
        ({"interests": [*rows, last]}, SomebodyIsNotMet),
        ({"meets_at": AT}, MeetingDayIsWrong),
        ({"meets_at": AT + timedelta(days=61)}, MeetingDayIsWrong),
        ({"place": " "}, PlaceIsMissing),
        ({"place": "https://example.com"}, PlaceHasALink),
    ]
    for changes, refusal in wrong:
        with pytest.raises(refusal):
            meetings.introduce(**{**good, **changes})
    last.refresh_from_db()
    people.vouch(person=town.stranger, level="seen", by=town.ruth, at=AT)
    meeting = meetings.introduce(**{**good, "interests": [rows[0], last]})
    assert states(*rows, last) == ["introduced", "interested", "interested", "introduced"]  # of those left, two wait again
    assert seen_by.meeting(meeting).names == ["Amina", "Stan"]
    with pytest.raises(NotNow):
        meetings.introduce(**good)


def test_nobody_sees_who_the_others_are_before_the_meeting(town: Town) -> None:
    rows = three(town)
    assert [*Interest.objects.visible_to(town.amina)] == [rows[0]]
    assert Interest.objects.visible_to(town.ruth).count() == 3
    assert not Interest.objects.visible_to(town.operator).exists()
    meeting = meetings.introduce(interests=rows, meets_at=SOON, place="The library", by=town.ruth, at=AT)
    assert [*Interest.objects.visible_to(town.amina)] == [Interest.objects.get(pk=rows[0].pk)]
    for person, sees in ((town.amina, True), (town.ruth, True), (town.stranger, False), (town.operator, False), (town.sam, False)):
        assert Introduction.objects.visible_to(person).filter(pk=meeting.pk).exists() is sees


def test_those_who_met_found_their_group_without_first_days(town: Town) -> None:
    meeting = met(town)
    with pytest.raises(NotNow):
        meetings.join_founders(introduction=meeting, by=town.yusuf, at=SOON)
    for nobody in (town.ruth, town.stranger):
        with pytest.raises(NotAllowed):
            meetings.start_group(introduction=meeting, by=nobody, at=SOON, **ANSWERS)
    group = meetings.start_group(introduction=meeting, by=town.amina, at=SOON, **ANSWERS)
    with pytest.raises(GroupIsThere):
        meetings.start_group(introduction=meeting, by=town.halima, at=SOON, **ANSWERS)
    place = meetings.join_founders(introduction=meeting, by=town.yusuf, at=SOON)
    group.refresh_from_db()
    assert (place.state, place.strand, group.state, group.facilitator) == ("active", 2, "active", None)
    assert place.signatures.get().charter.version == 1
    assert list(Interest.objects.order_by("pk").values_list("state", flat=True)) == ["group", "group", "introduced"]
    with pytest.raises(NotNow):
        meetings.join_founders(introduction=meeting, by=town.yusuf, at=SOON)


def test_a_month_later_or_by_newer_rules_one_asks_like_anybody(town: Town) -> None:
    meeting = met(town)
    group = meetings.start_group(introduction=meeting, by=town.amina, at=SOON, **ANSWERS)
    with pytest.raises(TooLateToFound):
        meetings.join_founders(introduction=meeting, by=town.yusuf, at=SOON + timedelta(days=31))
    group.charters.update(version=2)
    with pytest.raises(TooLateToFound):
        meetings.join_founders(introduction=meeting, by=town.yusuf, at=SOON)


def test_a_meeting_that_nothing_came_of_is_over_after_ninety_days(town: Town) -> None:
    met(town)
    assert interests.advance_due(at=AT + timedelta(days=90)) == 3
    assert set(Interest.objects.values_list("state", flat=True)) == {"ended"}


def test_a_supporter_for_groups_wishes_and_founds_for_the_person(town: Town) -> None:
    asked = {"supporter": town.stranger, "kind": "for", "decisions": ["groups"], "source": "Lasting power of attorney", "by": town.halima}
    supporters.confirm(supporter=supporters.ask(person=town.halima, at=AT, **asked), by=town.operator, at=AT)
    later = AT + timedelta(days=8)
    row = want(town.stranger, person=town.halima, at=later)
    assert row.person == town.halima
    assert Entry.objects.get(verb="pooling.would_like").on_behalf_of_id == town.halima.pk
    assert interests.stop(interest=row, by=town.stranger, at=later).state == "ended"


def test_every_verb_is_refused_in_every_state_its_table_does_not_name(town: Town) -> None:
    meeting = met(town)
    row = Interest.objects.get(person=town.amina)
    deeds: dict[str, Any] = {
        "stop": lambda: interests.stop(interest=row, by=town.amina, at=AT),
        "introduce": lambda: meetings.introduce(interests=[row, *Interest.objects.exclude(pk=row.pk)], meets_at=SOON, place="x", by=town.ruth, at=AT),
        "start_group": lambda: meetings.start_group(introduction=meeting, by=town.amina, at=AT, **ANSWERS),
        "join_founders": lambda: meetings.join_founders(introduction=meeting, by=town.amina, at=AT),
    }
    for state in Interest.State.values:
        Interest.objects.filter(pk=row.pk).update(state=state)
        for verb, deed in deeds.items():
            if (state, verb) not in INTEREST:
                with pytest.raises(NotNow):
                    deed()
        assert interests.match_due(at=AT) == 0
        assert Interest.objects.get(pk=row.pk).state == state
    assert not Cluster.objects.exists()


# --- what people have in common ---


def test_nothing_of_oneself_is_kept_without_a_yes_of_its_own(town: Town) -> None:
    for changes, refusal in (({"agreed": False}, ConsentIsMissing), ({"word": "martian"}, WordIsUnknown), ({"kind": "politics"}, WordIsUnknown)):
        said: dict[str, Any] = {"kind": "faith", "word": "muslim", "agreed": True, "shown": True, "by": town.amina, "at": AT, **changes}
        with pytest.raises(refusal):
            in_common.say(**said)
    assert not InCommon.objects.exists()
    row = in_common.say(kind="condition", word="memory", agreed=True, shown=False, by=town.amina, at=AT)
    with pytest.raises(SaidAlready):
        in_common.say(kind="condition", word="memory", agreed=True, shown=True, by=town.amina, at=AT)
    assert not InCommon.objects.visible_to(town.operator).exists()
    with pytest.raises(NotAllowed):
        in_common.show(thing=row, shown=True, by=town.operator, at=AT)
    assert "memory" not in str(list(Entry.objects.values_list("detail", "verb")))


def test_taking_it_back_leaves_no_word_of_it_anywhere(town: Town) -> None:
    row = in_common.say(kind="faith", word="muslim", agreed=True, shown=True, by=town.amina, at=AT)
    with pytest.raises(NotAllowed):
        in_common.take_back(thing=row, by=town.yusuf, at=AT)
    row = in_common.take_back(thing=row, by=town.amina, at=AT)
    assert (row.word, row.shown, row.withdrawn_at) == ("", False, AT)
    with pytest.raises(TakenBack):
        in_common.show(thing=row, shown=True, by=town.amina, at=AT)
    assert in_common.say(kind="faith", word="muslim", agreed=True, shown=False, by=town.amina, at=AT).pk != row.pk


def test_only_what_somebody_chose_to_show_is_shown_and_never_in_the_first_days(town: Town) -> None:
    _, [amina, yusuf, halima] = cast_pooling.group(town.amina, town.yusuf, town.halima, at=AT)
    in_common.say(kind="faith", word="muslim", agreed=True, shown=False, by=town.amina, at=AT)
    in_common.say(kind="language", word="somali", agreed=True, shown=True, by=town.yusuf, at=AT)
    places = [amina, yusuf, halima]
    assert seen_by.shown_to(amina, places) == {town.yusuf.pk: [("language", "somali")]}
    assert seen_by.shown_to(None, places) == {}
    halima.state = Membership.State.TRIAL
    assert seen_by.shown_to(halima, places) == {}
    yusuf.state = Membership.State.TRIAL
    assert seen_by.shown_to(amina, places) == {}


# --- first days, and the card strangers see ---


def test_in_the_first_days_there_are_first_names_only(town: Town) -> None:
    people = {"known_as": "Yusuf Abdi"}
    Person.objects.filter(pk=town.yusuf.pk).update(**people)
    _, [amina, yusuf] = cast_pooling.group(town.amina, Person.objects.get(pk=town.yusuf.pk), at=AT)
    assert name_for(yusuf, amina) == "Yusuf Abdi"
    yusuf.state = Membership.State.TRIAL
    assert (name_for(yusuf, amina), name_for(yusuf, yusuf), name_for(yusuf, None)) == ("Yusuf", "Yusuf Abdi", "Yusuf")
    yusuf.state, amina.state = Membership.State.ACTIVE, Membership.State.TRIAL
    assert name_for(yusuf, amina) == "Yusuf"


def test_a_public_card_does_not_change_on_the_day_somebody_joins_or_leaves(town: Town) -> None:
    cluster, _ = cast_pooling.group(town.amina, town.yusuf, at=AT, settled=False)
    next_week = AT + timedelta(days=9)
    before = public_cards(council_code=cast.SOUTHWARK, on=next_week.date(), outcode="SE15")
    place = memberships.invite(cluster=cluster, person=town.halima, by=town.amina, at=next_week)
    memberships.answer(membership=place, yes=True, by=town.yusuf, at=next_week)
    memberships.accept_charter(membership=place, by=town.halima, at=next_week)
    assert public_cards(council_code=cast.SOUTHWARK, on=next_week.date(), outcode="SE15") == before
    assert sizes_shown([cluster.pk], on=next_week.date() + timedelta(days=7)) == {cluster.pk: 3}
    memberships.leave_now(membership=place, by=town.halima, at=next_week + timedelta(days=7))
    assert sizes_shown([cluster.pk], on=next_week.date() + timedelta(days=7)) == {cluster.pk: 3}
    assert public_cards(council_code=cast.SOUTHWARK, on=next_week.date(), outcode="SE1") == []


def test_friends_of_one_person_cannot_be_brought_in_to_outvote_the_others(town: Town) -> None:
    """abuse.md 2: invited people pass the decision that applicants pass, and must be met before they are in."""
    cluster, _ = cast_pooling.group(town.amina, town.yusuf, at=AT)
    friends = [cast.somebody(f"friend{number}@example.com", f"Friend {number}") for number in range(3)]
    for friend in friends:
        place = memberships.invite(cluster=cluster, person=friend, by=town.yusuf, at=AT)
        assert place.state == "proposed"
        assert not place.answers_about.exclude(voter__person__in=[town.amina, town.yusuf]).exists()
        with pytest.raises(NotNow):
            memberships.accept_charter(membership=place, by=friend, at=AT)
    place = memberships.answer(membership=place, yes=True, by=town.amina, at=AT)
    with pytest.raises(memberships.NotMetYet):
        memberships.accept_charter(membership=place, by=friends[2], at=AT)
