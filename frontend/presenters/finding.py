"""Finding each other in words: what I would like with others, a meeting, what people have in common, groups by purpose and area."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet

from audit.one_question import Row, by_list
from audit.one_question import rows as listed
from frontend import words
from frontend.forms.finding import ANY, words_in_common
from frontend.navigation import address
from frontend.presenters.groups import Card, card_in_words, purpose_labels
from people.models import Person
from places.distance import miles_from
from pooling import selectors
from pooling.models import InCommon, Interest, Introduction
from pooling.rules.finding import PARTS_OF_WEEK
from pooling.selectors import finding
from vocabulary.models import Term

_SAID = {
    "interested": "We look for others near you. We write when there are three of you.",
    "matched": "Two or more others near you would like it too. Somebody who helps groups will ask you all to meet.",
    "introduced": "You are asked to a meeting.",
}


@dataclass(frozen=True, slots=True)
class Wish:
    """One thing somebody would like with others, and how it stands."""

    interest_id: int
    what: str
    outcode: str
    when: str
    said: str
    is_introduced: bool


def help_labels() -> dict[str, str]:
    return dict(Term.objects.categories().values_list("slug", "label"))


def parts_said(parts: Iterable[str]) -> str:
    """ "Weekday mornings and weekends"."""
    said = [PARTS_OF_WEEK[part] for part in PARTS_OF_WEEK if part in set(parts)]
    return words.names([*said[:1], *(one[:1].lower() + one[1:] for one in said[1:])])


def wishes_of(person: Person) -> list[Wish]:
    """What I would like with others. Two queries at most."""
    rows = finding.interests_of(person)
    labels = help_labels() if rows else {}
    return [_wish(row, labels) for row in rows]


def _wish(row: Interest, labels: dict[str, str]) -> Wish:
    is_introduced = row.state == Interest.State.INTRODUCED
    what = labels.get(row.category, row.category)
    return Wish(row.pk, what, row.outcode, parts_said(row.parts_of_week), _SAID[row.state], is_introduced)


@dataclass(frozen=True, slots=True)
class MeetingPage:
    """A meeting for somebody who is asked to it. `group`: its name, once one of them started it."""

    interest_id: int
    what: str
    meeting: finding.Meeting
    others: list[str]
    is_over: bool
    group: str


def meeting_page(interest: Interest, *, at: datetime) -> MeetingPage:
    """First names only, and only now: before the meeting nobody had any."""
    introduction = Introduction.objects.select_related("facilitator", "cluster").get(pk=interest.introduction_id or 0)
    meeting = finding.meeting(introduction)
    others = [name for name in meeting.names if name != interest.person.known_as]
    group = introduction.cluster.name if introduction.cluster else ""
    what = help_labels().get(interest.category, interest.category)
    return MeetingPage(interest.pk, what, meeting, others, introduction.meets_at < at, group)


@dataclass(frozen=True, slots=True)
class Found:
    """Groups that may be found, nearest first. `what`: what was looked for, in words."""

    what: str
    where: str
    cards: list[Card]


def groups_found(person: Person, *, purpose: str, outcode: str, on: date) -> Found:
    """Groups of the person's council by purpose and area. How near they are orders the list; nothing about anybody in them does."""
    labels, known = purpose_labels(), {place.cluster_id for place in selectors.places_of(person)}
    cards = selectors.public_cards(council_code=person.council_code, on=on, purpose="" if purpose == ANY else purpose)
    far = miles_from(outcode, {card.outcode for card in cards}) if outcode else {}
    shown = sorted((card for card in cards if card.cluster_id not in known), key=lambda one: (far.get(one.outcode, 999.0), one.cluster_id))
    return Found(labels.get(purpose, "All groups"), outcode, [card_in_words(card, labels) for card in shown])


def waiting(person: Person) -> list[QuerySet[Any, Any]]:
    """Meetings somebody is asked to, groups they may sign into, and rules they have not signed."""
    meets = Interest.objects.unended().of(person).filter(state=Interest.State.INTRODUCED, introduction__isnull=False)
    told = {"group": "introduction__cluster_id", "meets_at": "introduction__meets_at", "place": "introduction__place"}
    return [listed(meets, "meeting", **told), listed(selectors.rules_to_sign(person), "rules", pk="cluster_id", name="cluster__name")]


def said_of(found: Iterable[Row]) -> Iterator[dict[str, Any]]:
    """In words, what of it was asked."""
    for row in by_list(found, "meeting", "rules"):
        if row.of == "rules":
            title, text = f"{row['name']} has new rules", "Read them, then sign. Until then you may leave at once."
            yield _task("rules", title, text, "Read and sign", "group-rules-sign", row.pk)
        elif row["group"] is not None:
            title = "The people you met started a group"
            yield _task("found", title, "Read the rules. If you like them, sign.", "Read and decide", "wish-found", row.pk)
        elif meets_at := row.moment("meets_at"):
            text = f"{words.day(meets_at)} at {words.clock(meets_at)}, {row['place']}."
            yield _task("meeting", "Meet others who would like the same", text, "Look at it", "wish-meeting", row.pk)


def _task(of: str, title: str, text: str, action: str, page: str, pk: int) -> dict[str, Any]:
    return {"of": of, "title": title, "text": text, "action": action, "url": address(page, pk)}


# --- what people have in common ---

KINDS = {"language": "A language you speak", "faith": "Your faith", "condition": "Something you live with"}


@dataclass(frozen=True, slots=True)
class Thing:
    """One thing somebody said of themselves."""

    pk: int
    kind: str
    said: str
    shown: bool
    agreed_at: datetime


def things_of(person: Person) -> list[Thing]:
    """What I said, as I said it."""
    rows = InCommon.objects.live().filter(person=person).order_by("pk")
    return [Thing(row.pk, KINDS[row.kind], label_of(row.kind, row.word), row.shown, row.agreed_at) for row in rows]


def label_of(kind: str, word: str) -> str:
    """A thing in common as people read it."""
    return dict(words_in_common(kind)).get(word, word)
