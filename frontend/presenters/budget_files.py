"""Files of budgets in words: what there is now, what one file changes, who sent it and who said yes."""

from dataclasses import dataclass
from datetime import date

from django.http import Http404

from frontend import words
from people.models import Organisation, Person
from pooling.models import BudgetImport, BudgetImportRow
from pooling.selectors.budget_imports import changes_of, portions_of

COLUMNS = ("For", "Our number", "Now", "Then")
NEWEST = 12


@dataclass(frozen=True, slots=True)
class FilesPage:
    """`count`: rows of the file to take. `waiting`: the one that waits for a second person. `before`: the newest that were answered."""

    organisation: Organisation
    count: int
    waiting: BudgetImport | None
    before: list[BudgetImport]


@dataclass(frozen=True, slots=True)
class FilePage:
    """One file. `rows`: its differences by person; what goes up and what goes down is added up apart.

    `gone`: whose budget it says has ended. `is_mine`: who looks at it sent it.
    """

    organisation: Organisation
    file: BudgetImport
    rows: list[list[str]]
    more_pence: int
    less_pence: int
    gone: list[str]
    is_mine: bool

    @property
    def columns(self) -> tuple[str, ...]:
        return COLUMNS


def page(organisation: Organisation, *, today: date) -> FilesPage:
    rows = list(organisation.budget_imports.select_related("asked_by", "answered_by").order_by("-pk")[:NEWEST])
    waiting = next((row for row in rows if row.state == BudgetImport.State.DRAFTED), None)
    count = len(portions_of(organisation, today=today))
    return FilesPage(organisation, count, waiting, [row for row in rows if row != waiting])


def file_of(organisation: Organisation, pk: int) -> BudgetImport:
    """One file of this organisation. Raises Http404."""
    row = organisation.budget_imports.select_related("organisation", "asked_by", "answered_by").filter(pk=pk).first()
    if row is None:
        raise Http404
    return row


def file_page(file: BudgetImport, *, viewer: Person, today: date) -> FilePage:
    changes = changes_of(file)
    steps = [one.weekly_pence - one.was_weekly_pence for one in changes]
    until = today if file.answered_at is None else words.local_date(file.answered_at)
    gone = {one.portion.budget.person.full_name for one in changes if one.ended or (one.ends_on is not None and one.ends_on <= until)}
    return FilePage(
        organisation=file.organisation,
        file=file,
        rows=[_row(one) for one in changes],
        more_pence=sum(step for step in steps if step > 0),
        less_pence=-sum(step for step in steps if step < 0),
        gone=sorted(gone),
        is_mine=file.asked_by_id == viewer.pk,
    )


def _row(one: BudgetImportRow) -> list[str]:
    then = [_weekly(one.weekly_pence)] if one.weekly_pence != one.was_weekly_pence else []
    if (one.starts_on, one.ends_on) != (one.was_starts_on, one.was_ends_on):
        then.append(_days(one.starts_on, one.ends_on))
    if one.ended:
        then.append(f"{one.get_ended_display()}.")
    now = f"{_weekly(one.was_weekly_pence)} {_days(one.was_starts_on, one.was_ends_on)}"
    return [one.portion.budget.person.full_name, str(one.portion_id), now, " ".join(then)]


def _weekly(pence: int) -> str:
    return f"{words.pounds(pence)} a week."


def _days(first: date, last: date | None) -> str:
    return f"From {words.short_day(first)} {first.year}" + (f" to {words.short_day(last)} {last.year}." if last else ", no last day.")


def template_rows(organisation: Organisation, *, today: date) -> list[list[str]]:
    """What we have, as a file to change and send back: plain sums and days that a spreadsheet leaves as they are."""
    return [
        [
            str(one.pk),
            one.budget.person.full_name,
            words.pounds(one.weekly_pence).lstrip("£").replace(",", ""),
            f"{one.budget.starts_on:%d/%m/%Y}",
            f"{one.budget.ends_on:%d/%m/%Y}" if one.budget.ends_on else "",
            "",
        ]
        for one in portions_of(organisation, today=today)
    ]
