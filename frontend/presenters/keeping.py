"""What somebody put by, in words, each with what they can do next; and the codes of what was ticked on a page: `s12` a service, `g3` a group."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, Subquery

from audit.one_question import Row
from audit.one_question import rows as listed
from frontend import words
from frontend.navigation import address
from frontend.presenters.offers import price_said
from marketplace.models import Kept
from people.models import Person
from pooling.models import Cluster, Membership
from providers.models import Enterprise, Listing
from vocabulary.models import Term

_CODE = re.compile(r"[sg][1-9][0-9]{0,8}", re.ASCII)


def picked_from(sent: Iterable[str]) -> list[str]:
    """The codes that are ones, each once, in order."""
    return [code for code in dict.fromkeys(sent) if _CODE.fullmatch(code)]


def _numbers(codes: Iterable[str], letter: str) -> list[int]:
    return [int(code[1:]) for code in codes if code[0] == letter]


def listings_in(codes: Sequence[str]) -> list[Listing]:
    """The services among the ticked that people can find, in the order they were ticked. One query; none where there are none."""
    order = _numbers(codes, "s")
    rows = Listing.objects.on_sale().filter(pk__in=order).select_related("enterprise", "category") if order else ()
    return sorted(rows, key=lambda one: order.index(one.pk))


def clusters_in(codes: Sequence[str]) -> list[Cluster]:
    """The groups among the ticked that may be found."""
    order = _numbers(codes, "g")
    rows = Cluster.objects.listed().filter(pk__in=order) if order else ()
    return sorted(rows, key=lambda one: order.index(one.pk))


@dataclass(frozen=True, slots=True)
class KeptCard:
    """One thing on the list. `url` and `action`: what can be done next; "" when it can't be found any more."""

    kept_id: int
    title: str
    says: str
    url: str
    action: str
    note: str = ""


def waiting(person: Person) -> list[QuerySet[Any, Any]]:
    """What this person kept, with how it stands, to be read together with all else that their start page shows."""
    mine = Kept.objects.visible_to(person)
    purpose = Term.objects.filter(kind=Term.Kind.PURPOSE, slug=OuterRef("cluster__purpose")).order_by().values("label")[:1]
    place = Membership.objects.unended().of(person).filter(cluster=OuterRef("cluster"))
    of_group = ("cluster_id", "cluster__outcode", "cluster__is_listed", "cluster__state", "cluster__council_code")
    group = {name.removeprefix("cluster__"): name for name in of_group}
    names = ("listing_id", "listing__title", "listing__state", "listing__unit", "listing__charge", "listing__enterprise__name")
    sold = {name.removeprefix("listing__").removeprefix("enterprise__"): name for name in names}
    stands = {"enterprise_state": "listing__enterprise__state", "price_pence": "listing__price_pence"}
    return [
        listed(mine.filter(listing__isnull=False), "kept_service", **sold, **stands),
        listed(mine.filter(cluster__isnull=False), "kept_group", purpose=Subquery(purpose), is_known=Exists(place), **group),
    ]


def said_of(found: Iterable[Row], person: Person) -> list[KeptCard]:
    """Newest first."""
    rows = sorted((row for row in found if row.of in {"kept_service", "kept_group"}), key=lambda row: -row.pk)
    return [_service(row) if row.of == "kept_service" else _group(row, person) for row in rows]


def _service(row: Row) -> KeptCard:
    if row["state"] != Listing.State.LIVE or row["enterprise_state"] != Enterprise.State.LIVE:
        return KeptCard(row.pk, row["title"], "People can’t find it just now.", "", "")
    price = price_said(Listing(unit=row["unit"], charge=row["charge"], price_pence=row["price_pence"]))
    return KeptCard(row.pk, row["title"], f"{row['name']}. {price}", address("service", row["listing_id"]), "Look at it")


def _group(row: Row, person: Person) -> KeptCard:
    title = f"{row['purpose'] or 'A group'}, {row['outcode']}"
    if row["is_known"]:
        return KeptCard(row.pk, title, "You asked to meet this group, or you are in it.", address("groups"), "Your groups")
    if not row["is_listed"] or row["state"] not in {"forming", "active"} or row["council_code"] != person.council_code:
        return KeptCard(row.pk, title, "It takes nobody from near you just now.", "", "")
    note = "They see your first name. Nothing else. No money yet."
    return KeptCard(row.pk, title, "A group you could join.", address("group-meet", row["cluster_id"]), "Ask to meet this group", note)


def kept_said(codes: Sequence[str]) -> str:
    """What somebody kept before they have a page: "2 services and a group"."""
    found = {"service": len(_numbers(codes, "s")), "group": len(_numbers(codes, "g"))}
    return words.names(words.count(number, name) for name, number in found.items() if number)
