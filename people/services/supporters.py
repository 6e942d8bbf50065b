"""Recording who helps a person, and what they may decide for them."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from audit.errors import NotAllowed, Refusal
from audit.services import facts, trail
from people.models import Person, Supporter
from people.policies import may_confirm_supporter
from people.rules import DECISIONS, FOR_BEGINS_AFTER


class HelperIsThemselves(Refusal):
    code = "helper_is_themselves"
    sentence = "You can't be your own helper. Pick another person."
    field = "supporter"


class HelperIsThereAlready(Refusal):
    code = "helper_is_there_already"
    sentence = "This person already helps you. To change what they may do, end it first and add them again."
    field = "supporter"


class HelperNeedsDecisions(Refusal):
    code = "helper_needs_decisions"
    sentence = "Pick at least one thing that this person may decide for you."
    field = "decisions"


class HelperNeedsPaper(Refusal):
    code = "helper_needs_paper"
    sentence = "Tell us which paper gives this person the right to decide. For example, a letter from the council."
    field = "source"


def ask(*, person: Person, supporter: Person, kind: str, by: Person, at: datetime, decisions: Sequence[str] = (), source: str = "") -> Supporter:
    """Asks that somebody be recorded. `beside`, asked by the person: begins at once. `for`: waits until it is confirmed, then 7 days.

    Asked by the person, the helper, or an operator who typed it in.
    Raises HelperIsThemselves, HelperIsThereAlready, HelperNeedsDecisions, HelperNeedsPaper.
    """
    if by.pk not in (person.pk, supporter.pk) and not by.is_operator:
        raise NotAllowed
    if person.pk == supporter.pk:
        raise HelperIsThemselves
    wanted = [decision for decision in DECISIONS if decision in decisions]
    if kind == Supporter.Kind.FOR and not wanted:
        raise HelperNeedsDecisions
    if kind == Supporter.Kind.FOR and not source.strip():
        raise HelperNeedsPaper
    with transaction.atomic():
        Person.objects.locked().get(pk=person.pk)
        if Supporter.objects.filter(person=person, supporter=supporter, ends_at__isnull=True).exists():
            raise HelperIsThereAlready
        row = Supporter(
            person=person, supporter=supporter, kind=kind, decisions=wanted if kind == Supporter.Kind.FOR else [], source=source, asked_at=at
        )
        if kind == Supporter.Kind.BESIDE and by.pk == person.pk:
            row.confirmed_by, row.confirmed_at, row.starts_at = by, at, at
        row.save()
        _note(row, "ask_supporter", by, at)
    return row


def confirm(*, supporter: Supporter, by: Person, at: datetime) -> Supporter:
    """Says that the paper was seen. A helper who may decide begins 7 days later, so that the person can say no. Raises NotAllowed."""
    with transaction.atomic():
        row = Supporter.objects.locked().select_related("person").get(pk=supporter.pk)
        if not may_confirm_supporter(by=by, supporter=row, at=at):
            raise NotAllowed("Somebody else must check this: not you, and not the helper.")
        if row.confirmed_at is not None or row.ends_at is not None:
            return row
        row.confirmed_by, row.confirmed_at = by, at
        row.starts_at = at + FOR_BEGINS_AFTER if row.kind == Supporter.Kind.FOR else at
        row.save(update_fields=["confirmed_by", "confirmed_at", "starts_at"])
        _note(row, "confirm_supporter", by, at)
        if row.kind == Supporter.Kind.FOR:
            # Told to the person and to who pays, while there is time to say no (abuse.md 3).
            payload = {"supporter": row.pk, "person": row.person_id}
            facts.record(
                kind="people.supporter_confirmed", subject=f"person:{row.person_id}", payload=payload, at=at, council_code=row.person.council_code
            )
    return row


def end(*, supporter: Supporter, by: Person, at: datetime) -> Supporter:
    """Ends it now: the person or the helper on any day, without a reason; or an operator."""
    with transaction.atomic():
        row = Supporter.objects.locked().select_related("person").get(pk=supporter.pk)
        if by.pk not in (row.person_id, row.supporter_id) and not by.is_operator:
            raise NotAllowed
        if row.ends_at is None:
            row.ends_at = at
            row.save(update_fields=["ends_at"])
            _note(row, "end_supporter", by, at)
    return row


def _note(row: Supporter, verb: str, by: Person, at: datetime) -> None:
    detail = {"supporter": row.supporter_id, "kind": row.kind, "decisions": row.decisions}
    trail.write(
        by=by,
        verb=f"people.{verb}",
        about_kind="supporter",
        about_id=row.pk,
        at=at,
        council_code=row.person.council_code,
        detail=detail,
        on_behalf_of=row.person,
    )
