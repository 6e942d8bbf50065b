"""Joining as somebody who helps people for pay, and what they then show and sell."""

import re

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from people.models import Message
from providers.models import Check, Enterprise, Listing, Worker
from providers.services import enterprises
from tests import cast
from tests.frontend.test_groups import _as, _text

pytestmark = pytest.mark.django_db


# --- joining ---

ANSWERS = {
    "work": {"work": ["garden_repairs", "company"]},
    "alone": {"alone": "yes"},
    "where": {"outcode": "SE15 4AB", "radius_miles": "4", "times": ["morning", "weekends"], "languages": ["somali"]},
    "price": {"price": "£20.00", "unit": "hour", "share": "yes", "group_3": "27"},
    "about": {"name": "Fatuma's Garden", "about": "I dig and I plant."},
}
NEW = {"full_name": "Fatuma Ali", "name": "", "about": "I dig and I plant.", "reach": "07700 900412"}


def _answer(client: Client, **other: dict[str, object]) -> str:
    """All the questions, one after the other; what the last one leads to."""
    for name, typed in {**ANSWERS, **other}.items():
        response = client.post(reverse("provider-join", args=[name]), typed)
        assert response.status_code == 302, (name, _text(response))
    return response.headers["Location"]


def test_joining_is_one_question_a_page_and_nothing_is_saved_before_it_is_asked_for(set_clock):
    set_clock(cast.AT)
    fatuma = cast.somebody("fatuma@example.com", "Fatuma Ali")
    client = _as(fatuma)
    assert "Joining is free." in _text(Client().get(reverse("provider-start")))
    assert client.get(reverse("provider")).status_code == 302
    left = _answer(client)
    assert 'value="SE15 4AB"' in _text(client.get(reverse("provider-join", args=["where"])))
    page = _text(client.get(left))
    assert "You can be found for “Garden or small repairs” when two of these are done." in page
    assert "Needed for: Company" in page
    assert not Enterprise.objects.exists()
    mine = _text(client.post(left, follow=True))
    assert "Hello Fatuma" in mine
    assert "Not live yet. 3 things left." in mine
    assert "Wanted near SE15" in mine
    enterprise = Enterprise.objects.get(owner=fatuma)
    assert (enterprise.outcode, enterprise.state, enterprise.works_alone) == ("SE15", "draft", True)
    assert {one.title: {row.people: row.pence for row in one.group_prices.all()} for one in enterprise.listings.all()} == {
        "Company": {3: 2700},
        "Garden or small repairs": {3: 2700},
    }
    assert {(tuple(one.weekdays), tuple(one.parts_of_day)) for one in enterprise.listings.all()} == {((1, 2, 3, 4, 5, 6, 7), ("morning",))}
    assert client.get(reverse("provider-join", args=["work"])).headers["Location"] == reverse("provider")
    assert client.get(left).headers["Location"] == reverse("provider")


def test_a_stranger_answers_first_and_makes_their_page_last(set_clock):
    set_clock(cast.AT)
    cache.clear()
    client = Client()
    numbers = _answer(client, about=NEW)
    assert "07… 412" in _text(client.get(numbers))
    client.post(numbers, {"action": "resend", "ring": "yes"})
    rung = Message.objects.filter(kind="sign_in_code").latest("pk")
    assert rung.channel == "phone"
    code = re.search(r"\b\d{6}\b", rung.body)[0]
    left = client.post(numbers, {"code": code}).headers["Location"]
    assert left == reverse("provider-join-left")
    assert client.post(left, {"then": "insurance"}).headers["Location"] == reverse("provider-papers")
    enterprise = Enterprise.objects.get()
    assert (enterprise.name, enterprise.owner.full_name, enterprise.owner.outcode) == ("Fatuma Ali", "Fatuma Ali", "SE15")


def test_the_number_of_the_regulator_is_asked_of_those_only_who_need_one(set_clock):
    set_clock(cast.AT)
    client, alone = Client(), reverse("provider-join", args=["alone"])
    client.post(reverse("provider-join", args=["work"]), {"work": ["garden_repairs"]})
    assert "CQC" not in _text(client.get(alone))
    client.post(reverse("provider-join", args=["work"]), {"work": ["personal_care"]})
    assert "You must join the Care Quality Commission (CQC) first." in _text(client.get(alone))


