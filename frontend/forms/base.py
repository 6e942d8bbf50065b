"""The base of every form on a page: our sentences instead of the browser's, and one field that may be the page's question."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.forms.utils import ErrorDict
from django.http import QueryDict
from django.utils.functional import Promise

from frontend.forms.fields import default_sentences


class Form(forms.Form):
    """A form whose every error is a sentence that says how to put it right. What was typed is kept.

    Templates draw a field with `{{ form.name.as_field_group }}`. A field named by another field's `Option(reveals=…)` is drawn under
    that choice and not again; `shown` is the rest, in order. Views use `frontend.views.flow`, which puts refusals at their field.
    """

    use_required_attribute = False
    error_css_class = "bad"
    question: str = ""  # the one field whose label is the heading of the page
    shows: tuple[str, ...] = ()  # hidden answers that repeat what the page shows: the version, the price

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            if not field.label:
                field.label = name.replace("_", " ").capitalize()
            default_sentences(field)
            if name == self.question:
                field.is_question = True  # type: ignore[attr-defined]
        for name in self.revealed & set(self.fields):
            self.fields[name].hides_optional = True  # type: ignore[attr-defined]

    def add_field(self, name: str, field: forms.Field) -> None:
        """One more field, known only now: one for each offer, say. Its errors are our sentences too."""
        default_sentences(field)
        self.fields[name] = field

    def reopened(self, data: Any) -> "Form":
        """The same answers to change, without complaints: what "Change" on a check page goes back to."""
        self._errors = ErrorDict()
        return self

    def show_now(self) -> None:
        """What the page showed is not so any more. It is drawn anew and shows what is so now, and what it repeats of that goes with it."""
        said = QueryDict(mutable=True)
        said.update(self.data)
        for name in self.fields.keys() & self.shows:
            said[self.add_prefix(name)] = self.initial[name]
        self.data = said

    @property
    def revealed(self) -> set[str]:
        """The names of fields that are drawn under a choice of another."""
        return {name for field in self.fields.values() for label in _labels(field) for name in getattr(label, "reveals", ())}

    @property
    def shown(self) -> Iterable[forms.BoundField]:
        """The visible fields in order, without those drawn under a choice."""
        hidden = self.revealed
        return [field for field in self.visible_fields() if field.name not in hidden]


def _labels(field: forms.Field) -> Iterable[str | Promise]:
    for _, label in getattr(field, "choices", ()):
        yield label
