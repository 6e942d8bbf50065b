"""The contract in use: routes, request and answer schemas of the operations we play, cached by SDK version."""

import hashlib
import json
import os
import re
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema_rs

from payments.sandbox import sdk_reader
from payments.sandbox.sdk_reader import Schema, SdkReader, page_of

EMPTY_PAGE = page_of({})


@dataclass(frozen=True)
class Route:
    """One operation: `name` is `METHOD template`, `request` and `answer` its schemas."""

    name: str
    method: str
    template: str
    pattern: re.Pattern[str]
    request: Schema
    answer: Schema


def derive(wanted: set[tuple[str, str]], root: Path | None = None, *, may_lack: bool = False) -> dict[str, Any]:
    """Reads the installed SDK, or the one in this folder. About a second; raises LookupError when it lacks an operation, unless it may."""
    root = root or sdk_reader.sdk_root()
    reader = SdkReader(root)
    operations = reader.operations(wanted, may_lack=may_lack)
    return {"api_version": sdk_reader.api_version(root), "operations": operations, "$defs": reader.schemas}


def load(wanted: set[tuple[str, str]], cache: Path) -> "Contract":
    """The contract of these operations, from the cache folder when the same SDK and the same reader have written it before."""
    version = sdk_reader.sdk_version(sdk_reader.sdk_root())
    print_of = hashlib.sha256(Path(sdk_reader.__file__).read_bytes() + repr(sorted(wanted)).encode()).hexdigest()[:12]
    path = cache / f"stripe-contract-{version}-{print_of}.json"
    if not path.exists():
        cache.mkdir(parents=True, exist_ok=True)
        _in_a_child(lambda: _write(path, wanted))
    return Contract(version, json.loads(path.read_text()))


def _write(path: Path, wanted: set[tuple[str, str]]) -> None:
    draft = path.with_suffix(f".{os.getpid()}")
    draft.write_text(json.dumps(derive(wanted), separators=(",", ":")))
    draft.replace(path)


def _in_a_child(work: Callable[[], None]) -> None:
    """Reading the SDK needs memory that is never given back, so a child does it and dies. Call it before any thread starts."""
    child = os.fork()
    if child == 0:
        try:
            work()
            os._exit(0)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
    if os.waitpid(child, 0)[1]:
        raise RuntimeError("The contract could not be read from the installed stripe SDK.")


class Contract:
    """Finds the route of a request, and checks requests and answers against the SDK's types."""

    def __init__(self, sdk_version: str, document: dict[str, Any]) -> None:
        self.sdk_version = sdk_version
        self.api_version: str = document["api_version"]
        self.defs: dict[str, Schema] = document["$defs"]
        self._validators: dict[str, Any] = {}
        self.routes = sorted(
            (_route(name, operation) for name, operation in document["operations"].items()), key=lambda route: route.template.count("{")
        )
        self._class_of = {
            key.split(":")[1]: key
            for key in self.defs
            if ".params." not in key and "." not in key.split(":")[1] and "object" in self.defs[key].get("properties", {})
        }
        self._key_of_object = {
            self.defs[key]["properties"]["object"]["enum"][0]: key
            for key in self._class_of.values()
            if "enum" in self.defs[key]["properties"]["object"]
        }

    def route(self, method: str, path: str) -> tuple[Route, dict[str, str]] | None:
        for route in self.routes:
            found = route.pattern.match(path) if route.method == method else None
            if found:
                return route, found.groupdict()
        return None

    def follow(self, schema: Schema) -> Schema:
        """The schema itself, with a leading reference followed."""
        return self.defs[schema["$ref"].removeprefix("#/$defs/")] if "$ref" in schema else schema

    def request_fault(self, route: Route, params: dict[str, Any]) -> str:
        return self._fault(route.request, params)

    def answer_fault(self, route: Route, answer: dict[str, Any]) -> str:
        """What is wrong with an answer; empty when nothing is. A list's items are checked one by one: a validator per class, not per operation."""
        item = route.answer.get("properties", {}).get("data", {}).get("items")
        if item is None:
            return self._fault(route.answer, answer) or self._inner_fault(list(answer.values()))
        faults = [self._fault(item, each) or self._inner_fault(list(each.values())) for each in answer["data"]]
        return next(filter(None, faults), "") or self._fault(EMPTY_PAGE, answer | {"data": []})

    def object_fault(self, value: dict[str, Any]) -> str:
        """What is wrong with an object that stands inside another; empty when nothing is, or when no operation answers with its kind."""
        key = self._key_of_object.get(str(value.get("object")))
        return self._fault({"$ref": f"#/$defs/{key}"}, value) if key else ""

    def _inner_fault(self, values: list[Any]) -> str:
        for value in values:
            fault = ""
            if isinstance(value, dict):
                fault = self.object_fault(value) or self._inner_fault(list(value.values()))
            elif isinstance(value, list):
                fault = self._inner_fault(value)
            if fault:
                return fault
        return ""

    def _fault(self, schema: Schema, value: object) -> str:
        name = schema.get("$ref") or json.dumps(schema)
        if name not in self._validators:
            self._validators[name] = jsonschema_rs.Draft202012Validator({**schema, "$defs": self._closure(schema)})
        validator = self._validators[name]
        if validator.is_valid(value):
            return ""
        first = next(iter(validator.iter_errors(value)))
        return f"{'.'.join(str(step) for step in first.instance_path) or 'body'}: {first.message[:300]}"

    def _closure(self, schema: Schema) -> dict[str, Schema]:
        """Only the definitions this schema leads to: the whole document would cost a few hundred megabytes compiled."""
        found: dict[str, Schema] = {}
        todo = [schema]
        while todo:
            for key in re.findall(r'"#/\$defs/([^"]+)"', json.dumps(todo.pop())):
                if key not in found:
                    found[key] = self.defs[key]
                    todo.append(self.defs[key])
        return found


def _route(name: str, operation: dict[str, Any]) -> Route:
    method, template = name.split(" ")
    pattern = re.compile("^" + re.sub(r"{(\w+)}", r"(?P<\1>[^/]+)", template) + "$")
    return Route(name, method, template, pattern, operation["request"], operation["answer"])
