"""`make fuzz`: every operation of the API asked by everybody, over HTTP, with requests made up from its document; then the books are proved.

On a demo of its own, or on the one that runs at URL with its DATA_DIR. EXAMPLES of each operation a person (20), other ones by another SEED,
ONLY of operations with one of these words in them, with commas between.
Leaves with 1 where an answer was not as the document says, where something was a fault, or where the books are not right.
"""

import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import requests
import schemathesis

from tests.api.made_up import SEED, Seen, Things, ask, made_up
from tests.runtime.demo_process import ROOT, of_its_own

PASSWORD = "three words apart"  # everybody's in the demo: config/demo_story/cast.py
# Nobody is who did not sign in; Joan sits beside Amina.
WHO = ("nobody", "amina", "yusuf", "halima", "rosa", "joan", "ruth", "hodan", "fatuma", "sam", "colin", "priya", "olive")
SEES_ALL = "olive"


class Visitor:
    """Somebody with a token."""

    def __init__(self, url: str, who: str) -> None:
        self.url, self.session = url, requests.Session()
        self.headers = {}
        if who != "nobody":
            token = self.session.post(f"{url}/api/v1/token/", json={"email": f"{who}@example.com", "password": PASSWORD}, timeout=60).json()["token"]
            self.headers = {"Authorization": f"Token {token}"}

    def read(self, path: str) -> Any:
        answer = self.session.get(self.url + path, headers=self.headers, timeout=60)
        return answer.json() if answer.status_code == 200 else None

    def send(self, case: Any) -> Any:
        return case.call(base_url=self.url, headers=self.headers, session=self.session, timeout=60)


@contextmanager
def a_demo() -> Iterator[tuple[str, dict[str, str]]]:
    """Its address, and the environment in which its books are proved."""
    if url := os.environ.get("URL"):
        yield url.rstrip("/"), dict(os.environ)
        return
    with of_its_own("ct-fuzz-") as demo:
        yield demo.url, demo.environment()


def ask_everybody(url: str, examples: int, only: str) -> dict[str, Seen]:
    """The same cases for all of them, each about things that they may see."""
    people = {who: Visitor(url, who) for who in WHO}
    beside = {"reach": "joan@example.com", "kind": "beside"}
    requests.post(f"{url}/api/v1/supporters/", json=beside, headers=people["amina"].headers, timeout=60)
    document = people["nobody"].read("/api/v1/schema/?format=json")
    schema = schemathesis.openapi.from_dict(document)
    lists = sorted({path.split("/")[3] for path in document["paths"] if path.count("/") == 4})
    every = Things.read(people[SEES_ALL].read, lists)
    things = {who: Things.read(visitor.read, lists).beside(every) for who, visitor in people.items()}
    seen, chance, began = {who: Seen() for who in WHO}, random.Random(SEED), time.monotonic()
    for number, result in enumerate(schema.get_all_operations()):
        if any(word in (operation := result.ok()).label for word in only.split(",")):
            cases = made_up(operation, examples)
            for who, visitor in people.items():
                for case in cases:
                    ask(case, things[who], visitor.send, seen[who], chance)
                told(who, operation.label, seen[who])
            if number % 20 == 0:
                print(f"{time.monotonic() - began:6.0f} s {operation.label}", flush=True)
    return seen


def told(who: str, label: str, seen: Seen) -> None:
    """What was wrong about this operation, as soon as it is known."""
    for (about, kind), words in seen.wrong.items():
        if about == label:
            print(f"\n{who}: {label}: {kind}\n{words}", flush=True)


def main() -> int:
    with a_demo() as (url, environment):
        seen = ask_everybody(url, int(os.environ.get("EXAMPLES") or 20), os.environ.get("ONLY", ""))
        books = subprocess.run([sys.executable, "manage.py", "check_books"], cwd=ROOT, env=environment, check=False)
    for who, one in seen.items():
        answers = ", ".join(f"{status} {count}" for status, count in sorted(one.statuses.items()))
        print(f"{who:8} {one.asked:6} asked, {len(one.wrong)} wrong: {answers}")
    return 1 if books.returncode or any(one.wrong for one in seen.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
