"""Making one's own page, in three questions; my own page; being somebody else in the demo."""

import re
from datetime import timedelta
from urllib.parse import quote

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from people.models import Concern, Message, Person, Supporter
from tests import cast
from tests.frontend.test_groups import _as, _text

pytestmark = pytest.mark.django_db
MARY = {"full_name": "Mary Price", "outcode": "SE15 4AB", "reach": "email", "email": "Mary@example.com"}


@pytest.fixture(autouse=True)
def _as_of(set_clock):
    set_clock(cast.AT)
    cache.clear()


def _numbers() -> str:
    """The six numbers, from the e-mail (Django's tests keep those in `mail.outbox`) or from the text."""
    body = str(mail.outbox[-1].body) if mail.outbox else Message.objects.latest("pk").body
    found = re.search(r"\b\d{6}\b", body)
    assert found, body
    return found[0]


@pytest.mark.parametrize(
    "reach",
    [{"reach": "email", "email": "Mary@example.com"}, {"reach": "text", "phone": "07700 900123"}, {"reach": "phone", "ring": "020 7946 0123"}],
)
def test_a_page_is_made_with_a_name_a_place_and_six_numbers(reach):
    client = Client()
    asked = client.post(reverse("join"), {**MARY, "email": "", **reach}, follow=True)
    assert "Type the 6 numbers" in _text(asked)
    mary = Person.objects.get()
    assert (mary.known_as, mary.outcode, mary.council_code, mary.channel) == ("Mary", "SE15", cast.SOUTHWARK, reach["reach"])
    inside = client.post(asked.redirect_chain[-1][0], {"code": _numbers()}, follow=True)
    assert "Does anyone help you with this?" in _text(inside)
    inside = client.post(reverse("join-helper"), {"who": "nobody"}, follow=True)
    assert "Mary" in _text(inside)
    assert "Nobody yet." in _text(inside)


@pytest.mark.parametrize(("wanted", "comes_to"), [("/near/?what=any", "/near/?what=any"), ("https://evil.example/", "/join/helper/")])
def test_who_was_sent_here_goes_back_to_where_they_were(wanted, comes_to):
    client = Client()
    asked = client.post(f"{reverse('join')}?next={quote(wanted)}", MARY, follow=True)
    inside = client.post(asked.redirect_chain[-1][0], {"code": _numbers()})
    assert inside.headers["Location"] == comes_to


def test_an_address_with_a_page_opens_that_page_and_tells_nobody():
    amina = cast.amina()
    known = Client().post(reverse("join"), {**MARY, "email": amina.email.upper()}, follow=True)
    new = Client().post(reverse("join"), MARY, follow=True)
    assert known.redirect_chain == new.redirect_chain
    assert Person.objects.filter(email=amina.email).count() == 1
    assert Person.objects.get(email=amina.email).full_name == "Amina Farah"


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"full_name": ""}, "Write an answer for “What shall we call you?”"),
        ({"outcode": "SE99"}, "Look at a letter sent to you"),
        ({"reach": ""}, "Pick one answer for “How can we reach you?”"),
        ({"email": ""}, "Write your e-mail, like name@example.com."),
        ({"email": "mary at home"}, "It looks like name@example.com"),
        ({"reach": "text"}, "Write your number, like 07700 900123."),
        ({"reach": "text", "phone": "12"}, "Write a phone number, like 07700 900123."),
    ],
)
def test_a_wrong_answer_gets_a_sentence_and_keeps_the_rest(typed, sentence):
    response = Client().post(reverse("join"), {**MARY, **typed})
    assert response.status_code == 422
    assert sentence in _text(response)
    assert "Mary Price" in _text(response) or "full_name" in typed
    assert not Person.objects.exists()


def test_ten_tries_at_one_address_are_too_many():
    client = Client()
    answers = [client.post(reverse("join"), MARY) for _ in range(8)]
    assert "You tried many times." in _text(answers[-1])


