"""Nothing of a run of the tests has to outlive it: where there is room, its database and its folders are in memory, and gone afterwards.

Named in pyproject.toml, so that it is read before the settings are. With DATA_DIR or TMPDIR set, that place is used.
Here is also what must be so before anything else is read: what Python keeps compiled, and how often it looks for rubbish.
"""

import gc
import hashlib
import os
import shutil
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
MEMORY = Path("/dev/shm")
ROOM_BYTES = 6 << 30
FOLDER = MEMORY / f"clubtogether-{os.getuid()}-{hashlib.sha256(bytes(ROOT)).hexdigest()[:8]}"


def _settle() -> None:
    asked = any(os.environ.get(name) for name in ("DATA_DIR", "TMPDIR", "DATABASE_URL"))
    if asked or not os.access(MEMORY, os.W_OK) or shutil.disk_usage(MEMORY).free < ROOM_BYTES:
        return
    for name, folder in (("DATA_DIR", FOLDER / "data"), ("TMPDIR", FOLDER / "tmp")):
        folder.mkdir(parents=True, exist_ok=True)
        os.environ[name] = str(folder)
    tempfile.tempdir = None


def _save_python_work() -> None:
    """The processes of the tests start a hundred times over: each would compile all our modules again where bytecode may not be written."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False
    gc.set_threshold(20_000, 20, 20)


def pytest_collection_finish() -> None:
    """The modules and the thousands of tests stay to the end: the collector need not look at them again."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """First, so that tidying up comes last: the server is stopped by then, unless another run still uses it."""
    if "PYTEST_XDIST_WORKER" not in os.environ and os.environ.get("DATA_DIR") == str(FOLDER / "data"):
        config.add_cleanup(_tidy_up)


def _tidy_up() -> None:
    from config import postgres  # only now: whatever it reads is to see where we settled

    if not postgres.is_running(FOLDER / "data"):
        with suppress(OSError):
            shutil.rmtree(FOLDER)


_settle()
_save_python_work()
