"""Who sees other people's money or papers does nothing with a password alone: not on the pages, not over the API, whatever they were before."""

import re
from collections.abc import Iterator

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import SECRET_SESSION_KEY, TOTP, format_hotp_value, generate_totp_secret, hotp_value
from allauth.mfa.totp.internal.auth import yield_hotp_counters_from_time as counters
from django.core import mail
from django.core.cache import cache
from django.test import Client

from audit import clock
from config.models import KeptAnswer
from payments.services import disputes
from people.models import Message, Person
from people.services import approvals, organisations
from tests import cast
from tests.cast import AT, PASSWORD
from tests.signing_in import give_second_step, signed_in

pytestmark = pytest.mark.django_db
LOGIN, PASSWORD_AGAIN = "/accounts/login/", "/accounts/reauthenticate/"
ASK, CONFIRM = "/accounts/login/code/", "/accounts/login/code/confirm/"
SET_UP, GIVE, SPARE = "/accounts/2fa/totp/activate/", "/accounts/2fa/reauthenticate/", "/accounts/2fa/recovery-codes/"
AT_SIGN_IN, TURN_OFF = "/accounts/2fa/authenticate/", "/accounts/2fa/totp/deactivate/"


@pytest.fixture(autouse=True)
def nobody_tried_too_often() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def with_password(person: Person) -> Client:
    client = Client()
    client.post(LOGIN, {"login": person.email, "password": PASSWORD})
    return client


def only_signed_in(person: Person) -> Client:
    """From before: signed in, and nothing more."""
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def an_app(person: Person) -> str:
    secret = generate_totp_secret()
    TOTP.activate(person, secret)
    return secret


def numbers(secret: str, later: int = 0) -> str:
    return format_hotp_value(hotp_value(secret, list(counters())[1] + later))


def where(client: Client, address: str) -> str:
    """Where a page leads; nowhere when it is shown."""
    return str(client.get(address).headers.get("Location", ""))


def sent_numbers(to: str) -> str:
    """The six numbers of the newest mail, which went to this address and to no other."""
    newest = mail.outbox[-1]
    assert newest.to == [to]
    found = re.search(r"\b[0-9]{6}\b", str(newest.body))
    assert found
    return found[0]


def test_with_a_password_alone_an_operator_is_sent_numbers_and_then_led_to_set_it_up_and_to_give_it() -> None:
    client = with_password(cast.operator())
    assert client.post(CONFIRM, {"code": sent_numbers("operator@example.com")}).status_code == 302
    assert where(client, "/operator/") == SET_UP
    assert where(client, SET_UP).startswith(PASSWORD_AGAIN)
    asked = client.post(f"{PASSWORD_AGAIN}?next={SET_UP}", {"password": PASSWORD})
    assert asked.headers["Location"] == SET_UP
    assert "money or checks must have one" in client.get(SET_UP).content.decode()
    secret = client.session[SECRET_SESSION_KEY]
    assert client.post(SET_UP, {"code": "000000" if numbers(secret) != "000000" else "111111"}).status_code == 200
    assert where(client, "/operator/") == SET_UP
    client.post(SET_UP, {"code": numbers(secret)})
    assert where(client, "/operator/") == f"{GIVE}?next=%2Foperator%2F"
    assert where(client, SPARE) == f"{GIVE}?next=%2Faccounts%2F2fa%2Frecovery-codes%2F"
    given = client.post(f"{GIVE}?next={SPARE}", {"code": numbers(secret)})
    assert given.headers["Location"] == SPARE
    assert client.get(SPARE).status_code == 200
    assert client.get("/operator/").status_code == 200


@pytest.mark.parametrize("who", ["operator", "colin", "sam", "priya"])
def test_whoever_has_the_password_of_somebody_who_never_set_it_up_does_not_set_it_up_before_them(who: str) -> None:
    person = getattr(cast, who)()
    thief = with_password(person)
    right = sent_numbers(person.email)
    assert "_auth_user_id" not in thief.session
    assert where(thief, SET_UP).startswith(LOGIN)
    for _ in range(3):
        thief.post(CONFIRM, {"code": "000000" if right != "000000" else "111111"})
    thief.post(CONFIRM, {"code": right})
    assert "_auth_user_id" not in thief.session
    assert where(thief, "/operator/").startswith(LOGIN)
    assert not Authenticator.objects.exists()


