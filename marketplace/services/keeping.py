"""Putting by what one found, and taking it off again. Nothing is promised and nobody is told, so nothing of it stands in the trail."""

from datetime import datetime

from django.db import transaction

from audit.errors import NotAllowed, Refusal
from marketplace.models import Kept
from people.models import Person
from pooling.models import Cluster
from providers.models import Listing

MOST = 40
"""More than anybody compares; it keeps the list short enough to be read."""


class NothingToKeep(Refusal):
    """Neither a service nor a group, both at once, or one that people can't find."""

    code = "nothing_to_keep"
    sentence = "People can’t find this any more. Look again at what is near you."
    field = "listing"


class TooManyKept(Refusal):
    """The list is full."""

    code = "too_many_kept"
    sentence = f"You have kept {MOST} things already. Take one off your list first."


def keep(*, listing: Listing | None = None, cluster: Cluster | None = None, by: Person, at: datetime) -> Kept:
    """Puts one thing on `by`'s own list; keeping it again changes nothing. Raises NothingToKeep, TooManyKept."""
    if not _can_be_found(listing, cluster):
        raise NothingToKeep
    what = {"person": by, "listing": listing, "cluster": cluster}
    with transaction.atomic():
        Person.objects.locked().get(pk=by.pk)  # two presses at once count the same list
        there = Kept.objects.filter(**what).first()
        if there is not None:
            return there
        if Kept.objects.filter(person=by).count() >= MOST:
            raise TooManyKept
        return Kept.objects.create(council_code=by.council_code, kept_at=at, **what)


def _can_be_found(listing: Listing | None, cluster: Cluster | None) -> bool:
    if listing is not None and cluster is None:
        return Listing.objects.on_sale().filter(pk=listing.pk).exists()
    if cluster is not None and listing is None:
        return Cluster.objects.listed().filter(pk=cluster.pk).exists()
    return False


def let_go(*, kept: Kept, by: Person, at: datetime) -> None:
    """Takes it off the list. It may have gone already. Raises NotAllowed when it is somebody else's."""
    if kept.person_id != by.pk:
        raise NotAllowed
    Kept.objects.filter(pk=kept.pk).delete()
