"""A group in words: who is in it (first names), what waits for me, what we agreed, what I promised. Each payer sees their own pence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery

from audit.kept import answers
from audit.one_question import asked_of, by_list, together
from audit.one_question import rows as listed
from frontend import words
from frontend.forms.finding import words_in_common
from frontend.pictures.scenes import AtTable
from frontend.presenters import choosing, deciding
from frontend.presenters.agreements import Line, lines
from frontend.presenters.deciding import ToAnswer, stands_of
from people.models import Person
from pooling import selectors
from pooling.models import AdmissionAnswer, Charter, CharterSignature, Cluster, Membership, Pledge
from pooling.selectors.finding import shown_to
from pooling.selectors.groups import name_for, sizes_shown
from pooling.services.clusters import current_charter
from vocabulary.models import Term

ASKED = (Membership.State.PROPOSED, Membership.State.APPLIED, Membership.State.INVITED)
"""On their way in, and not in. Who has left is neither."""


@dataclass(frozen=True, slots=True)
class Card:
    """A group as strangers see it: what it is for, where, how many. No names."""

    cluster_id: int
    purpose: str
    outcode: str
    people: int
    room_for: int
    weekly_pence: int | None = None
    """About what a week of all that it has would cost whoever comes in; None where that is not known."""

    @property
    def code(self) -> str:
        """As it is ticked to be kept."""
        return f"g{self.cluster_id}"


@dataclass(frozen=True, slots=True)
class Face:
    """Somebody in the group as its people see them."""

    place_id: int
    known_as: str
    figure: str
    strand: int
    is_trying: bool
    is_me: bool
    may_be_welcomed: bool = False
    shows: str = ""


@dataclass(frozen=True, slots=True)
class MyGroup:
    """A group I am in, and who is in it with me."""

    cluster: Cluster
    purpose: str
    faces: list[Face]


@dataclass(frozen=True, slots=True)
class MyGroups:
    inside: list[MyGroup]
    invited: list[Membership]
    waiting: list[Membership]
    near: list[Card]


@dataclass(frozen=True, slots=True)
class Rules:
    """What the group agreed, as questions and answers."""

    version: int
    rows: list[dict[str, str]]
    signed_by: list[str]
    signed_places: frozenset[int] = frozenset()
    trial_days: int = 0


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Somebody the viewer is asked about: may they come in?"""

    place_id: int
    known_as: str


@dataclass(frozen=True, slots=True)
class GroupPage:
    cluster: Cluster
    purpose: str
    faces: list[Face]
    me: Face | None
    rules: Rules
    questions: list[Newcomer]
    asked: list[Membership]
    money: selectors.ClusterMoney
    promises: list[Pledge]
    agreements: list[Line] = field(default_factory=list)

    is_helper: bool = False
    to_answer: list[ToAnswer] = field(default_factory=list)
    offers_of: int | None = None

    @property
    def stands(self) -> str:
        """What everybody in it must know of how the group stands; empty while it just goes on."""
        return stands_of(self.cluster)

    @property
    def may_give_up(self) -> bool:
        return self.cluster.state == Cluster.State.FORMING and (self.is_helper or (self.me is not None and len(self.faces) == 1))

    @property
    def is_going(self) -> bool:
        return self.cluster.state == Cluster.State.ACTIVE

    @property
    def has_rules_to_sign(self) -> bool:
        """The rules are newer than what I signed."""
        return self.me is not None and self.me.place_id not in self.rules.signed_places

    @property
    def table(self) -> list[AtTable]:
        """Who sits at the table in the picture, in the order they joined."""
        return [AtTable(face.known_as, face.figure, face.strand) for face in self.faces]


