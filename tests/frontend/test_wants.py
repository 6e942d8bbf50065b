"""Pages of what people would like, and of what their group asks providers for, as the people who use them."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from frontend.presenters import briefs as presenter
from marketplace.models import Brief, BriefPayer, Need
from marketplace.services import brief_yeses, briefs, needs, needs_together
from people.models import Message, Person
from tests import cast, cast_briefs, worlds
from tests.cast_briefs import Wanting
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db
world = worlds.kept(cast_briefs.shared)
TYPED = {
    "problem": "We can't cook safely in the evening.",
    "people_words": "Three women. We speak Somali.",
    "outcome_words": "Warm food that we like.",
    "must_haves": "Speaks Somali\nKnows Ramadan",
    "title": "Evening meals",
    "together": "yes",
    "visits_per_week": "3",
    "minutes": "60",
    "parts_of_day": ["evening"],
    "weeks": "12",
    "starts_on": "4 May 2026",
    "weekly_ceiling_pence": "150.00",
    "matters": "people",
}
LIST_QUERIES = 12


@pytest.fixture
def wanting(world: Wanting, set_clock: Any) -> Wanting:
    found = worlds.again(world)
    assert isinstance(found, Wanting)
    set_clock(found.at)
    return found


def as_(person: Person) -> Client:
    return signed_in(person)


def text(response: Any) -> str:
    return " ".join(response.content.decode().split())


def written(wanting: Wanting) -> dict[str, Any]:
    return {**TYPED, "payers": [str(place.pk) for place in wanting.places]}


def test_somebody_keeps_what_they_would_like_and_nobody_else_sees_it(wanting: Wanting) -> None:
    me = as_(cast.yusuf())
    typed = {"category": "home_jobs", "outcode": "se15 4ab", "words": "The garden gate", "part_of_week": "mornings", "language": "none"}
    shown = me.post(reverse("need-new"), {**typed, "low_pence": "10", "high_pence": "20", "count": ["counted"]}, follow=True)
    assert "The garden gate" in text(shown)
    need = Need.objects.get(person=cast.yusuf())
    assert (need.outcode, need.part_of_week, need.weekly_pence_low, need.counted, need.language_counted) == ("SE15", "mornings", 1_000, True, False)
    assert as_(cast.amina()).get(reverse("need", args=[need.pk])).status_code == 404


def test_what_is_wrong_is_said_and_what_was_typed_is_kept(wanting: Wanting) -> None:
    typed = {"category": "home_jobs", "outcode": "SE15", "words": "Gate", "part_of_week": "any", "language": "none"}
    shown = as_(cast.yusuf()).post(reverse("need-new"), {**typed, "low_pence": "20", "high_pence": "10"})
    assert (shown.status_code, "smaller sum first" in text(shown), "Gate" in text(shown)) == (422, True, True)


def test_the_group_reads_only_what_was_ticked(wanting: Wanting) -> None:
    need = needs.note(
        person=cast.amina(),
        category="home_jobs",
        outcode="SE15",
        council_code=cast.SOUTHWARK,
        words="My knees hurt",
        wishes=needs.Wishes(part_of_week="nights", times_a_week=9, language="somali", weekly_pence_low=777, weekly_pence_high=888),
        by=cast.amina(),
        at=wanting.at,
    )
    me = as_(cast.amina())
    me.post(reverse("need-share", args=[need.pk]), {"cluster": wanting.story.cluster.pk, "fields_shared": ["part_of_week"]})
    for reader in (cast.yusuf(), cast.ruth()):
        shown = text(as_(reader).get(reverse("need", args=[need.pk])))
        assert "Nights" in shown
        assert not [one for one in ("knees", "9 times", "7.77", "8.88", "Somali") if one in shown]
        row = as_(reader).get(f"/api/v1/needs/{need.pk}/").json()
        assert (row["words"], row["part_of_week"], row["times_a_week"], row["language"], row["weekly_pence_low"]) == ("", "nights", None, "", None)
    assert "knees" in text(me.get(reverse("need", args=[need.pk])))
    assert me.get(f"/api/v1/needs/{need.pk}/").json()["words"] == "My knees hurt"


def test_others_join_in_with_their_own_wishes_and_leave_again(wanting: Wanting) -> None:
    him, page = as_(cast.yusuf()), reverse("need", args=[wanting.need.pk])
    assert "I would like this too" in text(him.get(page))
    assert "I would like this too" not in text(as_(cast.amina()).get(page))
    shown = him.post(reverse("need-join", args=[wanting.need.pk]), {"words": "No meat, please", "part_of_week": "any"}, follow=True)
    assert "No meat, please" in text(shown)
    assert "Amina and Yusuf" in text(shown)
    him.post(reverse("need-out", args=[wanting.need.joins.get().pk]))
    assert not wanting.need.joins.live().exists()
    assert as_(cast.stranger()).post(reverse("need-join", args=[wanting.need.pk]), {"part_of_week": "any"}).status_code == 404


@pytest.mark.parametrize(("way", "name"), [("known", "need-met"), ("free", "near"), ("buy", "agreement-choose"), ("ask", "brief-begin")])
def test_before_anything_is_bought_we_ask_whether_somebody_or_something_free_could(wanting: Wanting, way: str, name: str) -> None:
    me, page = as_(cast.amina()), reverse("need-first", args=[wanting.need.pk])
    asked = text(me.get(page))
    assert "Could somebody you know do this?" in asked
    assert "take it away from them" in asked
    to = me.post(page, {"way": way})["Location"]
    argument = {"known": wanting.need.pk, "ask": wanting.need.pk, "buy": wanting.story.cluster.pk}.get(way)
    assert to.startswith(reverse(name, args=[argument] if argument else []))


def test_the_group_may_be_asked_first_whether_to_buy_it(wanting: Wanting) -> None:
    shown = text(as_(cast.amina()).post(reverse("need-first", args=[wanting.need.pk]), {"way": "together"}, follow=True))
    assert "Shall we buy this" in shown
    assert "says yes or no alone" in shown


def test_a_need_that_neighbours_meet_counts_as_met_freely(wanting: Wanting) -> None:
    shown = as_(cast.amina()).post(reverse("need-met", args=[wanting.need.pk]), {"how": "neighbours"}, follow=True)
    assert "Neighbours or friends do it." in text(shown)
    assert as_(cast.yusuf()).post(reverse("need-met", args=[wanting.need.pk]), {"how": "family"}).status_code in (403, 404)


def test_what_is_not_found_may_be_asked_about_and_tried_again(wanting: Wanting) -> None:
    me, pk = as_(cast.amina()), wanting.need.pk
    me.post(reverse("need-not-found", args=[pk]), {"reason": "too_dear"})
    me.post(reverse("need-may-ask", args=[pk]))
    assert Need.objects.get(pk=pk).may_ask is True
    shown = me.post(reverse("need-again", args=[pk]), {"cluster": wanting.story.cluster.pk}, follow=True)
    assert "Your group sees it." in text(shown)
    me.post(reverse("need-stop", args=[pk]))
    assert Need.objects.get(pk=pk).state == "withdrawn"


def test_a_brief_of_several_parts_is_written_in_the_pages(wanting: Wanting) -> None:
    me = as_(cast.amina())
    me.post(reverse("brief-begin", args=[wanting.need.pk]), written(wanting))
    brief = Brief.objects.get()
    page, second = reverse("brief", args=[brief.pk]), reverse("brief-part", args=[brief.pk, 2])
    assert second in me.get(page).content.decode()
    typed = {"title": "Shopping", "visits_per_week": "1", "minutes": "90", "weekdays": ["5"], "weekly_ceiling_pence": "30"}
    me.post(second, {**typed, "visits_per_week": "0"})
    assert brief.lots.count() == 1
    shown = text(me.post(second, typed, follow=True))
    assert "Shopping" in shown
    assert "£2,160.00 in all" in shown  # £150.00 and £30.00 a week, for 12 weeks
    assert [one.weekly_ceiling_pence for one in brief.lots.order_by("number")] == [15_000, 3_000]
    me.post(reverse("brief-write", args=[brief.pk]), written(wanting))  # the rest written again keeps it
    assert 'value="90"' in me.get(second).content.decode()
    me.post(second, {**typed, "minutes": "60"})
    me.post(reverse("brief-part", args=[brief.pk, 3]), {**typed, "title": "The garden"})
    assert [(one.number, one.title, one.minutes) for one in brief.lots.order_by("number")][1:] == [(2, "Shopping", 60), (3, "The garden", 90)]
    assert me.get(reverse("brief-part", args=[brief.pk, 4])).status_code == 404
    me.post(reverse("brief-part-out", args=[brief.pk, 2]))
    assert [one.title for one in brief.lots.order_by("number")][1:] == ["The garden"]
    assert as_(cast.stranger()).get(second).status_code == 404


def test_the_group_walks_from_a_wish_to_a_brief_that_a_provider_asks_about(wanting: Wanting) -> None:
    me, helper, provider = as_(cast.amina()), as_(cast.ruth()), as_(cast.hodan())
    me.post(reverse("brief-begin", args=[wanting.need.pk]), written(wanting))
    brief = wanting.brief = Brief.objects.get()
    page = reverse("brief", args=[brief.pk])
    assert "£1,800.00 in all" in text(me.get(page))
    assert '<input type="hidden" name="version" value="1"' in text(helper.get(page))
    unread = helper.post(reverse("brief-check", args=[brief.pk]), {"version": "2"}, follow=True)
    assert ("has other words since you opened this page" in text(unread), Brief.objects.get().state) == (True, "draft")
    helper.post(reverse("brief-check", args=[brief.pk]), {"version": "1"})
    assert "Your group is asked now" in text(me.post(reverse("brief-ask-us", args=[brief.pk]), follow=True))
    asked = Brief.objects.get().decision_id or 0
    brief_yeses.group_decided(proposal_id=asked, need_id=wanting.need.pk, outcome="enacted", at=wanting.at)
    for name in wanting.story.places:
        person = as_(wanting.story.person(name))
        assert "The most it can cost you: £600.00" in text(person.get(reverse("brief-yes", args=[brief.pk])))
        yes = {"pledge": wanting.story.promises[name].pk, "most_pence": "60000", "version": "1"}
        old = text(person.post(reverse("brief-yes", args=[brief.pk]), {**yes, "most_pence": "40000"}))
        assert "The price has changed" in old
        assert '<input type="hidden" name="most_pence" value="60000"' in old, "the page that shows the new price says yes to that"
        assert "has other words" in text(person.post(reverse("brief-yes", args=[brief.pk]), {**yes, "version": "2"}))
        person.post(reverse("brief-yes", args=[brief.pk]), yes)
    assert provider.get(reverse("wanted-brief", args=[brief.pk])).status_code == 404
    old = helper.post(reverse("brief-publish", args=[brief.pk]), {"open_days": "7", "version": "2"})
    for what in ("has other words since you opened this page", '<input type="hidden" name="version" value="1"'):
        assert what in text(old)
    assert Brief.objects.get().state == "checking"
    helper.post(reverse("brief-publish", args=[brief.pk]), {"open_days": "7", "version": "1"})
    shown = text(provider.post(reverse("wanted-brief", args=[brief.pk]), {"words": "Is there a kitchen?"}, follow=True))
    assert "(you asked)" in shown
    me.post(reverse("brief-answer", args=[brief.questions.get().pk]), {"words": "Yes, one for all of us."})
    assert "Yes, one for all of us." in text(provider.get(reverse("wanted-brief", args=[brief.pk])))
    assert not [one for one in ("Amina", "Yusuf", "Halima", wanting.story.cluster.name) if one in shown]
    helper.post(reverse("brief-change", args=[brief.pk]), {**TYPED, "why": "We forgot: no stairs.", "must_haves": "No stairs"})
    assert "We forgot: no stairs." in text(provider.get(reverse("wanted-brief", args=[brief.pk])))


def test_what_gives_somebody_away_is_said_on_the_page(wanting: Wanting) -> None:
    me = as_(cast.amina())
    me.post(reverse("brief-begin", args=[wanting.need.pk]), {**written(wanting), "problem": "Halima is alone."})
    shown = as_(cast.ruth()).post(reverse("brief-check", args=[Brief.objects.get().pk]), follow=True)
    assert "looks like somebody’s name" in text(shown)
    assert Brief.objects.get().state == "draft"


def test_a_wrong_answer_in_the_writing_is_said_at_its_field(wanting: Wanting) -> None:
    typed = {**written(wanting), "must_haves": "a\nb\nc\nd\ne\nf", "payers": []}
    shown = as_(cast.amina()).post(reverse("brief-begin", args=[wanting.need.pk]), typed)
    assert (shown.status_code, "Tick at least one answer" in text(shown)) == (422, True)
    shown = as_(cast.amina()).post(reverse("brief-begin", args=[wanting.need.pk]), {**typed, "payers": written(wanting)["payers"]})
    assert "Choose the 5 that matter most" in text(shown)


def test_the_other_pair_of_eyes_is_asked_nothing_of_who_wrote_it(wanting: Wanting) -> None:
    """A form that one can't send is not shown."""
    wanting.write()
    wanting.check()
    for name in ("brief-back", "brief-publish"):
        seen = [as_(person).get(reverse(name, args=[wanting.brief.pk])).status_code for person in (cast.ruth(), cast.halima())]
        assert seen == [200, 404], name


