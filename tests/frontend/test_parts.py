"""The parts of pages: they draw, they say in words what they draw, they escape names, and they stay small."""

import gzip
import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.template import Context, Template
from django.test import Client, RequestFactory
from django.test.signals import template_rendered

from frontend.pictures import people, scenes, strands
from frontend.templatetags.parts import written_once
from frontend.views import specimens

STATIC = Path(__file__).resolve().parents[2] / "frontend" / "static" / "frontend"
PUBLIC = ["/", "/how-it-works/", "/help/", "/worried/", "/accessibility/", "/privacy/", "/style/", "/accounts/login/", "/there-is-nothing-here/"]


def draw(source: str, **context: object) -> str:
    return Template("{% load parts pictures words %}" + source).render(Context(context))


def page(address: str) -> str:
    return Client().get(address).content.decode()


class Shape(HTMLParser):
    """Notes ids, pictures without words, unlabelled boxes and headings while it reads."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.silent: list[str] = []
        self.labelled: set[str] = set()
        self.boxes: list[str] = []
        self.headings: list[str] = []
        self._pictures = 0
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if given.get("id"):
            self.ids.append(given["id"] or "")
        if tag == "svg":
            if not self._pictures and given.get("aria-hidden") != "true" and given.get("role") != "img":
                self.silent.append(self.get_starttag_text() or "")
            self._pictures += 1
        if tag == "label" and given.get("for"):
            self.labelled.add(given["for"] or "")
        if tag in {"input", "select", "textarea"} and given.get("type") not in {"hidden", "submit"}:
            self.boxes.append(given.get("id") or "no id")
        if re.fullmatch(r"h[1-6]", tag):
            self.headings.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag == "svg":
            self._pictures -= 1


@pytest.mark.django_db
@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_page_is_whole(address: str) -> None:
    source = page(address)
    shape = Shape(source)
    assert [name for name, times in Counter(shape.ids).items() if times > 1] == []
    assert shape.silent == []
    assert [box for box in shape.boxes if box not in shape.labelled] == []
    assert shape.headings.count("h1") == 1
    assert '<html lang="en-GB">' in source
    assert re.search(r"<title>[^<]+ – Clubtogether</title>", source)


@pytest.mark.django_db
@pytest.mark.parametrize("address", PUBLIC)
def test_every_page_ends_with_the_same_three_lines(address: str) -> None:
    source = page(address)
    foot = source[source.index("<footer") :]
    for line in ("Need help with this page?", "Worried about someone?", "In danger now?", 'href="tel:999"', 'href="/worried/"'):
        assert line in foot


@pytest.mark.django_db
def test_a_page_that_breaks_still_has_the_three_lines() -> None:
    source = draw('{% include "500.html" %}')
    assert "In danger now?" in source
    assert "Something went wrong on our side" in source


@pytest.mark.django_db
def test_a_title_begins_with_problem_where_there_is_one() -> None:
    response = Client().post("/accounts/login/", {"login": "amina"})
    source = response.content.decode()
    assert re.search(r"<title>\s*Problem:\s+Sign in\s+– Clubtogether", source)
    assert 'href="#id_password"' in source


@pytest.mark.django_db
def test_easy_view_is_remembered_and_never_leads_away() -> None:
    visitor = Client()
    response = visitor.post("/easy-view/", {"easy": "yes", "next": "/help/"})
    assert response["Location"] == "/help/"
    assert 'class="site  easy">' in visitor.get("/help/").content.decode()
    assert visitor.post("/easy-view/", {"easy": "no", "next": "https://elsewhere.example/"})["Location"] == "/"
    assert 'class="site  easy">' not in visitor.get("/help/").content.decode()


def test_a_question_may_be_the_heading_of_its_page() -> None:
    form = specimens.SpecimenForm()
    assert re.search(r"<legend>\s*<h1[^>]*>Did Hodan come on Tuesday 3 March\?</h1>", draw("{{ form.came|as_heading }}", form=form))
    assert re.search(r'<h1[^>]*>\s*<label for="id_weekly">How much each week\?</label>', draw("{{ form.weekly|as_heading }}", form=form))


def test_a_name_on_the_table_is_escaped() -> None:
    drawn = draw("{% table_cloth people %}", people=[scenes.AtTable("<script>&\"'", "hijab", 1), scenes.AtTable("<b>", "kufi")])
    assert "<script>" not in drawn
    assert "<b>" not in drawn
    assert "&lt;script&gt;" in drawn


def test_an_unknown_head_is_drawn_plain_and_a_ninth_strand_begins_again() -> None:
    assert "<svg" in people.avatar("no-such-head", 1)
    assert strands.slot(9) == 1
    assert 'class="strand s1"' in strands.strand(9, "M0 0H100", 28)


def test_money_lanes_add_up_to_the_whole() -> None:
    drawn = draw('{% money_lanes lanes "Your money" "You put in" 1 %}', lanes=specimens.LANES)
    assert re.findall(r"£[\d,.]+", drawn) == ["£168.00", "£96.00", "£96.00", "£24.00", "£384.00"]
    starts = [float(start) for start in re.findall(r'<svg x="([\d.]+)%" y="10"', drawn)]
    lengths = [float(length) for length in re.findall(r'y="10" width="([\d.]+)%"', drawn)]
    assert starts == pytest.approx([0, 43.8, 68.8, 93.8, 0], abs=0.1)
    assert sum(lengths[:-1]) == pytest.approx(100, abs=0.2)


def test_no_money_at_all_draws_no_strand_and_still_says_so() -> None:
    drawn = draw('{% money_lanes lanes "Your money" "You put in" 1 %}', lanes=[{"state": "paid", "pence": 0, "sentence": "nothing yet"}])
    assert drawn.count("£0.00") == 2
    assert "<svg" not in drawn


def test_the_path_table_says_every_amount_and_its_column() -> None:
    drawn = draw('{% path_table rows "Where the money is" "All three" %}', rows=specimens.PATHS)
    assert re.findall(r"£[\d,.]+", drawn)[-5:] == ["£1,008.00", "£288.00", "£288.00", "£552.00", "£24.00"]
    assert drawn.count('data-l="Held"') == 4


def test_a_pagination_link_keeps_what_was_searched_for() -> None:
    from django.core.paginator import Paginator

    request = RequestFactory().get("/", {"what": "cooking & company", "page": "1"})
    drawn = Template("{% load parts %}{% pagination page %}").render(Context({"request": request, "page": Paginator(range(30), 10).page(2)}))
    assert 'href="?what=cooking+%26+company&amp;page=3"' in drawn
    assert "Page 2 of 3" in drawn


def test_hidden_answers_keep_every_value_and_no_button() -> None:
    from django.http import QueryDict

    form = specimens.SpecimenForm(QueryDict("help_with=meals&help_with=out&name=%22Amina%22&_confirm=1&csrfmiddlewaretoken=x"))
    drawn = draw('{% include "parts/hidden_answers.html" %}', form=form)
    assert re.findall(r'name="(\w+)" value="([^"]*)"', drawn) == [("help_with", "meals"), ("help_with", "out"), ("name", "&quot;Amina&quot;")]


@pytest.mark.django_db
def test_every_part_is_on_the_style_page() -> None:
    """The demonstration's bar is only there in a demonstration; where a script is fetched there is nothing to see."""
    drawn: set[str] = set()

    def note(template: Template, **_: object) -> None:
        drawn.add(template.name or "")

    written_once.cache_clear()
    template_rendered.connect(note)
    try:
        page("/style/")
    finally:
        template_rendered.disconnect(note)
    parts = {f"parts/{path.name}" for path in (STATIC.parent.parent / "templates" / "parts").glob("*.html")}
    assert sorted(parts - drawn) == ["parts/app_shows.html", "parts/demo_bar.html", "parts/htmx.html"]