def mine(person: Person, *, on: date) -> MyGroups:
    """My places, and the groups of my council that may be found."""
    places = selectors.places_of(person)
    state = Membership.State
    known = {place.cluster_id for place in places}
    purposes = purpose_labels()
    near = [card_in_words(card, purposes) for card in selectors.public_cards(council_code=person.council_code, on=on) if card.cluster_id not in known]
    return MyGroups(
        inside=_my_groups([place for place in places if place.is_in], person, purposes),
        invited=[place for place in places if place.state == state.INVITED],
        waiting=[place for place in places if place.state == state.APPLIED],
        near=near,
    )


def _my_groups(mine_: list[Membership], person: Person, purposes: Mapping[str, str]) -> list[MyGroup]:
    """One query for everybody in all of them."""
    own = {place.cluster_id: place for place in mine_}
    faces: dict[int, list[Face]] = {pk: [] for pk in own}
    for place in Membership.objects.inside().filter(cluster__in=own).select_related("person").order_by("joined_at", "pk") if own else ():
        faces[place.cluster_id].append(_face(place, person, own[place.cluster_id], ""))
    return [MyGroup(place.cluster, purposes.get(place.cluster.purpose, place.cluster.purpose), faces[pk]) for pk, place in own.items()]


def shown_labels(found: Mapping[int, Sequence[tuple[str, str]]]) -> dict[int, str]:
    """By person: what they show to their groups, in one line. Asks for the languages once, if anybody shows something."""
    labels = {kind: dict(words_in_common(kind)) for kind in ("language", "faith", "condition")} if found else {}
    return {person_id: words.names(labels[kind].get(word, word) for kind, word in said) for person_id, said in found.items()}


def purpose_labels() -> dict[str, str]:
    return dict(answers(_purposes))


def _purposes() -> QuerySet[Any, Any]:
    return Term.objects.filter(kind=Term.Kind.PURPOSE).values_list("slug", "label")


def card_in_words(card: selectors.PublicCard, purposes: Mapping[str, str]) -> Card:
    """A public card with its purpose in words."""
    return Card(card.cluster_id, purposes.get(card.purpose, card.purpose), card.outcode, card.people, card.room_for)


def card_of(cluster: Cluster, *, on: date) -> Card:
    """The card of one group, full or not: its size as the week began, like in the list."""
    people = sizes_shown([cluster.pk], on=on)[cluster.pk]
    return Card(cluster.pk, purpose_labels().get(cluster.purpose, cluster.purpose), cluster.outcode, people, cluster.size_max - people)


def first_names(cluster: Cluster) -> list[str]:
    """For somebody who is not in yet: first names, in the order they joined."""
    places = cluster.memberships.inside().select_related("person").order_by("joined_at")
    return [name_for(place, None) for place in places]


def rules_of(cluster: Cluster, viewer: Membership | None = None) -> Rules:
    """The rules in force, for somebody with this place in the group (or none yet)."""
    return rules_in_words(current_charter(cluster), viewer)


def rules_in_words(charter: Charter, viewer: Membership | None, signers: Sequence[Membership] | None = None) -> Rules:
    """Any version, and who signed it and is in; `signers`: those, if they are known already."""
    signed = charter.signatures.select_related("membership__person").order_by("at") if signers is None else ()
    places = [one.membership for one in signed if one.membership.is_in] if signers is None else signers
    names = [name_for(place, viewer) for place in places]
    return Rules(charter.version, _rows(charter), names, frozenset(place.pk for place in places), charter.trial_days)


def _rows(charter: Charter) -> list[dict[str, str]]:
    weeks, days = divmod(charter.notice_days, 7)
    notice = words.count(weeks, "week") if not days else words.count(charter.notice_days, "day")
    rows = [
        {"key": "What it is for", "value": charter.what_for},
        {"key": "Who can come", "value": charter.who_comes},
        {"key": "How we split the cost", "value": charter.get_cost_rule_display()},
        {"key": "How we decide", "value": charter.get_decision_rule_display()},
        {"key": "Who says a visit happened", "value": "The person who was visited. Never the provider."},
        {"key": "If you want to leave", "value": f"Tell us {notice} before. You take what is yours."},
        {"key": "The first days", "value": f"{words.count(charter.trial_days, 'day')} to try it. You can leave on any of them."},
    ]
    return [*rows, {"key": "Also", "value": charter.text}] if charter.text else rows


