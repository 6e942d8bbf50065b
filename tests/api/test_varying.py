"""A change through the API: asked, answered by each for themselves, signed; and stopping. Each reads only their own sums."""

from typing import Any

import pytest

from frontend.presenters import leaving
from tests import cast, cast_market
from tests.api.conftest import Api

pytestmark = pytest.mark.django_db


def test_a_price_is_asked_answered_and_agreed(set_clock: Any) -> None:
    story = cast_market.running()
    set_clock(story.at)
    hodan, amina = Api(cast.hodan()), Api(cast.amina())
    asked = {"agreement": story.agreement.pk, "kind": "price", "visit_pence": 3_000}
    assert hodan.post("changes/", {**asked, "visit_pence": 2_700}, 422, key="same")["code"] == "change_not_possible"
    change = hodan.post("changes/", asked, 201, key="ask")
    assert (change["state"], change["first_week"], change["provider_has_signed"]) == ("asking", 3, True)
    mine = amina.rows(f"change-answers/?change={change['id']}")
    assert [(row["old_weekly_pence"], row["new_weekly_pence"], row["needs_yes"]) for row in mine] == [(1_800, 2_000, True)]
    assert hodan.rows("change-answers/") == []
    yes = {"membership": story.places["Amina"].pk, "answer": "accept"}
    Api(cast.yusuf()).post(f"changes/{change['id']}/answer/", yes, 403, key="hers")
    assert amina.post(f"changes/{change['id']}/answer/", yes, key="mine")["state"] == "asking"
    for name in ("Yusuf", "Halima"):
        said = {"membership": story.places[name].pk, "answer": "accept"}
        change = Api(story.person(name)).post(f"changes/{change['id']}/answer/", said, key=name)
    assert change["state"] == "applied"
    assert amina.post(f"changes/{change['id']}/answer/", yes, 409, key="late")["code"] == "not_now"
    assert amina.post(f"agreements/{story.agreement.pk}/stop/", {}, key="stop")["state"] == "active"
    assert [row["kind"] for row in amina.rows("changes/?state=asking")] == ["payers"]


def test_what_leaving_costs_is_what_the_page_says_and_nobody_else_s_business(set_clock: Any) -> None:
    story = cast_market.running()
    set_clock(story.at)
    place = story.places["Amina"]
    cost, page = Api(cast.amina()).get(f"memberships/{place.pk}/cost-of-leaving/"), leaving.cost(place, story.at)
    assert (cost["until"], cost["bill_pence"], cost["back_pence"]) == (page.until.isoformat(), page.bill_pence, page.back_pence)
    assert [(term["agreement_id"], term["bill_pence"]) for term in cost["terms"]] == [(story.agreement.pk, cost["bill_pence"])]
    assert cost["bill_pence"] > 0
    for other in (cast.yusuf(), cast.ruth(), cast.operator(), cast.hodan()):
        Api(other).get(f"memberships/{place.pk}/cost-of-leaving/", 404)
