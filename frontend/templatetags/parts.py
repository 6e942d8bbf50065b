"""The components, as inclusion tags: one template each in templates/parts/. See docs/adr/0008-template-components.md and /style/."""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from django import template
from django.conf import settings
from django.forms import BaseForm, BoundField
from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from frontend import navigation
from frontend.context import help_line
from frontend.pictures.strands import STATES, slot

register = template.Library()


@register.simple_tag
def address(name: str, *args: object) -> str:
    """The address of a named page, or "" where this installation has no such page."""
    return navigation.address(name, *args)


@register.simple_tag
def three_lines() -> SafeString:
    """The same three lines at the foot of every page. Read from settings, so that even a broken page has them."""
    return written_once("parts/three_lines.html", settings.ROOT_URLCONF, *help_line().items())


@register.simple_tag
def foot_links() -> SafeString:
    """The same links under them."""
    return written_once("parts/foot_links.html", settings.ROOT_URLCONF)


@register.simple_tag
def head_links() -> SafeString:
    """The style sheets, the font and the sign of every page. To find the address of each takes as long as to write a card of a list."""
    return written_once("parts/head_links.html", settings.ROOT_URLCONF)


@register.simple_tag
def page_top() -> SafeString:
    """The way past the header, and the paints of the strands."""
    return written_once("parts/page_top.html", settings.ROOT_URLCONF)


@register.simple_tag
def htmx() -> SafeString:
    """The script, on pages that do without it as well."""
    return written_once("parts/htmx.html", settings.ROOT_URLCONF)


@lru_cache(maxsize=16)
def written_once(name: str, _: str, *said: tuple[str, Any]) -> SafeString:
    """Written once: it is the same on every page."""
    return render_to_string(name, {**dict(said), "worried": address("worried")})


@register.simple_tag
def button(text: str, kind: str = "main", name: str = "", value: str = "") -> SafeString:
    """A button that sends the form it is in. `kind`: main, second, quiet or stop. On every page; a template of its own takes six times as long."""
    sent = format_html(' name="{}" value="{}"', name, value) if name else ""
    return format_html('<button class="{}" type="submit"{}>{}</button>', _BUTTONS[kind], sent, text)


@register.inclusion_tag("parts/link_button.html")
def link_button(text: str, href: str, kind: str = "main") -> dict[str, Any]:
    """A link that looks like a button: it only goes to a page and changes nothing."""
    return {"text": text, "css": _BUTTONS[kind], "href": href}


_BUTTONS = {"main": "btn", "second": "btn btn-2", "quiet": "btn btn-quiet", "stop": "btn btn-stop"}


@register.inclusion_tag("parts/error_summary.html")
def error_summary(*forms: BaseForm, focus: bool = True) -> dict[str, Any]:
    """Every problem of the forms of this page, each a link to its field. Takes focus when the page opens."""
    return {"problems": [problem for form in forms if form and form.is_bound for problem in _problems(form)], "focus": focus}


def _problems(form: BaseForm) -> Iterable[dict[str, str]]:
    for name, errors in form.errors.items():
        target = ""
        if name in form.fields:
            bound = form[name]
            # A group of choices or boxes has no field of its own id: link to its first.
            target = f"{bound.auto_id}_0" if bound.field.widget.use_fieldset else bound.auto_id
        for error in errors:
            yield {"text": str(error), "target": target}


@register.inclusion_tag("parts/hidden_answers.html", name="hidden_answers")
def hidden_answers(form: BaseForm) -> dict[str, Any]:
    """Everything typed, as hidden fields, for a "check your answers" page. Buttons (names that begin with _) are left out."""
    kept = [(name, values) for name, values in dict(getattr(form.data, "lists", form.data.items)()).items() if not name.startswith("_")]
    pairs = [(name, value) for name, values in kept if name != "csrfmiddlewaretoken" for value in (values if isinstance(values, list) else [values])]
    return {"pairs": pairs}


@register.inclusion_tag("parts/summary_list.html")
def summary_list(rows: Sequence[Mapping[str, Any]], money: bool = False) -> dict[str, Any]:
    """Check your answers. Each row: key, value, and optionally sub, change (address), what (said after "Change"), total (bool)."""
    return {"rows": rows, "money": money}


@register.inclusion_tag("parts/task_thread.html")
def task_thread(tasks: Sequence[Mapping[str, Any]], strand: int = 1, rest: str = "", then: str = "") -> dict[str, Any]:
    """What needs doing. Each task: title, url, text, action, and optionally when and kind (wait, late, done)."""
    return {"tasks": tasks, "strand": slot(strand), "rest": rest or ("Nothing else needs you" if tasks else "Nothing needs you today"), "then": then}


@register.inclusion_tag("parts/date_tag.html")
def date_tag(text: str, kind: str = "wait") -> dict[str, Any]:
    """A short label with a sign: wait ("By Friday 13 March"), late ("Was due…"), done, held, back or talk."""
    return {"text": text, "kind": kind}


