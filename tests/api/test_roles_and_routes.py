"""Every address of the API, asked by everybody: rows that are somebody's are not there for anybody else, under no verb."""

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver

from audit.models import Delivery
from config.api import urlpatterns
from marketplace.models import Need, Payer, Visit
from marketplace.services import needs
from payments.models import Payment, PaymentOperation, Remittance
from people.services import approvals, supporters
from people.services.concerns import raise_concern
from pooling.models import Budget, Hold
from providers.models import Check, Enterprise
from tests import cast, cast_market
from tests.api import areas
from tests.api.asked_there import status_there
from tests.api.conftest import Api
from tests.worlds import kept
from vocabulary.models import Term

WHO = ("nobody", "stranger", "neighbour", "rival", "priya", "yusuf", "halima", "sam", "colin", "ruth", "hodan", "operator", "amina")
OUTSIDERS = ("stranger", "neighbour", "rival", "priya")
ALL = frozenset(WHO)
SIGNED_IN = ALL - {"nobody"}


def _who(names: str) -> frozenset[str]:
    return frozenset(names.split())


# The thing Amina's story has, and who may see that row. Everybody else: 404 for reading it and for every verb about it.
ROWS: dict[str, frozenset[str]] = {
    "councils": ALL,
    "organisations": ALL,
    "terms": ALL,
    "outcodes": ALL,
    "enterprises": ALL,
    "workers": ALL,
    "listings": ALL,
    "funding-modes": ALL,
    "checks": _who("hodan operator"),
    "supporters": _who("amina stranger operator"),
    "approvals": _who("amina operator colin"),
    "budgets": _who("amina ruth operator"),
    "portions": _who("amina operator"),
    "clusters": _who("amina yusuf halima ruth operator"),
    "charters": _who("amina yusuf halima ruth operator"),
    "memberships": _who("amina yusuf halima ruth operator"),
    "pledges": _who("amina operator"),
    "calls": _who("amina operator"),
    "holds": _who("amina operator"),
    "withdrawals": _who("amina operator"),
    "wallets": _who("sam"),
    "wallet-moves": _who("sam operator"),
    "way-switches": ALL,
    "needs": _who("amina"),
    "agreements": _who("amina yusuf halima ruth hodan operator sam colin"),
    "payers": _who("amina ruth operator"),
    "milestones": _who("amina yusuf halima ruth hodan operator sam colin"),
    "visits": _who("amina yusuf halima ruth hodan operator sam colin"),
    "shares": _who("amina ruth hodan operator"),
    "payments": _who("amina operator"),
    "alarms": _who("operator"),
    "remittances": _who("operator"),
    "refunds": _who("operator"),
    "operations": _who("operator"),
    "floats": _who("operator"),
    "books": _who("operator"),
    "idle-offers": _who("amina sam operator"),
    **dict.fromkeys(("stripe-events", "stripe-lines", "reconcile-runs", "disputes", "recoveries", "lots"), _who("operator")),
    "entries": _who("amina operator"),
    "deliveries": _who("operator"),
    "concerns": _who("operator"),
    **areas.ROWS,
}
# Where the list holds less than one may read by itself: requests to answer are in approvals/to-answer/.
LISTED = {"approvals": _who("amina")}
# Addresses under a row that is public, about what is not.
INSIDE: dict[str, frozenset[str]] = {
    "enterprises/{}/payee/": _who("hodan operator"),
    "enterprises/{}/remittances/": _who("hodan operator"),
    "enterprises/{}/checks-left/": _who("hodan operator"),
    "enterprises/{}/money/": _who("hodan operator"),
    "enterprises/{}/weeks/": _who("hodan operator"),
    **areas.INSIDE,
}
# Statements of what is not one's own: by what it is about (`world.things`), and who may read it.
STATEMENTS: dict[str, tuple[str, frozenset[str]]] = {
    "statements/holder/{}/": ("wallets", _who("sam operator")),
    "statements/provider/{}/": ("enterprises", _who("hodan operator")),
    "statements/group/{}/": ("clusters", _who("operator")),
    "statements/council/{}/": ("floats", _who("operator")),
}
# A listed group is asked to be met by people of its council, who see nothing of it before.
MEETING = "clusters/{}/apply/"
# Lists and acts without a row, by who gets past the door with nothing sent (200, or 400 for what was not sent).
DOORS: dict[str, frozenset[str]] = {
    "": ALL,
    "token/": ALL,
    "schema/": ALL,
    "people/": ALL,
    "me/": SIGNED_IN,
    "people/vouch/": SIGNED_IN,
    "approvals/to-answer/": SIGNED_IN,
    "concerns/": SIGNED_IN,
    "clusters/listed/": SIGNED_IN,
    "memberships/questions/": SIGNED_IN,
    "pledges/quote/": SIGNED_IN,
    "holders/": SIGNED_IN,
    "money/": SIGNED_IN,
    "to-do/": SIGNED_IN,
    "agreements/quote/": SIGNED_IN,
    "visits/coming/": SIGNED_IN,
    "visits/begin/": SIGNED_IN,
    "visits/record-later/": SIGNED_IN,
    "top-ups/": _who("operator"),
    "statements/": SIGNED_IN,
    **areas.DOORS,
}
PUBLIC_LISTS = frozenset({"councils", "organisations", "terms", "outcodes", "enterprises", "workers", "listings", "funding-modes", "way-switches"})
# A list whose creating anybody may do.
OPEN_TO_TELL = frozenset({"needs"})


