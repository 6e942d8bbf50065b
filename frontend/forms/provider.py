"""What a provider says of itself, its services and prices, papers and people. Joining has forms of its own: provider_join.py."""

from typing import Any

from django import forms

from frontend.forms import DateField, Form, MoneyField, Option, OutcodeField, PickField, TextField, TickField
from frontend.forms.widgets import TextInput
from places.models import Outcode
from providers.models import Enterprise, Listing
from providers.rules import LARGEST
from vocabulary.models import Term

PARTS_OF_DAY = [("morning", "Mornings"), ("afternoon", "Afternoons"), ("evening", "Evenings"), ("night", "Nights")]
WEEKDAYS = [("1", "Monday"), ("2", "Tuesday"), ("3", "Wednesday"), ("4", "Thursday"), ("5", "Friday"), ("6", "Saturday"), ("7", "Sunday")]
GIFTS = [("free", "Free"), ("time", "For time: they give an hour of theirs when they can")]
UNITS = [("hour", "an hour"), ("visit", "a visit"), ("day", "a day"), ("item", "an item")]


def knows(code: str) -> bool:
    return Outcode.objects.filter(pk=code).exists()


def number(label: str, least: int, most: int, **more: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=least, max_value=most, widget=TextInput("4", inputmode="numeric"), **more)


# --- about the provider ---


class AloneForm(Form):
    """How many they are."""

    question = "alone"
    alone = PickField(
        label="Do you work alone?",
        choices=[("yes", "Yes, just me"), ("no", Option("With others", reveals=["people_count", "cqc_number"]))],
    )
    people_count = number("How many are you?", 2, LARGEST, required=False)
    cqc_number = TextField(
        label="Your Care Quality Commission (CQC) number",
        required=False,
        max_length=20,
        help_text="You need one if you help with washing or dressing and are more than one.",
    )

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("alone") == "no" and "people_count" not in self.errors and not said.get("people_count"):
            self.add_error("people_count", f"Write how many you are, from 2 to {LARGEST}.")
        return said

    @property
    def team(self) -> dict[str, Any]:
        """As `enterprises.register` takes it."""
        said = self.cleaned_data
        alone = said["alone"] == "yes"
        return {"works_alone": alone, "people_count": 1 if alone else said["people_count"], "cqc_number": "" if alone else said["cqc_number"]}


