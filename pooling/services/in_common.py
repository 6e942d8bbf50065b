"""What people may have in common: each thing by its own explicit consent, taken back on any day (care-rules.md 2.9, look.md "Private by default").

It puts people near each other in a list and leaves nobody out. A supporter never says it for somebody: it is a decision of its own.
"""

from datetime import datetime

from audit.errors import NotAllowed, Refusal
from audit.services import trail
from people.models import Person
from pooling.models import InCommon
from pooling.rules.finding import CONDITIONS, FAITHS
from pooling.services.transactions import all_or_nothing
from vocabulary.models import Term


class ConsentIsMissing(Refusal):
    code = "consent_is_missing"
    sentence = "Tick the box if you agree that we use this. Without your yes we do not keep it."
    field = "agreed"


class WordIsUnknown(Refusal):
    code = "word_is_unknown"
    sentence = "Choose one of the answers from the list."
    field = "word"


class SaidAlready(Refusal):
    code = "said_already"
    sentence = "You have told us this. You can take it back on your page."
    field = "word"


class TakenBack(Refusal):
    code = "taken_back"
    sentence = "You have taken this back already. We do not keep it any more."


@all_or_nothing
def say(*, kind: str, word: str, agreed: bool, shown: bool, by: Person, at: datetime) -> InCommon:
    """`by` says something of themselves, and agrees that it is used. `shown`: also to people in their groups.

    Raises ConsentIsMissing, WordIsUnknown, SaidAlready.
    """
    if not agreed:
        raise ConsentIsMissing
    if not _is_known(kind, word):
        raise WordIsUnknown
    person = Person.objects.locked().get(pk=by.pk)
    if InCommon.objects.live().filter(person=person, kind=kind, word=word).exists():
        raise SaidAlready
    row = InCommon.objects.create(person=person, kind=kind, word=word, shown=shown, agreed_at=at)
    _trail(row, "pooling.agree_in_common", by, at)
    return row


def _is_known(kind: str, word: str) -> bool:
    if kind == InCommon.Kind.LANGUAGE:
        return Term.objects.languages().filter(slug=word).exists()
    return word in {InCommon.Kind.FAITH: FAITHS, InCommon.Kind.CONDITION: CONDITIONS}.get(kind, {})  # type: ignore[call-overload]


@all_or_nothing
def show(*, thing: InCommon, shown: bool, by: Person, at: datetime) -> InCommon:
    """Whether people in one's groups see it. Raises NotAllowed, TakenBack."""
    row = _mine(thing, by)
    row.shown = shown
    row.save(update_fields=["shown"])
    _trail(row, "pooling.show_in_common" if shown else "pooling.hide_in_common", by, at)
    return row


@all_or_nothing
def take_back(*, thing: InCommon, by: Person, at: datetime) -> InCommon:
    """The word itself is gone at once; that and when it was agreed to, and taken back, stays. Raises NotAllowed, TakenBack."""
    row = _mine(thing, by)
    row.word, row.shown, row.withdrawn_at = "", False, at
    row.save(update_fields=["word", "shown", "withdrawn_at"])
    _trail(row, "pooling.take_back_in_common", by, at)
    return row


def _mine(thing: InCommon, by: Person) -> InCommon:
    row = InCommon.objects.locked().get(pk=thing.pk)
    if row.person_id != by.pk:
        raise NotAllowed
    if row.withdrawn_at is not None:
        raise TakenBack
    return row


def _trail(row: InCommon, verb: str, by: Person, at: datetime) -> None:
    """The kind only by its number: never what was said, which taking back could not take out of the trail."""
    trail.write(by=by, verb=verb, about_kind="in_common", about_id=row.pk, at=at, council_code=by.council_code)
