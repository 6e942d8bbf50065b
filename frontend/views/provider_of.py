"""Whose provider page it is: the owner runs it; those who work there record visits."""

from django.http import Http404

from frontend.views.who import SignedIn
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
    mine = Enterprise.objects.of(request.user)
    return mine.filter(owner=request.user).first() or mine.order_by("pk").first()
