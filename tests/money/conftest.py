"""A PostgreSQL for the tests that kill one, and a database of its own for each simulation."""

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connections
from pytest_django.plugin import DjangoDbBlocker

from config import postgres
from config.simulation.run import Found, run
from config.torture import launcher
from tests.conftest import EMBEDDED, Clone, point_connections_at

Play = Callable[..., Found]


@pytest.fixture(scope="session")
def own_cluster(database_template: str) -> Iterator[Path]:
    """A server that is nobody else's, with our tables in it: its data folder. Tests that use it are in the group `torture`."""
    with launcher.own_cluster(Clone(database_template).owner_url if EMBEDDED else "") as data_dir:
        yield data_dir


@pytest.fixture
def torture(own_cluster: Path) -> Callable[..., dict[str, Any]]:
    """Runs one part as a process, on an empty database of its own; returns its summary, with its lines under `said`."""

    def run(part: str, **options: Any) -> dict[str, Any]:
        name = f"{part}_{abs(hash(tuple(options.items())))}"
        with psycopg.connect(postgres.url(own_cluster, postgres.OWNER, "postgres"), autocommit=True) as db:
            db.execute(f"create database {name} template {postgres.DATABASE}")
        surroundings = launcher.environment(own_cluster, name)
        process = launcher.launch(part, [f"--{key}={value}" for key, value in options.items()], surroundings)
        said = process.communicate(timeout=240)[0].splitlines()
        assert process.returncode == 0, "\n".join([*said, launcher.log_of(part, surroundings).read_text()[-3000:]])
        return {**json.loads(said[-1]), "said": said[:-1]}

    return run


@pytest.fixture
def play(clone_database: Callable[[str], Clone], django_db_blocker: DjangoDbBlocker) -> Iterator[Play]:
    """Runs a simulation on a fresh database of its own; the tests' own is untouched. `without`: what PostgreSQL may not plan with there."""
    before = {alias: dict(connections[alias].settings_dict) for alias in connections}

    def simulate(seed: int, steps: int, *, with_faults: bool = True, without: Sequence[str] = (), **more: Any) -> Found:
        clone = clone_database("simulation")
        with psycopg.connect(clone.owner_url, autocommit=True) as db:
            for way in without:
                db.execute(f"alter database {clone.name} set {way} = off".encode())
        point_connections_at(clone)
        return run(seed, steps, with_faults=with_faults, **more)

    with django_db_blocker.unblock():
        try:
            yield simulate
        finally:
            for alias, kept in before.items():
                connections[alias].close()
                connections[alias].settings_dict.update(kept)
