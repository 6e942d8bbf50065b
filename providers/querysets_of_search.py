"""Named filters of what search reads."""

from typing import TYPE_CHECKING, Any, Self

from django.db import models

if TYPE_CHECKING:
    from providers.models import SearchRow, SearchWord  # noqa: F401 - named in strings below


class SearchRowQuerySet(models.QuerySet["SearchRow"]):
    def visible_to(self, person: Any) -> Self:
        """Everybody: only what is on sale has a row."""
        return self

    def guessed(self) -> Self:
        """Those that stand in the middle of their postcode area, because their outcode is not known."""
        return self.exclude(place__regex="[0-9]")


class SearchWordQuerySet(models.QuerySet["SearchWord"]):
    def visible_to(self, person: Any) -> Self:
        """Everybody: they stand in services that everybody may read."""
        return self