def _addresses(patterns: Any, before: str = "") -> Iterator[tuple[str, URLPattern]]:
    for one in patterns:
        if isinstance(one, URLResolver):
            yield from _addresses(one.url_patterns, before + str(one.pattern))
        elif one.name != "nothing":
            yield before + re.sub(r"<\w+:\w+>", "{}", str(one.pattern)), one


@functools.cache
def addresses() -> tuple[tuple[str, URLPattern], ...]:
    return tuple(_addresses(urlpatterns))


def test_every_address_says_who_may_use_it() -> None:
    """A new address must be written down above."""
    known = set(DOORS) | set(INSIDE) | set(STATEMENTS)
    left = [path for path, _ in addresses() if path not in known and path.split("/")[0] not in ROWS]
    assert left == []
    there = {path for path, _ in addresses()} | {path.split("/")[0] for path, _ in addresses()}
    assert (known | set(ROWS)) - there == set()


def test_the_api_has_no_address_outside_this_list() -> None:
    root = [one for one in get_resolver().url_patterns if str(one.pattern).startswith("api/")]
    assert [str(one.pattern) for one in root] == ["api/v1/"]


@dataclass
class World:
    """Everybody at their own client, and Amina's things by the first word of their address."""

    who: dict[str, Api]
    things: dict[str, Any]


def _world() -> World:
    story = cast_market.asked()
    story.yes("Amina")
    amina, stranger = cast.amina(), cast.stranger()
    rival = cast.somebody("rival@example.com", "Rita Rival")
    Enterprise.objects.create(name="Rival Care", outcode="SE15", council_code=cast.SOUTHWARK, owner=rival, created_at=cast.AT)
    supporter = supporters.ask(
        person=amina, supporter=stranger, kind="for", decisions=["visits"], source="A letter.", by=amina, at=cast.AT
    )  # nobody has confirmed it: it gives nothing away
    asked = {"what": "remittance.hold", "about_kind": "remittance", "about_id": 1, "reason": "Odd."}
    approval = approvals.ask(**asked, by=amina, at=story.at, council_code=cast.SOUTHWARK)
    need = needs.note(person=amina, category="company", outcode="SE15", council_code=cast.SOUTHWARK, by=amina, at=story.at)
    share = story.shares("Amina")[0]
    assert isinstance(need, Need)
    call = story.call("Amina")
    payment = Payment.objects.get(about=f"call:{call.pk}")
    people = {name: getattr(cast, name)() for name in WHO if name not in {"nobody", "rival"}} | {"rival": rival, "nobody": None}
    entry = Api(amina).rows("entries/")[0]["id"]
    things = {
        "councils": cast.SOUTHWARK,
        "organisations": cast.kasmo().pk,
        "terms": Term.objects.order_by("pk")[0].pk,
        "outcodes": "SE15",
        "enterprises": cast.barwaaqo().pk,
        "workers": story.worker().pk,
        "listings": story.listing.pk,
        "funding-modes": Api(None).rows("funding-modes/")[0]["id"],
        "checks": Check.objects.order_by("pk")[0].pk,
        "supporters": supporter.pk,
        "approvals": approval.pk,
        "budgets": Budget.objects.get(person=amina).pk,
        "portions": story.portions["Amina"].pk,
        "clusters": story.cluster.pk,
        "charters": story.cluster.charters.get().pk,
        "memberships": story.places["Amina"].pk,
        "pledges": story.promises["Amina"].pk,
        "calls": call.pk,
        "holds": Hold.objects.get(share_id=share.pk).pk,
        "wallets": cast.kasmo().pk,
        "needs": need.pk,
        "agreements": story.agreement.pk,
        "payers": Payer.objects.get(agreement=story.agreement, person=amina).pk,
        "milestones": story.week().pk,
        "visits": Visit.objects.filter(milestone=story.week())[0].pk,
        "shares": share.pk,
        "payments": payment.pk,
        "remittances": Remittance.objects.get(about=f"share:{share.pk}").pk,
        "operations": PaymentOperation.objects.order_by("planned_at")[0].pk,
        "floats": cast.SOUTHWARK,
        "books": cast.SOUTHWARK,
        "entries": entry,
        "deliveries": Delivery.objects.order_by("pk")[0].pk,
        "concerns": raise_concern(text="She is not eating.", by=amina, at=story.at).pk,
        **areas.things(story),
    }
    return World({name: Api(person) for name, person in people.items()}, things)


