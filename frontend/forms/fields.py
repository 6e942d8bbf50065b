"""Fields that take what people write and say in one sentence how to put it right. Every error is that field's own sentence."""

import re
from collections.abc import Callable, Iterable
from datetime import date, time
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator

from frontend import words
from frontend.forms.widgets import Checkboxes, DateParts, MoneyInput, Radios, TextInput

_MONTHS: Final = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december")


class Option(str):
    """The label of a choice, with a second line, the fields it opens, and whether "or" stands above it."""

    hint: str
    reveals: tuple[str, ...]
    after_or: bool

    def __new__(cls, label: str, *, hint: str = "", reveals: Iterable[str] = (), after_or: bool = False) -> "Option":
        made = super().__new__(cls, label)
        made.hint, made.reveals, made.after_or = hint, tuple(reveals), after_or
        return made


def default_sentences(field: forms.Field) -> None:
    """Replaces Django's own messages, which say what is wrong, by sentences that say how to put it right."""
    label = str(field.label or "this").rstrip(": ")
    name = f"“{label}”"
    ours = _sentences(field, name)
    builtin = _messages_of(type(field))
    for code, sentence in ours.items():
        if field.error_messages.get(code) == builtin.get(code):
            field.error_messages[code] = sentence
    name = name.replace("%", "%%")  # the numbers are put in with %
    limits = {
        "max_length": f"Use fewer words for {name}: no more than %(limit_value)d letters. You wrote %(show_value)d.",
        "min_value": f"Write %(limit_value)s or more for {name}.",
        "max_value": f"Write %(limit_value)s or less for {name}.",
    }
    for check in field.validators:
        code = getattr(check, "code", "")
        if code in limits:
            check.message = limits[code]  # type: ignore[attr-defined]
        elif isinstance(check, EmailValidator):
            check.message = ours["invalid"]


def _sentences(field: forms.Field, name: str) -> dict[str, str]:
    """Our sentences for one kind of field, by Django's code."""
    ours = {
        "required": f"Write an answer for {name}.",
        "invalid_choice": f"Pick one of the answers we show for {name}.",
        "invalid_list": f"Pick from the answers we show for {name}.",
    }
    if isinstance(field, forms.MultipleChoiceField):
        ours["required"] = f"Tick at least one answer for {name}."
    elif isinstance(field, forms.ChoiceField):
        ours["required"] = f"Pick one answer for {name}."
    elif isinstance(field, forms.BooleanField):
        ours["required"] = f"Tick the box by {name} to go on."
    elif isinstance(field, forms.EmailField):
        ours["invalid"] = "Write an e-mail address, like name@example.com."
    elif isinstance(field, forms.IntegerField):
        ours["invalid"] = f"Write a whole number for {name}, like 3."
    return ours


def _messages_of(kind: type[forms.Field]) -> dict[str, Any]:
    """The messages that Django itself gives a field of this kind; those of our own classes are sentences already."""
    found: dict[str, Any] = {}
    for each in reversed(kind.__mro__):
        if each.__module__.startswith("django."):
            found.update(getattr(each, "default_error_messages", {}))
    return found


class TextField(forms.CharField):
    """One line, or several with `lines=True`."""

    def __init__(self, *, width: str = "", lines: bool = False, autocomplete: str = "", **kwargs: Any) -> None:
        extra = {"autocomplete": autocomplete} if autocomplete else {}
        kwargs.setdefault("widget", forms.Textarea(attrs={"class": "in", "rows": 4, "cols": 40}) if lines else TextInput(width, **extra))
        super().__init__(**kwargs)


class MoneyField(forms.Field):
    """Pounds as people write them ("60", "£60", "60.00", "1,250") to whole pence. `least` and `most` are pence."""

    default_error_messages = {
        "required": "Write an amount in pounds, like £48.00.",
        "invalid": "Write an amount in pounds, like £48.00.",
    }
    _shape: Final = re.compile(r"£?\s*(\d{1,3}(?:,\d{3})+|\d{1,9})(?:\.(\d{2}))?\s*", re.ASCII)

    def __init__(self, *, per: str = "", least: int = 1, most: int | None = None, **kwargs: Any) -> None:
        self.least, self.most = least, most
        kwargs.setdefault("widget", MoneyInput(per))
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> int | None:
        text = str(value or "").strip()
        if not text:
            return None
        found = self._shape.fullmatch(text)
        if not found:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return int(found[1].replace(",", "")) * 100 + int(found[2] or 0)

    def validate(self, value: Any) -> None:
        super().validate(value)
        if value is not None and value < self.least:
            raise ValidationError(f"Write {words.pounds(self.least)} or more.", code="too_little")
        if value is not None and self.most is not None and value > self.most:
            raise ValidationError(f"Write {words.pounds(self.most)} or less.", code="too_much")

    def prepare_value(self, value: Any) -> Any:
        """Pence to show as pounds; what a person typed stays as typed."""
        return words.pounds(value).lstrip("£") if isinstance(value, int) else value


def read_date(text: str) -> date | None:
    """A date from "3/3/2026", "3 March 2026", "Tuesday 3 March 2026", "3.3.26" or "2026-03-03"; None where it is not one."""
    cleaned = re.sub(r"\b(mon|tues|wednes|thurs|fri|satur|sun)day\b,?", " ", text.strip().lower())
    cleaned = re.sub(r"(?<=\d)(st|nd|rd|th)\b", "", cleaned)
    parts = re.split(r"[\s/.,-]+", cleaned.strip(" ,."))
    if len(parts) != 3:
        return None
    if len(parts[0]) == 4:
        parts.reverse()
    day, month, year = parts
    number = _month(month)
    if not (number and day.isascii() and day.isdigit() and year.isascii() and year.isdigit() and len(year) in (2, 4)):
        return None
    try:
        return date(int(year) + (2000 if len(year) == 2 else 0), number, int(day))
    except ValueError:
        return None


