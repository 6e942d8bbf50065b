"""Putting by what one found: one's own list, in the room and on the pages, before and after somebody has a page."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from audit.errors import NotAllowed
from marketplace.models import Kept, Need
from marketplace.services import keeping
from pooling.models import Cluster
from providers.models import Enterprise, Listing
from tests import cast, cast_pooling
from tests.frontend.test_groups import _as, _text

pytestmark = pytest.mark.django_db


@pytest.fixture
def found(set_clock):
    """A service on sale and a group that may be found, both near SE15."""
    set_clock(cast.AT)
    cache.clear()
    listing = cast.home_visits()
    cluster, _ = cast_pooling.group(cast.yusuf(), cast.halima(), at=cast.AT - timedelta(days=8))
    Cluster.objects.filter(pk=cluster.pk).update(is_listed=True)
    return listing, cluster


def test_keeping_twice_keeps_once_and_letting_go_twice_is_no_fault(found):
    listing, cluster = found
    amina = cast.amina()
    first = keeping.keep(listing=listing, by=amina, at=cast.AT)
    assert keeping.keep(listing=listing, by=amina, at=cast.AT) == first
    keeping.keep(cluster=cluster, by=amina, at=cast.AT)
    assert Kept.objects.visible_to(amina).count() == 2
    assert not Kept.objects.visible_to(cast.yusuf()).exists()
    with pytest.raises(NotAllowed):
        keeping.let_go(kept=first, by=cast.yusuf(), at=cast.AT)
    for _ in range(2):
        keeping.let_go(kept=first, by=amina, at=cast.AT)
    assert Kept.objects.get().cluster == cluster


def test_what_people_can_t_find_is_not_kept(found):
    listing, cluster = found
    amina = cast.amina()
    for thing in ({}, {"listing": listing, "cluster": cluster}):
        with pytest.raises(keeping.NothingToKeep):
            keeping.keep(by=amina, at=cast.AT, **thing)
    Cluster.objects.update(is_listed=False)
    Enterprise.objects.update(state="suspended", suspended_reason="Its papers.")
    for thing in ({"listing": listing}, {"cluster": cluster}):
        with pytest.raises(keeping.NothingToKeep):
            keeping.keep(by=amina, at=cast.AT, **thing)


def test_a_list_that_is_full_says_so(found, monkeypatch):
    listing, cluster = found
    monkeypatch.setattr(keeping, "MOST", 1)
    keeping.keep(listing=listing, by=cast.amina(), at=cast.AT)
    with pytest.raises(keeping.TooManyKept):
        keeping.keep(cluster=cluster, by=cast.amina(), at=cast.AT)


def _pick(client: Client, listing: Listing, cluster: Cluster, **more: object) -> object:
    picked = {"pick": [f"s{listing.pk}", f"g{cluster.pk}", "x1", "s0"], "where": "SE15", "back": "what=any&where=SE15"}
    return client.post(reverse("near-picked"), {**picked, "do": "keep", **more})


def test_what_a_stranger_kept_is_on_the_page_they_make(found):
    client = Client()
    assert _pick(client, *found).headers["Location"] == reverse("join")
    page = _text(client.get(reverse("join")))
    assert "You kept 1 service and 1 group." in page
    assert "You live near <b>SE15</b>." in page
    assert not Kept.objects.exists()
    asked = client.post(reverse("join"), {"full_name": "Mary Price", "reach": "email", "email": "mary@example.com"}, follow=True)
    code = re.search(r"\b\d{6}\b", str(mail.outbox[-1].body))[0]
    client.post(asked.redirect_chain[-1][0], {"code": code}, follow=True)
    start = _text(client.get(reverse("start")))
    assert "You kept" in start
    assert "Ask to meet this group" in start
    assert "They see your first name. Nothing else. No money yet." in start
    assert found[0].title in start
    assert Kept.objects.count() == 2


def test_who_is_signed_in_keeps_at_once_and_can_take_it_off_again(found):
    client = _as(cast.amina())
    assert _pick(client, *found).headers["Location"] == f"{reverse('start')}#kept"
    for row in Kept.objects.all():
        client.post(reverse("kept-let-go", args=[row.pk]))
    assert "You kept" not in _text(client.get(reverse("start")))


def test_what_is_gone_meanwhile_says_so(found):
    client = _as(cast.amina())
    _pick(client, *found)
    Cluster.objects.update(is_listed=False)
    Enterprise.objects.update(state="suspended", suspended_reason="Its papers.")
    page = _text(client.get(reverse("start")))
    assert "People can’t find it just now." in page
    assert "It takes nobody from near you just now." in page
    assert "Ask to meet this group" not in page


def test_nothing_ticked_goes_back_with_a_sentence(found):
    response = Client().post(reverse("near-picked"), {"do": "keep", "back": "what=any&where=SE15"}, follow=True)
    assert "Tick what you want to keep or compare." in _text(response)


def test_what_was_ticked_stands_side_by_side(found):
    listing, cluster = found
    response = Client().post(reverse("near-picked"), {"do": "compare", "pick": [f"s{listing.pk}", f"g{cluster.pk}"]}, follow=True)
    page = _text(response)
    assert "Side by side" in page
    for words in (
        "Barwaaqo Care",
        "£20.00 an hour.",
        "£12.00 each for 2. £9.00 each for 3.",
        "Mondays to Fridays, mornings and afternoons",
        "Somali",
    ):
        assert words in page


def test_nothing_to_compare_says_what_to_do(found):
    Enterprise.objects.update(state="suspended", suspended_reason="Its papers.")
    page = _text(Client().get(reverse("near-compare"), {"one": [f"s{found[0].pk}", "s999999", "drop table"]}))
    assert "Tick up to four people you can pay." in page
    assert found[0].title not in page


def test_what_a_stranger_said_is_missing_becomes_theirs_and_is_counted_once(found):
    client = Client()
    told = {"category": "meals", "outcode": "SE15", "reason": "no_time", "part_of_week": "evenings", "language": "somali"}
    for _ in range(2):
        client.post(reverse("near-missing"), told)
    asked = client.post(reverse("join"), {"full_name": "Mary Price", "reach": "email", "email": "mary@example.com", "outcode": "SE15"}, follow=True)
    code = re.search(r"\b\d{6}\b", str(mail.outbox[-1].body))[0]
    client.post(asked.redirect_chain[-1][0], {"code": code}, follow=True)
    for _ in range(2):
        assert "You said this is missing" in _text(client.get(reverse("start")))
    mine = Need.objects.get(person__email="mary@example.com")
    assert (mine.state, mine.part_of_week, mine.language, mine.counted) == ("unmet", "evenings", "somali", False)
    assert Need.objects.counted_for(cast.SOUTHWARK).count() == 1
