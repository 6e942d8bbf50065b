"""What search reads: one narrow row for each service that people may find, and the words that occur in services, for putting spelling right."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q

from providers.querysets_of_search import SearchRowQuerySet, SearchWordQuerySet

SETS = ("category", "outcome", "language", "access", "weekday", "part", "charge", "trait")


class SearchRow(models.Model):
    """One service on sale, as search asks about it. Written by `services/search_rows.py` alone, from the rows that say it in full.

    `place`: the outcode, or its postcode area as long as `places` does not know the outcode. What belongs to a set is kept as bits. Of terms the
    bit is their place among those of their kind by id, from 0; `weekday`: bit 0 is Monday; `part`, `charge`, `trait`: as in
    `rules_of_search`. What says no days or times is there on all of them; who says no language speaks English. `papers_until`: the last day on
    which every paper that the work needs counts. `words`: the stems of all it says, and `@` with its place.
    """

    listing = models.OneToOneField("providers.Listing", on_delete=models.CASCADE, primary_key=True, related_name="search_row")
    place = models.CharField(max_length=4)
    radius_miles = models.PositiveSmallIntegerField()
    category_bits = models.BigIntegerField()
    outcome_bits = models.BigIntegerField()
    language_bits = models.BigIntegerField()
    access_bits = models.BigIntegerField()
    weekday_bits = models.PositiveSmallIntegerField()
    part_bits = models.PositiveSmallIntegerField()
    charge_bits = models.PositiveSmallIntegerField()
    trait_bits = models.PositiveSmallIntegerField()
    price_pence = models.PositiveIntegerField()
    papers_until = models.DateField()
    words = SearchVectorField()

    objects = SearchRowQuerySet.as_manager()

    class Meta:
        indexes = [
            # All that search asks but the words is in here, so that it reads nothing else of the table.
            models.Index(
                fields=["place", "radius_miles"],
                include=["listing", *(f"{name}_bits" for name in SETS), "price_pence", "papers_until"],
                name="searchrow_near",
            ),
            GinIndex(fields=["words"], name="searchrow_words", fastupdate=False),
            # The few whose place is a guess, to be put right when `places` learns their outcode.
            models.Index(fields=["place"], name="searchrow_guessed", condition=~Q(place__regex="[0-9]")),
        ]


class SearchWord(models.Model):
    """A word that occurs in services on sale or in the names of kinds of help. Counted once a day; `times`: in how many services its stem occurs.

    `stem`: what search takes it for (`garden` of `gardening`). `keys`: the word with up to two of its letters left out, in every way: what was
    typed, with letters left out in the same way, meets it there (symmetric deletes: any misspelling by two letters is found in one question,
    without asking the database for likeness).
    """

    word = models.CharField(max_length=24, primary_key=True)
    stem = models.CharField(max_length=24)
    times = models.PositiveIntegerField()
    keys = ArrayField(models.CharField(max_length=24))
    counted_on = models.DateField()

    objects = SearchWordQuerySet.as_manager()

    class Meta:
        indexes = [
            GinIndex(fields=["keys"], name="searchword_keys", fastupdate=False),
            models.Index(fields=["stem"], include=["times"], name="searchword_stem"),
        ]
