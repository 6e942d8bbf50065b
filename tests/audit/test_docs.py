"""docs/facts.md says what the code does: the same kinds, the same listeners, and consumers that exist."""

import ast
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("people", "payments", "pooling", "providers", "marketplace")
ROW = re.compile(r"^\| `(\w+\.\w+)` \|.*\|([^|]*)\|$", re.MULTILINE)


def documented() -> dict[str, set[str]]:
    """Kind -> the rooms that listen, as the table says."""
    return {kind: set(re.findall(r"\w+", listeners)) for kind, listeners in ROW.findall((ROOT / "docs" / "facts.md").read_text())}


def recorded() -> set[str]:
    """Every kind that some code records: given to `facts.record` itself, or to a function that passes its `kind` on."""
    return {kind for room in ROOMS for kind in _kinds_of(room)}


def _kinds_of(room: str) -> Iterator[str]:
    trees = [ast.parse(path.read_text()) for path in (ROOT / room).rglob("*.py") if "sandbox" not in path.parts]
    passers = {function.name for tree in trees for function in ast.walk(tree) if isinstance(function, ast.FunctionDef) and _passes_kind_on(function)}
    for tree in trees:
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            if _is_record(call) or _name(call.func) in passers:
                given = [keyword.value for keyword in call.keywords if keyword.arg == "kind"] or call.args[:1]
                words = [node.value for argument in given for node in ast.walk(argument) if isinstance(node, ast.Constant)]
                yield from (word if "." in str(word) else f"{room}.{word}" for word in words if str(word).strip(".") != room)


def _passes_kind_on(function: ast.FunctionDef) -> bool:
    named = {argument.arg for argument in [*function.args.args, *function.args.kwonlyargs]}
    return "kind" in named and any(isinstance(node, ast.Call) and _is_record(node) for node in ast.walk(function))


def _is_record(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Attribute) and call.func.attr == "record" and _name(call.func.value) == "facts"


def _name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def test_the_table_lists_every_fact_that_is_recorded_and_no_other() -> None:
    assert recorded() == set(documented())


def test_every_route_is_of_a_fact_in_the_table_and_the_table_names_who_listens() -> None:
    routed = {kind: {consumer.partition(".")[0] for consumer in consumers} for kind, consumers in settings.FACT_ROUTES.items()}
    assert routed.keys() <= documented().keys()
    assert {kind: listeners for kind, listeners in documented().items() if listeners} == routed


@pytest.mark.parametrize("consumer", sorted({name for names in settings.FACT_ROUTES.values() for name in names}))
def test_every_consumer_is_there_and_above_who_tells(consumer: str) -> None:
    module, _, name = consumer.rpartition(".")
    function = getattr(import_module(module), name)
    assert set(function.__annotations__) == {"fact", "at", "return"}
    height = {room: level for level, room in enumerate(("audit", *ROOMS[:2], "pooling providers", "marketplace", "frontend"))}
    place = {room: level for rooms, level in height.items() for room in rooms.split()}
    tellers = {kind.partition(".")[0] for kind, names in settings.FACT_ROUTES.items() if consumer in names}
    assert all(place[consumer.partition(".")[0]] > place[teller] for teller in tellers)
