"""The forms of a page as a browser sees them: what they send, where, what may be chosen, and what stands in them."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import parse_qsl

Answers = dict[str, list[str]]
TYPED = frozenset({"text", "email", "tel", "search", "number", "url", "textarea"})
CHOSEN = frozenset({"radio", "checkbox", "select"})


@dataclass
class Field:
    """`offered`: the values one may choose; `has`: those that stand there or are picked."""

    name: str
    kind: str
    offered: list[str] = field(default_factory=list)
    has: list[str] = field(default_factory=list)
    keyboard: str = ""


@dataclass
class PageForm:
    """One form of a page: `action` is "" where it sends to its own address."""

    action: str
    method: str
    fields: dict[str, Field] = field(default_factory=dict)

    def filled(self) -> Answers:
        """What somebody might send who answers everything: what stands there, the first of each choice, and words that fit a field's name."""
        said = {one.name: one.has or one.offered[:1] or [_words_for(one)] for one in self.fields.values() if one.kind != "submit"}
        buttons = [one for one in self.fields.values() if one.kind == "submit" and one.name != "_change"]
        return said | {one.name: one.offered[:1] for one in buttons[:1]}


_FITTING = {
    "_day": "13",
    "_month": "April",
    "_year": "2026",
    "outcode": "SE15",
    "reach": "dev@example.com",
    "email": "new@example.com",
    "phone": "020 7946 0001",
    "pounds": "20.00",
    "time": "10:00",
    "starts": "10:00",
    "on": "13 April 2026",
}


def _words_for(one: Field) -> str:
    if one.keyboard == "decimal":
        return "20.00"
    fitting = [words for end, words in _FITTING.items() if one.name.endswith(end)]
    if fitting:
        return fitting[0]
    return "2" if one.keyboard == "numeric" else "Some words of ours"


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[PageForm] = []
        self.asked: list[PageForm] = []
        self.form: PageForm | None = None
        self.within: Field | None = None
        self.letters = ""

    def handle_starttag(self, tag: str, given: list[tuple[str, str | None]]) -> None:
        attrs = {name: value or "" for name, value in given}
        if tag == "form":
            self.form = PageForm(attrs.get("action", ""), attrs.get("method", "get").lower())
            self.found.append(self.form)
        elif tag == "a" and "?" in attrs.get("href", ""):
            where, _, query = attrs["href"].partition("?")
            fields = {name: Field(name, "hidden", has=[value]) for name, value in parse_qsl(query, keep_blank_values=True)}
            self.asked.append(PageForm(where, "get", fields))
        elif tag == "option" and self.within is not None:
            self.within.offered.append(attrs.get("value", ""))
            self.within.has += [attrs["value"]] if "selected" in attrs and "value" in attrs else []
        elif self.form is not None and tag in {"input", "select", "textarea", "button"} and attrs.get("name"):
            self._field(tag, attrs, self.form)

    def _field(self, tag: str, attrs: dict[str, str], form: PageForm) -> None:
        kind = {"input": attrs.get("type", "text"), "button": "submit"}.get(tag, tag)
        one = form.fields.setdefault(attrs["name"], Field(attrs["name"], kind, keyboard=attrs.get("inputmode", "")))
        if kind in CHOSEN - {"select"} or kind == "submit":
            one.offered.append(attrs.get("value", "on"))
            one.has += [attrs.get("value", "on")] if "checked" in attrs else []
        elif tag == "input" and attrs.get("value"):
            one.has.append(attrs["value"])
        elif tag in {"select", "textarea"}:
            self.within, self.letters = one, ""

    def handle_data(self, data: str) -> None:
        if self.within is not None and self.within.kind == "textarea":
            self.letters += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.form = None
        elif tag in {"select", "textarea"} and self.within is not None:
            if tag == "textarea" and self.letters.strip():
                self.within.has.append(self.letters.removeprefix("\n"))
            self.within = None


def read(html: str) -> list[PageForm]:
    """All forms of a page, each with its named fields; and what its links ask after the question mark, as forms that only ask."""
    reader = _Reader()
    reader.feed(html)
    for form in reader.found:
        form.fields.pop("csrfmiddlewaretoken", None)
    return [*reader.found, *reader.asked]
