"""Our own Python, read as syntax trees: what the architecture tests look at."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
ROOMS = ["audit", "config", "frontend", "ledger", "marketplace", "payments", "people", "places", "pooling", "providers", "vocabulary"]
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Module:
    """One file: its path from the root, its text and its tree."""

    path: str
    text: str
    tree: ast.Module

    @property
    def room(self) -> str:
        return self.path.split("/", 1)[0]

    def is_in(self, *parts: str) -> bool:
        """Whether it lies in a folder of one of these names, or is a file of one of these names."""
        names = self.path.removesuffix(".py").split("/")
        return bool(set(names) & set(parts))

    def functions(self) -> Iterator[tuple[str, Function]]:
        """Every function with its name as `path:Class.function`."""
        yield from _functions(self.tree, f"{self.path}:")

    def calls(self) -> Iterator[ast.Call]:
        return (node for node in ast.walk(self.tree) if isinstance(node, ast.Call))


def _functions(node: ast.AST, prefix: str) -> Iterator[tuple[str, Function]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            yield prefix + child.name, child
            yield from _functions(child, f"{prefix}{child.name}.")
        elif isinstance(child, ast.ClassDef):
            yield from _functions(child, f"{prefix}{child.name}.")
        else:
            yield from _functions(child, prefix)


@cache
def modules() -> tuple[Module, ...]:
    """Every module of the rooms, migrations left out."""
    paths = [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py")) if "migrations" not in path.parts]
    return tuple(Module(str(path.relative_to(ROOT)), text := path.read_text(), ast.parse(text)) for path in paths)


def lines_of(node: ast.Module | Function) -> int:
    """Lines of code, without the docstring."""
    last = node.body[-1].end_lineno or 0
    first = 1 if isinstance(node, ast.Module) else node.lineno
    docstring = node.body[0] if ast.get_docstring(node) is not None else None
    return last - first + 1 - ((docstring.end_lineno or 0) - docstring.lineno + 1 if docstring else 0)


def dotted(node: ast.expr) -> str:
    """`a.b.c` of an attribute chain; an empty string for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        before = dotted(node.value)
        return f"{before}.{node.attr}" if before else ""
    return ""
