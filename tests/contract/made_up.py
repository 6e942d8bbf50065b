"""Makes an OpenAPI document of the sandbox's contract, for schemathesis to make requests up from.

Fields that name things draw on things that are there, so that what is made up goes further than the first refusal.
"""

from typing import Any
from urllib.parse import urlencode

from payments.sandbox.contract import Contract

Schema = dict[str, Any]
DEEPEST, WIDEST = 4, 14
ERROR = {
    "type": "object",
    "required": ["error"],
    "properties": {"error": {"type": "object", "required": ["type", "message"], "properties": {"message": {"type": "string"}}}},
}
# One request is not worth more than this much text; every length above it would only be slow.
WORDS = {"type": "string", "maxLength": 12}
PENCE = {"anyOf": [{"type": "integer", "minimum": 30, "maximum": 9000}, {"type": "integer", "minimum": -3, "maximum": 200_000_000}]}


def document(contract: Contract, there: dict[str, list[str]]) -> Schema:
    """`there`: for a name of a parameter, the values worth trying."""
    paths: Schema = {}
    for route in contract.routes:
        told: Schema = {"operationId": route.name, "responses": _answers(route.answer), "parameters": []}
        for name in route.pattern.groupindex:
            told["parameters"].append(
                {"name": name, "in": "path", "required": True, "schema": {"enum": [*_of_path(route.template, name, there), "no"]}}
            )
        asked = _narrow(contract, route.request, there, DEEPEST)
        told["requestBody"] = {"content": {"application/json": {"schema": asked}}, "required": True}
        # A GET's query is made up as a body too, and sent as a query: OpenAPI has no words for Stripe's brackets.
        paths.setdefault(route.template, {})[route.method.lower()] = told
    schemas = {_safe(name): _refer(schema) for name, schema in contract.defs.items()}
    return {"openapi": "3.1.0", "info": {"title": "sandbox", "version": "1"}, "paths": paths, "components": {"schemas": schemas}}


def _of_path(template: str, name: str, there: dict[str, list[str]]) -> list[str]:
    noun = template.split("/")[2]
    return there.get(name if name != "id" else noun, there.get(noun, []))


def _answers(answer: Schema) -> Schema:
    def as_json(schema: Schema) -> Schema:
        return {"description": "", "content": {"application/json": {"schema": schema}}}

    return {"200": as_json(_refer(answer))} | {status: as_json(ERROR) for status in ("400", "402", "403", "404")}


def _safe(name: str) -> str:
    return name.replace(":", ".")


def _refer(value: Any) -> Any:
    if isinstance(value, dict):
        moved = {key: _refer(inner) for key, inner in value.items()}
        if "$ref" in moved:
            moved["$ref"] = "#/components/schemas/" + _safe(moved["$ref"].removeprefix("#/$defs/"))
        return moved
    return [_refer(inner) for inner in value] if isinstance(value, list) else value


def _narrow(contract: Contract, schema: Schema, there: dict[str, list[str]], deep: int) -> Schema:
    """The request's schema cut to what can be made up in no time: not too deep, not too wide, short words."""
    schema = contract.follow(schema)
    if "anyOf" in schema:
        return {"anyOf": [_narrow(contract, option, there, deep) for option in schema["anyOf"] if option != {"type": "null"}]}
    if "enum" in schema:
        return schema
    if schema.get("type") == "array":
        return {"type": "array", "items": _narrow(contract, schema["items"], there, deep - 1), "maxItems": 2}
    if "properties" not in schema:
        return {"string": WORDS, "integer": {"type": "integer", "minimum": -5, "maximum": 3_000_000_000}}.get(schema.get("type", ""), schema)
    required = schema.get("required", [])
    known = [name for name in schema["properties"] if name in required or name in there]
    others = [name for name in schema["properties"] if name not in known and deep > 1]
    kept = [*known, *others[: max(0, WIDEST - len(known))]]
    properties = {name: _field(contract, name, schema["properties"][name], there, deep) for name in kept}
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def _field(contract: Contract, name: str, schema: Schema, there: dict[str, list[str]], deep: int) -> Schema:
    if name in ("amount", "unit_amount"):
        return PENCE
    if name in ("metadata", "expand") and name in there:
        return {"anyOf": [{"const": each} for each in there[name]]}
    if name in there and contract.follow(schema).get("type") == "string":
        return {"anyOf": [{"enum": there[name]}, WORDS]}
    return _narrow(contract, schema, there, deep - 1)


def brackets(value: Any, name: str = "") -> list[tuple[str, str]]:
    """A value as Stripe's form fields."""
    if isinstance(value, dict):
        return [pair for key, inner in value.items() for pair in brackets(inner, f"{name}[{key}]" if name else key)]
    if isinstance(value, list):
        return [pair for place, inner in enumerate(value) for pair in brackets(inner, f"{name}[{place}]")]
    if isinstance(value, bool):
        return [(name, str(value).lower())]
    return [(name, "" if value is None else str(value))]


def form(value: Any) -> str:
    return urlencode(brackets(value), errors="replace")
