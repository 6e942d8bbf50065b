"""Looks at a page as it stands in a browser, wide and on a phone: nothing for axe to find, nothing sideways, the same to press on both."""

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

PHONE, WIDE = 320, 1280
SCREENS = ((WIDE, "light"), (PHONE, "light"))
CHECKED = {
    "resultTypes": ["violations"],
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]},
}
# Only what is wrong comes out of the browser: the whole answer takes longer to carry than to find.
VIOLATIONS = "checked => axe.run(checked).then(answer => answer.violations.map(each => [each.id, each.nodes.map(node => node.target)]))"
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
# What somebody can press or fill in, as it is drawn at this width.
CONTROLS = """[...document.querySelectorAll("main :is(a, button, input, select, textarea, summary)")]
    .filter(each => each.checkVisibility({visibilityProperty: true})).map(each => `${each.tagName} ${each.name || each.innerText}`)"""


def wrong(page: Page, where: str, screens: Any = SCREENS) -> list[object]:
    """What is wrong with it on each screen (`(width, "light" or "dark")`), with `where` it was found. The page stays on the last one.

    Whatever can be pressed on one screen can be pressed on the other, so that walking on one of them stands for both.
    """
    if not page.evaluate("'axe' in window"):
        page.evaluate(Axe().axe_script)
    found: list[object] = []
    controls: dict[int, list[str]] = {}
    for width, scheme in screens:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        found += [(where, width, scheme, *each) for each in page.evaluate(VIOLATIONS, CHECKED)]
        if page.evaluate(SIDEWAYS) > 0:
            found.append((where, width, "goes sideways"))
        controls[width] = page.evaluate(CONTROLS)
    if any(each != controls[WIDE] for each in controls.values()):
        found.append((where, "has other controls on a phone", controls))
    return found
