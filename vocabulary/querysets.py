"""Named filters of the vocabulary."""

from typing import TYPE_CHECKING, Any, Self

from django.db import models

if TYPE_CHECKING:
    from vocabulary.models import Term  # noqa: F401 - named in a string below


class TermQuerySet(models.QuerySet["Term"]):
    def visible_to(self, person: Any) -> Self:
        """Everybody: words are public."""
        return self

    def categories(self) -> Self:
        return self.filter(kind="category")

    def languages(self) -> Self:
        return self.filter(kind="language")

    def purposes(self) -> Self:
        return self.filter(kind="purpose")
