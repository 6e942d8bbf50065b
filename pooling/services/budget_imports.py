"""Files of budgets, for who looks after money or funds it: read whole, shown as differences, done by a second person's yes (abuse.md 19, 20).

Nothing changes until then. Who sent the file records the new versions, the second person vouches for them. Somebody whose budget has ended
is not out of their groups by it: they are told of as `leaving.report_end` does, for somebody to look.
Locks: the organisation, the file, places in groups, then budgets.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from audit.clock import london_date
from audit.errors import NotAllowed, Refusal
from audit.services import facts, trail
from people.models import Organisation, Person
from people.roles import has_role
from people.rules import APPROVAL_LASTS
from pooling.models import Budget, BudgetImport, BudgetImportRow, EndWhy, Membership, Portion
from pooling.rules import BUDGET_IMPORT, MOST_BUDGET_WEEKLY_PENCE, NEW, step
from pooling.rules import budget_files as files
from pooling.rules.budget_files import Line
from pooling.selectors import budget_imports as reading
from pooling.services import budgets
from pooling.services.leaving import note_end
from pooling.services.membership_records import lock_place
from pooling.services.transactions import all_or_nothing


class RowsAreWrong(Refusal):
    """One or more rows can't be done, so nothing was read. `sentences`: one for each bad row, with its number."""

    code = "rows_are_wrong"
    field = "file"

    def __init__(self, rows: Sequence[str]) -> None:
        self.rows = tuple(rows)
        super().__init__(f"We read nothing of this file. {' '.join(rows)}")

    @property
    def sentences(self) -> tuple[str, ...]:
        return self.rows


class TotalIsNotTheFiles(Refusal):
    # What the file comes to is not said: it would only be typed back.
    code = "total_is_not_the_files"
    sentence = "The sums in the file do not come to what you typed. Add up your own list, and look for a row that is missing, or is there twice."
    field = "control_pence"


class NothingIsDifferent(Refusal):
    code = "nothing_is_different"
    sentence = "All that this file says is what we have already."
    field = "file"


class TooManyChanges(Refusal):
    code = "too_many_changes"
    sentence = f"This file changes more than {files.MOST_CHANGES} rows. Send it in two files."
    field = "file"


class FileWaits(Refusal):
    code = "file_waits"
    sentence = "A file waits for a second person. Say yes or no to that one first."


class SecondPersonIsNeeded(Refusal):
    code = "second_person_is_needed"
    sentence = "You sent this file, so another person of your organisation must say yes."


class FileIsOutOfDate(Refusal):
    code = "file_is_out_of_date"
    sentence = "What we have has changed since this file was read. Nothing was done. Say no to it, take our newest file and send it again."


class OneIsYours(Refusal):
    code = "one_is_yours"
    sentence = "This file changes your own budget, or one you decide about. Another person of your organisation must say yes."


# --- reading ---


@all_or_nothing
def draft(*, organisation: Organisation, text: str, control_pence: int, by: Person, at: datetime) -> BudgetImport:
    """Reads a file whole and keeps what is different for a second person; nothing changes yet. `control_pence`: what its sums come to.

    Fact: `pooling.budget_file_sent`.
    Raises NotAllowed, FileWaits, files.FileIsNotOurs, RowsAreWrong, TotalIsNotTheFiles, NothingIsDifferent, TooManyChanges.
    """
    home = _locked(organisation, by, at)
    if BudgetImport.objects.waiting().filter(organisation=home).exists():
        raise FileWaits
    lines, wrong = files.read(text)
    parts = {one.pk: one for one in reading.portions_of(home, today=london_date(at))}
    wrong |= _wrong_rows(lines, parts, reading.decides_for(by, at=at), london_date(at))
    if wrong:
        raise RowsAreWrong([wrong[number] for number in sorted(wrong)])
    if sum(line.weekly_pence for line in lines) != control_pence:
        raise TotalIsNotTheFiles
    changed = [line for line in lines if _differs(line, parts[line.reference])]
    if not changed:
        raise NothingIsDifferent
    if len(changed) > files.MOST_CHANGES:
        raise TooManyChanges
    row = BudgetImport.objects.create(
        organisation=home,
        council_code=home.council_code,
        state=step(BUDGET_IMPORT, NEW, "draft"),
        control_pence=control_pence,
        row_count=len(lines),
        left_out=len(parts) - len(lines),
        asked_by=by,
        asked_at=at,
    )
    BudgetImportRow.objects.bulk_create([_change(row, line, parts[line.reference]) for line in changed])
    _trail(row, "pooling.draft_budget_import", by, at, changes=len(changed))
    subject, payload = f"budget_import:{row.pk}", {"budget_import": row.pk}
    facts.record(kind="pooling.budget_file_sent", subject=subject, payload=payload, at=at, council_code=row.council_code)
    return row


