"""Pages of finding each other: a wish, the meeting, the group of those who met; groups by purpose and area; what people share; new rules."""

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from audit.services.deliveries import deliver_due
from frontend.presenters import hosting
from people.models import Message, Person
from pooling.models import Charter, Cluster, InCommon, Interest, Introduction, Membership, Proposal
from pooling.services import in_common, interests, meetings, memberships
from tests import cast, cast_pooling
from tests.frontend.test_groups import START, _as, _text

pytestmark = pytest.mark.django_db
WISH = {"category": "home_jobs", "outcode": "SE15", "parts_of_week": ["weekend"]}
PLACE = "Peckham Library, room 2"


@pytest.fixture(autouse=True)
def _as_of(set_clock: Any) -> None:
    set_clock(cast.AT)


def three() -> list[Interest]:
    """Amina, Yusuf and Halima would like the same and are matched."""
    for person in (cast.amina(), cast.yusuf(), cast.halima()):
        interests.would_like(**WISH, by=person, at=cast.AT)
    cast.ruth()
    interests.match_due(at=cast.AT)
    return list(Interest.objects.order_by("pk"))


def met() -> Introduction:
    rows = three()
    return meetings.introduce(interests=rows, meets_at=cast.AT + timedelta(days=2), place=PLACE, by=cast.ruth(), at=cast.AT)


def tell() -> None:
    while deliver_due(at=cast.AT):
        pass


# --- the wish, the meeting, the group ---


def test_from_a_wish_to_a_group_of_those_who_met() -> None:
    """The long way's first steps, all by pressing what the pages offer."""
    people = [cast.amina(), cast.yusuf(), cast.halima()]
    for person in people:
        response = _as(person).post(reverse("would-like"), WISH, follow=True)
        assert "We look for others near you" in _text(response)
    interests.match_due(at=cast.AT)
    amina, ruth = _as(people[0]), _as(cast.ruth())
    page = _text(amina.get(reverse("groups")))
    assert "Two or more others near you would like it too" in page
    assert "Yusuf" not in page
    assert "Cleaning and jobs at home, near SE15" in _text(ruth.get(reverse("hosting")))
    ids = [str(pk) for pk in Interest.objects.values_list("pk", flat=True)]
    sent = {"people": ids, "meets_on": "5 March 2026", "meets_time": "10:30am", "place": PLACE}
    response = ruth.post(reverse("host-meeting", args=["home_jobs", "SE15"]), sent, follow=True)
    assert "We have asked them." in _text(response)
    mine = Interest.objects.get(person=people[0])
    page = _text(amina.get(reverse("wish-meeting", args=[mine.pk])))
    assert "Yusuf and Halima" in page
    assert "Thursday 5 March at 10:30am" in page
    response = amina.post(reverse("wish-start", args=[mine.pk]), START, follow=True)
    assert "We have written to the others" in _text(response)
    group = Cluster.objects.get()
    yusuf, theirs = _as(people[1]), Interest.objects.get(person=people[1])
    address = reverse("wish-found", args=[theirs.pk])
    assert "Before you join" in _text(yusuf.get(address))
    assert yusuf.post(address, {}).status_code == 422
    assert "You are in." in _text(yusuf.post(address, {"read": "yes"}, follow=True))
    assert Membership.objects.get(cluster=group, person=people[1]).state == "active"


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"category": ""}, "Pick one answer for “What would you like with others?”"),
        ({"outcode": "ZZ99"}, "Look at a letter sent to you"),
        ({"parts_of_week": []}, "Tick at least one answer for “When would it suit you?”"),
    ],
)
def test_a_wish_with_something_missing_says_what_and_keeps_the_rest(typed: dict[str, Any], sentence: str) -> None:
    response = _as(cast.amina()).post(reverse("would-like"), {**WISH, **typed})
    assert response.status_code == 422
    assert sentence in _text(response)
    assert "checked" in _text(response)
    assert not Interest.objects.exists()


