"""A group's rules in words: as they are, as they were, as somebody would like them; and the 17 points of the long list."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists

from frontend import words
from frontend.presenters.groups import Rules, rules_in_words
from people.models import Person
from pooling.models import Charter, Cluster, Earmark, Membership, Pledge
from pooling.rules.points import POINTS, PointFacts, open_points
from pooling.selectors.groups import notice_days_under
from pooling.services.charters import differences
from pooling.services.clusters import current_charter

_STATES = {"proposed": "Everyone is being asked", "in_force": "Our rules now", "replaced": "Our rules before", "dropped": "Not agreed"}


@dataclass(frozen=True, slots=True)
class VersionLine:
    number: int
    said: str
    written_at: datetime


@dataclass(frozen=True, slots=True)
class PointLine:
    """One point: what counts now, and whether the group said it or it is the safe answer."""

    slug: str
    label: str
    says: str
    is_safe: bool
    matters_now: bool
    in_form: bool


@dataclass(frozen=True, slots=True)
class RulesPage:
    """`to_sign`: these rules are new and I have not signed them. `leaves_after`: days I would have to say it before, if I left today."""

    rules: Rules
    versions: list[VersionLine]
    asked: int | None
    open_points: int
    to_sign: bool
    is_in: bool
    leaves_after: int


def page(cluster: Cluster, viewer: Person) -> RulesPage:
    """The rules in force, for somebody who may see the group."""
    places = list(cluster.memberships.inside())
    place = next((one for one in places if one.person_id == viewer.pk), None)
    versions = list(cluster.charters.order_by("-version"))
    now = next(one for one in versions if one.state == Charter.State.IN_FORCE)
    rules = rules_in_words(now, place)
    has_signed = place is not None and place.pk in rules.signed_places
    return RulesPage(
        rules=rules,
        versions=[VersionLine(one.version, _STATES[one.state], one.written_at) for one in versions],
        asked=next((one.version for one in versions if one.state == Charter.State.PROPOSED), None),
        open_points=len(open_points(_facts(cluster, places), now.points)),
        to_sign=place is not None and not has_signed,
        is_in=place is not None,
        leaves_after=notice_days_under(place, now) if place and has_signed else 0,
    )


@dataclass(frozen=True, slots=True)
class VersionPage:
    """One version, and what it changes against the rules in force (nothing, for those)."""

    rules: Rules
    said: str
    changes: list[str]
    is_asked: bool


def version_page(cluster: Cluster, charter: Charter, viewer: Person) -> VersionPage:
    """Any version, for somebody who may see the group."""
    place = cluster.memberships.inside().of(viewer).first()
    is_asked = charter.state == Charter.State.PROPOSED
    changes = differences(current_charter(cluster), charter) if is_asked else []
    return VersionPage(rules_in_words(charter, place), _STATES[charter.state], changes, is_asked)


def points(cluster: Cluster) -> list[PointLine]:
    """All 17, in order."""
    charter = current_charter(cluster)
    now = {point.slug for point in open_points(_facts(cluster, list(cluster.memberships.inside())), charter.points)}
    return [
        PointLine(
            slug=point.slug,
            label=point.label,
            says=charter.points.get(point.slug) or _start_answer(charter, point.answered_by) or point.safe,
            is_safe=not charter.points.get(point.slug) and not point.answered_by,
            matters_now=point.slug in now,
            in_form=bool(point.answered_by),
        )
        for point in POINTS
    ]


def _start_answer(charter: Charter, name: str) -> str:
    if name == "notice_days":
        return f"{words.count(charter.notice_days, 'day')} before. You take what is yours."
    label = getattr(charter, f"get_{name}_display", None)
    return str(label() if label else getattr(charter, name)) if name else ""


def _facts(cluster: Cluster, places: list[Membership]) -> PointFacts:
    leaving = {Membership.State.NOTICE, Membership.State.REMOVAL_NOTICE}
    promises = Pledge.objects.live().filter(membership__cluster=cluster)
    visits = Earmark.objects.live().filter(pledge__in=promises)
    has_promises, has_visits = Cluster.objects.filter(pk=cluster.pk).values_list(Exists(promises), Exists(visits)).get()
    return PointFacts(
        people=len(places),
        has_promises=has_promises,
        has_visits=has_visits,
        somebody_leaves=any(place.state in leaving for place in places),
    )