def test_somebody_beside_me_and_somebody_with_a_paper():
    mary, client = cast.amina(), _as(cast.amina())
    cast.yusuf(), cast.halima()
    page = reverse("join-helper")
    assert "Write the e-mail or mobile number" in _text(client.post(page, {"who": "own_way"}))
    refused = client.post(page, {"who": "own_way", "reach": "nobody@example.com"})
    assert "They need a page of their own here first" in _text(refused)
    assert "nobody@example.com" in _text(refused)
    client.post(page, {"who": "own_way", "reach": "yusuf@example.com"})
    client.post(page, {"who": "legal", "legal_reach": "halima@example.com", "decisions": ["visits"], "source": "A letter"})
    rows = Supporter.objects.filter(person=mary).order_by("pk")
    assert [(row.kind, row.confirmed_at is not None) for row in rows] == [("beside", True), ("for", False)]
    assert "Yusuf Abdi" in _text(client.get(reverse("me")))
    client.post(reverse("me-helper-end", args=[rows[0].pk]))
    assert Supporter.objects.get(pk=rows[0].pk).ends_at is not None
    assert "Pick one answer" in _text(client.post(page, {"who": ""}))


def test_my_page_is_mine_and_each_thing_changes_on_its_own_page():
    amina, client = cast.amina(), _as(cast.amina())
    client.post(reverse("me-words"), {"phrase": "blue teapot"})
    client.post(reverse("me-away"), {"until": "9 March 2026"})
    client.post(reverse("me-picture"), {"figure": "hijab"})
    client.post(reverse("me-reach"), {"channel": "letter", "letter_address": "1 High Street, London SE15 4AB"})
    amina.refresh_from_db()
    assert (amina.phrase, amina.figure, amina.channel) == ("blue teapot", "hijab", "letter")
    assert "Until Monday 9 March 2026" in _text(client.get(reverse("me")))
    client.post(reverse("me-back"))
    amina.refresh_from_db()
    assert amina.away_until is None
    client.post(reverse("easy-view"), {"easy": "yes", "next": "/me/"})
    amina.refresh_from_db()
    assert amina.easy_view
    for name in ("me", "me-words", "me-away", "me-reach", "me-picture", "start", "join-helper"):
        assert Client().get(reverse(name)).status_code == 302, name


@pytest.mark.parametrize(
    ("name", "typed", "sentence"),
    [
        ("me-away", {"until": "soon"}, "Write a date with a day, a month and a year"),
        ("me-away", {"until": (cast.AT - timedelta(days=2)).date().isoformat()}, "That day is over."),
        ("me-words", {"phrase": "w" * 61}, "Use fewer words"),
        ("me-reach", {"channel": "letter", "letter_address": ""}, "Write where to send letters"),
        ("me-reach", {"channel": "text"}, "Pick one of the answers we show"),
        ("me-picture", {"figure": "dragon"}, "Pick one of the answers we show"),
    ],
)
def test_my_page_says_how_to_put_a_wrong_answer_right(name, typed, sentence):
    response = _as(cast.amina()).post(reverse(name), typed)
    assert response.status_code == 422
    assert sentence in _text(response)


def test_a_worry_is_told_without_a_name_and_shown_to_nobody_who_wrote_it():
    client = _as(cast.amina())
    refused = client.post(reverse("worried"), {"text": "", "outcode": "SE99", "contact": "07700 900123"})
    assert refused.status_code == 422
    assert "Write an answer for “What worries you?”" in _text(refused)
    assert "07700 900123" in _text(refused)
    sent = client.post(reverse("worried"), {"text": "My neighbour is scared.", "outcode": "SE15", "contact": ""}, follow=True)
    assert "We have your message" in _text(sent)
    assert "neighbour" not in _text(sent)
    concern = Concern.objects.get()
    assert (concern.by, concern.council_code) == (None, cast.SOUTHWARK)


def test_numbers_are_read_out_to_who_wants_to_be_rung():
    Client().post(reverse("join"), {**MARY, "email": "", "reach": "phone", "ring": "020 7946 0123"})
    assert Message.objects.get(kind="sign_in_code").channel == "phone"


def test_help_says_whom_to_ring_at_a_council():
    cast.southwark()
    page = _text(Client().get(reverse("help")))
    assert "Southwark" in page
    assert "020 7525 5000" in page


def test_every_form_on_paper_can_be_printed():
    client = Client()
    paths = re.findall(r'href="(/paper/[a-z-]+/)"', client.get(reverse("paper")).content.decode())
    assert len(paths) == 8
    for path in paths:
        assert client.get(path).status_code == 200, path
    assert client.get("/paper/nothing/").status_code == 404


def test_being_somebody_else_does_not_exist_outside_the_demo():
    assert Client().post("/demo/switch/", {"person": cast.amina().pk}).status_code == 404
    assert Client().get("/demo/outbox/").status_code == 404
