"""What somebody finds near a place: free things first, ways to choose, what was put right, a map, and what is missing in one press."""

import gzip
import hashlib
import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from frontend.presenters.found import Way
from frontend.presenters.offers import Offer
from frontend.templatetags import near
from marketplace.models import Need
from places.services import areas
from pooling.models import Cluster
from providers.services import search_rows
from tests import cast, cast_pooling, worlds
from tests.frontend.test_groups import _as, _text
from tests.marketplace.test_search import make

pytestmark = pytest.mark.django_db
STATIC = Path(__file__).parents[2] / "frontend" / "static" / "frontend"
world = worlds.kept(make)


@pytest.fixture(autouse=True)
def made(world: Any, set_clock: Any) -> Any:
    set_clock(cast.AT)
    return worlds.again(world)


def look(client: Client | None = None, **asked: Any) -> str:
    response = (client or Client()).get(reverse("near"), {"what": "any", "where": "SE15", **asked})
    assert response.status_code == 200
    return _text(response)


def test_what_costs_nothing_stands_first_then_people_who_can_be_paid():
    page = look()
    assert page.index("<h2>Free</h2>") < page.index("Lunch club") < page.index("People you can pay") < page.index("Gardens big and small")
    assert "Free</span> for an hour of your time back" in page
    assert "Nobody can pay to be higher." in page


@pytest.mark.parametrize(
    ("asked", "there", "gone", "chip"),
    [
        ({"language": "somali"}, "Cooking in your home", "Gardens big and small", "Somali"),
        ({"charge": "free"}, "Lunch club", "Cooking in your home", "Free"),
        ({"most": "16"}, "Cooking in your home", "Gardens big and small", "At most £16.00"),
        ({"access": ["step_free", "toilet"]}, "Lunch club", "An hour of repairs", "No steps"),
        ({"weekday": "1", "part": "morning"}, "Gardens big and small", "Gardening with a van", "Monday"),
        ({"checked": "yes"}, "Cooking in your home", "Lunch club", "Papers checked"),
    ],
)
def test_each_way_to_choose_is_a_link_that_takes_it_off_again(asked, there, gone, chip):
    page = look(miles="10", **asked)
    assert there in page
    assert gone not in page
    assert f'{chip}<span class="vh">: take it off</span>' in page
    assert "Up to 10 miles away<span" in page


def test_words_that_were_put_right_are_told():
    search_rows.count_words(on=cast.AT.date())
    page = look(words="gardning")
    assert "We looked for <b>“gardening”</b>" in page
    assert "Gardens big and small" in page


def test_what_nobody_understands_is_left_out_and_money_is_put_right():
    assert "Lunch club" in look(language="<b>", weekday="9", page="0", miles="many", access=["'"])
    response = Client().get(reverse("near"), {"what": "any", "where": "SE15", "most": "cheap"})
    assert response.status_code == 422
    assert "Write an amount in pounds, like £48.00." in _text(response)


def test_the_script_is_sent_on_to_a_page_of_its_own_where_nothing_was_found_to_put_into_its_place():
    asked, script = {"what": "any", "where": "ZZ99", "words": "roses & co"}, {"HX-Request": "true"}
    response = Client().get(reverse("near"), asked, headers=script)
    assert (response.status_code, response.headers["Cache-Control"], response.content) == (200, "no-store", b"")
    assert Client().get(response.headers["HX-Redirect"]).status_code == 422
    assert b'id="found"' in Client().get(reverse("near"), {**asked, "where": "SE15"}, headers=script).content


def test_a_kind_of_help_nobody_knows_is_asked_for_again_and_the_rest_stays_typed():
    response = Client().get(reverse("near"), {"what": "gardening-typed-by-hand", "where": "SE15", "words": "roses"})
    assert response.status_code == 422
    assert "We don’t know this kind of help. Pick one from the list." in _text(response)
    assert 'value="SE15"' in response.content.decode()
    assert 'value="roses"' in response.content.decode()


def test_what_is_not_there_becomes_a_need_in_one_press():
    page = look(what="out_and_about", language="somali", part="evening")
    assert "Nobody near SE15 offers this yet" in page
    assert "Look again without “Somali”" in page
    told = {
        "category": "out_and_about",
        "outcode": "SE15",
        "reason": "not_accessible",
        "part_of_week": "evenings",
        "language": "somali",
        "access": "",
    }
    for name, value in told.items():
        assert f'name="{name}" value="{value}"' in page
    after = _text(_as(cast.amina()).post(reverse("near-missing"), {**told, "words": ""}, follow=True))
    assert 'href="/near/?what=any&amp;where=SE15"' in after  # back to where they looked
    need = Need.objects.get()
    assert (need.person, need.state, need.reason, need.part_of_week, need.language) == (cast.amina(), "unmet", "not_accessible", "evenings", "somali")


def test_who_says_it_in_their_own_words_types_nothing_twice():
    assert "what=meals&amp;where=SE15&amp;words=tea%20%26%20toast" in look(what="meals", words="tea & toast")
    asked = {"what": "meals", "where": "SE15", "words": "tea & toast"}
    form = _as(cast.amina()).get(reverse("near-missing"), asked).context["form"]
    assert [form[name].value() for name in ("category", "outcode", "words", "reason")] == ["meals", "SE15", "tea & toast", "no_provider"]


