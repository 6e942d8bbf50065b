"""Sizes: a function is read in one look, a module in one sitting."""

from collections.abc import Iterable, Mapping

from tests.architecture import waivers
from tests.architecture.source import lines_of, modules

FUNCTION, MODULE, VIEW, TASK = (40, 60), (300, 400), (20, 40), 10


def _judge(sizes: Iterable[tuple[str, int]], soft: int, hard: int, waived: Mapping[str, str]) -> list[str]:
    over = {name: size for name, size in sizes if size > soft}
    found = [f"{name} has {size} lines, over {hard}" for name, size in over.items() if size > hard]
    found += [f"{name} has {size} lines, over {soft}, and no waiver" for name, size in over.items() if size <= hard and name not in waived]
    return found + [f"{name} needs its waiver no more" for name in waived if name not in over]


def test_functions_are_short() -> None:
    sizes = ((name, lines_of(function)) for module in modules() for name, function in module.functions())
    assert _judge(sizes, *FUNCTION, waivers.LONG_FUNCTIONS) == []


def test_modules_are_short() -> None:
    assert _judge(((module.path, lines_of(module.tree)) for module in modules() if module.tree.body), *MODULE, waivers.LONG_MODULES) == []


def test_tasks_load_and_make_one_call() -> None:
    tasks = (module for module in modules() if module.path.endswith("/tasks.py"))
    assert [name for module in tasks for name, function in module.functions() if lines_of(function) > TASK] == []


def test_views_fetch_present_and_render() -> None:
    sizes = ((name, lines_of(function)) for module in modules() if module.is_in("views") for name, function in module.functions())
    assert _judge(sizes, *VIEW, waivers.LONG_VIEWS) == []
