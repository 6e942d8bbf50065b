"""Many budgets changed with one file, by two people."""

from typing import Any

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from audit.api.edge import ReadEdge, looks, makes, verb
from people.roles import organisations_of
from pooling.api.filters_of_budgets import BudgetImportFilter
from pooling.api.serializers.budget_imports import BudgetFileSaid, BudgetImportShape, FundedPartShape
from pooling.models import BudgetImport
from pooling.selectors.budget_imports import portions_of
from pooling.services import budget_imports


class BudgetImports(ReadEdge):
    """Files of budgets of organisations you work for."""

    model = BudgetImport
    order = ("-pk",)
    serializer_class = BudgetImportShape
    filterset_class = BudgetImportFilter

    def rows(self) -> QuerySet[Any]:
        return super().rows().prefetch_related("changes__portion__budget__person")

    @makes(BudgetFileSaid, BudgetImportShape)
    def create(self, request: Request) -> Response:
        """Reads a file: whole, or a sentence for each bad row. What is different waits for a second person."""
        said = self.asked()
        said["text"] = said.pop("file")
        return self.answer(budget_imports.draft(**said, by=self.person, at=self.at))

    @looks(FundedPartShape, many=True)
    def current(self, request: Request) -> Response:
        """What a file may change: parts of budgets you look after, and your council's direct payments if you are its money team."""
        mine = organisations_of(self.person, at=self.at)
        return self.give_pages(part for organisation in mine for part in portions_of(organisation, today=self.today))

    @verb(None, BudgetImportShape)
    def confirm(self, request: Request, pk: int) -> Response:
        """The second person's yes: all of it is done."""
        return self.answer(budget_imports.confirm(budget_import=self.get_object(), by=self.person, at=self.at))

    @verb(None, BudgetImportShape)
    def refuse(self, request: Request, pk: int) -> Response:
        """The second person's no, or taken back by who sent it."""
        return self.answer(budget_imports.refuse(budget_import=self.get_object(), by=self.person, at=self.at))
