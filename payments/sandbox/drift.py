"""What a new SDK changes for us: the contract we agreed to, kept short and by name, held beside the one that is installed.

A bump of the SDK is then looked at, operation by operation, before it is trusted with money.
"""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from payments.sandbox import contract, operations, sdk_reader
from payments.sandbox.contract import Contract
from payments.sandbox.registry import OPERATIONS
from payments.sandbox.sdk_reader import Schema

AGREED = Path(__file__).with_name("agreed_contract.json")
Digest = dict[str, Any]
Shape = dict[str, str]
DEPTH = 2  # how deep names are told one by one; what is below is told as one short mark
MANY = 12  # longer lists of words are told as their number and a mark


def installed() -> Digest:
    return _read(sdk_reader.sdk_root())


def agreed() -> Digest:
    return _stored(AGREED)


def find(place: str) -> Digest:
    """A digest written earlier (a JSON file), or the digest of an SDK unpacked in a folder. Raises LookupError when it is neither."""
    path = Path(place)
    if path.is_file():
        return _stored(path)
    root = path if (path / "_version.py").exists() else path / "stripe"
    if not (root / "_version.py").exists():
        raise LookupError(f"{place} is neither a digest nor a folder with the stripe SDK in it.")
    return _read(root)


def write(digest: Digest, path: Path = AGREED) -> None:
    """One line an operation and a shape, so that a change can be read in a comparison."""
    lines = [f"{json.dumps(name)}: {json.dumps(digest[name])}" for name in ("sdk", "api_version")]
    for part in ("operations", "shapes"):
        inner = ",\n".join(f"{json.dumps(name)}: {json.dumps(digest[part][name], sort_keys=True)}" for name in sorted(digest[part]))
        lines.append(f"{json.dumps(part)}: {{\n{inner}\n}}")
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n")


def _stored(path: Path) -> Digest:
    found: Digest = json.loads(path.read_text())
    return found


def _read(root: Path) -> Digest:
    assert operations.__all__  # importing them is what fills OPERATIONS
    return digest_of(Contract(sdk_reader.sdk_version(root), contract.derive(set(OPERATIONS), root, may_lack=True)))


def digest_of(known: Contract) -> Digest:
    """Operations with the names of what they ask and answer, and each of these shapes: dotted name to type, `!` where it must be there."""
    found: Digest = {"sdk": known.sdk_version, "api_version": known.api_version, "operations": {}, "shapes": {}}
    for route in known.routes:
        pair = []
        for schema in (route.request, _item(route.answer)):
            name = _name(schema)
            found["shapes"].setdefault(name, dict(_lines(known, schema, "", DEPTH)))
            pair.append(name)
        found["operations"][route.name] = pair
    return found


def _item(answer: Schema) -> Schema:
    """Of a list, what it lists: all lists are alike around it."""
    inner: Schema = answer.get("properties", {}).get("data", {}).get("items", answer)
    return inner


def _name(schema: Schema) -> str:
    if "$ref" in schema:
        return str(schema["$ref"]).removeprefix("#/$defs/")
    if "anyOf" in schema:
        return " or ".join(_name(option) for option in schema["anyOf"])
    return "nothing" if not schema.get("properties") else f"shape {_mark(schema)}"


def _mark(value: object) -> str:
    return "#" + hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:8]


def _lines(known: Contract, schema: Schema, before: str, depth: int) -> Iterator[tuple[str, str]]:
    for option in _options(known, schema):
        required = set(option.get("required", []))
        for name, inner in option.get("properties", {}).items():
            full = f"{before}{name}"
            yield full, _word(known, inner, deep=depth > 1) + ("!" if name in required else "")
            if depth > 1:
                yield from _lines(known, inner, f"{full}.", depth - 1)


def _options(known: Contract, schema: Schema) -> list[Schema]:
    """The objects a schema may be, looking through references, unions and lists."""
    whole = known.follow(schema)
    if "anyOf" in whole:
        return [each for option in whole["anyOf"] for each in _options(known, option)]
    if whole.get("type") == "array":
        return _options(known, whole["items"])
    return [whole] if "properties" in whole else []


def _word(known: Contract, schema: Schema, *, deep: bool) -> str:
    """A type in a word or two. An object that is not told name by name has a mark of all that is in it, however deep."""
    whole = known.follow(schema)
    if "anyOf" in whole:
        return " or ".join(sorted({_word(known, option, deep=deep) for option in whole["anyOf"]}))
    if "enum" in whole:
        words = sorted(map(str, whole["enum"]))
        return "/".join(words) if len(words) <= MANY else f"one of {len(words)} words {_mark(words)}"
    if whole.get("type") == "array":
        return f"list of {_word(known, whole['items'], deep=deep)}"
    if "properties" in whole:
        return "object" if deep else f"object {_mark(_everything(known, whole, frozenset()))}"
    kind = whole.get("type", "anything")
    return " or ".join(kind) if isinstance(kind, list) else str(kind)


def _everything(known: Contract, schema: object, above: frozenset[str]) -> object:
    """A schema with every reference written out, so that its mark changes with anything inside it."""
    if isinstance(schema, list):
        return [_everything(known, each, above) for each in schema]
    if not isinstance(schema, dict):
        return schema
    name = str(schema.get("$ref", ""))
    if name:
        return name if name in above else _everything(known, known.follow(schema), above | {name})
    return {key: _everything(known, inner, above) for key, inner in schema.items()}


# --- the report ---


def report(old: Digest, new: Digest) -> list[str]:
    """What changed, a sentence each: first what may break us, then what is only new."""
    breaks: list[str] = []
    news: list[str] = []
    for name in sorted(old["operations"] | new["operations"]):
        before, after = old["operations"].get(name), new["operations"].get(name)
        if before is None:
            news.append(f"{name}: not in the agreed contract yet.")
        elif after is None:
            breaks.append(f"{name}: gone. Whatever calls it must change first.")
        else:
            for side, first, second in zip(("takes", "answers"), before, after, strict=True):
                _compare(f"{name} {side}", old["shapes"].get(first, {}), new["shapes"].get(second, {}), breaks, news)
    return breaks + news


def _compare(where: str, before: Shape, after: Shape, breaks: list[str], news: list[str]) -> None:
    """A field that is part of one that came or went is not told by itself."""
    gone, came = before.keys() - after.keys(), after.keys() - before.keys()
    for field in sorted(gone):
        if field.rpartition(".")[0] not in gone:
            breaks.append(f"{where}: `{field}` is gone (it was {before[field]}).")
    for field in sorted(before.keys() & after.keys()):
        if before[field] != after[field]:
            breaks.append(f"{where}: `{field}` was {before[field]}, is {after[field]}.")
    for field in sorted(came):
        if field.rpartition(".")[0] not in came:
            must = after[field].endswith("!") and where.endswith("takes")
            (breaks if must else news).append(f"{where}: `{field}` is new ({after[field]}){', and must be given' if must else ''}.")