def test_who_does_not_know_yet_is_helped_to_think():
    asked = _text(Client().get(reverse("near"), {"what": "think"}))
    assert "What would you like to be better?" in asked
    page = look(outcome="home_kept")
    assert "Gardens big and small" in page
    assert "Lunch club" not in page
    assert "Lunch club" in look(outcome="any")


def test_the_map_says_in_a_list_what_its_tiles_say():
    page = _text(Client().get(reverse("near-map"), {"what": "any", "where": "SE15", "miles": "10"}))
    assert 'aria-label="SE18: 1 found"' in page
    assert page.count("what is near there") == page.count(' found"><g')
    assert 'href="/near/?what=any&amp;where=SE18&amp;miles=10"' in page


def test_the_map_is_of_councils_where_their_outlines_were_loaded(django_assert_max_num_queries):
    ring = [[-0.11, 51.42], [-0.03, 51.42], [-0.03, 51.51], [-0.11, 51.51], [-0.11, 51.42]]
    southwark = {"properties": {"cd": cast.SOUTHWARK, "nm": "Southwark"}, "geometry": {"type": "Polygon", "coordinates": [ring]}}
    areas.load(text=json.dumps({"features": [southwark]}), source="Outlines by <somebody>", by=None, at=cast.AT)
    with django_assert_max_num_queries(12):
        page = _text(Client().get(reverse("near-map"), {"what": "any", "where": "SE15", "miles": "10"}))
    assert 'aria-label="What is near SE15, by council"' in page
    assert "Outlines by &lt;somebody&gt;" in page
    row = page.split('<th scope="row"><b>Southwark</b>')[1].split("</tr>")[0]
    inside = [int(number) for number in re.findall(r", (\d+)</span>", row)]
    assert f'<td class="n">{sum(inside)}</td>' in row
    assert f'paint-order="stroke">{sum(inside)}<' in page
    assert 'href="/near/?what=any&amp;where=SE15&amp;miles=10"' in row


@pytest.mark.parametrize("who", ["", "amina"])
def test_a_page_of_what_is_found_asks_12_questions_at_most(who, django_assert_max_num_queries):
    cluster, _ = cast_pooling.group(cast.yusuf(), cast.halima(), at=cast.AT - timedelta(days=8))
    Cluster.objects.filter(pk=cluster.pk).update(is_listed=True)
    client = _as(cast.amina()) if who else Client()
    look(client)
    with django_assert_max_num_queries(12):
        look(client, language="english")
    with django_assert_max_num_queries(12):
        client.get(reverse("near-map"), {"what": "any", "where": "SE15"})


def test_the_one_script_of_the_site_is_the_file_that_was_looked_at():
    """htmx 2.0.11 as its makers published it; a newer one is looked at first, and changes this line."""
    file = STATIC / "htmx-2.0.11.min.js"
    assert hashlib.sha256(file.read_bytes()).hexdigest() == "d6fdc75f204e6bdefa99b69bf1e6d4ac69b8a364f77929f45c13476b4000f717"
    assert look().count("<script") == 1
    assert b"<script" not in Client().get("/").content


def test_a_page_of_what_is_found_is_small_the_first_time():
    """All it asks for, as it goes over the wire: itself, the styles, the letters and the script."""
    text = [look().encode(), *(file.read_bytes() for file in STATIC.glob("*.css")), *(file.read_bytes() for file in STATIC.glob("*.js"))]
    letters = [file.stat().st_size for file in (STATIC / "fonts").glob("*-latin-*.woff2") if "latin-ext" not in file.name]
    assert len(letters) == 2
    assert sum(len(gzip.compress(one)) for one in text) + sum(letters) <= 100_000


def test_what_costs_nothing_has_a_page_with_nothing_to_sign(made):
    page = _text(_as(cast.amina()).get(reverse("service", args=[made["club"].pk])))
    assert "You pay nothing, so there is nothing to sign." in page
    assert "We know this community group." in page
    assert "Look at the price" not in page
    assert "£" not in page
    assert "No steps, a toilet for wheelchair users" in page
    kept = _as(cast.amina()).post(reverse("near-picked"), {"pick": [f"s{made['club'].pk}"], "do": "keep"}, follow=True)
    assert "Lunch club" in _text(kept)
    assert "Free." in _text(kept)


def test_what_people_wrote_is_never_part_of_the_page_itself():
    typed = "<b>'\"&"
    texts = dict.fromkeys(("title", "description", "enterprise", "languages", "checks_said", "access", "when"), typed)
    shown = Offer(7, figure="plain", strand=4, miles_said=typed, unit_said="a visit", alone_pence=1, people=2, each_pence=1, charge="free", **texts)
    way = Way("access", typed, typed, 3, is_now=True)
    drawn = near.offer_cards([shown]) + near.options([way]) + near.boxes([way]) + near.tick(typed, typed)
    assert "&lt;b&gt;&#x27;&quot;&amp;" in drawn
    assert "<b>" not in drawn
    assert "'" not in drawn
