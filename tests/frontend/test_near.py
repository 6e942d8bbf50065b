"""Looking nearby, one service, and saying what is missing: for anybody, signed in or not."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from marketplace.models import Need
from tests import cast, cast_pooling
from tests.frontend.test_groups import _as, _text

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _as_of(set_clock):
    set_clock(cast.AT)


def test_a_stranger_is_asked_what_then_where_then_shown_what_is_there():
    client, near = Client(), reverse("near")
    assert "What would help you most?" in _text(client.get(near))
    assert "Where do you live?" in _text(client.get(near, {"what": "meals"}))
    found = client.get(near, {"what": "meals", "where": "se15 4ab"})
    assert "Near SE15" in _text(found)
    assert "Nobody near SE15 offers this yet" in _text(found)


def test_a_place_nobody_knows_gets_a_sentence_and_stays_as_typed():
    response = Client().get(reverse("near"), {"what": "meals", "where": "SE99"})
    assert response.status_code == 422
    assert "We don't know “SE99”" in _text(response) or "We don&#x27;t know “SE99”" in _text(response)
    assert 'value="SE99"' in _text(response)


def test_nothing_picked_gets_a_sentence():
    response = Client().get(reverse("near"), {"asked": "yes"})
    assert response.status_code == 422
    assert "Pick one answer for “What would help you most?”" in _text(response)


def test_somebody_with_a_page_is_not_asked_where_again():
    found = _as(cast.amina()).get(reverse("near"), {"what": "any"})
    assert "Near SE15" in _text(found)


def test_groups_that_may_be_found_are_shown_without_a_name():
    cluster, _ = cast_pooling.group(cast.yusuf(), cast.halima(), at=cast.AT - timedelta(days=8))
    type(cluster).objects.filter(pk=cluster.pk).update(is_listed=True)
    page = _text(Client().get(reverse("near"), {"what": "any", "where": "SE15"}))
    assert "SE15. 2 people now. Room for 6 more." in page
    assert "Yusuf" not in page
    assert cluster.name not in page


MISSING = {"category": "meals", "outcode": "SE15", "reason": "no_provider"}


def test_what_is_missing_counts_without_signing_in_once_a_visit():
    client = Client()
    for _ in range(3):
        assert "It counts" in _text(client.post(reverse("near-missing"), MISSING, follow=True))
    need = Need.objects.get()
    assert (need.person, need.state, need.council_code, need.outcode) == (None, "unmet", cast.SOUTHWARK, "SE15")
    assert list(Need.objects.counted_for(cast.SOUTHWARK)) == [need]


def test_what_is_missing_stays_on_ones_own_page_and_can_be_taken_back():
    client = _as(cast.amina())
    client.post(reverse("near-missing"), {**MISSING, "words": "Evenings, in Somali"})
    need = Need.objects.get()
    assert need.person == cast.amina()
    assert "Evenings, in Somali" in _text(client.get(reverse("start")))
    assert _as(cast.yusuf()).post(reverse("need-stop", args=[need.pk])).status_code == 404
    client.post(reverse("need-stop", args=[need.pk]))
    assert [one.state for one in Need.objects.counted_for(cast.SOUTHWARK)] == ["withdrawn"], "it counts as dropped"


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("category", "", "Pick one answer for “What is missing?”"),
        ("category", "magic", "Pick one of the answers we show"),
        ("outcode", "", "Type the first part of your postcode"),
        ("outcode", "ZZ1", "Look at a letter sent to you"),
        ("reason", "", "Pick one answer for “Why was nothing right?”"),
    ],
)
def test_a_wrong_answer_about_what_is_missing_says_how_to_put_it_right(field, typed, sentence):
    response = _as(cast.amina()).post(reverse("near-missing"), {**MISSING, "words": "Evenings please", field: typed})
    assert response.status_code == 422
    assert sentence in _text(response)
    assert "Evenings please" in _text(response)
    assert not Need.objects.exists()


def test_a_list_of_what_is_near_asks_little(django_assert_max_num_queries):
    cast.amina()
    with django_assert_max_num_queries(12):
        Client().get(reverse("near"), {"what": "any", "where": "SE15"})


def test_long_words_are_told_to_be_shorter():
    response = _as(cast.amina()).post(reverse("near-missing"), {**MISSING, "words": "a" * 601})
    assert "Use fewer words" in _text(response)


def test_nothing_of_the_future_is_shown(set_clock):
    set_clock(cast.AT + timedelta(days=400))
    assert Client().get(reverse("near"), {"what": "any", "where": "SE15"}).status_code == 200