def page(cluster: Cluster, viewer: Person, at: datetime) -> GroupPage:
    """The group's page for somebody who may see it. A fixed number of queries."""
    places = answers(_places, cluster)
    for place in places:
        place.cluster = cluster
    mine_ = next((place for place in places if place.person_id == viewer.pk), None)
    inside, is_helper = mine_ is not None and mine_.is_in, cluster.facilitator_id == viewer.pk
    shown = shown_labels(shown_to(mine_, places))
    faces = [_face(place, viewer, mine_, shown.get(place.person_id, "")) for place in places if place.is_in]
    signers = sorted((place for place in places if place.signed_at and place.is_in), key=lambda place: place.signed_at)
    found = asked_of(_waiting, cluster, viewer, at)
    offers = by_list(found, "offers")
    return GroupPage(
        cluster=cluster,
        purpose=next((row["label"] for row in by_list(found, "purpose")), cluster.purpose),
        faces=faces,
        me=next((face for face in faces if face.is_me), None),
        rules=rules_in_words(answers(_in_force, cluster)[0], mine_, signers),
        questions=[Newcomer(row.pk, row["known_as"]) for row in by_list(found, "may_come")] if inside else [],
        asked=[place for place in places if place.state in ASKED] if inside else [],
        money=selectors.cluster_money(cluster, viewer),
        agreements=lines(cluster, viewer),
        is_helper=is_helper,
        to_answer=deciding.to_answer(found),
        offers_of=offers[0].pk if offers and (inside or is_helper) else None,
        promises=answers(_promises, mine_) if mine_ else [],
    )


def _places(cluster: Cluster) -> QuerySet[Any]:
    signed = CharterSignature.objects.filter(membership=OuterRef("pk"), charter__state=Charter.State.IN_FORCE).values("at")[:1]
    rows = Membership.objects.filter(cluster=cluster).unended().annotate(signed_at=Subquery(signed))
    return rows.select_related("person").order_by("joined_at", "pk")


def _waiting(cluster: Cluster, viewer: Person, at: datetime) -> QuerySet[Any, Any]:
    return together(deciding.waiting_in(cluster, viewer, at=at), choosing.waiting_in(cluster), _may_come(cluster, viewer), _purpose(cluster))


def _in_force(cluster: Cluster) -> QuerySet[Charter]:
    return Charter.objects.filter(cluster=cluster, state=Charter.State.IN_FORCE)


def _promises(place: Membership) -> QuerySet[Pledge]:
    return Pledge.objects.live().filter(membership=place).select_related("portion")


def _face(place: Membership, viewer: Person, mine_: Membership | None, shows: str) -> Face:
    trying = place.state == Membership.State.TRIAL
    settled = mine_ is not None and mine_.state == Membership.State.ACTIVE
    return Face(
        place_id=place.pk,
        known_as=name_for(place, mine_),
        figure=place.person.figure or "plain",
        strand=place.strand or 1,
        is_trying=trying,
        is_me=place.person_id == viewer.pk,
        may_be_welcomed=trying and settled and place.person_id != viewer.pk,
        shows=shows,
    )


def _purpose(cluster: Cluster) -> QuerySet[Any, Any]:
    """What the group is for, in words."""
    return listed(Term.objects.filter(kind=Term.Kind.PURPOSE, slug=cluster.purpose), "purpose", label="label")


def _may_come(cluster: Cluster, viewer: Person) -> QuerySet[Any, Any]:
    """People this viewer is asked about and has not answered."""
    open_ = AdmissionAnswer.objects.filter(voter__person=viewer, question="admit", yes__isnull=True, membership__cluster=cluster)
    places = open_.filter(membership__state__in=("proposed", "applied"))
    return listed(places, "may_come", pk="membership_id", known_as="membership__person__known_as")
