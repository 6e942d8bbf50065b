"""Inputs with the right keyboard and width. How they are drawn is in templates/django/forms/field.html."""

from typing import Any

from django import forms


class TextInput(forms.TextInput):
    """One line of text. `width`: "", "2", "4", "10" or "20" letters, so that the box says how much is wanted."""

    def __init__(self, width: str = "", **attrs: Any) -> None:
        classes = "in" + (f" w-{width}" if width else "")
        super().__init__(attrs={"class": classes, **{key.rstrip("_").replace("_", "-"): value for key, value in attrs.items()}})


class MoneyInput(TextInput):
    """Pounds and pence, with the pound sign before it. `per` is said after it: "a week"."""

    prefix = "£"

    def __init__(self, per: str = "", **attrs: Any) -> None:
        self.suffix = per
        super().__init__("10", inputmode="decimal", autocomplete="off", spellcheck="false", **attrs)


class Radios(forms.RadioSelect):
    """A list to pick one from; nothing is picked beforehand unless the form says so."""

    use_fieldset = True


class Checkboxes(forms.CheckboxSelectMultiple):
    """A list to pick any from."""

    use_fieldset = True


class DateParts(forms.MultiWidget):
    """Day, month and year, a box each."""

    use_fieldset = True
    template_name = "parts/date_parts.html"
    part_labels = ("Day", "Month", "Year")

    def __init__(self) -> None:
        super().__init__(
            {
                "day": TextInput("2", inputmode="numeric", autocomplete="off"),
                "month": TextInput("4", autocomplete="off"),
                "year": TextInput("4", inputmode="numeric", autocomplete="off"),
            }
        )

    def id_for_label(self, id_: str) -> str:
        return f"{id_}_0" if id_ else id_

    def decompress(self, value: Any) -> list[Any]:
        return [value.day, value.month, value.year] if value else [None, None, None]

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Ids are name_0, name_1, name_2, so that a problem can link to the first box."""
        context = super().get_context(name, value, attrs)
        for place, (part, label) in enumerate(zip(context["widget"]["subwidgets"], self.part_labels, strict=True)):
            part["attrs"]["id"] = f"{(attrs or {}).get('id', name)}_{place}"
            part["part_label"] = label
        return context