def test_in_a_session_from_before_it_is_not_set_up_either() -> None:
    operator = cast.operator()
    thief = only_signed_in(operator)
    thief.post(PASSWORD_AGAIN, {"password": PASSWORD})
    shown = thief.get(SET_UP)
    assert (shown.status_code, "Sign in again first" in shown.content.decode()) == (403, True)
    session, secret = thief.session, generate_totp_secret()
    session[SECRET_SESSION_KEY] = secret
    session.save()
    assert thief.post(SET_UP, {"code": numbers(secret)}).status_code == 403
    assert not Authenticator.objects.exists()


def test_who_signs_in_with_numbers_that_we_sent_is_asked_for_no_others() -> None:
    operator, client = cast.operator(), Client()
    client.post(ASK, {"email": operator.email})
    client.post(CONFIRM, {"code": sent_numbers("operator@example.com")})
    assert len(mail.outbox) == 1
    assert where(client, "/operator/") == SET_UP
    client.post(PASSWORD_AGAIN, {"password": PASSWORD})
    assert client.get(SET_UP).status_code == 200


def test_who_has_a_phone_and_no_e_mail_is_sent_a_text() -> None:
    operator = cast.operator()
    Person.objects.filter(pk=operator.pk).update(email=None, phone="+447700900412")
    client = Client()
    client.post(LOGIN, {"login": "07700 900412", "password": PASSWORD})
    text = Message.objects.latest("pk")
    assert (text.person, text.channel, text.to) == (operator, "text", "+447700900412")
    found = re.search(r"\b[0-9]{6}\b", text.body)
    assert found
    client.post(CONFIRM, {"code": found[0]})
    assert where(client, "/operator/") == SET_UP


def test_anybody_else_may_set_one_up_with_their_password() -> None:
    client = with_password(cast.amina())
    client.post(PASSWORD_AGAIN, {"password": PASSWORD})
    assert client.get(SET_UP).status_code == 200
    assert mail.outbox == []


def test_who_has_an_app_is_asked_for_its_numbers_when_they_sign_in() -> None:
    operator = cast.operator()
    secret = an_app(operator)
    client = with_password(operator)
    assert "_auth_user_id" not in client.session
    assert client.post(AT_SIGN_IN, {"code": "000000" if numbers(secret) != "000000" else "111111"}).status_code == 200
    assert where(client, "/operator/").startswith(LOGIN)
    client.post(AT_SIGN_IN, {"code": numbers(secret)})
    assert client.get("/operator/").status_code == 200


def test_the_same_numbers_do_not_sign_in_twice() -> None:
    operator = cast.operator()
    secret = an_app(operator)
    used = numbers(secret)
    with_password(operator).post(AT_SIGN_IN, {"code": used})
    again = with_password(operator)
    refused = again.post(AT_SIGN_IN, {"code": used}).content.decode()
    assert "each counts once" in refused
    assert "_auth_user_id" not in again.session


@pytest.mark.parametrize("who", ["operator", "colin", "sam", "priya"])
@pytest.mark.parametrize("has_app", [False, True])
def test_nobody_who_needs_it_sees_their_work_or_anything_else_without(who: str, has_app: bool) -> None:
    person = getattr(cast, who)()
    if has_app:
        an_app(person)
    client = only_signed_in(person)
    for address in ("/", "/start/", "/looking-after/", "/council/", "/operator/", "/me/", "/accounts/password/change/", "/accounts/2fa/", SPARE):
        assert where(client, address).startswith(GIVE if has_app else SET_UP), address
    assert client.get("/help/").status_code == 200
    give_second_step(client, person)
    assert client.get("/me/").status_code == 200