# Classes of one page, of the frame, or that only place things: seen there.
PLACES = {
    "band-t",
    "between",
    "demo",
    "demo-in",
    "easy",
    "hero",
    "hero-head",
    "hero-pic",
    "hero-steps",
    "hero-tall",
    "hero-wide",
    "htmx-request",
    "is-h1",
    "p-home",
    "print-only",
    "qr",
    "sheet",
    "story",
}


@pytest.mark.django_db
def test_every_class_of_the_style_sheets_is_on_the_style_page() -> None:
    text = re.sub(r"/\*.*?\*/|url\([^)]*\)", "", "".join((STATIC / name).read_text() for name in ("site.css", "strands.css")), flags=re.DOTALL)
    styled = {name for rule in re.findall(r"([^{}]+)\{", text) for name in re.findall(r"\.([a-zA-Z][\w-]*)", rule)}
    shown = {name for said in re.findall(r'class="([^"]*)"', page("/style/")) for name in said.split()}
    assert styled - shown == PLACES


@pytest.mark.django_db
def test_a_press_without_its_page_is_told_so_and_a_program_gets_no_page() -> None:
    answer = Client().get("/easy-view/", headers={"accept": "text/html"})
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert "no money has moved" in answer.content.decode()
    assert Client().get("/easy-view/").content == b""