def test_people_are_written_to_only_while_they_must_act(wanting: Wanting) -> None:
    from frontend import notices_of_needs as notices

    wanting.write()
    wanting.check()
    wanting.decide()
    briefs.say_no(payer=wanting.payer("Halima"), by=cast.halima(), at=wanting.at)
    for _ in range(2):
        notices.yes_asked(brief_id=wanting.brief.pk, at=wanting.at)
    told = Message.objects.filter(kind="brief_yes_asked")
    assert {one.person for one in told} == {cast.amina(), cast.yusuf()}
    assert told.count() == 2
    assert "£600.00" in told[0].body
    assert "http" not in told[0].body
    notices.covered(brief_id=wanting.brief.pk, at=wanting.at)
    assert [one.person for one in Message.objects.filter(kind="brief_covered")] == [cast.ruth()]


def test_what_waits_for_each_stands_where_they_start(wanting: Wanting) -> None:
    def waits(person: Person) -> list[str]:
        return [row["of"] for row in presenter.tasks(person)]

    wanting.write()
    assert (waits(cast.ruth()), waits(cast.amina())) == (["brief_check"], [])
    wanting.check()
    wanting.decide()
    assert (waits(cast.ruth()), waits(cast.amina())) == ([], ["brief_yes"])
    assert "The most it can cost you is £600.00" in text(as_(cast.amina()).get(reverse("start")))
    wanting.yes()
    assert (waits(cast.ruth()), waits(cast.amina())) == (["brief_publish"], [])
    wanting.publish()
    briefs.ask(brief=wanting.brief, enterprise=cast.barwaaqo(), words="Is there a kitchen?", by=cast.hodan(), at=wanting.at)
    assert waits(cast.ruth()) == ["brief_question"]


