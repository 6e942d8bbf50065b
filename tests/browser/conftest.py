"""One whole platform for the browser: `manage.py demo` on a data folder of its own, started once."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from config import postgres, processes
from tests import browsers
from tests.runtime.demo_process import DemoProcess


@pytest.fixture(scope="module")
def demo() -> Iterator[DemoProcess]:
    data_dir = Path(tempfile.mkdtemp(prefix="ct-walk-"))
    data_dir.chmod(0o755)
    demo = DemoProcess(data_dir)
    try:
        demo.start()
        yield demo
    finally:
        if demo.process is not None and demo.process.poll() is None:
            demo.stop()
        processes.end_marked(data_dir)
        postgres.stop(data_dir)
        shutil.rmtree(data_dir)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=browsers.find(), args=browsers.FLAGS)
        try:
            yield found
        finally:
            found.close()
