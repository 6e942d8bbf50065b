"""`make lighthouse`: scores of the ten main pages, on a demo of its own or on the one at URL; leaves with 1 where one is below what we want."""

import http.cookiejar
import json
import os
import re
import subprocess
import sys
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests import browsers
from tests.runtime.demo_process import of_its_own

ROOT = Path(__file__).resolve().parent.parent.parent
PROGRAM = ROOT / "build" / "lighthouse" / "node_modules" / "lighthouse" / "cli" / "index.js"
# Whose page, where, and the link to follow from there, if any.
PAGES = (
    ("", "/", ""),
    ("", "/near/", ""),
    ("amina", "/start/", ""),
    ("amina", "/groups/", r"/groups/\d+/"),
    ("amina", "/money/", ""),
    ("amina", "/payments/", r"/payments/\d+/"),
    ("amina", "/visits/", r"/weeks/\d+/"),
    ("hodan", "/provider/", ""),
    ("priya", "/council/", ""),
    ("olive", "/operator/", ""),
)
PASSWORD = "three words apart"  # everybody's in the demo: config/demo_story/cast.py
APP_SHOWS = re.compile(r"The app would show <b>(\d+)</b> now")  # to who needs a second step: frontend/templates/parts/app_shows.html
WANTED = {"performance": 95, "accessibility": 100}


class Visitor:
    """Somebody at the demo: signs in as a browser does, and keeps the cookie."""

    def __init__(self, url: str, who: str) -> None:
        self.url, self.jar = url, http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar))
        if who:
            token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.read("/accounts/login/"))
            assert token
            said = {"login": f"{who}@example.com", "password": PASSWORD, "csrfmiddlewaretoken": token[1]}
            arrived = self.read("/accounts/login/", urllib.parse.urlencode(said).encode())
            if asked := APP_SHOWS.search(arrived):
                said = {"code": asked[1], "csrfmiddlewaretoken": token[1]}
                self.read("/accounts/2fa/authenticate/", urllib.parse.urlencode(said).encode())

    def read(self, path: str, data: bytes | None = None) -> str:
        asked = urllib.request.Request(self.url + path, data, {"Referer": self.url + path})
        with self.opener.open(asked) as answer:
            return str(answer.read().decode())

    @property
    def cookies(self) -> str:
        return "; ".join(f"{one.name}={one.value}" for one in self.jar)


@contextmanager
def a_demo() -> Iterator[str]:
    """The address of a demo: of the one that runs at URL, or of a new one that ends with this."""
    if url := os.environ.get("URL"):
        yield url.rstrip("/")
        return
    with of_its_own("ct-lighthouse-") as demo:
        yield demo.url


def score(address: str, cookies: str) -> dict[str, float]:
    """What Lighthouse says of one page as a phone loads it: two scores of 100, and how far things jump."""
    flags = [f"--only-categories={','.join(WANTED)}", "--output=json", "--quiet", f"--chrome-flags={' '.join(browsers.FLAGS)}"]
    head = [f"--extra-headers={json.dumps({'Cookie': cookies})}"] if cookies else []
    chrome = {**os.environ, "CHROME_PATH": str(browsers.find())}
    command = ["node", str(PROGRAM), address, *flags, *head]
    for _ in range(2):  # a browser that did not start is started again
        told = subprocess.run(command, check=False, capture_output=True, env=chrome)
        if told.returncode == 0:
            break
    else:
        sys.exit(told.stderr.decode()[-2000:])
    found = json.loads(told.stdout)
    scores = {name: round(100 * found["categories"][name]["score"]) for name in WANTED}
    return {**scores, "jumps": round(found["audits"]["cumulative-layout-shift"]["numericValue"], 3)}


def main() -> int:
    low = 0
    with a_demo() as url:
        for who, path, link in PAGES:
            visitor = Visitor(url, who)
            if link:
                further = re.search(f'href="({link})"', visitor.read(path))
                assert further, path
                path = further[1]
            found = score(url + path, visitor.cookies)
            is_low = any(found[name] < least for name, least in WANTED.items()) or found["jumps"] >= 0.02
            low += is_low
            print(f"{'LOW ' if is_low else '    '}{path:24}{who or 'nobody':8}", *(f"{name} {value:g}" for name, value in found.items()), flush=True)
    return 1 if low else 0


if __name__ == "__main__":
    sys.exit(main())