@register.inclusion_tag("parts/money_lanes.html")
def money_lanes(rows: Sequence[Mapping[str, Any]], caption: str, total: str, strand: int = 1) -> dict[str, Any]:
    """One strand cut in lengths, each under the next, and the whole below.

    Each row: state (a key of STATES), pence, sentence, and optionally word. Rows of £0.00 have no piece. `total` names the last row.
    """
    whole = sum(row["pence"] for row in rows)
    start, lanes = 0.0, []
    for row in rows:
        length = 100 * row["pence"] / whole if whole else 0
        lanes.append({**row, "word": row.get("word") or STATES[row["state"]], "start": start, "length": length})
        start += length
    return {"rows": lanes, "caption": caption, "total": total, "whole": whole, "strand": slot(strand)}


STATIONS = (
    ("promised", "Promised", "not asked for yet"),
    ("yours", "Still theirs", "can be taken back"),
    ("held", "Held", "for visits"),
    ("paid", "Paid", "for visits that happened"),
    ("back", "Came back", "to its own budget"),
)


@register.inclusion_tag("parts/path_table.html")
def path_table(rows: Sequence[Mapping[str, Any]], caption: str, total: str = "All together") -> dict[str, Any]:
    """A row a member, a column a station. Each row: name, figure, strand, sub, and pence for promised, yours, held, paid, back."""
    drawn = [{**row, "cells": [{"state": key, "word": word, "pence": row.get(key, 0)} for key, word, _ in STATIONS]} for row in rows]
    totals = [{"state": key, "word": word, "pence": sum(row.get(key, 0) for row in rows)} for key, word, _ in STATIONS]
    return {"rows": drawn, "stations": STATIONS, "caption": caption, "total": total, "totals": totals}


@register.inclusion_tag("parts/track.html")
def track(steps: Sequence[Mapping[str, Any]], strand: int = 1) -> dict[str, Any]:
    """A strand downwards. Each step: title, text, state (done, here, trouble or later)."""
    return {"steps": steps, "strand": slot(strand)}


@register.inclusion_tag("parts/done_panel.html")
def done_panel(title: str, text: str = "", strand: int = 1, heading: str = "h1") -> dict[str, Any]:
    """It is done: what went where, to the penny. What happens next goes under it."""
    return {"title": title, "text": text, "strand": slot(strand), "heading": heading}


@register.inclusion_tag("parts/empty_state.html")
def empty_state(title: str, text: str = "", action: str = "", href: str = "", figure: str = "plain", strand: int = 1) -> dict[str, Any]:
    """Nothing here, and what to do about it."""
    return {"title": title, "text": text, "action": action, "href": href, "figure": figure, "strand": slot(strand)}


@register.inclusion_tag("parts/data_table.html")
def data_table(
    caption: str, columns: Sequence[str], rows: Sequence[Sequence[Any]], total: Sequence[Any] | None = None, csv: str = "", numbers: str = ""
) -> dict[str, Any]:
    """A plain table. The first cell of a row is its heading. `numbers`: which columns are numbers, counted from 1: "2,3".

    On a narrow screen a table of more than two columns is read row by row, each cell with its column's name.
    """
    return {
        "caption": caption,
        "columns": columns,
        "rows": [list(zip(row, columns, strict=False)) for row in rows],
        "stacks": len(columns) > 2,
        "wide": len(columns) > 6,
        "total": list(zip(total, columns, strict=False)) if total else None,
        "csv": csv,
        "numbers": [int(each) for each in numbers.split(",") if each],
    }


@register.inclusion_tag("parts/pagination.html", takes_context=True)
def pagination(context: template.Context, page: Any) -> dict[str, Any]:
    """Earlier and later pages of a Django `Page`, keeping what was searched for."""
    request = context.get("request")
    kept = request.GET.copy() if request else None
    if kept is not None:
        kept.pop("page", None)
    return {"page": page, "kept": f"{kept.urlencode()}&" if kept else ""}


@register.inclusion_tag("parts/who_answered.html")
def who_answered(people: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Small heads with a name and "answered" or "not yet". Each: name, figure, strand, answered, mine."""
    return {"people": people}


@register.simple_tag
def attributes(attrs: Mapping[str, Any]) -> SafeString:
    """Of a field, inside its tag: yes is the name alone, no is nothing. Django's own template for it takes longer than the rest of the field."""
    said = ((name, "" if value is True else format_html('="{}"', value)) for name, value in attrs.items() if value is not False)
    return format_html_join("", " {}{}", said)


@register.simple_tag
def get(mapping: Mapping[str, Any], key: str) -> Any:
    """A value by a key that is itself a variable: {% get form name as field %}."""
    return mapping[key]


@register.filter
def as_heading(field: BoundField) -> SafeString:
    """{{ form.what|as_heading }} draws a field whose label is the heading of its page."""
    field.field.is_question = True  # type: ignore[attr-defined]
    return field.as_field_group()


@register.filter
def option_hint(label: object) -> str:
    """The second line of a choice, if its label is an `Option`."""
    return str(getattr(label, "hint", ""))


@register.filter
def option_reveals(label: object) -> tuple[str, ...]:
    """The fields that a choice opens under itself, if its label is an `Option`."""
    return tuple(getattr(label, "reveals", ()))


@register.filter
def is_or(label: object) -> bool:
    """Whether the word "or" stands above this choice."""
    return bool(getattr(label, "after_or", False))
