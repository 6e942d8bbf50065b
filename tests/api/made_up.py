"""Requests that schemathesis makes up from our own OpenAPI document, about things that are there, and what must be true of every answer."""

import copy
import os
import random
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.generation import GenerationMode
from schemathesis.generation.case import Case
from schemathesis.specs.openapi.checks import (
    allow_header_conformance,
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

# That Stripe did not answer (503) is foreseen; everything else from 500 up is a fault.
CHECKS = (
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
    unsupported_method,
    allow_header_conformance,
)
SEED = int(os.environ.get("SEED") or 20260302)
Send = Callable[[Any], Any]

# Where ids are found of what is not called like its list without the "s".
FOUND_UNDER = {"payers": "memberships", "council": "floats", "group": "clusters", "holder": "wallets", "provider": "enterprises"}


@dataclass
class Things:
    """Ids of what is there, by the first word of its address; for those who may see it and for those who may not."""

    ids: dict[str, list[Any]]

    @classmethod
    def read(cls, read: Callable[[str], Any], lists: Iterable[str]) -> "Things":
        """`read` gives the JSON of an address, or None where it is not for whoever asks."""
        found: dict[str, list[Any]] = {}
        for name in lists:
            rows = (read(f"/api/v1/{name}/?page_size=200") or {}).get("results", [])
            ids = [row.get("id", row.get("code")) for row in rows if isinstance(row, dict)]
            found[name] = [one for one in ids if one is not None]
        return cls(found)

    def beside(self, more: "Things") -> "Things":
        """With those of somebody who sees more, where there is none: they are not there for whoever asks."""
        return Things({name: self.ids.get(name) or ids for name, ids in more.ids.items()})

    def under(self, name: str) -> list[Any]:
        list_of_them = FOUND_UNDER.get(name, name.replace("_", "-") + "s")
        return self.ids.get(list_of_them) or self.ids.get(name, [])

    def put_into(self, case: Any, chance: random.Random) -> None:
        """Most made-up numbers are about nothing: what is named like a list of ours becomes one of its things, more often than not."""
        first = case.path.removeprefix("/api/v1/").split("/")
        about = first[1] if first[0] == "statements" else first[0]
        pool = self.under(about)
        for name, value in case.path_parameters.items():
            if pool and value is not None and chance.random() < 0.85:
                case.path_parameters[name] = chance.choice(pool)
        if case.meta is None or not case.meta.generation.mode.is_positive:
            return
        if isinstance(case.body, dict):
            case.body = self._filled(case.body, chance)

    def _filled(self, body: dict[str, Any], chance: random.Random) -> dict[str, Any]:
        filled = dict(body)
        for name, value in body.items():
            pool = self.under(name)
            if isinstance(value, dict):
                filled[name] = self._filled(value, chance)
            elif pool and chance.random() < 0.8:
                if isinstance(value, list):
                    filled[name] = chance.sample(pool, min(len(pool), chance.randint(1, 3)))
                elif isinstance(value, int) and isinstance(pool[0], int):
                    filled[name] = chance.choice(pool)
        return filled


@dataclass
class Seen:
    """What came of it: answers by status, and each kind of failure once for an operation."""

    statuses: Counter[int] = field(default_factory=Counter)
    wrong: dict[tuple[str, str], str] = field(default_factory=dict)

    @property
    def asked(self) -> int:
        return sum(self.statuses.values())


def made_up(operation: Any, examples: int) -> list[Any]:
    """Cases of one operation, the same ones each time: half of them fit the document, the others do not."""
    cases = _drawn(operation, GenerationMode.POSITIVE, max(1, examples // 2))
    cases += _drawn(operation, GenerationMode.NEGATIVE, examples // 4)
    return cases + _listed(operation, examples - len(cases))


def _drawn(operation: Any, mode: GenerationMode, examples: int) -> list[Any]:
    """What hypothesis draws from the shapes. Nothing, where nothing that does not fit can be said."""
    found: list[Any] = []

    @settings(max_examples=max(1, examples), deadline=None, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @seed(SEED)
    @given(case=operation.as_strategy(generation_mode=mode))
    def draw(case: Any) -> None:
        found.append(case)

    if examples:
        with suppress(Unsatisfiable):
            draw()
    return found


def _listed(operation: Any, examples: int) -> list[Any]:
    """Some of what schemathesis lists without chance: each field missing, of another type, too long, too large; each other method."""
    config = operation.schema.config.generation_for(operation=operation)
    every = operation.schema.iter_coverage_cases(operation, generation_modes=list(GenerationMode), generation_config=config)
    found = list(islice(every, 12 * max(1, examples)))
    return random.Random(SEED).sample(found, min(examples, len(found)))


def _again(case: Any) -> Any:
    """The case as it was made, to be filled in by somebody else."""
    kept = {name: copy.copy(getattr(case, name)) for name in ("path_parameters", "headers", "cookies", "query", "body")}
    meta = replace(case.meta, generation=copy.copy(case.meta.generation), components=dict(case.meta.components))
    return Case(case.operation, case.method, case.path, **kept, media_type=case.media_type, meta=meta)


def ask(made: Any, things: Things, send: Send, seen: Seen, chance: random.Random) -> None:
    """Sends a case about what is there, and looks at the answer."""
    case = _again(made)
    things.put_into(case, chance)
    answer = send(case)
    seen.statuses[answer.status_code] += 1
    checks = CHECKS if answer.status_code == 503 else (not_a_server_error, *CHECKS)
    try:
        case.validate_response(answer, checks=list(checks))
    except FailureGroup as failures:
        for failure in failures.exceptions:
            seen.wrong.setdefault((case.operation.label, type(failure).__name__), f"{failure}\n{case.as_curl_command()}")
