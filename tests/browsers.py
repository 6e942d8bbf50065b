"""Finds a browser for the browser tests, and gets one where there is none: `python -m tests.browsers`."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Without a screen, without a sandbox (which root may not have), without anything that calls home.
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"]


def find() -> str | None:
    """The path of a Chromium: one on PATH, else Playwright's own; None where there is neither."""
    on_path = next((found for name in NAMES if (found := shutil.which(name))), None)
    return on_path or _playwrights_own()


def _playwrights_own() -> str | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if path and Path(path).exists() else None


def get() -> str:
    """Like `find`, but fetches one first if need be: Debian's package as root, else Playwright's own. Raises SystemExit."""
    if found := find():
        return found
    if os.getuid() == 0 and shutil.which("apt-get"):
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update", "-qq"], check=False, env=quiet)
        subprocess.run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"], check=False, env=quiet)
    if not find():
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)
    return find() or sys.exit("No browser for the browser tests: put chromium on the PATH and start again.")


if __name__ == "__main__":
    print(f"Browser tests use {get()}")
