"""Committed, with real threads and connections: fifty people and one time."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

from marketplace.models import Booking
from marketplace.services import booking
from people.models import Person
from providers.models import Listing, Slot, Worker
from providers.services.slots import SlotIsTaken
from tests import cast, cast_booking

pytestmark = pytest.mark.django_db(transaction=True)
PEOPLE = 50


def test_of_fifty_people_for_one_time_one_has_it_and_forty_nine_read_a_kind_sentence() -> None:
    story = cast_booking.amina()
    Worker.objects.filter(known_as="Ifrah").update(state="left")
    people = [cast.somebody(f"racer{number}@example.com", f"Racer {number}") for number in range(PEOPLE)]
    start = threading.Barrier(PEOPLE)

    def run(who: Person) -> str:
        try:
            listing = Listing.objects.select_related("enterprise", "category").get(pk=story.listing.pk)
            start.wait(timeout=60)
            booking.hold_slot(listing=listing, starts_at=cast_booking.TEN, by=who, at=story.at)
        except SlotIsTaken as refused:
            return refused.sentence
        finally:
            connections.close_all()
        return "has it"

    with ThreadPoolExecutor(PEOPLE) as pool:
        said = Counter(pool.map(run, people))
    assert said == {"has it": 1, SlotIsTaken.sentence: PEOPLE - 1}
    assert (Booking.objects.count(), Slot.objects.count()) == (1, 1)