def test_the_same_wish_twice_is_said_in_words() -> None:
    client = _as(cast.amina())
    client.post(reverse("would-like"), WISH)
    assert "You have told us that you would like this." in _text(client.post(reverse("would-like"), WISH))


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"people": []}, "Tick at least one answer"),
        ({"meets_on": "soon"}, "Write a date with a day, a month and a year"),
        ({"meets_on": "1 March 2026"}, "Choose a day and a time that are still to come"),
        ({"meets_time": "3"}, "Write a time, like 10am or 2:30pm."),
        ({"place": "www.example.com"}, "Our messages never carry a link"),
    ],
)
def test_a_meeting_that_cannot_be_asks_again_and_keeps_what_was_typed(typed: dict[str, Any], sentence: str) -> None:
    rows = three()
    sent = {"people": [str(row.pk) for row in rows], "meets_on": "5 March 2026", "meets_time": "10:30am", "place": PLACE}
    response = _as(cast.ruth()).post(reverse("host-meeting", args=["home_jobs", "SE15"]), {**sent, **typed})
    assert response.status_code == 422
    assert sentence in _text(response)
    assert "place" in typed or PLACE in _text(response)


def test_who_is_not_met_cannot_be_asked_and_the_page_says_how_to_change_that() -> None:
    three()
    interests.would_like(**WISH, by=cast.stranger(), at=cast.AT)
    interests.match_due(at=cast.AT)
    page = _text(_as(cast.ruth()).get(reverse("host-meeting", args=["home_jobs", "SE15"])))
    assert "Nobody has met 1 of the 4 yet" in page
    assert "Stan" not in page


def test_only_who_helps_groups_there_sees_who_waits() -> None:
    three()
    for name in ("hosting", "helper-may"):
        assert _as(cast.amina()).get(reverse(name)).status_code == 404
    assert _as(cast.ruth()).get(reverse("host-meeting", args=["meals", "SE15"])).status_code == 404
    row = Interest.objects.get(person=cast.amina())
    for name in ("wish-meeting", "wish-start", "wish-found"):
        assert _as(cast.yusuf()).get(reverse(name, args=[row.pk])).status_code == 404
        assert _as(cast.amina()).get(reverse(name, args=[row.pk])).status_code == 404  # no meeting yet
    assert _as(cast.yusuf()).post(reverse("wish-stop", args=[row.pk])).status_code == 404


def test_each_is_written_to_once_without_a_link_or_another_name() -> None:
    meeting = met()
    tell()
    Interest.objects.filter(person=cast.halima()).update(state="matched")
    meetings.start_group(introduction=meeting, by=cast.amina(), at=cast.AT, **{**ANSWERS, "name": "Our Own Words"})
    tell()
    tell()
    kinds = sorted(Message.objects.filter(person=cast.yusuf()).values_list("kind", flat=True))
    assert kinds == ["group_started", "introduced"]  # the match was over before it was told
    bodies = " ".join(Message.objects.values_list("body", flat=True))
    assert PLACE in bodies
    assert "http" not in bodies
    assert not {"Amina", "Yusuf", "Halima", "Farah"} & set(bodies.replace(".", " ").split())
    assert not mail.outbox


def test_a_match_is_told_to_the_person_and_to_who_may_host() -> None:
    three()
    tell()
    said = dict(Message.objects.values_list("person__known_as", "body"))
    assert set(said) == {"Amina", "Yusuf", "Halima", "Ruth"}
    assert "Please host a meeting" in said["Ruth"]
    assert "They need to meet you first" not in said["Amina"]


ANSWERS: dict[str, Any] = {
    "purpose": "help_at_home",
    "outcode": "SE15",
    "who_comes": "People near us",
    "cost_rule": "own_visits",
    "decision_rule": "everyone",
    "notice_days": 28,
}


# --- groups by purpose and area, before joining ---