def _locked(organisation: Organisation, by: Person, at: datetime) -> Organisation:
    row = Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)
    if not has_role(by, "holder_staff", organisation=row, at=at):
        raise NotAllowed
    return row


def _differs(line: Line, part: Portion) -> bool:
    return line.weekly_pence != part.weekly_pence or bool(line.ended) or _days_differ(line, part.budget)


def _days_differ(line: Line, budget: Budget) -> bool:
    return (line.starts_on, line.ends_on) != (budget.starts_on, budget.ends_on)


def _change(row: BudgetImport, line: Line, part: Portion) -> BudgetImportRow:
    return BudgetImportRow(
        budget_import=row,
        portion=part,
        council_code=part.council_code,
        was_budget=part.budget,
        was_weekly_pence=part.weekly_pence,
        was_starts_on=part.budget.starts_on,
        was_ends_on=part.budget.ends_on,
        weekly_pence=line.weekly_pence,
        starts_on=line.starts_on,
        ends_on=line.ends_on,
        ended=line.ended,
    )


def _wrong_rows(lines: Sequence[Line], parts: Mapping[int, Portion], own: set[int], today: date) -> dict[int, str]:
    """By its number a sentence for each row that can't be done: by itself, or beside the others of the same budget."""
    wrong: dict[int, str] = {}
    seen: dict[int, int] = {}
    by_budget: dict[int, list[Line]] = defaultdict(list)
    for line in lines:
        part = parts.get(line.reference)
        if part is None:
            wrong[line.number] = f"{line.title}: number {line.reference} is not on your list now. Take our newest file."
        elif line.reference in seen:
            wrong[line.number] = f"{line.title}: number {line.reference} stands in row {seen[line.reference]} already."
        elif not files.same_name(line.name, part.budget.person.full_name):
            wrong[line.number] = f"Row {line.number}: our number {part.pk} is {part.budget.person.full_name}, and the file says “{line.name}”."
        elif sentence := files.wrong_days(line, today=today):
            wrong[line.number] = sentence
        elif part.budget.person_id in own and _differs(line, part):
            wrong[line.number] = f"{line.title}: this is your own budget, or one you decide about. Another person must send this row."
        else:
            by_budget[part.budget_id].append(line)
        seen.setdefault(line.reference, line.number)
    whole = reading.funded_parts(by_budget)
    # What stands beside a row that is wrong by itself is judged when that one is right.
    half_read = {parts[line.reference].budget_id for line in lines if line.number in wrong and line.reference in parts}
    for budget, its_lines in by_budget.items():
        if budget not in half_read:
            wrong |= _wrong_together(its_lines, parts, whole[budget])
    return wrong


def _wrong_together(lines: Sequence[Line], parts: Mapping[int, Portion], whole: set[int]) -> dict[int, str]:
    """The days are the whole budget's: they change when every part of it that somebody pays is in the file, with the same days."""
    budget = parts[lines[0].reference].budget
    moved = next((line for line in lines if _days_differ(line, budget) or line.ended), None)
    if moved is not None:
        missing = sorted(whole - {line.reference for line in lines})
        if missing and missing[0] not in parts:
            return {moved.number: f"{moved.title}: others pay a part of this budget too, so a file can't change its days. Type 0.00 for your part."}
        if missing:
            return {moved.number: f"{moved.title}: number {missing[0]} is a part of the same budget. Put it in the file with the same days."}
        for line in lines:
            if (line.starts_on, line.ends_on, line.ended) != (moved.starts_on, moved.ends_on, moved.ended):
                return {line.number: f"{line.title}: rows {moved.number} and {line.number} are one budget, so their days must be the same."}
    funder = budget.weekly_funder_pence + sum(line.weekly_pence - parts[line.reference].weekly_pence for line in lines)
    if not 0 <= funder <= MOST_BUDGET_WEEKLY_PENCE - budget.weekly_contribution_pence:
        last = lines[-1]
        return {last.number: f"{last.title}: with what they pay themselves, the sums of this budget do not add up. Change it with them."}
    return {}


# --- the second person ---


