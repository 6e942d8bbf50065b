"""Files of budgets: for who works where they came from, and operators."""

from typing import TYPE_CHECKING, Self

from django.db import models

from pooling.querysets import _of_organisation

if TYPE_CHECKING:
    from people.models import Person
    from pooling.models import BudgetImport, BudgetImportRow  # noqa: F401


class BudgetImportQuerySet(models.QuerySet["BudgetImport"]):
    def visible_to(self, person: "Person | None") -> Self:
        """Who works for the organisation that sent it; operators. It names people, so nobody else."""
        return _of_organisation(self, person)

    def waiting(self) -> Self:
        """For a second person."""
        return self.filter(state="drafted")

    def locked(self) -> Self:
        return self.select_for_update(of=("self",))


class BudgetImportRowQuerySet(models.QuerySet["BudgetImportRow"]):
    def visible_to(self, person: "Person | None") -> Self:
        """As its file."""
        from pooling.models import BudgetImport

        return self.filter(budget_import__in=BudgetImport.objects.visible_to(person))
