"""One demo for all the tests here that use one: telling its story takes longer than they do."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from config import postgres, processes
from tests.runtime.demo_process import DemoProcess


@pytest.fixture(scope="session")
def demo() -> Iterator[DemoProcess]:
    """Not started: who uses it starts it, if nobody has. Its data folder holds what was done in it before."""
    data_dir = Path(tempfile.mkdtemp(prefix="ct-demo-"))
    data_dir.chmod(0o755)
    demo = DemoProcess(data_dir)
    yield demo
    if demo.is_running():
        demo.stop()
    processes.end_marked(data_dir)
    postgres.stop(data_dir)
    shutil.rmtree(data_dir)
