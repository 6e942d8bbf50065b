"""A browser in which somebody is signed in."""

from allauth.mfa.base.internal.flows import post_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.http import HttpRequest
from django.test import Client

from people.models import Person
from people.policies import NEED_SECOND_FACTOR


def signed_in(person: Person) -> Client:
    """As they come to work: whoever's role needs a second step has given it, as allauth writes it down."""
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    if person.is_staff or person.roles.filter(kind__in=NEED_SECOND_FACTOR).exists():
        give_second_step(client, person)
    return client


def give_second_step(client: Client, person: Person) -> None:
    """With the app they have, or a new one."""
    app = Authenticator.objects.filter(user=person, type=Authenticator.Type.TOTP).first() or TOTP.activate(person, generate_totp_secret()).instance
    request = HttpRequest()
    request.session = client.session
    request.user = person
    post_authentication(request, app)
    request.session.save()
