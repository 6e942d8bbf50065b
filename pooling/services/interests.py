"""Finding each other before there is a group: would like, matched, and not any more (state-machines.md 3). The meeting is in `meetings`.

Nobody sees a name before the meeting; there, first names. Locks: interests by id.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db.models import Count, Q

from audit.errors import NotAllowed, Refusal
from audit.services import facts, trail
from payments.services.one_by_one import one_by_one
from people.models import Person
from places.postcodes import outcode_of
from pooling import policies
from pooling.models import Interest
from pooling.rules import NEW, step
from pooling.rules.finding import INTEREST, MATCH_SIZE, PARTS_OF_WEEK
from pooling.services.transactions import all_or_nothing
from vocabulary.models import Term

State = Interest.State


class AlreadyWanted(Refusal):
    code = "already_wanted"
    sentence = "You have told us that you would like this. It stands on your page with your groups."
    field = "category"


class NeedIsUnknown(Refusal):
    code = "need_is_unknown"
    sentence = "Choose what you would like from the list."
    field = "category"


class PartIsUnknown(Refusal):
    code = "part_is_unknown"
    sentence = "Tick one or more parts of the week."
    field = "parts_of_week"


class NoCouncilYet(Refusal):
    code = "no_council_yet"
    sentence = "We do not know your council yet. Write the first part of your postcode on your page."
    field = "outcode"


@all_or_nothing
def would_like(*, category: str, outcode: str, parts_of_week: Sequence[str], by: Person, at: datetime, person: Person | None = None) -> Interest:
    """`person` (default: `by`) would like this kind of help together with others near. `category`: a slug; `parts_of_week`: of PARTS_OF_WEEK.

    `outcode` may be typed as a whole postcode. Raises NotAllowed, NeedIsUnknown, PartIsUnknown, NoCouncilYet, UnknownOutcode, AlreadyWanted.
    """
    who = person or by
    if not policies.may_decide(by=by, person=who, decision="groups", at=at):
        raise NotAllowed
    if not Term.objects.categories().filter(slug=category).exists():
        raise NeedIsUnknown
    parts = [part for part in PARTS_OF_WEEK if part in parts_of_week]
    if not parts or set(parts_of_week) - set(PARTS_OF_WEEK):
        raise PartIsUnknown
    if not who.council_code:
        raise NoCouncilYet
    locked = Person.objects.locked().get(pk=who.pk)
    if Interest.objects.unended().of(locked).filter(category=category).exists():
        raise AlreadyWanted
    said = {"council_code": locked.council_code, "category": category, "outcode": outcode_of(outcode), "parts_of_week": parts}
    row = Interest.objects.create(person=locked, state=step(INTEREST, NEW, "would_like"), opened_at=at, since=at, **said)
    write_trail(row, verb="pooling.would_like", by=by, at=at)
    return row


@all_or_nothing
def stop(*, interest: Interest, by: Person, at: datetime) -> Interest:
    """Not any more, on any day. A matched one first leaves its match; the others go on waiting if too few are left. Raises NotAllowed, NotNow."""
    rows = _locked_beside(interest)
    row = next(one for one in rows if one.pk == interest.pk)
    if not policies.may_decide(by=by, person=row.person, decision="groups", at=at):
        raise NotAllowed
    if row.state == State.MATCHED:
        move(row, "stop", at)
    move(row, "stop", at)
    write_trail(row, verb="pooling.stop_interest", by=by, at=at)
    fall_back([one for one in rows if one.pk != row.pk], at)
    return row


def _locked_beside(interest: Interest) -> list[Interest]:
    """This one and all who wait for the same, locked by id."""
    said = Interest.objects.get(pk=interest.pk)
    same = Interest.objects.waiting().filter(council_code=said.council_code, category=said.category, outcode=said.outcode)
    ids = {said.pk, *same.values_list("pk", flat=True)}
    return list(Interest.objects.locked().filter(pk__in=ids).select_related("person").order_by("pk"))


def fall_back(rows: Sequence[Interest], at: datetime) -> None:
    """Of these locked rows, all that wait for the same: fewer than three are left of a match: they wait again."""
    matched = [one for one in rows if one.state == State.MATCHED]
    if len([one for one in rows if one.state in (State.INTERESTED, State.MATCHED)]) < MATCH_SIZE:
        for one in matched:
            move(one, "stop", at)
            write_trail(one, verb="pooling.unmatch", by=None, at=at)


def move(row: Interest, verb: str, at: datetime) -> None:
    """The locked row goes on by this verb of its table. Raises NotNow."""
    row.state, row.since = step(INTEREST, row.state, verb), at
    row.save(update_fields=["state", "since", "introduction"])


# --- the timer ---


def advance_due(*, at: datetime) -> int:
    """Ends what nothing came of in 90 days, then matches. Returns how many interests changed."""
    ended = one_by_one(list(Interest.objects.too_old(at).values_list("pk", flat=True)), lambda pk: _end(pk, at))
    return ended + match_due(at=at)


@all_or_nothing
def _end(pk: int, at: datetime) -> int:
    row = Interest.objects.locked().get(pk=pk)
    if not Interest.objects.too_old(at).filter(pk=pk).exists():
        return 0
    move(row, "stop", at)
    write_trail(row, verb="pooling.interest_ran_out", by=None, at=at)
    return 1


def match_due(*, at: datetime) -> int:
    """Three or more who wait for the same need in the same area are matched; later ones join the match. Returns how many were matched."""
    new = Count("pk", filter=Q(state=State.INTERESTED))
    needs = Interest.objects.waiting().order_by().values("council_code", "category", "outcode").annotate(people=Count("pk"), new=new)
    ready = list(needs.filter(people__gte=MATCH_SIZE, new__gt=0).values("council_code", "category", "outcode"))
    return sum(_match(need, at) for need in ready)


@all_or_nothing
def _match(need: Mapping[str, str], at: datetime) -> int:
    rows = list(Interest.objects.locked().waiting().filter(**need).order_by("pk"))
    if len(rows) < MATCH_SIZE:
        return 0
    waiting = [row for row in rows if row.state == State.INTERESTED]
    for row in waiting:
        move(row, "match", at)
        write_trail(row, verb="pooling.match", by=None, at=at)
        facts.record(
            kind="pooling.interest_matched",
            subject=f"interest:{row.pk}",
            payload={"interest": row.pk},
            at=at,
            council_code=row.council_code,
        )
    return len(waiting)


def write_trail(row: Interest, *, verb: str, by: Person | None, at: datetime, theirs: bool = True) -> None:
    """One line of the audit trail about an interest; `theirs`: done by its person or in their name."""
    trail.write(
        by=by,
        on_behalf_of=row.person if by is not None and theirs else None,
        verb=verb,
        about_kind="interest",
        about_id=row.pk,
        at=at,
        council_code=row.council_code,
    )
