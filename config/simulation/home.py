"""A PostgreSQL and a database of the simulator's own, made for one run and thrown away; never the site's."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from django.core.management import call_command
from django.db import connections

from config import postgres
from config.environment import database


@contextmanager
def own_database() -> Iterator[None]:
    """Both connections of this process point at a fresh, migrated database inside this block."""
    before = {alias: dict(connections[alias].settings_dict) for alias in connections}
    with tempfile.TemporaryDirectory(prefix="simulation-", ignore_cleanup_errors=True) as folder:
        data_dir = Path(folder)
        postgres.start(data_dir)
        try:
            _make_quick(data_dir)
            for alias, role in (("default", postgres.WEB), ("owner", postgres.OWNER)):
                connections[alias].close()
                wanted = database(postgres.url(data_dir, role), "DATABASE_URL")
                connections[alias].settings_dict.update({key: wanted[key] for key in ("NAME", "USER", "PASSWORD", "HOST", "PORT")})
            call_command("migrate", verbosity=0, interactive=False, skip_checks=True)
            yield
        finally:
            for alias, kept in before.items():
                connections[alias].close()
                connections[alias].settings_dict.update(kept)
            postgres.stop(data_dir)


def _make_quick(data_dir: Path) -> None:
    """Nobody will miss this database after a power cut; and tidying is done at stated steps, so that the same seed meets the same rows."""
    with psycopg.connect(postgres.url(data_dir, postgres.OWNER), autocommit=True) as db:
        for setting in ("fsync = off", "synchronous_commit = off", "full_page_writes = off", "autovacuum = off"):
            db.execute(f"alter system set {setting}".encode())
        db.execute("select pg_reload_conf()")
