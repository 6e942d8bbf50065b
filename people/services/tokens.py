"""Tokens for scripts and other programs: an e-mail address and a password in, a token out."""

from datetime import datetime

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.auth import authenticate
from django.db import transaction
from rest_framework.authtoken.models import Token

from audit.errors import Refusal
from audit.services import trail
from people.models import Person
from people.policies import needs_second_factor


class WrongPassword(Refusal):
    code = "wrong_password"
    sentence = "This e-mail and password do not fit together. Check both and try again."
    field = "password"


class TokenNeedsSecondFactor(Refusal):
    code = "token_needs_second_factor"
    sentence = "You need a second step to sign in, so you can't have a token. Use the site."


def issue(*, email: str, password: str, at: datetime) -> str:
    """The person's token; the same one each time. Raises WrongPassword, or TokenNeedsSecondFactor (who has or needs one, outside the demo)."""
    person = authenticate(username=email.strip(), password=password)
    if not isinstance(person, Person):
        raise WrongPassword
    if _needs_more_than_one(person, at):
        raise TokenNeedsSecondFactor
    with transaction.atomic():
        token, is_new = Token.objects.get_or_create(user=person)
        if is_new:
            trail.write(by=person, verb="people.issue_token", about_kind="person", about_id=person.pk, at=at, council_code=person.council_code)
    return str(token.key)


def stop(*, person: Person, by: Person | None, at: datetime) -> None:
    """Programs that hold this person's token are out at once: the password changed, or somebody else knows the token."""
    if Token.objects.filter(user=person).delete()[0]:
        trail.write(by=by, verb="people.stop_token", about_kind="person", about_id=person.pk, at=at, council_code=person.council_code)


def stop_where_one_step_is_too_few(*, person: Person, by: Person | None, at: datetime) -> None:
    """Who began work that needs a second step could not have a token now: the one from before stops."""
    if _needs_more_than_one(person, at):
        stop(person=person, by=by, at=at)


def _needs_more_than_one(person: Person, at: datetime) -> bool:
    return not settings.DEMO and (is_mfa_enabled(person) or needs_second_factor(person, at=at))