@pytest.mark.parametrize(
    ("name", "typed", "sentence"),
    [
        ("work", {"work": []}, "Tick at least one answer for “What do you do?”"),
        ("alone", {"alone": "no"}, "Write how many you are, from 2 to 8."),
        ("alone", {"alone": "no", "people_count": "many"}, "Write a whole number for “How many are you?”, like 3."),
        ("where", {"outcode": "ZZ99"}, "Look at a letter sent to you."),
        ("where", {"radius_miles": "0"}, "Write 1 or more for “How many miles do you go?”"),
        ("price", {"price": "cheap"}, "Write an amount in pounds, like £48.00."),
        ("price", {"price": "0.50"}, "Write £1.00 or more."),
        ("price", {"group_3": ""}, "Write what 3 people pay together, like £27.00."),
        ("about", {"about": " "}, "Write an answer for “Tell people about you in two lines”."),
        ("about", {"reach": "12"}, "Write a phone number, like 07700 900123."),
        ("about", {"reach": "me@home"}, "Write an e-mail address, like name@example.com."),
    ],
)
def test_a_wrong_answer_while_joining_gets_a_sentence(set_clock, name, typed, sentence):
    set_clock(cast.AT)
    whole = {**ANSWERS[name], **(NEW if name == "about" else {})}
    response = Client().post(reverse("provider-join", args=[name]), {**whole, **typed})
    assert response.status_code == 422
    assert sentence in _text(response)
    kept = next((value for value in typed.values() if isinstance(value, str) and value.strip() and value != "no"), "")
    assert kept in _text(response)


def test_the_last_page_alone_goes_back_to_what_was_not_answered(set_clock):
    set_clock(cast.AT)
    assert _as(cast.stranger()).get(reverse("provider-join-left")).headers["Location"] == reverse("provider-join", args=["work"])
    assert Client().post(reverse("provider-join", args=["about"]), NEW).headers["Location"] == reverse("provider-join", args=["where"])


# --- as a community group ---

GIFT = {
    "gift": {"title": "Lunch club", "category": "meals", "charge": "free", "description": "A hot lunch at noon."},
    "place": {
        "outcode": "SE15",
        "radius_miles": "3",
        "weekdays": ["4"],
        "parts_of_day": ["afternoon"],
        "access": ["step_free"],
        "languages": ["somali"],
    },
    "about": {"name": "Copeland Road Lunch Club", "about": "Neighbours who cook for neighbours."},
}
SPEAKS = {"full_name": "Nell Barnes", "reach": "nell@example.com"}


def test_a_community_group_comes_in_is_known_and_is_found(set_clock):
    """Three questions, six numbers, one press; no bank. An operator says yes, the group shows what it gives, anybody finds it."""
    set_clock(cast.AT)
    cache.clear()
    client, olive = Client(), cast.operator()
    assert "No money goes through here" in _text(client.get(reverse("provider-group-start")))
    for name, typed in GIFT.items():
        response = client.post(reverse("provider-group-join", args=[name]), {**typed, **(SPEAKS if name == "about" else {})})
    assert 'value="SE15"' in _text(client.get(reverse("provider-group-join", args=["place"])))
    code = re.search(r"\b\d{6}\b", mail.outbox[-1].body)[0]
    left = client.post(response.headers["Location"], {"code": code}).headers["Location"]
    assert left == reverse("provider-group-left")
    assert "People can find “Lunch club” when that is done." in _text(client.get(left))
    assert not Enterprise.objects.exists()
    mine = _text(client.post(left, follow=True))
    assert "Hello Nell" in mine
    assert "bank" not in mine.split("<main")[1].split("</main")[0]
    club = Enterprise.objects.get()
    listing = club.listings.get()
    assert (club.kind, club.payee, club.owner.full_name, listing.charge, listing.price_pence) == ("community", None, "Nell Barnes", "free", 0)
    assert [term.slug for term in (*listing.access.all(), *listing.languages.all())] == ["step_free", "somali"]
    assert "when we have seen: that we know your group" in _text(client.post(reverse("provider-service-show", args=[listing.pk]), follow=True))
    paper = Check.objects.waiting().get()
    asked = _text(_as(olive).get(reverse("operator-paper", args=[paper.pk])))
    assert "Do we know this group?" in asked
    assert "nell@example.com" in asked
    assert "The date on it" not in asked
    seen = {"answer": "right", "how_seen": "Went there on a Thursday."}
    assert _as(olive).post(reverse("operator-paper", args=[paper.pk]), seen).status_code == 302
    client.post(reverse("provider-service-show", args=[listing.pk]))
    found = _text(Client().get(reverse("near"), {"what": "meals", "where": "SE15"}))
    assert "Copeland Road Lunch Club" in found
    assert "We know this community group." in found
    for name in ("provider", "provider-papers", "provider-about", "provider-services"):
        assert client.get(reverse(name)).status_code == 200
    client.post(reverse("provider-about"), {"name": "Lunch Club", "about": "We cook.", "outcode": "SE22", "radius_miles": "2"})
    assert Enterprise.objects.get().outcode == "SE22"