def _month(text: str) -> int | None:
    if text.isascii() and text.isdigit():
        return int(text)
    found = [place for place, name in enumerate(_MONTHS, 1) if len(text) >= 3 and name.startswith(text)]
    return found[0] if found else None


class DateField(forms.Field):
    """A date written any usual way in one box."""

    default_error_messages = {
        "required": "Write a date, like 3 March 2026.",
        "invalid": "Write a date with a day, a month and a year, like 3 March 2026.",
    }

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", TextInput("20", autocomplete="off"))
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> date | None:
        if value in self.empty_values or isinstance(value, date):
            return value or None
        found = read_date(str(value))
        if found is None:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return found

    def prepare_value(self, value: Any) -> Any:
        return f"{words.short_day(value)} {value.year}" if isinstance(value, date) else value


class DatePartsField(forms.MultiValueField):
    """A date in three boxes, for one that people know by heart (a birthday, a letter's date). The month may be a word."""

    default_error_messages = {
        "required": "Write a date, like 3 3 2026.",
        "incomplete": "Write the day, the month and the year.",
        "invalid": "That is not a date. Write it like 3 3 2026.",
    }

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", DateParts())
        boxes = [forms.CharField(required=False) for _ in range(3)]
        super().__init__(fields=boxes, require_all_fields=False, **kwargs)

    def compress(self, data_list: list[Any]) -> date | None:
        if not any(data_list):
            return None
        if not all(data_list):
            raise ValidationError(self.error_messages["incomplete"], code="incomplete")
        found = read_date(" ".join(data_list))
        if found is None:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return found


class TimeField(forms.Field):
    """A time of day as people write it: "10am", "10:30", "2.15 pm", "midday"."""

    default_error_messages = {"required": "Write a time, like 10am or 2:30pm.", "invalid": "Write a time, like 10am or 2:30pm."}
    _shape: Final = re.compile(r"(\d{1,2})(?:[:.]?(\d{2}))?\s*(am|pm)?", re.ASCII)

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", TextInput("10", autocomplete="off"))
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> time | None:
        if value in self.empty_values or isinstance(value, time):
            return value or None
        text = str(value).strip().lower().replace("a.m.", "am").replace("p.m.", "pm")
        if text in ("midday", "noon"):
            return time(12)
        found = self._shape.fullmatch(text)
        # "3" alone could be either half of the day: ask rather than guess.
        if not found or (found[2] is None and found[3] is None):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        hour, minute = int(found[1]), int(found[2] or 0)
        if minute > 59 or hour > (12 if found[3] else 23) or (found[3] and hour == 0):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        if found[3]:
            hour = hour % 12 + (12 if found[3] == "pm" else 0)
        return time(hour, minute)

    def prepare_value(self, value: Any) -> Any:
        return words.clock(value) if isinstance(value, time) else value


class OutcodeField(forms.CharField):
    """The first part of a postcode; a whole one is taken and cut. `known(outcode) -> bool` says whether we know it."""

    default_error_messages = {"required": "Type the first part of your postcode, like SE15."}
    _shape: Final = re.compile(r"([A-Z]{1,2}\d[A-Z\d]?)(\d[A-Z]{2})?", re.ASCII)

    def __init__(self, *, known: Callable[[str], bool], **kwargs: Any) -> None:
        self.known = known
        kwargs.setdefault("widget", TextInput("10", autocomplete="postal-code", autocapitalize="characters", spellcheck="false"))
        super().__init__(**kwargs)

    def clean(self, value: Any) -> str:
        typed = super().clean(value)
        if not typed:
            return ""
        found = self._shape.fullmatch(re.sub(r"\s+", "", typed).upper())
        if not found or not self.known(found[1]):
            raise ValidationError(f"We don't know “{typed[:12]}”. Look at a letter sent to you. It is the part before the gap.", code="unknown")
        return found[1]


class PickField(forms.ChoiceField):
    """Pick one. Nothing is picked beforehand."""

    widget = Radios


class DropField(forms.ChoiceField):
    """Pick one of many: a list too long to show whole, opened on a press. The first is picked: it says "No", or "Pick one" and is empty."""


class TickField(forms.MultipleChoiceField):
    """Pick any."""

    widget = Checkboxes


class YesNoField(forms.TypedChoiceField):
    """Yes or no, as True or False. The two labels may say more than a word."""

    widget = Radios

    def __init__(self, *, yes: str = "Yes", no: str = "No", **kwargs: Any) -> None:
        super().__init__(choices=[("yes", yes), ("no", no)], coerce=lambda said: said == "yes", empty_value=None, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return {True: "yes", False: "no"}.get(value, value) if isinstance(value, bool) else value


class PhoneField(forms.CharField):
    """A British telephone number, kept as +44…; gaps and brackets are fine."""

    default_error_messages = {"invalid": "Write a phone number, like 07700 900123."}

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", TextInput("20", type="tel", autocomplete="tel", inputmode="tel"))
        super().__init__(**kwargs)

    def clean(self, value: Any) -> str:
        typed = super().clean(value)
        if not typed:
            return ""
        digits = re.sub(r"[\s().-]", "", typed)
        national = re.fullmatch(r"(?:\+44|0044|0)(\d{9,10})", digits, re.ASCII)
        if not national:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return f"+44{national[1]}"
