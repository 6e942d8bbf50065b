"""Which words stand in the navigation, by who is signed in, and which page is theirs to start on."""

from collections.abc import Collection, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db.models import Case, CharField, F, IntegerField, QuerySet, Value, When
from django.db.models.functions import Cast, Coalesce
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from audit.kept import answers
from people.models import Person, Role
from pooling.models import Budget, Membership
from providers.models import Enterprise

Items = tuple[tuple[str, Any], ...]

PUBLIC: Items = (("home", _("Start")), ("how", _("How it works")), ("near", _("Find support")))
PERSON: Items = (("start", _("Start")), ("groups", _("Groups")), ("near", _("Find support")), ("money", _("My money")))
# What a hat adds. Its first page is where somebody who wears only that hat starts.
HATS: dict[str, Items] = {
    "provider": (
        ("provider", _("Today")),
        ("provider-visits", _("Visits")),
        ("provider-services", _("Services")),
        ("provider-money", _("Money")),
    ),
    "community": (("provider", _("Today")), ("provider-services", _("Services"))),  # it is paid nothing, and nobody books it
    "holder_staff": (("looking-after", _("Looking after")),),
    "facilitator": (("helping", _("Helping")),),
    "operator": (("operator", _("Operator")),),
    "commissioner": (("council", _("My council")),),
}


def hats_of(person: Person, *, at: datetime) -> dict[str, int]:
    """What somebody comes here as: person (has a budget or a place in a group, or nothing else), provider, community (speaks for a group that
    is free), and their roles. One query.

    With each the number of its strand, as far as it has one: a person's own in a group, a provider's (`presenters.provider.strand_of`).
    """
    found: dict[str, int] = {}
    for hat, drawn in answers(_hats_of, person, at):
        found[str(hat)] = min(filter(None, (found.get(str(hat)), drawn)), default=0)
    if person.is_operator:
        found["operator"] = 0
    return found or {"person": 0}


def _hats_of(person: Person, at: datetime) -> QuerySet[Any, Any]:
    none = Value(0)
    roles = Role.objects.live(at).filter(person=person).annotate(hat=Cast("kind", CharField()), drawn=none).values_list("hat", "drawn")
    hat = Case(When(kind=Enterprise.Kind.COMMUNITY, then=Value("community")), default=Value("provider"), output_field=CharField())
    provides = Enterprise.objects.of(person).annotate(hat=hat, drawn=F("pk") % 3 + 4).values_list("hat", "drawn")
    budgets = (
        Budget.objects.filter(person=person, superseded=False).annotate(hat=Value("person", CharField()), drawn=none).values_list("hat", "drawn")
    )
    inside = Membership.objects.filter(person=person, ended_at__isnull=True)
    # The strand is one's own among others: what somebody books alone has none to be told apart from.
    drawn = Case(When(cluster__is_own=True, then=0), default=Coalesce("strand", 0), output_field=IntegerField())
    places = inside.annotate(hat=Value("person", CharField()), drawn=drawn).values_list("hat", "drawn")
    return roles.order_by().union(provides.order_by(), budgets.order_by(), places.order_by())


def hats_worn(request: Any, *, at: datetime) -> dict[str, int]:
    """`hats_of` who asks for this page, asked once for the page and its frame."""
    if not hasattr(request, "hats"):
        request.hats = hats_of(request.user, at=at)
    hats: dict[str, int] = request.hats
    return hats


# Pages about one person's own things, by the beginning of their address: their strand runs under the header. Others say themselves whose they are.
OWN = ("start", "budget", "money", "payments", "visits", "bookings", "me", "needs")


def strand_of_page(hats: Mapping[str, int], *, path: str) -> int:
    """Whose page it is, as the strip under the header draws it: who looks, or their business; 0 for nobody in particular."""
    if path.startswith(address("provider")) and (provides := max(hats.get("provider", 0), hats.get("community", 0))):
        return provides
    is_own = path == address("statement") or any(path.startswith(address(name)) for name in OWN)
    return (hats["person"] or 1) if "person" in hats and is_own else 0


def items_for(hats: Collection[str]) -> Items:
    """The words for these hats: a person's own first."""
    worn = [items for hat, items in HATS.items() if hat in hats]
    if "person" in hats or not worn:
        return (*PERSON, *dict.fromkeys(items[0] for items in worn))
    return tuple(dict.fromkeys(item for items in worn for item in items))


def start_of(hats: Collection[str]) -> str:
    """The name of the page somebody with these hats starts on."""
    if "person" in hats:
        return "start"
    return next((items[0][0] for hat, items in HATS.items() if hat in hats and exists(items[0][0])), "start")


def exists(name: str) -> bool:
    """Whether this installation has a page of that name (without arguments)."""
    return bool(address(name))


def address(name: str, *args: object) -> str:
    """The address of a named page; empty where this installation has none (the demo's, a room not built in)."""
    return _reversed(name, *args) if args else _of_its_own(name, settings.ROOT_URLCONF)


def _reversed(name: str, *args: object) -> str:
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


@lru_cache(maxsize=500)
def _of_its_own(name: str, _: object) -> str:
    """Looked up once: every page's frame asks for two dozen."""
    return _reversed(name)


def shown(items: Items, *, path: str) -> list[dict[str, Any]]:
    """Words and addresses for the frame, without those this installation has no page for; the current one (the longest that fits) is marked."""
    found = [{"label": label, "url": url, "current": False} for name, label in items if (url := address(name))]
    here = [item for item in found if path == item["url"] or (item["url"] != "/" and path.startswith(str(item["url"])))]
    if here:
        max(here, key=lambda item: len(str(item["url"])))["current"] = True
    return found