def test_a_group_that_was_not_known_asks_again_with_one_press(set_clock):
    set_clock(cast.AT)
    owner = cast.somebody("nell@example.com", "Nell Barnes")
    enterprises.register(name="Lunch club", outcode="SE15", council_code=cast.SOUTHWARK, kind="community", by=owner, at=cast.AT)
    client, paper = _as(owner), reverse("provider-paper", args=["community"])
    assert "You need no paper for this." in _text(client.get(paper))
    assert "Somebody of ours rings you" in _text(client.post(paper, follow=True))
    assert Check.objects.waiting().get().issued_on == cast.AT.date()
    assert "We are looking at this one now." in _text(client.post(paper))


@pytest.mark.parametrize(
    ("name", "typed", "sentence"),
    [
        ("gift", {"title": ""}, "Write an answer for “What is it called?”"),
        ("gift", {"charge": "paid"}, "Pick one of the answers we show for “What does it cost?”"),
        ("gift", {"category": ""}, "Pick one answer for “What does it help with most?”"),
        ("place", {"outcode": "ZZ99"}, "Look at a letter sent to you."),
        ("place", {"radius_miles": "99"}, "Write 60 or less for “How many miles away may people live?”"),
        ("place", {"weekdays": ["9"]}, "Pick one of the answers we show for “On which days?”"),
        ("about", {"name": ""}, "Write an answer for “What is your group called?”"),
        ("about", {"reach": "me@home"}, "Write an e-mail address, like name@example.com."),
    ],
)
def test_a_wrong_answer_of_a_group_gets_a_sentence_and_keeps_what_was_typed(set_clock, name, typed, sentence):
    set_clock(cast.AT)
    whole = {**GIFT[name], **(SPEAKS if name == "about" else {}), **typed}
    response = Client().post(reverse("provider-group-join", args=[name]), whole)
    assert response.status_code == 422
    assert sentence in _text(response)
    kept = next(value for value in whole.values() if isinstance(value, str) and value and value not in ("paid", "ZZ99"))
    assert kept in _text(response)


def test_a_group_that_did_not_answer_is_asked_again(set_clock):
    set_clock(cast.AT)
    first = reverse("provider-group-join", args=["gift"])
    assert _as(cast.stranger()).get(reverse("provider-group-left")).headers["Location"] == first
    assert Client().post(reverse("provider-group-join", args=["about"]), {**GIFT["about"], **SPEAKS}).headers["Location"].endswith("/place/")


# --- what they show and sell ---


@pytest.fixture
def hodan(set_clock) -> Client:
    set_clock(cast.AT)
    cast.barwaaqo()
    return _as(cast.hodan())


SERVICE = {
    "title": "Tea and talk",
    "category": "company",
    "price": "15",
    "unit": "visit",
    "minutes": "60",
    "group_prices": "20.00",
    "outcode": "SE15",
    "radius_miles": "3",
    "weekdays": ["3"],
    "parts_of_day": ["afternoon"],
}


def test_a_community_group_says_free_or_for_time_and_is_not_asked_for_a_bank(set_clock):
    set_clock(cast.AT)
    owner = cast.somebody("nell@example.com", "Nell Barnes")
    club = enterprises.register(name="Lunch club", outcode="SE15", council_code=cast.SOUTHWARK, kind="community", by=owner, at=cast.AT)
    client = _as(owner)
    page = client.get(reverse("provider-service-new")).content.decode()
    assert "For time" in page
    assert "What do you charge" not in page
    said = {"title": "Lunch", "category": "meals", "charge": "free", "minutes": "120", "outcode": "SE15", "radius_miles": "2"}
    more = {"weekdays": ["4"], "parts_of_day": ["afternoon"], "access": ["step_free"], "outcomes": ["nutrition"]}
    assert client.post(reverse("provider-service-new"), {**said, **more}).status_code == 302
    row = club.listings.get()
    assert (row.charge, row.price_pence, row.group_prices.count()) == ("free", 0, 0)
    assert [term.slug for term in (*row.access.all(), *row.outcomes.all())] == ["step_free", "nutrition"]
    again = client.get(reverse("provider-service", args=[row.pk])).context["form"]
    assert (again["charge"].value(), again["access"].value()) == ("free", ["step_free"])
    papers = client.get(reverse("provider-papers")).content.decode()
    assert "A community group that we know" in papers
    assert "Where to send your money" not in papers
    start = client.get(reverse("provider")).content.decode()
    assert "Who comes to people" in start
    assert not {"Say where to send your money", "Where your money is sent", "In your bank this month"} & set(re.findall(r">([^<]+)<", start))


