"""What people would like, in words: mine, my group's, and what can be done with each now."""

from dataclasses import dataclass
from typing import Any

from frontend import words
from frontend.navigation import address
from marketplace.models import Brief, Need, PartOfWeek
from marketplace.rules.tables import NEED
from marketplace.selectors.needs import NeedView, views
from people.models import Person
from pooling.models import Cluster, Membership
from vocabulary.models import Term

STATE = {
    "private": "Only you see it.",
    "shared": "Your group sees it.",
    "buying": "You are choosing somebody for it.",
    "commissioning": "Your group is asking providers for it.",
    "unmet": "Nothing found yet.",
    "met": "Found.",
    "withdrawn": "You took it back.",
}
MET = {
    "family": "Family does it.",
    "neighbours": "Neighbours or friends do it.",
    "group": "People in a group do it for each other.",
    "time_bank": "Somebody gives time for it.",
    "other": "Something free does it.",
    "bought": "You pay somebody for it.",
}


@dataclass(frozen=True, slots=True)
class NeedLine:
    """One need in a list."""

    view: NeedView
    title: str
    said: str

    @property
    def pk(self) -> int:
        return self.view.need.pk


@dataclass(frozen=True, slots=True)
class MyNeeds:
    mine: list[NeedLine]
    groups: list[NeedLine]


@dataclass(frozen=True, slots=True)
class NeedPage:
    """One need: what it says to this viewer, and which steps the page offers. `brief`: what the group asks providers for, if it does."""

    line: NeedLine
    rows: list[dict[str, str]]
    verbs: frozenset[str]
    brief: Brief | None
    my_join: int | None
    is_helper: bool

    @property
    def need(self) -> Need:
        return self.line.view.need


def mine(person: Person) -> MyNeeds:
    """Everything of mine, and what others in my groups share. Six queries."""
    rows = Need.objects.visible_to(person).exclude(state=Need.State.WITHDRAWN).select_related("person", "cluster").order_by("-pk")
    labels = kinds()
    lines = [_line(view, labels) for view in views(rows[:100], person)]
    return MyNeeds([one for one in lines if one.view.is_mine], [one for one in lines if not one.view.is_mine])


def of_group(cluster: Cluster, person: Person) -> list[NeedLine]:
    """What people share in one group."""
    rows = Need.objects.visible_to(person).filter(cluster=cluster).exclude(state__in=["withdrawn", "private", "unmet", "met"])
    labels = kinds()
    return [_line(view, labels) for view in views(rows.select_related("person").order_by("-pk")[:100], person)]


def page(need: Need, person: Person) -> NeedPage:
    """One need that this person may see."""
    line = _line(views([need], person)[0], kinds())
    mine_ = line.view.is_mine
    verbs = {verb for state, verb in NEED if state == need.state}
    inside = need.cluster is not None and need.cluster.memberships.inside().filter(person=person).exists()
    helper = need.cluster is not None and need.cluster.facilitator_id == person.pk
    if not mine_:
        verbs &= {"join_in", "commission", "short_way"} if inside or helper else set()
    join = next((one.pk for one in line.view.joins if one.person_id == person.pk), None)
    if mine_ or not inside or join:
        verbs -= {"join_in"}
    if need.person_id != person.pk:
        verbs -= {"withdraw"}  # taken back on one's own page only
    brief = need.briefs.exclude(state="cancelled", opens_at=None).order_by("-pk").first() if inside or helper or mine_ else None
    return NeedPage(line, _rows(line), frozenset(verbs), brief, join, helper)


def kinds() -> dict[str, str]:
    """Labels of the kinds of help by slug."""
    return dict(Term.objects.categories().values_list("slug", "label"))


def places(person: Person) -> list[Membership]:
    """The groups this person is in."""
    return list(Membership.objects.of(person).in_groups().inside().select_related("cluster").order_by("pk"))


def _line(view: NeedView, labels: dict[str, str]) -> NeedLine:
    need = view.need
    said = MET.get(need.met_how, STATE["met"]) if need.state == "met" else STATE[need.state]
    if need.state == "unmet" and need.reason:
        said = f"{said} {need.get_reason_display()}"
    return NeedLine(view, labels.get(need.category, need.category), said)


def _rows(line: NeedLine) -> list[dict[str, str]]:
    view = line.view
    terms = dict(Term.objects.filter(slug__in=[*view.access, view.language]).values_list("slug", "label"))
    money = f"{words.pounds(view.weekly_pence[0])} to {words.pounds(view.weekly_pence[1])} a week" if view.weekly_pence else ""
    pairs = [
        ("What", line.title),
        ("In their own words" if not view.is_mine else "In your own words", view.words),
        ("Near", view.need.outcode),
        ("When", PartOfWeek(view.part_of_week).label if view.part_of_week else ""),
        ("How often", words.count(view.times_a_week, "time") + " a week" if view.times_a_week else ""),
        ("It must have", words.names(terms.get(one, one) for one in view.access) if view.access else ""),
        ("Language", terms.get(view.language, "")),
        ("What it may cost", money),
        ("Who wants it", words.names([view.known_as, *(one.person.known_as for one in view.joins)]) if view.need.cluster_id else ""),
    ]
    return [{"key": key, "value": value} for key, value in pairs if value]


def links(page_: NeedPage) -> list[dict[str, Any]]:
    """The steps as links, in the order people take them."""
    pk, verbs = page_.need.pk, page_.verbs
    offered = [
        ("share" in verbs, "Share it with my group", "need-share"),
        ("join_in" in verbs, "I would like this too", "need-join"),
        (bool(verbs & {"commission", "short_way"}) and page_.need.state != "private", "Find somebody for it", "need-first"),
        ("short_way" in verbs and page_.need.state == "private", "Find somebody for it", "need-first"),
        ("retry" in verbs or "need_again" in verbs, "Look again, with a group", "need-again"),
        ("met_freely" in verbs, "Somebody does it for nothing", "need-met"),
        ("not_found" in verbs, "I can’t find it", "need-not-found"),
    ]
    return [{"text": text, "url": address(name, pk)} for is_on, text, name in offered if is_on]
