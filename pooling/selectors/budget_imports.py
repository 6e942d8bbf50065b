"""What an organisation may change by a file: parts of budgets it looks after; for a council's money team its people's direct payments too."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime

from django.db.models import Q

from people.models import Organisation, Person, Supporter
from pooling.models import Budget, BudgetImport, BudgetImportRow, Portion, Route
from pooling.rules import OWN_MONEY_ROUTES


def portions_of(organisation: Organisation, *, today: date) -> list[Portion]:
    """Parts of agreed budgets that have not ended, by name. One query."""
    theirs = Q(holder=organisation)
    if organisation.kind == Organisation.Kind.COUNCIL:
        theirs |= Q(route=Route.DIRECT_PAYMENT, council_code=organisation.council_code)
    open_ones = Q(budget__ends_on__isnull=True) | Q(budget__ends_on__gte=today)
    rows = Portion.objects.filter(theirs, open_ones, budget__superseded=False, budget__kind=Budget.Kind.AGREED)
    return list(rows.select_related("budget__person").order_by("budget__person__full_name", "pk"))


def funded_parts(budgets: Iterable[int]) -> dict[int, set[int]]:
    """{budget: its parts that somebody else than the person pays}. One query."""
    found: dict[int, set[int]] = defaultdict(set)
    for budget, portion in Portion.objects.filter(budget__in=set(budgets)).exclude(route__in=OWN_MONEY_ROUTES).values_list("budget_id", "pk"):
        found[budget].add(portion)
    return found


def decides_for(by: Person, *, at: datetime) -> set[int]:
    """Whose budget `by` may decide about: their own, and of those they have that authority for. They never vouch for these (abuse.md 18)."""
    live = Supporter.objects.live(at).filter(supporter=by, kind=Supporter.Kind.FOR, decisions__contains=["budgets"])
    return {by.pk, *live.values_list("person_id", flat=True)}


def changes_of(budget_import: BudgetImport) -> list[BudgetImportRow]:
    """The differences of a file, by name. One query."""
    rows = budget_import.changes.select_related("portion__budget__person", "portion__holder")
    return list(rows.order_by("portion__budget__person__full_name", "portion_id"))
