"""What people are written to, when, by which way; and the start pages of people in the middle of things."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from audit.services.deliveries import deliver_due
from frontend import notices
from marketplace.models import ShareNotice
from marketplace.services import needs, shares
from people.models import Message, Person
from people.services import people, supporters
from tests import cast, cast_market
from tests.frontend.test_groups import _as, _text
from tests.worlds import stage

pytestmark = pytest.mark.django_db
running = stage(cast_market.running)
covered = stage(cast_market.then_covered, on="running")
asked = stage(cast_market.then_asked, on="covered")


def _kinds(person: Person) -> list[str]:
    return list(Message.objects.filter(person=person).exclude(kind="mail").order_by("pk").values_list("kind", flat=True))


def _send(story: cast_market.Walk) -> int:
    moved = 1
    while moved:
        moved = deliver_due(at=story.at)
    return notices.send_due(at=story.at)


def _working(story: cast_market.Walk) -> int:
    from places.calendar import working_days_between

    asked_at = story.share("Amina").asked_at
    assert asked_at is not None
    return working_days_between(asked_at.date(), story.at.date())


def test_no_message_carries_a_link_a_bank_detail_or_a_note():
    people.set_phrase(person=cast.amina(), phrase="blue teapot", by=cast.amina(), at=cast.AT)
    story = cast_market.asked()
    shares.question(share=story.share("Amina"), words="She never came", by=cast.amina(), at=story.at)
    _send(story)
    for message in Message.objects.all():
        assert "http" not in message.body
        assert "sort code" not in message.body.lower()
        assert "never came" not in message.body
        assert "maraq" not in message.body
        assert "From Clubtogether. Help with this: 0800 000 0000" in message.body
    assert all("Your words: blue teapot" in one.body for one in Message.objects.filter(person=cast.amina()))
    assert "questioned" in _kinds(cast.hodan())


def test_no_subject_says_a_name_or_a_sum():
    """It stands on a locked phone for all to read."""
    source = "".join(each.read_text() for each in Path(notices.__file__).parent.glob("notices*.py"))
    assert re.findall(r"(?:subject=|^\s*subject = )f[\"'].*", source, re.MULTILINE) == []


def test_a_text_that_finds_no_other_way_is_sent_by_the_same():
    assert notices.another_way(cast.amina(), not_by="email") == ("email", "amina@example.com")


def test_somebody_invited_is_told_and_so_are_those_who_answer():
    from pooling.services import memberships
    from tests import cast_pooling

    cluster, _ = cast_pooling.group(cast.amina(), cast.yusuf(), at=cast.AT)
    Message.objects.all().delete()
    memberships.invite(cluster=cluster, person=cast.halima(), by=cast.amina(), at=cast.AT)
    notices.send_due(at=cast.AT)
    assert _kinds(cast.yusuf()) == ["may_come"]
    assert _kinds(cast.halima()) == []
    place = cluster.memberships.get(person=cast.halima())
    memberships.answer(membership=place, yes=True, by=cast.yusuf(), at=cast.AT)
    notices.send_due(at=cast.AT)
    assert _kinds(cast.halima()) == ["invited"]


def test_who_asked_for_it_hears_when_somebody_offers_it():
    for who, slug in ((cast.amina(), "home_jobs"), (cast.yusuf(), "garden_repairs")):
        told = {"category": slug, "outcode": "SE15", "council_code": cast.SOUTHWARK, "reason": "no_provider"}
        needs.note_unmet(person=who, by=who, at=cast.AT, **told)
    needs.note_unmet_unsigned(category="home_jobs", outcode="SE15", council_code=cast.SOUTHWARK, reason="no_time", at=cast.AT)
    cast.home_visits()
    while deliver_due(at=cast.AT):
        pass
    assert _kinds(cast.amina()) == ["started"]
    assert "Barwaaqo Care offers it now." in Message.objects.get(person=cast.amina()).body
    assert _kinds(cast.yusuf()) == []


def test_somebody_hears_by_their_own_way_and_by_letter_who_may_decide_for_them():
    people.set_channel(person=cast.amina(), channel="email", letter_address="1 High Street, SE15", by=cast.amina(), at=cast.AT)
    asked = supporters.ask(
        person=cast.amina(), supporter=cast.yusuf(), kind="for", by=cast.amina(), at=cast.AT, decisions=["visits"], source="A letter"
    )
    supporters.confirm(supporter=asked, by=cast.operator(), at=cast.AT)
    while deliver_due(at=cast.AT):
        pass
    written = Message.objects.filter(person=cast.amina(), kind="helper_confirmed").order_by("pk")
    assert [message.channel for message in written] == ["email", "letter"]
    assert "Yusuf Abdi may decide for you from Monday 9 March 2026." in written[0].body


def test_start_sends_those_who_only_work_here_to_their_own_page(set_clock):
    set_clock(cast.AT)
    cast.barwaaqo()
    for who, name in ((cast.hodan(), "provider"), (cast.sam(), "looking-after"), (cast.ruth(), "helping"), (cast.operator(), "operator")):
        from frontend import navigation

        hats = navigation.hats_of(who, at=cast.AT)
        assert navigation.items_for(hats)[0][0] == name, hats
    assert Client().get(reverse("start")).status_code == 302


# --- it is paid for ---


def test_start_says_who_is_coming_what_needs_doing_and_where_the_money_is(covered, set_clock, django_assert_max_num_queries):
    story = covered()
    set_clock(story.at)
    client = _as(cast.amina())
    page = _text(client.get(reverse("start")))
    assert page.index("Who is coming") < page.index("What needs doing") < page.index("Where your money is")
    assert "Tuesday 24 March" in page
    assert "£18.00" in page
    with django_assert_max_num_queries(12):  # however many kinds of thing there are to do
        client.get(reverse("start"))


# --- its visits were made ---


def test_each_is_told_once_of_what_waits_for_them(asked):
    story = asked()
    _send(story)
    assert _kinds(cast.amina())[-2:] == ["payment_due", "asked"]
    assert "payment_due" in _kinds(cast.sam())
    assert "order_due" in _kinds(cast.colin())
    assert {"agreement_sent", "agreement_active"} <= set(_kinds(cast.hodan()))
    before = Message.objects.count()
    assert _send(story) == 0
    assert Message.objects.count() == before


def test_the_question_is_asked_again_twice_by_another_way_and_each_is_counted(asked):
    Person.objects.filter(pk=cast.amina().pk).update(phone="+447700900123")
    story = asked()
    share = story.share("Amina")
    _send(story)
    for _ in range(14):
        story.at += timedelta(days=1)
        if story.share("Amina").state != "asked":
            break
        notices.send_due(at=story.at)
        if _working(story) >= 4:
            break
    channels = list(ShareNotice.objects.filter(share=share).order_by("at", "pk").values_list("channel", flat=True))
    assert channels == ["email", "text", "email"]
    assert notices.send_due(at=story.at) == 0


def test_who_helps_is_told_when_silence_may_not_pay(asked):
    story = asked()
    _send(story)
    story.until(story.at + timedelta(days=12))
    _send(story)
    assert story.share("Amina").state == "with_helper"
    assert "helper_needed" in _kinds(cast.ruth())
    assert {"helper_needed"} <= set(_kinds(cast.sam()))


def test_start_asks_did_it_happen_first(asked, set_clock):
    story = asked()
    set_clock(story.at)
    page = _text(_as(cast.amina()).get(reverse("start")))
    assert "£18.00" in page
    assert "£54.00" not in page