def test_a_service_is_written_shown_changed_and_taken_down(hodan):
    page = _text(hodan.post(reverse("provider-service-new"), SERVICE, follow=True))
    assert "Tea and talk" in page
    assert "£20.00</span> for 2 together" in page
    listing = Listing.objects.get()
    assert "People near you can find it now." in _text(hodan.post(reverse("provider-service-show", args=[listing.pk]), follow=True))
    assert 'value="15.00"' in _text(hodan.get(reverse("provider-service", args=[listing.pk])))
    hodan.post(reverse("provider-service", args=[listing.pk]), {**SERVICE, "price": "16"})
    hodan.post(reverse("provider-service-hide", args=[listing.pk]))
    listing.refresh_from_db()
    assert (listing.price_pence, listing.state) == (1600, "paused")


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"title": ""}, "Write an answer for “What do you do?”"),
        ({"category": "magic"}, "Pick one of the answers we show"),
        ({"price": "lots"}, "Write an amount in pounds"),
        ({"group_prices": "10"}, "One person alone pays £15.00."),
        ({"group_prices": "99"}, "Sharing must not cost more."),
        ({"minutes": "5"}, "Write 15 or more"),
        ({"weekdays": []}, "Tick at least one answer for “On which days?”"),
    ],
)
def test_a_wrong_service_gets_a_sentence_and_keeps_what_was_typed(hodan, typed, sentence):
    response = hodan.post(reverse("provider-service-new"), {**SERVICE, **typed})
    assert response.status_code == 422
    assert sentence in _text(response)
    assert "Tea and talk" in _text(response) or "title" in typed
    assert not Listing.objects.exists()


def test_a_service_whose_papers_are_missing_is_not_shown(hodan):
    hodan.post(reverse("provider-service-new"), {**SERVICE, "category": "personal_care"})
    page = _text(hodan.post(reverse("provider-service-show", args=[Listing.objects.get().pk]), follow=True))
    assert "People can find this when we have seen: your Care Quality Commission (CQC) number." in page


PAPER = {"issued_on": "2 February 2026", "expires_on": "1 February 2027", "reference_last4": "12AB"}


def test_a_paper_is_asked_to_be_looked_at(hodan):
    Check.objects.filter(kind="insurance").delete()
    page = _text(hodan.post(reverse("provider-paper", args=["insurance"]), PAPER, follow=True))
    assert "This page says when it is in place." in page
    assert Check.objects.waiting().get().reference_last4 == "12AB"
    again = hodan.post(reverse("provider-paper", args=["insurance"]), PAPER)
    assert "We are looking at this one now." in _text(again)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"issued_on": "soon"}, "Write a date with a day, a month and a year"),
        ({"issued_on": "2 April 2027"}, "It can&#x27;t be later than today."),
        ({"expires_on": ""}, "Write the last day of your insurance."),
        ({"expires_on": "1 March 2026"}, "This paper no longer counts."),
        ({"reference_last4": "a-b"}, "Write only the last 4 letters or numbers"),
    ],
)
def test_a_wrong_paper_gets_a_sentence_and_keeps_what_was_typed(hodan, typed, sentence):
    response = hodan.post(reverse("provider-paper", args=["insurance"]), {**PAPER, **typed})
    assert response.status_code == 422
    assert sentence in _text(response)
    assert "2 February 2026" in _text(response) or "issued_on" in typed


def test_people_who_come_are_added_and_leave(hodan):
    page = _text(hodan.post(reverse("provider-worker-add"), {"known_as": "Sahra"}, follow=True))
    assert "Sahra is on your page." in page
    sahra = Worker.objects.get(known_as="Sahra")
    assert "no longer comes to people" in _text(hodan.post(reverse("provider-worker-leaves", args=[sahra.pk]), follow=True))
    wrong = hodan.post(reverse("provider-worker-add"), {"known_as": "Ifrah", "reach": "nobody@example.com"})
    assert wrong.status_code == 422
    assert "Ifrah" in _text(wrong)
    assert "Write an answer for “What is their first name?”" in _text(hodan.post(reverse("provider-worker-add"), {"known_as": ""}))


def test_what_the_page_says_is_changed(hodan):
    typed = {"name": "Barwaaqo", "about": "We help.", "outcode": "SE22", "radius_miles": "5", "alone": "no", "people_count": "4"}
    hodan.post(reverse("provider-about"), typed)
    assert Enterprise.objects.get().outcode == "SE22"
    wrong = hodan.post(reverse("provider-about"), {**typed, "people_count": "40"})
    assert "Write 8 or less" in _text(wrong)
    assert 'value="40"' in _text(wrong)


def test_without_bank_details_the_page_says_so(hodan):
    page = _text(hodan.get(reverse("provider-bank")))
    assert "We never see your bank details." in page
    assert "Say where to send your money" in _text(hodan.get(reverse("provider")))
