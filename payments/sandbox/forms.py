"""Stripe's bracketed form fields: `a[b][0]=c` read, typed by the schema, and refused in Stripe's words."""

import re
from typing import Any
from urllib.parse import parse_qsl

from payments.sandbox.contract import Contract
from payments.sandbox.errors import StripeError, invalid
from payments.sandbox.sdk_reader import Schema

Fields = dict[str, Any]


def decode(text: str) -> Fields:
    """Nested dicts with every leaf still a string; a list is a dict whose keys are its positions."""
    root: Fields = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        steps = re.findall(r"[^\[\]]+|(?<=\[)(?=\])", name)
        if not steps:
            raise invalid(f"Received unknown parameter: {name}", code="parameter_unknown", param=name)
        where = root
        for step in steps[:-1]:
            inner = where.setdefault(step or str(len(where)), {})
            if not isinstance(inner, dict):
                raise invalid(f"Invalid field: {name}", param=name)
            where = inner
        where[steps[-1] or str(len(where))] = value
    return root


def read(fields: Fields, schema: Schema, contract: Contract) -> Fields:
    """Types the decoded fields by the operation's schema. Raises Stripe's refusal of an unknown, missing or malformed parameter."""
    typed = _typed(fields, schema, contract, "")
    if not isinstance(typed, dict):
        raise invalid("Invalid request.")
    return typed


def _typed(value: object, schema: Schema, contract: Contract, name: str) -> object:
    schema = contract.follow(schema)
    if "anyOf" in schema:
        return _one_of(value, schema["anyOf"], contract, name)
    if "enum" in schema:
        if value in schema["enum"]:
            return value
        raise invalid(f"Invalid {name}: must be one of {', '.join(map(str, schema['enum']))}", param=name)
    if isinstance(value, dict):
        return _nested(value, schema, contract, name)
    kind = schema.get("type")
    if kind in ("object", "array"):
        raise invalid(f"Invalid {kind}: {value}", param=name)
    return _scalar(str(value), str(kind), name)


def _nested(value: Fields, schema: Schema, contract: Contract, name: str) -> object:
    kind = schema.get("type")
    if kind == "array":
        ordered = [value[key] for key in sorted(value, key=lambda key: int(key) if key.isdigit() else 0)]
        return [_typed(item, schema["items"], contract, f"{name}[{place}]") for place, item in enumerate(ordered)]
    if kind not in ("object", None):
        raise invalid(f"Invalid {kind}: a hash was given for {name}", param=name)
    known, others = schema.get("properties", {}), schema.get("additionalProperties", {})
    typed: Fields = {}
    for key, inner in value.items():
        full = f"{name}[{key}]" if name else key
        if key not in known and others is False:
            raise invalid(f"Received unknown parameter: {full}", code="parameter_unknown", param=full)
        typed[key] = _typed(inner, known.get(key, others), contract, full)
    for key in schema.get("required", []):
        if key not in typed:
            full = f"{name}[{key}]" if name else key
            raise invalid(f"Missing required param: {full}.", code="parameter_missing", param=full)
    return typed


def _scalar(value: str, kind: str, name: str) -> object:
    if kind == "integer":
        if not re.fullmatch(r"-?[0-9]{1,15}", value):
            raise invalid(f"Invalid integer: {value}", code="parameter_invalid_integer", param=name)
        return int(value)
    if kind == "boolean":
        if value not in ("true", "false"):
            raise invalid(f"Invalid boolean: {value}", param=name)
        return value == "true"
    return value


def _one_of(value: object, options: list[Schema], contract: Contract, name: str) -> object:
    refusal: StripeError | None = None
    for option in options:
        if contract.follow(option).get("type") == "null":
            continue
        try:
            return _typed(value, option, contract, name)
        except StripeError as error:
            # The refusal worth telling is the one from deepest inside, not "must be empty".
            if refusal is None or len(error.error.get("param", "")) >= len(refusal.error.get("param", "")):
                refusal = error
    raise refusal or invalid(f"Invalid {name}", param=name)
