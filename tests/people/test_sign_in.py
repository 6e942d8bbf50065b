"""Signing in: by e-mail or phone, by password or by six numbers; and tokens for scripts."""

import re
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import Client, override_settings
from django.urls import include, path
from rest_framework.authtoken.models import Token

from people.models import Message, Person
from people.services import messages, organisations, people, tokens
from people.services.tokens import TokenNeedsSecondFactor, WrongPassword
from tests import cast
from tests.cast import AT, PASSWORD

pytestmark = pytest.mark.django_db
LOGIN, ASK, CONFIRM = "/accounts/login/", "/accounts/login/code/", "/accounts/login/code/confirm/"


@pytest.fixture(autouse=True)
def outbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Mail becomes rows, as in the demo; nobody has tried too often yet."""
    monkeypatch.setattr(settings, "EMAIL_BACKEND", messages.OUTBOX)
    monkeypatch.setattr(settings, "LOGIN_REDIRECT_URL", "/")
    cache.clear()
    yield
    cache.clear()


def mary() -> Person:
    found = Person.objects.filter(phone="+447700900412").first()
    return found or people.register(full_name="Mary Lamb", phone="07700 900412", password=PASSWORD, phrase="blue kettle", at=AT)


def signed_in(client: Client) -> int | None:
    number = client.session.get("_auth_user_id")
    return int(number) if number else None


def numbers() -> str:
    found = re.search(r"\b[0-9]{6}\b", Message.objects.latest("id").body)
    assert found
    return found[0]


@pytest.mark.parametrize("login", ["amina@example.com", "AMINA@Example.com "])
def test_by_e_mail_and_password(client: Client, login: str) -> None:
    amina = cast.amina()
    answer = client.post(LOGIN, {"login": login, "password": PASSWORD})
    assert answer.status_code == 302
    assert signed_in(client) == amina.pk


@pytest.mark.parametrize("login", ["07700 900412", "+44 7700 900412", "00447700900412"])
def test_by_phone_and_password_however_it_is_typed(client: Client, login: str) -> None:
    person = mary()
    client.post(LOGIN, {"login": login, "password": PASSWORD})
    assert signed_in(client) == person.pk


@pytest.mark.parametrize(
    ("login", "password"), [("amina@example.com", "wrong"), ("nobody@example.com", PASSWORD), ("amina", PASSWORD), ("", ""), ("0", PASSWORD)]
)
def test_what_does_not_fit_signs_nobody_in(client: Client, login: str, password: str) -> None:
    cast.amina()
    answer = client.post(LOGIN, {"login": login, "password": password})
    assert answer.status_code == 200
    assert signed_in(client) is None


def test_somebody_who_left_is_not_let_in(client: Client) -> None:
    Person.objects.filter(pk=cast.amina().pk).update(is_active=False)
    client.post(LOGIN, {"login": "amina@example.com", "password": PASSWORD})
    assert signed_in(client) is None


def test_by_six_numbers_sent_by_e_mail(client: Client) -> None:
    amina = cast.amina()
    people.set_phrase(person=amina, phrase="green door", by=amina, at=AT)
    assert client.post(ASK, {"email": "Amina@example.com"}).status_code == 302
    message = Message.objects.latest("id")
    assert (message.person, message.channel, message.to) == (amina, "email", "amina@example.com")
    assert message.subject == "Clubtogether: Your numbers to sign in"
    assert "Not even to us" in message.body
    assert "Your words: green door" in message.body
    assert "http" not in message.body
    assert signed_in(client) is None
    client.post(CONFIRM, {"code": numbers()})
    assert signed_in(client) == amina.pk


def test_by_six_numbers_sent_by_text(client: Client) -> None:
    person = mary()
    client.post(ASK, {"phone": "07700 900412"})
    message = Message.objects.latest("id")
    assert (message.person, message.channel, message.to) == (person, "text", "+447700900412")
    assert "Your words: blue kettle" in message.body
    client.post(CONFIRM, {"code": numbers()})
    assert signed_in(client) == person.pk
    person.refresh_from_db()
    assert person.phone_verified


def test_wrong_numbers_sign_nobody_in_and_three_of_them_are_the_end(client: Client) -> None:
    cast.amina()
    client.post(ASK, {"email": "amina@example.com"})
    right = numbers()
    wrong = "000000" if right != "000000" else "111111"
    for _ in range(3):
        client.post(CONFIRM, {"code": wrong})
    client.post(CONFIRM, {"code": right})
    assert signed_in(client) is None


def test_asking_for_numbers_tells_nobody_who_has_a_page(client: Client) -> None:
    cast.amina()
    known = client.post(ASK, {"email": "amina@example.com"})
    unknown = Client().post(ASK, {"email": "nobody@example.com"})
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    assert "We have no page with it" in Message.objects.latest("id").body
    assert Message.objects.latest("id").person is None


def test_asking_for_numbers_without_saying_where_is_one_sentence(client: Client) -> None:
    asked = client.post(ASK, {})
    assert "Write your e-mail address, or your mobile number below." in asked.content.decode()
    assert not Message.objects.exists()


def test_a_new_password_by_six_numbers(client: Client) -> None:
    amina = cast.amina()
    client.post("/accounts/password/reset/", {"email": "amina@example.com"})
    page = client.post("/accounts/password/reset/confirm/", {"code": numbers()}, follow=True)
    address = page.redirect_chain[-1][0]
    client.post(address, {"password1": "four new words here", "password2": "four new words here"})
    amina.refresh_from_db()
    assert amina.check_password("four new words here")


def test_allauth_s_own_sign_up_is_closed(client: Client) -> None:
    client.post("/accounts/signup/", {"email": "eve@example.com", "password1": PASSWORD})
    assert not Person.objects.filter(email="eve@example.com").exists()


def test_a_token_for_a_password() -> None:
    amina = cast.amina()
    key = tokens.issue(email=" Amina@example.com", password=PASSWORD, at=AT)
    assert Token.objects.get(key=key).user == amina
    assert tokens.issue(email="amina@example.com", password=PASSWORD, at=AT) == key


@pytest.mark.parametrize(("email", "password"), [("amina@example.com", "wrong"), ("nobody@example.com", PASSWORD), ("what", PASSWORD), ("", "")])
def test_no_token_for_what_does_not_fit(email: str, password: str) -> None:
    cast.amina()
    with pytest.raises(WrongPassword):
        tokens.issue(email=email, password=password, at=AT)


@pytest.mark.parametrize("who", ["operator", "colin", "sam", "priya"])
def test_no_token_outside_the_demo_for_who_needs_a_second_factor(who: str, monkeypatch: pytest.MonkeyPatch) -> None:
    person = getattr(cast, who)()
    monkeypatch.setattr(settings, "DEMO", False)
    with pytest.raises(TokenNeedsSecondFactor):
        tokens.issue(email=person.email, password=PASSWORD, at=AT)
    monkeypatch.setattr(settings, "DEMO", True)
    assert tokens.issue(email=person.email, password=PASSWORD, at=AT)


def test_no_token_outside_the_demo_for_who_has_a_second_factor(monkeypatch: pytest.MonkeyPatch) -> None:
    from allauth.mfa.models import Authenticator

    amina = cast.amina()
    Authenticator.objects.create(user=amina, type=Authenticator.Type.TOTP, data={"secret": "x"})
    monkeypatch.setattr(settings, "DEMO", False)
    with pytest.raises(TokenNeedsSecondFactor):
        tokens.issue(email="amina@example.com", password=PASSWORD, at=AT)


def test_a_token_stops_with_its_password_and_with_work_that_needs_more(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    amina = cast.amina()
    tokens.issue(email="amina@example.com", password=PASSWORD, at=AT)
    client.force_login(amina, backend="django.contrib.auth.backends.ModelBackend")
    new = {"oldpassword": PASSWORD, "password": "four new words here", "password1": "four new words here", "password2": "four new words here"}
    client.post("/accounts/password/change/", new)
    assert not Token.objects.filter(user=amina).exists()
    tokens.issue(email="amina@example.com", password="four new words here", at=AT)
    monkeypatch.setattr(settings, "DEMO", False)
    organisations.give_role(person=amina, kind="facilitator", by=cast.operator(), council_code=cast.SOUTHWARK, at=AT)
    assert Token.objects.filter(user=amina).exists()
    organisations.give_role(person=amina, kind="operator", by=cast.operator(), at=AT)
    assert not Token.objects.filter(user=amina).exists()


urlpatterns = [path("api/v1/", include("people.api.urls"))]


@override_settings(ROOT_URLCONF=__name__)
def test_the_token_s_address_answers_and_slows_guessing_down(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    cast.amina()
    monkeypatch.setattr(settings, "DEMO", False)
    right = {"email": "amina@example.com", "password": PASSWORD}
    assert set(client.post("/api/v1/token/", right, content_type="application/json").json()) == {"token"}
    assert client.post("/api/v1/token/", {"email": "amina@example.com"}, content_type="application/json").status_code == 400
    codes = [client.post("/api/v1/token/", right, content_type="application/json").status_code for _ in range(20)]
    assert codes.count(429) == 2
    assert client.post("/api/v1/token/", {**right, "email": ["a"]}, content_type="application/json").status_code == 400