def test_groups_are_found_by_what_they_are_for_and_nobody_is_named() -> None:
    cluster, _ = cast_pooling.group(cast.amina(), cast.yusuf(), at=cast.AT - timedelta(days=8))
    client = _as(cast.stranger())
    page = _text(client.get(reverse("groups-find"), {"purpose": "help_at_home", "outcode": "SE15"}))
    assert "Help at home" in page
    assert "SE15. 2 people. Room for 6 more." in page
    assert cluster.name not in page
    assert "Amina" not in page
    assert "There is no such group" in _text(client.get(reverse("groups-find"), {"purpose": "garden", "outcode": ""}))
    wrong = client.get(reverse("groups-find"), {"purpose": "mischief", "outcode": "ZZ99"})
    assert wrong.status_code == 422
    assert "ZZ99" in _text(wrong)


def test_whoever_asks_to_join_reads_what_it_asks_and_nobody_s_name() -> None:
    cluster, _ = cast_pooling.group(cast.amina(), cast.yusuf(), at=cast.AT)
    asker = _as(cast.halima())
    page = _text(asker.get(reverse("group-meet", args=[cluster.pk])))
    assert "14 days to try it." in page
    assert "28 days before" in page
    assert 'The most it can cost you</dt><dd class="money">£0.00' in page
    asker.post(reverse("group-meet", args=[cluster.pk]), {"answers": "I like company."})
    for name in ("group", "group-rules", "group-rules-points"):
        assert asker.get(reverse(name, args=[cluster.pk])).status_code == 404


# --- first days: first names only ---


def test_in_the_first_days_no_member_page_tells_more_than_first_names() -> None:
    """Every page a member can open about the group, as somebody in their first days, and about them."""
    for person, name in ((cast.amina(), "Amina Farah"), (cast.yusuf(), "Yusuf Abdi")):
        Person.objects.filter(pk=person.pk).update(known_as=name)
    cluster, _ = cast_pooling.group(cast.amina(), at=cast.AT, facilitator=cast.ruth())
    place = cast_pooling.joined(cluster, cast.yusuf(), by=cast.amina(), at=cast.AT)
    in_common.say(kind="faith", word="muslim", agreed=True, shown=True, by=cast.amina(), at=cast.AT)
    pages = [reverse(name, args=[cluster.pk]) for name in ("group", "group-rules", "group-rules-points", "group-invite", "promise")]
    pages += [reverse("groups"), reverse("start"), reverse("money"), reverse("group-rules-version", args=[cluster.pk, 1])]
    new, old = _as(cast.yusuf()), _as(cast.amina())
    for page in pages:
        shown = _text(new.get(page))
        assert "Farah" not in shown, page
        assert "Muslim" not in shown, page
        assert "Abdi" not in _text(old.get(page)), page
    memberships.confirm(membership=place, by=cast.amina(), at=cast.AT)
    shown = _text(new.get(reverse("group", args=[cluster.pk])))
    assert "Amina Farah" in shown
    assert "Muslim" in shown


# --- what people share ---


def test_one_says_something_of_oneself_shows_it_and_takes_it_back() -> None:
    client = _as(cast.amina())
    said = {"word": "muslim", "seen": "no"}
    response = client.post(reverse("in-common-say", args=["faith"]), said)
    assert response.status_code == 422
    assert "Without your yes we do not keep it" in _text(response)
    assert not InCommon.objects.exists()
    page = _text(client.post(reverse("in-common-say", args=["faith"]), {**said, "agreed": "yes"}, follow=True))
    assert "Nobody sees it." in page
    thing = InCommon.objects.get()
    for name in ("in-common-show", "in-common-take-back"):
        assert _as(cast.yusuf()).post(reverse(name, args=[thing.pk])).status_code == 404
    assert "People in your groups can see it" in _text(client.post(reverse("in-common-show", args=[thing.pk]), {"shown": "yes"}, follow=True))
    assert "You have told us nothing." in _text(client.post(reverse("in-common-take-back", args=[thing.pk]), follow=True))
    assert client.get(reverse("in-common-say", args=["politics"])).status_code == 404


# --- new rules ---


def change(**more: str) -> dict[str, str]:
    now = {"what_for": "Help at home", "who_comes": "People near us", "cost_rule": "equal", "decision_rule": "everyone", "text": ""}
    return {**now, "notice_days": "14", "trial_days": "14", "discussion_days": "0", "answer_days": "5", **more}