@all_or_nothing
def confirm(*, budget_import: BudgetImport, by: Person, at: datetime) -> BudgetImport:
    """The second person's yes: a new version of every budget in it, confirmed by them, and a report for everybody whose budget has ended.

    All of it or nothing. Fact, for each budget: `pooling.budget_changed`.
    Raises NotAllowed, NotNow, SecondPersonIsNeeded, OneIsYours, FileIsOutOfDate.
    """
    _locked(budget_import.organisation, by, at)
    row = BudgetImport.objects.locked().select_related("organisation", "asked_by").get(pk=budget_import.pk)
    state = step(BUDGET_IMPORT, row.state, "confirm")
    if by.pk == row.asked_by_id:
        raise SecondPersonIsNeeded
    if row.asked_at + APPROVAL_LASTS <= at or not has_role(row.asked_by, "holder_staff", organisation=row.organisation, at=at):
        raise FileIsOutOfDate
    changes = reading.changes_of(row)
    ended = {one.portion.budget.person_id: why for one in changes if (why := _why_ended(one, london_date(at)))}
    places = [lock_place(place) for place in Membership.objects.inside().filter(person__in=ended).order_by("cluster_id", "pk")]
    now = {one.pk: one for one in Budget.objects.locked().filter(pk__in={one.was_budget_id for one in changes}).order_by("pk")}
    changes = reading.changes_of(row)
    _must_be_as_seen(row, changes, now, at)
    if reading.decides_for(by, at=at) & {budget.person_id for budget in now.values()}:
        raise OneIsYours
    for budget in now.values():
        _revise(budget, [one for one in changes if one.was_budget_id == budget.pk], row, by, at)
    for place in (one for one in places if one.is_in):  # somebody may have left between the look and the lock
        note_end(place=place, why=ended[place.person_id], words="A file of budgets says so.", by=row.asked_by, at=at)
    _answer(row, state, by, at)
    return row


def _why_ended(change: BudgetImportRow, today: date) -> str:
    is_over = change.ends_on is not None and change.ends_on <= today
    return change.ended or (EndWhy.ENDED if is_over else "")


def _must_be_as_seen(row: BudgetImport, changes: Sequence[BudgetImportRow], now: Mapping[int, Budget], at: datetime) -> None:
    """Raises FileIsOutOfDate where a budget has a newer version, or a part of it is not theirs any more."""
    theirs = {one.pk for one in reading.portions_of(row.organisation, today=london_date(row.asked_at))}
    for one in changes:
        seen = (one.was_budget_id, one.was_weekly_pence)
        if now[one.was_budget_id].superseded or one.portion_id not in theirs or (one.portion.budget_id, one.portion.weekly_pence) != seen:
            raise FileIsOutOfDate


def _revise(budget: Budget, changes: Sequence[BudgetImportRow], row: BudgetImport, by: Person, at: datetime) -> None:
    """What the funder pays goes up or down by what its parts do; what the person pays stays. Who vouches is not who recorded it."""
    funder = budget.weekly_funder_pence + sum(one.weekly_pence - one.was_weekly_pence for one in changes)
    amounts = budgets.Amounts(funder + budget.weekly_contribution_pence, budget.weekly_contribution_pence, funder)
    period = budgets.Period(changes[0].starts_on, changes[0].ends_on, budget.review_on)
    # Nobody spends more of a part elsewhere than there is of it now.
    weekly = {one.portion_id: (one.weekly_pence, min(one.portion.spent_elsewhere_weekly_pence, one.weekly_pence)) for one in changes}
    new = budgets.new_version(old=budget, kind=budget.kind, amounts=amounts, period=period, weekly=weekly, by=row.asked_by, at=at)
    budgets.vouch(budget=new, level=Budget.Sureness.CONFIRMED, by=by, at=at)
    payload = {"budget": new.pk, "budget_import": row.pk, "ended": _why_ended(changes[0], london_date(at))}
    facts.record(kind="pooling.budget_changed", subject=f"budget:{new.pk}", payload=payload, at=at, council_code=new.council_code)


@all_or_nothing
def refuse(*, budget_import: BudgetImport, by: Person, at: datetime) -> BudgetImport:
    """The second person's no, or taken back by who sent it. Nothing was changed, nothing is. Raises NotAllowed, NotNow."""
    _locked(budget_import.organisation, by, at)
    row = BudgetImport.objects.locked().get(pk=budget_import.pk)
    _answer(row, step(BUDGET_IMPORT, row.state, "refuse"), by, at)
    return row


def _answer(row: BudgetImport, state: str, by: Person, at: datetime) -> None:
    row.state, row.answered_by, row.answered_at = state, by, at
    row.save(update_fields=["state", "answered_by", "answered_at"])
    _trail(row, f"pooling.budget_import_{state}", by, at)


def _trail(row: BudgetImport, verb: str, by: Person, at: datetime, **more: int) -> None:
    detail = {"organisation": row.organisation_id, "control_pence": row.control_pence, **more}
    trail.write(by=by, verb=verb, about_kind="budget_import", about_id=row.pk, at=at, council_code=row.council_code, detail=detail)