made = kept(_world)


@pytest.fixture
def world(made: World, set_clock: Any) -> World:
    set_clock(cast.AT.replace(day=28))
    return made


def _methods(pattern: URLPattern) -> list[str]:
    actions = getattr(pattern.callback, "actions", None) or {"get": "", "post": ""}
    return [method for method in actions if method != "head"]


@pytest.mark.django_db
def test_a_row_that_is_somebody_s_is_not_there_for_others(world: World) -> None:
    """Asked here: what tests/architecture does not ask, or with another answer, because the thing is another's there (asked_there.py)."""
    wrong = []
    for path, pattern in addresses():
        first = path.split("/")[0]
        if "{}" not in path or first not in world.things or path == MEETING:
            continue
        may = INSIDE.get(path, ROWS[first])
        where = path.replace("{}", str(world.things[first]))
        query = "?first=2026-03-01&last=2026-04-01" if path.endswith(("weeks/", "/calendar/")) else ""
        for method in _methods(pattern):
            left = [name for name in WHO if not _fits(method, name, status_there(path, method, name), name in may, first)]
            for name, client in ((name, world.who[name]) for name in left):
                status = client.client.generic(method.upper(), f"/api/v1/{where}{query}").status_code if method == "get" else 0
                if method != "get" and name not in may:
                    status = client.client.generic(method.upper(), f"/api/v1/{where}", "{}", content_type="application/json").status_code
                if status and not _fits(method, name, status, name in may, first):
                    wrong.append(f"{method} {where} by {name}: {status}")
    for path, (first, may) in STATEMENTS.items():
        for name, client in world.who.items():
            status = client.client.get(f"/api/v1/{path.replace('{}', str(world.things[first]))}").status_code
            if status != (200 if name in may else 401 if name == "nobody" else 404):
                wrong.append(f"{path} by {name}: {status}")
    assert wrong == []


def _fits(method: str, name: str, status: int, may: bool, first: str) -> bool:
    if may:
        return status == 200
    if name == "nobody":
        return status == 401
    # Operators' own shelves say so; everything else is simply not there. A body is looked at only after the row.
    return status == (403 if first in {"floats"} else 404)


@pytest.mark.django_db
def test_lists_hold_only_one_s_own(world: World) -> None:
    wrong = []
    for first, may in ROWS.items():
        if first == "floats":
            continue
        for name, client in world.who.items():
            answer = client.client.get(f"/api/v1/{first}/?page_size=200")
            if name == "nobody" and first not in PUBLIC_LISTS:
                wrong += [] if answer.status_code == 401 else [f"{first} by nobody: {answer.status_code}"]
                continue
            ids = [str(row.get("id", row.get("code"))) for row in answer.json()["results"]]
            if first in world.things and (str(world.things[first]) in ids) is not (name in LISTED.get(first, may)):
                wrong.append(f"{first} by {name}: {'not there' if name in may else 'there'}")
    assert wrong == []


@pytest.mark.django_db
def test_the_doors_are_open_to_whom_they_should_be(world: World) -> None:
    wrong = []
    for path, pattern in addresses():
        if path not in DOORS:
            continue
        for method in _methods(pattern):
            for name, client in world.who.items():
                cache.clear()  # nobody is slowed down here
                answer = client.client.generic(method.upper(), f"/api/v1/{path}", "{}", content_type="application/json")
                shut = 401 if name == "nobody" else 403
                is_open = answer.status_code in {200, 201, 400, 405, 422} or (path == "people/vouch/" and answer.status_code == 400)
                told_to_all = path == "concerns/" and method == "post"
                if (answer.status_code != shut) is not (name in DOORS[path] or told_to_all) or (name in DOORS[path] and not is_open):
                    wrong.append(f"{method} {path} by {name}: {answer.status_code}")
    assert wrong == []


@pytest.mark.django_db
def test_lists_ask_the_database_a_fixed_few_times(world: World) -> None:
    """However long the list: at most 12 questions for whoever sees most."""
    lists = [f"{first}/" for first in ROWS if first != "floats"]
    lists += ["to-do/", "money/", "visits/coming/", "memberships/questions/", "holders/", "approvals/to-answer/"]
    lists += ["search/?outcode=SE15&words=somali&weekday=1", f"enterprises/{world.things['enterprises']}/checks-left/"]
    lists += [f"enterprises/{world.things['enterprises']}/{one}/?first=2026-03-02&last=2026-06-01" for one in ("weeks", "calendar")]
    many = {}
    for path in lists:
        for name in ("amina", "operator", "hodan", "colin"):
            with CaptureQueriesContext(
                connection,
            ) as asked:
                world.who[name].client.get(f"/api/v1/{path}")
            many[path] = max(many.get(path, 0), len(asked))
    assert {path: count for path, count in many.items() if count > 12} == {}
