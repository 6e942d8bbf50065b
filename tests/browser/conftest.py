"""One whole platform for the browser: `manage.py demo` on a data folder of its own, where the story was told already; one for each walk."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from config import processes
from tests import browsers
from tests.browser.visitor import Eye
from tests.conftest import Clone
from tests.runtime.demo_process import DemoProcess


@pytest.fixture(scope="module")
def demo(request: pytest.FixtureRequest, copy_story: Callable[[str, Path], Clone]) -> Iterator[DemoProcess]:
    data_dir = Path(tempfile.mkdtemp(prefix="ct-walk-"))
    data_dir.chmod(0o755)
    clone = copy_story(request.node.path.stem, data_dir / "sandbox")
    demo = DemoProcess(data_dir, DATABASE_URL=clone.web_url, DATABASE_OWNER_URL=clone.owner_url)
    try:
        demo.start()
        yield demo
    finally:
        if demo.process is not None and demo.process.poll() is None:
            demo.stop()
        processes.end_marked(data_dir)
        shutil.rmtree(data_dir)


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=browsers.find(), args=browsers.FLAGS)
        try:
            yield found
        finally:
            found.close()


@pytest.fixture(scope="package")
def open_eye(browser: Browser) -> Eye:
    return Eye(browser)


@pytest.fixture
def eye(open_eye: Eye) -> Eye:
    """One for all walks: what was seen in one need not be looked at again in another. What was wrong there is not wrong here."""
    open_eye.wrong.clear()
    return open_eye
