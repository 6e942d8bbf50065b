"""Who walks the long way, and what they do more than once."""

from dataclasses import dataclass

from tests.browser.test_walk import Walk
from tests.browser.visitor import Visitor

THREE = ("Mary", "Dev", "Joan")
KIND, TITLE = "Cleaning and jobs at home", "Help at home in Somali"
MOST_DAYS = 20
"""Longer than any step of this waits by itself."""
MOST_LOOKS = 100
"""Some ten seconds."""


@dataclass
class LongWalk(Walk):
    """`home`: the group's page; `brief`: what it asks providers for."""

    home: str = ""
    brief: str = ""

    def here(self, name: str) -> str:
        """The address somebody is at, for the others to open."""
        return self[name].page.url.removeprefix(self.url).partition("?")[0]

    def when(self, name: str, path: str, says: str) -> Visitor:
        """Days pass until this page says it to this person."""
        somebody = self[name]
        somebody.open(path)
        for _ in range(MOST_DAYS):
            if says in somebody.text:
                return somebody
            self.moves(1)
            somebody.open(path)
        raise AssertionError(f"{name} waits for {says!r} at {path} for ever: {somebody.text}")

    def soon(self, name: str, path: str, says: str) -> Visitor:
        """Without a day passing: the page is opened again until the worker has done what the last press made it do."""
        somebody = self[name]
        for _ in range(MOST_LOOKS):
            somebody.open(path)
            if says in somebody.text:
                return somebody
        raise AssertionError(f"{name} still does not read {says!r} at {path}: {somebody.text}")


def everyone_answers(walk: LongWalk, why: str) -> str:
    """First they talk, then each gives their own answer, and has a receipt for it. The question's address."""
    walk.when("Mary", walk.home, "Give your answer")
    for name in THREE:
        somebody = walk[name]
        somebody.open(walk.home)
        somebody.follow("Give your answer")
        somebody.write({"Anything you want the others to know?": why})
        somebody.press("Give my answer")
        somebody.is_told("Pick one answer for", reason=why)
        somebody.pick("What do you say?", "Yes")
        somebody.press("Give my answer")
        somebody.reads("We have your answer.", "You answered: Yes", "Receipt:")
    return walk.here(THREE[-1])
