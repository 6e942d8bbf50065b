"""Who may do what: writing, reading the clock, importing, posting. import-linter judges the imports; the rest is read from the source."""

import ast
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TypeGuard

from tests.architecture import waivers
from tests.architecture.source import ROOT, Module, dotted, modules

WRITES_WITH_VALUES = {"create", "acreate", "update", "aupdate", "get_or_create", "update_or_create"}
WRITES_WITHOUT = {"delete", "adelete", "save", "asave"}
WRITES_OF_MANY = {"bulk_create", "bulk_update", "abulk_create", "abulk_update"}
CLOCKS = {
    "timezone.now",
    "timezone.localdate",
    "datetime.now",
    "datetime.utcnow",
    "datetime.today",
    "date.today",
    "time.time",
    "clock.now",
    "clock.today",
}
CLOCKS |= {"datetime.datetime.now", "datetime.date.today", "audit.clock.now", "audit.clock.today"}
NO_CLOCK = ("services", "rules", "querysets", "selectors", "policies", "models", "consumers", "presenters")


def _unwaived(found: Iterable[tuple[str, int]], waived: dict[str, str]) -> list[str]:
    """`found`: name of the function or module, and line."""
    seen = list(found)
    names = {name for name, _ in seen}
    stale = [f"{name} needs its waiver no more" for name in waived if name not in names]
    return [f"{name} (line {line})" for name, line in seen if name not in waived] + stale


def _where(module: Module, node: ast.expr) -> tuple[str, int]:
    inside = [name for name, function in module.functions() if function.lineno <= node.lineno <= (function.end_lineno or 0)]
    return (inside[-1] if inside else module.path, node.lineno)


def _writes(call: ast.Call) -> bool:
    if not isinstance(call.func, ast.Attribute):
        return False
    name = call.func.attr
    if name in WRITES_WITH_VALUES:
        return bool(call.keywords) and dotted(call.func.value) not in {"self.client", "client"}
    return name in WRITES_OF_MANY or (name in WRITES_WITHOUT and not call.args)


def _asks_a_service(module: Module, call: ast.Call) -> bool:
    """`listings.save(...)`, where `listings` was imported from a room's services."""
    asked = dotted(call.func).partition(".")[0]
    return any(
        isinstance(node, ast.ImportFrom) and (node.module or "").endswith(".services") and asked in {name.asname or name.name for name in node.names}
        for node in ast.walk(module.tree)
    )


def _is_float(node: ast.AST) -> TypeGuard[ast.expr]:
    return (isinstance(node, ast.Name) and node.id == "float") or (isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div))


def test_imports_point_down() -> None:
    done = subprocess.run([Path(sys.executable).parent / "lint-imports", "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_only_services_write() -> None:
    others = (module for module in modules() if not module.is_in("services", "sandbox", "querysets", "gateways"))
    found = (_where(module, call) for module in others for call in module.calls() if _writes(call) and not _asks_a_service(module, call))
    assert _unwaived(found, waivers.WRITES) == []


def test_the_clock_is_read_at_the_edge() -> None:
    inner = (module for module in modules() if module.is_in(*NO_CLOCK) and not module.is_in("sandbox"))
    found = (_where(module, call) for module in inner for call in module.calls() if dotted(call.func) in CLOCKS)
    assert _unwaived(found, waivers.CLOCKS) == []


def test_nobody_uses_signals() -> None:
    wanted = ("django.db.models.signals", "django.dispatch", "django.db.models import signals", "django.core.signals")
    assert [module.path for module in modules() if any(name in module.text for name in wanted)] == []


def test_no_float_is_near_money() -> None:
    money = [module for module in modules() if module.room in {"ledger", "payments", "pooling"} and not module.is_in("sandbox", "gateways")]
    found = (_where(module, node) for module in money for node in ast.walk(module.tree) if _is_float(node))
    assert _unwaived(found, waivers.FLOATS) == []


def test_services_take_named_arguments_and_say_what_they_do() -> None:
    services = [module for module in modules() if module.is_in("services")]
    public = [
        (name, node) for module in services for name, node in module.functions() if "." not in name.split(":")[1] and not node.name.startswith("_")
    ]
    deeds = ((name, node) for name, node in public if "by" in {arg.arg for arg in [*node.args.args, *node.args.kwonlyargs]})
    positional = ((name, node.lineno) for name, node in deeds if len([*node.args.posonlyargs, *node.args.args]) > 1)
    assert _unwaived(positional, waivers.POSITIONAL) == []
    assert [name for name, node in public if not ast.get_docstring(node)] == []


def test_every_room_says_what_it_owns() -> None:
    rooms = [module for module in modules() if module.path.count("/") == 1 and module.path.endswith("/__init__.py")]
    for module in rooms:
        words = ast.get_docstring(module.tree) or ""
        assert "Owns" in words, module.path
        assert "not own" in words, module.path


def test_lock_files_name_no_addresses() -> None:
    for lock in (ROOT / "requirements").glob("*.lock"):
        text = lock.read_text()
        assert "://" not in text, lock.name
        assert "--index-url" not in text, lock.name
        assert "--hash=sha256:" in text, lock.name


def test_no_path_of_one_machine_is_written_down() -> None:
    elsewhere = ("/" + "work/", "/" + "root/", "/" + "home/")
    files = [path for pattern in ("*.md", "*.toml", "Makefile", "docs/**/*.md", ".ci/*") for path in ROOT.glob(pattern)]
    files += [ROOT / module.path for module in modules()]
    assert [str(path.relative_to(ROOT)) for path in files if any(there in path.read_text() for there in elsewhere)] == []
