"""Fields and bases of what the API takes and gives. They judge shape only: rules live in services."""

import types
from collections.abc import Mapping, Sequence
from dataclasses import fields as fields_of
from datetime import UTC, date, datetime, time
from typing import Any, Union, get_args, get_origin, get_type_hints

from django.db.models import EmailField, JSONField, Model, SlugField, URLField
from rest_framework import serializers

MOST_PENCE = 99_999_999
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2199, 12, 31)


class Shape(serializers.Serializer[Any]):
    """What a request holds, or an answer that is not one row."""

    def to_internal_value(self, data: Any) -> Any:
        """Where the document says text, a number is not one: the framework would write it out and take it."""
        wrong = {
            name: [str(field.error_messages["invalid"])]
            for name, field in self.fields.items()
            if isinstance(field, serializers.CharField) and isinstance(data, Mapping) and isinstance(data.get(name), int | float)
        }
        if wrong:
            raise serializers.ValidationError(wrong)
        return super().to_internal_value(data)


class Row(serializers.ModelSerializer[Any]):
    """One row as it is given: nothing of it can be written through it."""

    def build_standard_field(self, field_name: str, model_field: Any) -> Any:
        """What is given may be empty, so it is a text and not, for who reads the schema, a slug or an address."""
        if isinstance(model_field, SlugField | URLField | EmailField):
            return serializers.CharField, {"allow_null": True} if model_field.null else {}
        if isinstance(model_field, JSONField):
            return serializers.DictField if model_field.default is dict else serializers.ListField, {}
        return super().build_standard_field(field_name, model_field)

    def get_extra_kwargs(self) -> dict[str, Any]:
        given = super().get_extra_kwargs()
        return {name: {**given.get(name, {}), "read_only": True} for name in self.Meta.fields}


class PenceField(serializers.IntegerField):
    """Whole pence, never a fraction."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"min_value": 0, "max_value": MOST_PENCE, **kwargs})


class CountField(serializers.IntegerField):
    """A small whole number."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"min_value": 0, "max_value": 10_000, **kwargs})


class DayField(serializers.DateField):
    """A date near enough to count with."""

    default_error_messages = {"far": "This date is too far away."}

    def to_internal_value(self, value: Any) -> date:
        day = super().to_internal_value(value)
        if not FIRST_DAY <= day <= LAST_DAY:
            self.fail("far")
        return day


class MomentField(serializers.DateTimeField):
    """A moment with its time zone; without one, London's."""

    default_error_messages = {"far": "This date is too far away."}

    def to_internal_value(self, value: Any) -> datetime:
        moment = super().to_internal_value(value)
        if not FIRST_DAY.year < moment.year < LAST_DAY.year:
            self.fail("far")
        return moment.astimezone(UTC)


class VisibleField(serializers.PrimaryKeyRelatedField[Any]):
    """A row by its id, of those that whoever asks may see: one they may not see is as one that is not there."""

    def __init__(self, model: type[Model], related: Sequence[str] = (), **kwargs: Any) -> None:
        self.related = related
        super().__init__(queryset=model._default_manager.all(), **kwargs)

    def get_queryset(self) -> Any:
        person = self.context["request"].user
        rows: Any = super().get_queryset()
        return rows.visible_to(person if person.is_authenticated else None).select_related(*self.related)


class WordField(serializers.SlugRelatedField[Any]):
    """A public row by its slug or code."""

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str) or "\0" in data:
            self.fail("invalid")
        return super().to_internal_value(data)


SIMPLE: dict[Any, type[serializers.Field[Any, Any, Any, Any]]] = {
    int: serializers.IntegerField,
    str: serializers.CharField,
    bool: serializers.BooleanField,
    float: serializers.FloatField,
    date: serializers.DateField,
    datetime: serializers.DateTimeField,
    time: serializers.TimeField,
}


def shape_of(row: type, name: str, *, leave_out: Sequence[str] = (), **given: Any) -> type[Shape]:
    """A shape with a field for each one of a dataclass or named tuple; `given` ones stand in for, or beside, what its types say."""
    hints = get_type_hints(row)
    names = getattr(row, "_fields", ()) or [field.name for field in fields_of(row)]
    made = {field: _field(hints[field], name) for field in names if field not in {*leave_out, *given}}
    doc = (row.__doc__ or "").split("\n")[0]
    return type(name, (Shape,), {**made, **given, "__doc__": doc, "__module__": row.__module__})


def _field(hint: Any, name: str) -> serializers.Field[Any, Any, Any, Any]:
    origin, inside = get_origin(hint), get_args(hint)
    if origin in {types.UnionType, Union} and type(None) in inside:
        field = _field(next(one for one in inside if one is not type(None)), name)
        return type(field)(**{**field._kwargs, "allow_null": True})  # type: ignore[attr-defined]
    if origin in {tuple, list}:
        child = _field(inside[0], name)
        return serializers.ListField(child=child)
    if hint in SIMPLE:
        return SIMPLE[hint]()
    return shape_of(hint, f"{name}{hint.__name__}")()
