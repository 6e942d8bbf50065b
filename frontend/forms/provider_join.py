"""Joining as a provider, one question a page (copy.md C). Nothing is saved before the last page."""

import re
from typing import Any

from django.core.exceptions import ValidationError
from django.forms import BoundField

from frontend.forms import Form, MoneyField, Option, OutcodeField, PhoneField, PickField, TextField, TickField, YesNoField
from frontend.forms.provider import PARTS_OF_DAY, UNITS, AloneForm, knows, number
from vocabulary.models import Term

WEEKENDS = "weekends"


class WorkForm(Form):
    """C2."""

    question = "work"
    work = TickField(label="What do you do?", choices=[], help_text="Tick all that fit.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["work"].choices = [(one.slug, one.label) for one in Term.objects.categories()]  # type: ignore[attr-defined]


class JoinAloneForm(AloneForm):
    """C3. The number is asked of those only who ticked work that needs one."""

    def __init__(self, *args: Any, is_regulated: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_regulated = is_regulated
        if not is_regulated:
            del self.fields["cqc_number"]
            choices = [("yes", "Yes, just me"), ("no", Option("With others", reveals=["people_count"]))]
            self.fields["alone"].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        return {"cqc_number": "", **super().clean()}


class JoinPlaceForm(Form):
    """C4."""

    outcode = OutcodeField(label="I start from", known=knows, help_text="The first part of your postcode. People do not see your address.")
    radius_miles = number("How many miles do you go?", 1, 60)
    times = TickField(label="When can you work?", choices=[*PARTS_OF_DAY, (WEEKENDS, "Weekends")])
    languages = TickField(label="Which languages do you speak with people?", choices=[], required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["languages"].choices = [(one.slug, one.label) for one in Term.objects.languages()]  # type: ignore[attr-defined]

    @property
    def shown(self) -> list[BoundField]:
        """All but the languages, which the page opens on a press: a long list that most have nothing to tick in."""
        return [field for field in super().shown if field.name != "languages"]

    @property
    def when(self) -> dict[str, Any]:
        """As `listings.save` takes it. Weekends alone are the whole of Saturday and Sunday."""
        said = self.cleaned_data["times"]
        parts = [part for part in said if part != WEEKENDS]
        weekend = [6, 7] if WEEKENDS in said else []
        weekdays = [1, 2, 3, 4, 5, *weekend] if parts else weekend
        return {
            "weekdays": weekdays,
            "parts_of_day": parts,
            "languages": list(Term.objects.languages().filter(slug__in=self.cleaned_data["languages"])),
        }


class JoinPriceForm(Form):
    """C5. The price for three together is the whole price, for all of them."""

    price = MoneyField(label="What do you charge for one person?", least=100)
    unit = PickField(label="Is that for", choices=UNITS)
    share = YesNoField(label="Can people share?", no="No", yes=Option("Yes, three people together", reveals=["group_3"]))
    group_3 = MoneyField(
        label="For 3 people together I charge, all in all", required=False, help_text="For example, £27.00: each pays £9.00.", least=100
    )

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        if said.get("share") and "group_3" not in self.errors and not said.get("group_3"):
            self.add_error("group_3", "Write what 3 people pay together, like £27.00.")
        return said

    @property
    def groups(self) -> dict[int, int]:
        """How many people → what they pay in all, in pence."""
        said = self.cleaned_data
        return {3: said["group_3"]} if said["share"] else {}


class ReachField(TextField):
    """A mobile number or an e-mail: where six numbers can be sent."""

    def clean(self, value: Any) -> str:
        typed = str(super().clean(value))
        if "@" not in typed:
            return PhoneField(required=self.required).clean(typed)
        if not re.fullmatch(r"[^\s@]+@[^\s@]+\.[^\s@]+", typed):
            raise ValidationError("Write an e-mail address, like name@example.com.", code="invalid")
        return typed.lower()


class JoinAboutForm(Form):
    """C6. Who has a page already is not asked their name and number again."""

    full_name = TextField(label="Your name", max_length=120, autocomplete="name")
    name = TextField(label="Business name, if you have one", required=False, max_length=120)
    reach = ReachField(label="Mobile", max_length=254, autocomplete="tel", help_text="We send 6 numbers by text. No mobile? Write your e-mail.")
    about = TextField(label="Tell people about you in two lines", lines=True, max_length=400, help_text="Do not put your address here.")

    def __init__(self, *args: Any, is_known: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if is_known:
            del self.fields["full_name"], self.fields["reach"]
