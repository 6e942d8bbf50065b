"""The second step of signing in, as allauth wrote it into the session: the numbers of an app, or a spare code."""

from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.http import HttpRequest

from people.models import Person


def was_given(request: HttpRequest, person: Person) -> bool:
    """Whether this person gave it in this session, with an app or spare codes that they still have. One query at most.

    Who turned theirs off, or changed it because a phone was stolen, gives it again wherever they are signed in.
    """
    used = [record.get("id") for record in get_authentication_records(request, person) if record.get("method") == "mfa"]
    return bool(used) and Authenticator.objects.filter(user=person, pk__in=used).exists()


def is_set_up(person: Person) -> bool:
    """Whether this person has an app."""
    return bool(is_mfa_enabled(person, [Authenticator.Type.TOTP]))


def address_was_shown(request: HttpRequest, person: Person) -> bool:
    """Whether this session typed numbers that we sent to this person: a password alone, which another may have, does not show who somebody is."""
    return any(record.get("method") == "code" for record in get_authentication_records(request, person))