def test_no_yes_to_money_without_it_on_a_page_or_over_the_api() -> None:
    asked = approvals.ask(what=disputes.WRITE_OFF, about_kind="dispute", about_id="1", reason="Lost.", by=cast.operator(), at=clock.now())
    client = only_signed_in(cast.second_operator())
    page = f"/second/{asked.pk}/"
    sent = client.post(page, {"agree": "yes", "reason": "Lost."})
    assert (sent.status_code, sent.headers["Location"]) == (302, SET_UP)
    for verb in ("remittances/1/unhold/", "remittances/1/hold/"):
        told = client.post(f"/api/v1/{verb}", {}, content_type="application/json", headers={"Idempotency-Key": "one"})
        assert (told.status_code, told.headers["Content-Type"], told.json()["code"]) == (403, "application/problem+json", "second_step_is_missing")
    assert client.get("/api/v1/remittances/").status_code == 403
    assert not KeptAnswer.objects.exists()
    asked.refresh_from_db()
    assert asked.given_at is None
    give_second_step(client, cast.second_operator())
    assert client.get("/operator/second/").status_code == 200
    assert client.get("/api/v1/remittances/").status_code == 200


def test_a_session_from_before_gets_at_no_spare_codes_and_turns_nothing_off_with_the_password() -> None:
    operator = cast.operator()
    thief = only_signed_in(operator)
    an_app(operator)
    RecoveryCodes.activate(operator)
    for address in (SPARE, f"{SPARE}download/", f"{SPARE}generate/", TURN_OFF, "/accounts/2fa/", "/accounts/email/"):
        assert where(thief, address).startswith(GIVE), address
        assert thief.post(address, {}).headers["Location"] == GIVE, address
    assert where(thief, PASSWORD_AGAIN) == GIVE
    thief.post(PASSWORD_AGAIN, {"password": PASSWORD})
    assert where(thief, SPARE).startswith(GIVE)
    assert where(thief, SET_UP).startswith(GIVE)
    assert Authenticator.objects.filter(user=operator).count() == 2


def test_who_turns_theirs_off_sets_it_up_again_and_gives_it_everywhere() -> None:
    operator = cast.operator()
    here, there = signed_in(operator), signed_in(operator)
    Authenticator.objects.filter(user=operator).delete()
    for client in (here, there):
        assert where(client, "/operator/") == SET_UP
    secret = an_app(operator)
    assert where(there, "/operator/").startswith(GIVE)
    here.post(GIVE, {"code": numbers(secret)})
    assert here.get("/operator/").status_code == 200
    assert where(there, "/operator/").startswith(GIVE)


def test_a_spare_code_does_for_an_app() -> None:
    operator = cast.operator()
    an_app(operator)
    code = RecoveryCodes.activate(operator).get_unused_codes()[0]
    client = with_password(operator)
    client.post(AT_SIGN_IN, {"code": code})
    assert client.get("/operator/").status_code == 200


def test_who_begins_such_work_while_signed_in_is_asked_at_the_next_page() -> None:
    amina = cast.amina()
    client = only_signed_in(amina)
    assert client.get("/start/").status_code == 200
    organisations.give_role(person=amina, kind="holder_staff", organisation=cast.kasmo(), by=cast.operator(), at=AT)
    assert where(client, "/start/") == SET_UP
    assert "Sign in again first" in client.get(SET_UP).content.decode()


def test_a_second_step_of_somebody_else_does_not_count() -> None:
    operator, other = cast.operator(), cast.second_operator()
    client = only_signed_in(operator)
    give_second_step(client, other)
    assert where(client, "/operator/") == SET_UP


@pytest.mark.parametrize("who", ["amina", "hodan", "ruth"])
def test_everybody_else_signs_in_as_before(who: str) -> None:
    person = getattr(cast, who)()
    assert with_password(person).get("/me/").status_code == 200


def test_the_numbers_stand_on_the_page_in_the_demo_and_nowhere_else(settings) -> None:
    operator = cast.operator()
    secret = an_app(operator)
    assert numbers(secret) not in with_password(operator).get(AT_SIGN_IN).content.decode()
    settings.DEMO = True
    client = with_password(operator)
    assert numbers(secret) in client.get(AT_SIGN_IN).content.decode()
    client.post(AT_SIGN_IN, {"code": numbers(secret)})
    assert numbers(secret, later=1) in with_password(operator).get(AT_SIGN_IN).content.decode()  # the first were used