class PlaceForm(Form):
    """Where and when."""

    outcode = OutcodeField(
        label="Where do you start from?", known=knows, help_text="The first part of your postcode. People do not see your address."
    )
    radius_miles = number("How many miles do you go?", 1, 60)
    weekdays = TickField(label="On which days?", choices=WEEKDAYS)
    parts_of_day = TickField(label="At what times?", choices=PARTS_OF_DAY)
    languages = TickField(label="Which languages do you speak with people?", choices=[], required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["languages"].choices = [(one.slug, one.label) for one in Term.objects.languages()]  # type: ignore[attr-defined]


class PriceForm(Form):
    """Prices for people together are whole prices, for all of them."""

    price = MoneyField(
        label="What do you charge for one person?", least=100, help_text="For example, £20.00. People see this price, and you get all of it."
    )
    unit = PickField(label="Is that for", choices=UNITS)
    minutes = number("How many minutes is one visit, as a rule?", 15, 1440)
    group_prices = MoneyField(label="For 2 people together, all in all", required=False, help_text="Leave these empty if people can’t share.")
    group_3 = MoneyField(label="For 3 people together, all in all", required=False, help_text="For example, £27.00: each of 3 pays £9.00.")
    group_4 = MoneyField(label="For 4 people together, all in all", required=False)

    @property
    def groups(self) -> dict[int, int]:
        """How many people → what they pay in all, in pence."""
        said = {2: self.cleaned_data["group_prices"], 3: self.cleaned_data["group_3"], 4: self.cleaned_data["group_4"]}
        return {people: pence for people, pence in said.items() if pence}


class AboutForm(Form):
    """Name and two lines."""

    name = TextField(label="Your business name", max_length=120, help_text="Your own name is fine.")
    about = TextField(
        label="Tell people about you in two lines", lines=True, max_length=400, help_text="Do not put your address or phone number here."
    )


class ProviderForm(AboutForm, AloneForm):
    """All that the page of a provider says, to change."""

    question = ""
    outcode = OutcodeField(label="Where do you start from?", known=knows, help_text="The first part of your postcode.")
    radius_miles = number("How many miles do you go?", 1, 60)
    field_order = ("name", "about", "outcode", "radius_miles", "alone")

    def __init__(self, *args: Any, community: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if community:  # nobody asks who comes to people
            del self.fields["alone"], self.fields["people_count"], self.fields["cqc_number"]

    @property
    def team(self) -> dict[str, Any]:
        return super().team if "alone" in self.fields else {"works_alone": True, "people_count": 1}

    @staticmethod
    def now(enterprise: Enterprise) -> dict[str, Any]:
        return {
            "name": enterprise.name,
            "about": enterprise.about,
            "outcode": enterprise.outcode,
            "radius_miles": enterprise.radius_miles,
            "alone": "yes" if enterprise.works_alone else "no",
            "people_count": None if enterprise.works_alone else enterprise.people_count,
            "cqc_number": enterprise.cqc_number,
        }


# --- services ---


class ServiceForm(PriceForm, PlaceForm):
    """One service with its prices. A community group says instead whether it is free or for time."""

    title = TextField(label="What do you do?", max_length=80, help_text="In a few words. For example: Cooking in your home.")
    category = PickField(label="What kind of help is it?", choices=[])
    description = TextField(label="Say more about it", lines=True, required=False, max_length=1000)
    charge = PickField(label="What does it cost?", choices=GIFTS)
    outcomes = TickField(label="What is it good for?", choices=[], required=False)
    access = TickField(label="Is it easy to get into and use?", choices=[], required=False, help_text="Tick what is true where you meet people.")
    field_order = ("title", "category", "description", "charge", "price", "unit", "minutes", "group_prices", "group_3", "group_4", "outcode")
    money = ("price", "unit", "group_prices", "group_3", "group_4")

    def __init__(self, *args: Any, community: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.community = community
        for name in self.money if community else ("charge",):
            del self.fields[name]
        self.words = {kind: list(Term.objects.filter(kind=kind)) for kind in ("category", "outcome", "access")}
        for name, kind in (("category", "category"), ("outcomes", "outcome"), ("access", "access")):
            self.fields[name].choices = [(one.slug, one.label) for one in self.words[kind]]  # type: ignore[attr-defined]

    @property
    def terms(self) -> dict[str, Any]:
        """As `listings.save` takes it."""
        said = self.cleaned_data
        cost = {"charge": said["charge"], "price_pence": 0} if self.community else {"price_pence": said["price"], "unit": said["unit"]}
        return {
            **{name: said[name] for name in ("title", "description", "minutes", "outcode", "radius_miles", "parts_of_day")},
            **cost,
            "category": next(one for one in self.words["category"] if one.slug == said["category"]),
            "group_prices": {} if self.community else self.groups,
            "weekdays": [int(day) for day in said["weekdays"]],
            "languages": list(Term.objects.languages().filter(slug__in=said["languages"])),
            "outcomes": [one for one in self.words["outcome"] if one.slug in said["outcomes"]],
            "access": [one for one in self.words["access"] if one.slug in said["access"]],
        }

    @staticmethod
    def now(listing: Listing) -> dict[str, Any]:
        groups = {row.people: row.pence for row in listing.group_prices.all()}
        same = ("title", "description", "charge", "unit", "minutes", "outcode", "radius_miles", "parts_of_day")
        return {
            **{name: getattr(listing, name) for name in same},
            "category": listing.category.slug,
            "price": listing.price_pence,
            "group_prices": groups.get(2),
            "group_3": groups.get(3),
            "group_4": groups.get(4),
            "weekdays": [str(day) for day in listing.weekdays],
            "languages": [one.slug for one in listing.languages.all()],
            "outcomes": [one.slug for one in listing.outcomes.all()],
            "access": [one.slug for one in listing.access.all()],
        }


# --- papers and people ---


class PaperForm(Form):
    """A paper that somebody of ours will look at: its dates, never a copy."""

    issued_on = DateField(label="Which date is on it?", help_text="For example, 3 March 2026.")
    expires_on = DateField(label="When does it end?", required=False, help_text="Leave it empty if the paper does not say.")
    reference_last4 = TextField(
        label="The last 4 letters or numbers of its number", required=False, max_length=4, help_text="So that we know which paper it is."
    )


class WorkerForm(Form):
    """Somebody else who comes to people."""

    known_as = TextField(label="What is their first name?", max_length=40, help_text="People see it before a visit.")
    reach = TextField(
        label="Their e-mail or mobile number here",
        required=False,
        max_length=120,
        help_text="If they have a page of their own, they can record visits themselves.",
    )


class RefuseForm(Form):
    """A provider's no, or notice."""

    reason = TextField(label="Why?", required=False, lines=True, max_length=400, help_text="The group reads this.")


class VersionForm(forms.Form):
    """Which price the page showed."""

    version = forms.IntegerField(min_value=1)

    @property
    def said(self) -> int:
        """0 when it was not sent: never a version that is."""
        return int(self.cleaned_data["version"]) if self.is_valid() else 0