@pytest.mark.django_db
def test_too_many_tries_are_told_to_wait() -> None:
    assert "Please wait a little" in draw('{% include "429.html" %}')


def test_the_style_sheets_are_small_and_ask_nobody_else() -> None:
    sheets = {name: (STATIC / name).read_text() for name in ("site.css", "strands.css", "print.css")}
    assert sum(len(gzip.compress(text.encode(), 9)) for text in sheets.values()) <= 13_000
    for text in sheets.values():
        assert re.findall(r"url\((?!fonts/|\"data:image/svg)", text) == []
        assert "@import" not in text


def tokens(scheme: str) -> dict[str, str]:
    source = (STATIC / "site.css").read_text()
    light = source[source.index("/* ---------- Tokens") : source.index("/* ---------- Ground")]
    dark = source[source.index("/* ---------- Dark") : source.index("/* ---------- Forced")]
    found = dict(re.findall(r"--([\w-]+): (#[0-9A-Fa-f]{3,6})\b", light))
    return found if scheme == "light" else {**found, **dict(re.findall(r"--([\w-]+): (#[0-9A-Fa-f]{3,6})\b", dark))}


def brightness(colour: str) -> float:
    digits = colour.lstrip("#")
    digits = "".join(each * 2 for each in digits) if len(digits) == 3 else digits
    parts = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def ratio(one: str, other: str) -> float:
    light, dark = sorted((brightness(one), brightness(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("ground", ["paper", "plaster-light", "plaster"])
@pytest.mark.parametrize("text", ["ink", "ink-soft", "mulberry", "bottle"])
def test_text_on_money_pages_has_seven_to_one(scheme: str, ground: str, text: str) -> None:
    colours = tokens(scheme)
    assert ratio(colours[text], colours[ground]) >= 7


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    ("text", "ground", "least"),
    [
        ("yes", "yes-light", 4.5),
        ("wait", "wait-light", 4.5),
        ("stop", "stop-light", 4.5),
        ("stop", "paper", 7),
        ("on-action", "bottle", 7),
        ("on-strong", "mulberry", 7),
        ("on-stop", "stop", 7),
        ("on-action", "bottle-dark", 7),
        ("on-stop", "stop-dark", 7),
        ("line-strong", "paper", 3),
    ],
)
def test_labels_buttons_and_edges_are_seen(scheme: str, text: str, ground: str, least: float) -> None:
    colours = tokens(scheme)
    assert ratio(colours[text], colours[ground]) >= least
