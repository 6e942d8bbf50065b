"""What a search near a place is narrowed by. Every choice is checked here; what it means is said in `selectors.search.Asked`."""

from collections import defaultdict
from typing import Any

from django import forms
from django_filters.rest_framework import BaseInFilter, CharFilter, ChoiceFilter

from audit.api.narrowing import Narrowed, WholeNumberFilter, YesNoFilter
from marketplace.selectors.search import FURTHEST_MILES, Asked
from places.postcodes import outcode_of
from providers.models import SearchRow
from providers.rules_of_search import CHARGES, PARTS_OF_DAY
from vocabulary.models import Term

WORDS = ("category", "outcome", "language", "access")


class WordsFilter(BaseInFilter, CharFilter):  # type: ignore[misc]  # the package has no types
    """Several words with commas between them."""


class SearchForm(forms.Form):
    """Words of the vocabulary have to stand in it."""

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        known = defaultdict(set)
        for kind, slug in Term.objects.filter(kind__in=WORDS).values_list("kind", "slug"):
            known[kind].add(slug)
        for name in WORDS:
            chosen = said.get(name) or []
            if not known[name].issuperset([chosen] if isinstance(chosen, str) else chosen):
                self.add_error(name, f"This is no {name} that we know. They are under /api/v1/terms/.")
        return said


class SearchFilter(Narrowed):
    outcode = CharFilter(required=True, max_length=10, label="The first part of a postcode, or the whole of one; we keep the first part")
    words = CharFilter(max_length=100, label="What it is about, in a few words; spelling is put right when nothing is found")
    miles = WholeNumberFilter(min_value=1, max_value=FURTHEST_MILES, label="So many miles away at most; without it, only those who come this far")
    category = CharFilter(max_length=40, label="Kind of help: a slug of /api/v1/terms/")
    outcome = CharFilter(max_length=40, label="What it is for: a slug of /api/v1/terms/")
    language = CharFilter(max_length=40, label="A language: a slug of /api/v1/terms/")
    access = WordsFilter(max_length=200, help_text="Ways to get in and take part: slugs with commas between them, all of which it has")
    weekday = WholeNumberFilter(min_value=1, max_value=7, label="1 Monday to 7 Sunday")
    part = ChoiceFilter(choices=[(part, part) for part in PARTS_OF_DAY], label="Part of the day")
    charge = ChoiceFilter(choices=[(charge, charge) for charge in CHARGES], label="Paid with money, free, or for time")
    most_pence = WholeNumberFilter(min_value=0, max_value=1_000_000, label="Costs one person at most so much, per unit")
    groups = YesNoFilter(label="Only what has prices for several together, or no price")
    checked = YesNoFilter(label="Only those who work for pay, whose papers we saw: no community groups")

    class Meta:
        model = SearchRow
        fields = ()
        form = SearchForm

    @property
    def asked(self) -> Asked:
        """After `is_valid`. Raises UnknownOutcode."""
        said = {name: value for name, value in self.form.cleaned_data.items() if value not in (None, "")}
        return Asked(**{**said, "outcode": outcode_of(said["outcode"]), "access": tuple(said.get("access", ()))})
