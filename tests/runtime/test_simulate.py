"""The synthetic England has the shape it says, is the same for the same seed, proves right, and stays away from anybody real."""

from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from config.synthetic.making import NotHere, Progress, make, refuse_unless_empty
from marketplace.models import Agreement, Visit
from marketplace.selectors.search import Asked, find
from marketplace.services import milestones
from people.models import Person
from pooling.models import Cluster, Membership, Portion
from pooling.selectors.proof import proof
from providers.models import Enterprise, Listing
from providers.selectors import missing_to_publish

AT = datetime(2026, 3, 9, 9, 0, tzinfo=UTC)


def simulate(**asked: Any) -> int:
    told: list[Progress] = []
    make(**({"councils": 0, "seed": 1, "listings": 0, "at": AT, "tell": told.append} | asked))
    return sum(each.rows for each in told)


@pytest.mark.django_db
def test_a_council_has_the_shape_it_says_and_its_promises_prove_right():
    rows = simulate(councils=1)
    assert rows > 15_000
    assert Counter(Portion.objects.values_list("route", flat=True)) == {
        "direct_payment": 800,
        "isf": 56,
        "phb_direct": 150,
        "phb_notional": 100,
        "self_funded": 1500,
    }
    weekly = sorted(Portion.objects.values_list("weekly_pence", flat=True))
    low, middle, high = (weekly[len(weekly) * part // 100] for part in (5, 50, 95))
    assert 3_300 < low < 4_700
    assert 19_000 < middle < 23_000
    assert 95_000 < high < 130_000
    sizes = sorted(Counter(Membership.objects.values_list("cluster", flat=True)).values())
    assert (Cluster.objects.count(), sizes[0], sizes[30], sizes[-1]) == (60, 3, 4, 8)
    assert Counter(Enterprise.objects.values_list("kind", flat=True)) == {"micro": 180, "community": 12}
    assert 100 < Enterprise.objects.filter(kind="micro", works_alone=True).count() < 150
    assert Agreement.objects.filter(state="active").count() == 60
    assert Visit.objects.filter(on__gt=AT).count() == Visit.objects.count() > 2_000
    assert proof() == []
    assert milestones.advance_due(at=AT) == 0
    lacking = [bool(missing_to_publish(listing=one, on=AT.date())) for one in Listing.objects.on_sale()[:150]]
    assert 0 < sum(lacking) < 30
    somewhere = Cluster.objects.earliest("pk").outcode
    assert find(Asked(outcode=somewhere, miles=20), on=AT.date()).count > 100


@pytest.mark.django_db
def test_the_same_seed_makes_the_same_rows_and_another_seed_others():
    def made(seed: int) -> list[Any]:
        with transaction.atomic():
            simulate(seed=seed, listings=120)
            found = list(Listing.objects.order_by("pk").values_list("title", "outcode", "price_pence", "enterprise__name", "weekdays"))
            transaction.set_rollback(True)
        return found

    first = made(1)
    assert len(first) == 120
    assert made(1) == first
    assert made(2) != first


@pytest.mark.django_db
def test_where_somebody_is_real_nobody_is_made_up():
    simulate(listings=5)
    refuse_unless_empty()  # made-up people are no hindrance
    Person.objects.create_user("somebody@example.com", full_name="Somebody Real")
    before = Person.objects.count()
    with pytest.raises(CommandError, match="whom we did not make up"):
        call_command("simulate", listings=5)
    assert Person.objects.count() == before


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "value"), [("STRIPE_SECRET_KEY", "sk_live_x"), ("HELD_MONEY_BASIS", "advice"), ("IS_HTTPS", True)], ids=["key", "basis", "https"]
)
def test_settings_of_a_real_site_are_refused(settings, name, value):
    setattr(settings, name, value)
    with pytest.raises(NotHere):
        refuse_unless_empty()
