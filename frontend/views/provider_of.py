"""Whose provider page it is: the owner runs it; those who work there record visits."""

from django.db.models import QuerySet
from django.http import Http404

from audit.kept import answers
from frontend.views.who import SignedIn
from people.models import Person
from providers.models import Enterprise


def owned(request: SignedIn) -> Enterprise:
    """The provider that this person owns; others find nothing."""
    found = Enterprise.objects.filter(owner=request.user).first()
    if found is None:
        raise Http404
    return found


def worked_for(request: SignedIn) -> Enterprise:
    """The provider this person owns, or else works for; others find nothing."""
    found = find(request)
    if found is None:
        raise Http404
    return found


def find(request: SignedIn) -> Enterprise | None:
    """As `worked_for`; None where there is none."""
    mine = answers(_mine, request.user)
    return next((one for one in mine if one.owner_id == request.user.pk), mine[0] if mine else None)


def _mine(person: Person) -> QuerySet[Enterprise]:
    return Enterprise.objects.of(person).order_by("pk")
