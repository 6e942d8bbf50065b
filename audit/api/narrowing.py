"""What stands after the question mark of an address: what a list is narrowed by, which page. Each once and in its own shape, or it is refused."""

from collections.abc import Collection
from typing import Any

from django import forms
from django.db import models
from django.http import QueryDict
from django_filters.rest_framework import BaseCSVFilter, BooleanFilter, CharFilter, FilterSet, NumberFilter
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import PageNumberPagination
from rest_framework.request import Request

MOST = 2**63 - 1
ONCE, EMPTY = "Say this once.", "Say a value, or leave this out."
YES_OR_NO = "Say true or false."


def wrong_in(said: QueryDict, names: Collection[str], *, texts: Collection[str] = ()) -> dict[str, list[str]]:
    """What of these was said twice, or without a value; `texts` may be empty."""
    given = {name: said.getlist(name) for name in names if name in said}
    twice = {name: [ONCE] for name, values in given.items() if len(values) > 1}
    return twice | {name: [EMPTY] for name, values in given.items() if values == [""] and name not in texts}


# --- filters ---


class YesNoField(forms.Field):
    """true or false, nothing near it."""

    def to_python(self, value: Any) -> bool | None:
        if value in (None, ""):
            return None
        if value.lower() not in {"true", "false"}:
            raise forms.ValidationError(YES_OR_NO)
        return bool(value.lower() == "true")


class YesNoFilter(BooleanFilter):  # type: ignore[misc]  # the package has no types
    """true or false. The package's own takes everything else for nothing said."""

    field_class = YesNoField

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"widget": forms.TextInput, **kwargs})


class WholeNumberFilter(NumberFilter):  # type: ignore[misc]  # the package has no types
    """A whole number; the document says between which."""

    field_class = forms.IntegerField

    def __init__(self, *args: Any, min_value: int = 0, max_value: int = MOST, **kwargs: Any) -> None:
        super().__init__(*args, min_value=min_value, max_value=max_value, **kwargs)


class IdFilter(WholeNumberFilter):
    """The id of a row."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"min_value": 1, **kwargs})


WHOLE = (models.IntegerField, models.BigIntegerField, models.SmallIntegerField, models.PositiveIntegerField, models.PositiveSmallIntegerField)


class Narrowed(FilterSet):  # type: ignore[misc]  # the package has no types
    """What every list of ours is narrowed by stands on this."""

    FILTER_DEFAULTS = {
        **FilterSet.FILTER_DEFAULTS,
        models.ForeignKey: {"filter_class": IdFilter},
        models.BooleanField: {"filter_class": YesNoFilter},
        **{kind: {"filter_class": WholeNumberFilter} for kind in WHOLE},
    }

    def is_valid(self) -> bool:
        super().is_valid()
        texts = [name for name, one in self.filters.items() if isinstance(one, CharFilter | BaseCSVFilter)]
        for name, words in wrong_in(self.data, self.filters, texts=texts).items():
            if name not in self.errors:
                self.form.add_error(name, words)
        return not self.errors


# --- pages ---


class Pages(PageNumberPagination):
    """`page` and `page_size`: 50 to a page, 200 at most."""

    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200

    def get_page_size(self, request: Request) -> int:
        return self._number(request, "page_size", most=self.max_page_size) or self.page_size

    def get_page_number(self, request: Request, paginator: Any) -> int:
        return self._number(request, "page", most=MOST) or 1

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """As the package says them, with their limits."""
        said: list[dict[str, Any]] = super().get_schema_operation_parameters(view)
        said[0]["schema"] = {"type": "integer", "minimum": 1, "default": 1}
        said[1]["schema"] = {"type": "integer", "minimum": 1, "maximum": self.max_page_size, "default": self.page_size}
        return said

    def _number(self, request: Request, name: str, *, most: int) -> int | None:
        said = request.query_params
        if wrong := wrong_in(said, [name]):
            raise ValidationError(wrong)
        if name not in said:
            return None
        value = said[name]
        if not (value.isascii() and value.isdigit() and len(value) < 20 and 1 <= int(value) <= most):
            raise ValidationError({name: [f"Say a whole number from 1 to {most}."]})
        return int(value)