def test_new_rules_are_asked_of_all_and_what_would_be_new_can_be_read() -> None:
    cluster, _ = cast_pooling.group(cast.amina(), cast.yusuf(), at=cast.AT)
    amina, yusuf = _as(cast.amina()), _as(cast.yusuf())
    response = amina.post(reverse("group-rules-change", args=[cluster.pk]), change(), follow=True)
    assert "We have asked everyone in the group." in _text(response)
    assert Proposal.objects.get().kind == "rules"
    page = _text(yusuf.get(reverse("group-rules-version", args=[cluster.pk, 2])))
    assert "“28” becomes “14”" in page
    assert "Everyone is being asked" in page
    assert "See what would be new" in _text(yusuf.get(reverse("group-rules", args=[cluster.pk])))
    second = yusuf.post(reverse("group-rules-point", args=[cluster.pk, "away"]), {"words": "Ring us."})
    assert "The group is being asked about new rules already" in _text(second)
    assert "Ring us." in _text(second)


def test_rules_that_were_agreed_wait_for_each_one_s_signature() -> None:
    cluster, _ = cast_pooling.group(cast.amina(), cast.yusuf(), at=cast.AT)
    now = cluster.charters.get()
    cluster.charters.update(state="replaced")
    said = {"what_for": now.what_for, "who_comes": now.who_comes, "written_at": cast.AT, "in_force_at": cast.AT, "points": {"away": "Ring us."}}
    Charter.objects.create(cluster=cluster, version=2, **said)
    client = _as(cast.amina())
    assert "Our rules are new" in _text(client.get(reverse("group", args=[cluster.pk])))
    assert "has new rules" in _text(client.get(reverse("start")))
    assert "Ring us." in _text(client.get(reverse("group-rules-points", args=[cluster.pk])))
    address = reverse("group-rules-sign", args=[cluster.pk])
    assert client.post(address, {}).status_code == 422
    assert "You have signed the rules." in _text(client.post(address, {"read": "yes"}, follow=True))
    assert "Our rules are new" not in _text(client.get(reverse("group", args=[cluster.pk])))
    for page in ("group-rules-sign", "group-rules-change"):
        for nobody in (cast.ruth(), cast.stranger()):
            assert _as(nobody).get(reverse(page, args=[cluster.pk])).status_code == 404


def test_nothing_changed_and_nonsense_are_said_in_words() -> None:
    response = _as(cast.amina()).post(reverse("group-start"), START)
    cluster = Cluster.objects.get()
    assert response.status_code == 302
    client = _as(cast.amina())
    address = reverse("group-rules-change", args=[cluster.pk])
    charter = cluster.charters.get()
    same = change(what_for=charter.what_for, who_comes=charter.who_comes, cost_rule="own_visits", notice_days="28", discussion_days="3")
    assert "These are your rules now. Change something first" in _text(client.post(address, same))
    assert "Write an answer for “Who can come?”" in _text(client.post(address, {**same, "who_comes": ""}))
    assert "Pick one of the answers we show" in _text(client.post(address, {**same, "notice_days": "400"}))
    assert client.get(reverse("group-rules-point", args=[cluster.pk, "purpose"])).status_code == 404


# --- lists, and the helper's page ---


def test_lists_ask_little(django_assert_max_num_queries: Any) -> None:
    met()
    for person in (cast.sam(), cast.priya(), cast.operator()):
        interests.would_like(**WISH, by=person, at=cast.AT)
    interests.match_due(at=cast.AT)
    amina, ruth = _as(cast.amina()), _as(cast.ruth())
    for client, name in ((amina, "groups"), (amina, "groups-find"), (amina, "in-common"), (ruth, "hosting"), (ruth, "helper-may")):
        with django_assert_max_num_queries(12, info=name):
            assert client.get(reverse(name), {"purpose": "any", "outcode": "SE15"}).status_code == 200


def test_the_helper_reads_what_she_may_and_may_not_do() -> None:
    page = _text(_as(cast.ruth()).get(reverse("helper-may")))
    assert all(line.says in page for line in (*hosting.MAY, *hosting.MAY_NOT))
    assert Client().get(reverse("helper-may")).status_code == 302
