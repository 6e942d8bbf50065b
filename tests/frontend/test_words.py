"""The words people see: our own nouns stay in the code, nothing is written in a style attribute or a script.

Templates for operators, commissioners and readers of the API may use our nouns (look.md, words on the page).
"""

import ast
import builtins
import html
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = ROOT / "frontend" / "templates"
OURS_ONLY = re.compile(
    r"\b(clusters?|charters?|memberships?|pledg(?:e|es|ed|ing)|earmark\w*|portions?|ballots?|quorums?|electorates?|milestones?|attest\w*"
    r"|remittances?|payouts?|settlements?|run-offs?|enterprises?|indicative|suppressed|escrow|successfully|service users?|clients?|needs-led)\b",
    re.IGNORECASE,
)
MAY_USE_OUR_NOUNS = ("operator", "commissioner", "api", "admin", "rest_framework", "drf_spectacular")
# Alarms and checks of the books: their sentences go to operators only.
FOR_OPERATORS = {"reconciliation.py", "matching.py", "freezes.py", "floats.py", "alarms.py"}
# Tags whose strings are names of pages, files and variables, not words for people.
NAMES_ONLY = {"url", "address", "extends", "load", "static", "block", "endblock", "get", "scene", "icon", "csrf_token", "for", "if", "elif", "slot"}
ROOMS = ("audit", "ledger", "people", "places", "vocabulary", "payments", "pooling", "providers", "marketplace")
_TAG = re.compile(r"\{%\s*(\w+)(.*?)%\}", re.DOTALL)
_STRING = re.compile(r"\"([^\"]*)\"|'([^']*)'")
_SAID_ATTRIBUTE = re.compile(r"(?:aria-label|alt|title|placeholder|data-l)=\"([^\"]*)\"")


def templates() -> list[Path]:
    return sorted(path for path in TEMPLATES.rglob("*") if path.suffix in {".html", ".txt"})


def is_for_everybody(path: Path) -> bool:
    return not set(path.with_suffix("").parts) & set(MAY_USE_OUR_NOUNS)


def _words_of_tag(found: re.Match[str]) -> str:
    name, rest = found.groups()
    literals = [a or b for a, b in _STRING.findall(rest)]
    if name in NAMES_ONLY:
        literals = []
    elif name in {"include", "with"}:
        literals = [each for each in literals if " " in each]
    return f" {' . '.join(literals)} "


def seen(source: str) -> str:
    """What a person may read of a template: text, strings given to parts, and attributes that are read out."""
    source = re.sub(r"\{#.*?#\}|\{%\s*comment.*?endcomment\s*%\}|<!--.*?-->", " ", source, flags=re.DOTALL)
    source = re.sub(
        r"\{\{(.*?)\}\}", lambda found: " . ".join(a or b for a, b in _STRING.findall(found[1]) if " " in (a or b)), source, flags=re.DOTALL
    )
    source = _TAG.sub(_words_of_tag, source)
    attributes = " . ".join(_SAID_ATTRIBUTE.findall(source))
    return html.unescape(re.sub(r"<[^>]*>", " ", source) + " . " + attributes)


@pytest.mark.parametrize("path", [path for path in templates() if is_for_everybody(path)], ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_a_template_says_it_in_words_people_use(path: Path) -> None:
    assert sorted({found.lower() for found in OURS_ONLY.findall(seen(path.read_text()))}) == []


@pytest.mark.parametrize("path", templates(), ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_a_template_has_no_inline_style_or_script(path: Path) -> None:
    assert re.findall(r"<script(?! src=)|<style|\bstyle\s*=|\son\w+\s*=\s*[\"']|javascript:", path.read_text()) == []


def _docstrings(tree: ast.Module) -> set[ast.expr]:
    holders = [node for node in ast.walk(tree) if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)]
    return {holder.body[0].value for holder in holders if holder.body and isinstance(holder.body[0], ast.Expr)}


def strings_with_words(path: Path) -> Iterator[tuple[int, str]]:
    """String constants of a module that look like something said: two words or more, no markup, not a docstring."""
    tree = ast.parse(path.read_text())
    skipped = _docstrings(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in skipped:
            text = node.value
            if re.search(r"[A-Za-z]+ [a-z]", text) and "<" not in text and "__" not in text:
                yield node.lineno, text


def frontend_modules() -> list[Path]:
    return sorted(path for path in (ROOT / "frontend").rglob("*.py") if is_for_everybody(path) and "pictures" not in path.parts)


@pytest.mark.parametrize("path", frontend_modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_forms_and_views_say_it_in_words_people_use(path: Path) -> None:
    wrong = [(line, OURS_ONLY.findall(text), text) for line, text in strings_with_words(path) if OURS_ONLY.search(text)]
    assert wrong == []


def _is_for_programmers(kind: ast.expr) -> bool:
    """Python's own exceptions (ValueError…) are never shown to people."""
    return isinstance(kind, ast.Name) and hasattr(builtins, kind.id)


def sentences(path: Path) -> Iterator[tuple[int, str]]:
    """The sentences of refusals: class attributes called `sentence`, and what is given to an exception or to `sentence=`."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Assign) and any(isinstance(target, ast.Name) and target.id == "sentence" for target in node.targets):
            values: list[ast.expr] = [node.value]
        elif isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and not _is_for_programmers(node.exc.func):
            values = [*node.exc.args, *(each.value for each in node.exc.keywords)]
        else:
            continue
        for value in values:
            for inner in ast.walk(value):
                if isinstance(inner, ast.Constant) and isinstance(inner.value, str) and " " in inner.value:
                    yield inner.lineno, inner.value


def room_modules() -> list[Path]:
    skipped = {"migrations", "sandbox", "management", "gateways"}
    found = (path for room in ROOMS for path in (ROOT / room).rglob("*.py"))
    return sorted(path for path in found if not skipped & set(path.parts) and path.name not in FOR_OPERATORS)


def test_refusals_of_every_room_say_it_in_words_people_use() -> None:
    wrong = [f"{path.relative_to(ROOT)}:{line}: {text}" for path in room_modules() for line, text in sentences(path) if OURS_ONLY.search(text)]
    assert wrong == []


def test_the_scan_sees_what_people_see() -> None:
    source = """{% load parts %}{% comment %}the cluster{% endcomment %}<p class="pledge">{% button "Pledge now" %}</p>
    {% url "charter-sign" as x %}<a href="{{ x }}" aria-label="The milestone">go</a>{{ name|default:"a service user" }}"""
    assert sorted(found.lower() for found in OURS_ONLY.findall(seen(source))) == ["milestone", "pledge", "service user"]
