"""Pages of the story as somebody would see them in a browser: asked for through Django, drawn one after the other in one window, looked at by axe.

The window is kept and only what is in it is changed, so that axe is read once: a page takes about a tenth of a second.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page as Window
from playwright.sync_api import sync_playwright

from tests import browsers
from tests.architecture import roles
from tests.architecture.route import Route

STATIC = Path(__file__).resolve().parent.parent.parent / "frontend" / "static" / "frontend"
WHO = [roles.name(part) for part in roles.EVERYBODY]
OURS = "/static/frontend/site"
EVERYTHING = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
Scheme = Literal["light", "dark"]
# Puts a page in place of the one before, with our style sheets in it, and looks.
DRAW = """async ([html, css, rules]) => {
    const drawn = new DOMParser().parseFromString(html, "text/html");
    drawn.querySelectorAll('link, script').forEach(each => each.remove());
    drawn.head.append(Object.assign(drawn.createElement("style"), {textContent: css}));
    document.replaceChild(document.adoptNode(drawn.documentElement), document.documentElement);
    const wrong = document.documentElement.scrollWidth > document.documentElement.clientWidth ? ["goes sideways"] : [];
    const found = await axe.run(document, {resultTypes: ["violations"], runOnly: rules});
    found.violations.forEach(each => each.nodes.slice(0, 3).forEach(node => wrong.push(each.id + ": " + node.html.slice(0, 160))));
    return wrong;
}"""


@dataclass(frozen=True)
class Page:
    """What somebody got. `kind`: the same for two pages that differ in their words and numbers only."""

    where: str
    who: str
    html: str

    @property
    def kind(self) -> str:
        bones = re.sub(r">[^<]+<", "><", re.sub(r'(value|href|action|title|aria-label|content|d|points|transform)="[^"]*"|\d+', "", self.html))
        return sha256(bones.encode()).hexdigest()


def pages(door: roles.Door, routes: Iterable[tuple[Route, str]], things: dict[str, Any], *, everybody: bool) -> list[Page]:
    """Every page there is, and every form with its problems: as whoever stands last in its line (routes.py) sees it, and who is not signed in; or
    as everybody does. `routes`: with the address filled in. One page of each kind.
    """
    found: dict[str, Page] = {}
    for route, where in routes:
        for who, method in _asked(route, everybody=everybody):
            sent = things[route.sent] if isinstance(route.sent, str) else route.sent
            answer = door.ask(who, method, where, sent if method == "POST" else None)
            if OURS in answer.body:
                page = Page(f"{method} {where}", who, answer.body)
                found.setdefault(page.kind, page)
    return list(found.values())


def _asked(route: Route, *, everybody: bool) -> Iterator[tuple[str, str]]:
    reads = [who for who, mark in zip(WHO, route.get.replace(" ", ""), strict=bool(route.get)) if mark == "+"]
    sends = [who for who, mark in zip(WHO, route.post.replace(" ", ""), strict=bool(route.post)) if mark == "?"]
    for who in reads if everybody else {*reads[-1:], *reads[: reads[:1] == ["nobody"]]}:
        yield who, "GET"
    for who in sends if everybody else sends[-1:]:
        yield who, "POST"


def look(found: Iterable[Page], *, width: int, scheme: Scheme = "light", rules: Sequence[str] = EVERYTHING) -> list[tuple[str, ...]]:
    """What is wrong with them at this width, in this light: whatever axe finds by these rules, and what goes sideways."""
    css = "".join((STATIC / name).read_text() for name in ("site.css", "strands.css"))
    chosen = {"type": "tag" if "wcag2a" in rules else "rule", "values": list(rules)}
    with _window(width, scheme) as page:
        return [(each.where, each.who, f"{width} {scheme}", one) for each in found for one in page.evaluate(DRAW, [each.html, css, chosen])]


@contextmanager
def _window(width: int, scheme: Scheme) -> Iterator[Window]:
    """One page of a browser in which axe is known."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browsers.find(), args=browsers.FLAGS)
        try:
            page = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme).new_page()
            page.evaluate(Axe().axe_script)
            yield page
        finally:
            browser.close()