def test_opening_a_page_says_nothing_for_anybody(wanting: Wanting) -> None:
    """Abuse 12: a scanner that opens every link changes nothing."""
    wanting.write()
    wanting.check()
    wanting.decide()
    before = [BriefPayer.objects.values_list("state", flat=True).distinct().get(), wanting.again().state, wanting.need.state]
    names = ("brief", "brief-write", "brief-drop", "brief-check", "brief-back", "brief-ask-us", "brief-yes", "brief-no", "brief-share-again")
    for name in (*names, "brief-publish", "brief-change", "brief-stop"):
        for person in (cast.amina(), cast.ruth()):
            as_(person).get(reverse(name, args=[wanting.brief.pk]))
    after = [BriefPayer.objects.values_list("state", flat=True).distinct().get(), wanting.again().state, wanting.need.state]
    assert after == before == ["asked", "checking", "commissioning"]


def test_lists_ask_the_same_few_things_however_long_they_are(wanting: Wanting) -> None:
    wanting.write()
    pages = [(cast.yusuf(), reverse("needs")), (cast.yusuf(), reverse("group-wants", args=[wanting.story.cluster.pk]))]
    few = [count(*one) for one in pages]
    for number in range(4):
        where = {"outcode": "SE15", "council_code": cast.SOUTHWARK}
        need = needs.note(person=cast.amina(), category="home_jobs", by=cast.amina(), at=wanting.at + timedelta(minutes=number), **where)
        need = needs.share(need=need, cluster=wanting.story.cluster, by=cast.amina(), at=wanting.at)
        needs_together.join_in(need=need, membership=wanting.places[2], by=cast.halima(), at=wanting.at)
        briefs.draft_brief(need=need, draft=cast_briefs.DRAFT, payers=wanting.places, by=cast.amina(), at=wanting.at)
    assert [count(*one) for one in pages] == few
    assert max(few) <= LIST_QUERIES


def count(person: Person, address: str) -> int:
    client = as_(person)
    client.get(address)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert client.get(address).status_code == 200
    return len(asked)
