"""A sealed offer and the group's choice through the API, from the first press to what everybody signs."""

from typing import Any

import pytest

from pooling.models import Proposal
from tests import cast, cast_market, cast_offers
from tests.api.conftest import Api

pytestmark = pytest.mark.django_db
TERMS = {
    "visit_pence": 2_600,
    "starts_on": "2026-04-14",
    "weekdays": [2, 4],
    "words": "We cook.",
    "people_words": "Ifrah",
    "milestones_words": "From week one.",
}


def test_from_one_press_to_what_everybody_signs(set_clock: Any) -> None:
    asking = cast_offers.opened()
    set_clock(asking.at)
    cast.home_visits()
    shop = cast_market.enterprise()
    hodan, ruth, amina = Api(cast.hodan()), Api(cast.ruth()), Api(cast.amina())
    said = {"lot": asking.lot.pk, "enterprise": shop.pk, "send": True}
    sent = hodan.post("offers/", said, 201, key="once")
    assert hodan.post("offers/", said, 201, key="once") == sent
    assert (sent["state"], sent["visit_pence"]) == ("submitted", 2_700)
    Api(cast.ruth()).get(f"offers/{sent['id']}/", 404)
    ruth.get(f"choices/{asking.brief.pk}/", 404)
    assert hodan.post(f"offers/{sent['id']}/revise/", {**TERMS, "visit_pence": 9_900}, 422)["code"] == "offer_not_complete"
    assert hodan.post(f"offers/{sent['id']}/revise/", TERMS)["version"] == 2
    other = asking.offer(cast_offers.provider("Peckham Hands"))
    asking.until_closed()
    set_clock(asking.at)

    choice = ruth.get(f"choices/{asking.brief.pk}/")
    assert [one["offer"]["enterprise_name"] for one in choice["parts"][0]["offers"]] == ["Barwaaqo Care", "Peckham Hands"]
    both = [sent["id"], other.pk]
    assert ruth.post(f"choices/{asking.brief.pk}/shortlist/", {"keep": both}, 409)["code"] == "say_your_ties_first"
    for who in (ruth, amina):
        who.post(f"choices/{asking.brief.pk}/declare/", {"ties": []})
    assert ruth.post(f"choices/{asking.brief.pk}/shortlist/", {"keep": both})["state"] == "evaluating"
    place = asking.walk.places["Amina"].pk
    for offer in both:
        points = [{"criterion": one["slug"], "points": 4, "reason": "Good."} for one in choice["criteria"]]
        amina.post(f"offers/{offer}/score/", {"membership": place, "points": points})
    why = [{"offer": other.pk, "why": "Not our food."}]
    asked = ruth.post(f"offers/{sent['id']}/ask-to-choose/", {"why_not": why})
    owner = Api(other.enterprise.owner)
    assert owner.get(f"offers/{other.pk}/")["feedback"] == ""  # nobody has answered yet
    asking.answer(Proposal.objects.get(pk=asked["proposal"]))
    set_clock(asking.at)
    assert owner.get(f"offers/{other.pk}/")["feedback"] == "Not our food."
    assert hodan.post(f"offers/{sent['id']}/accept/")["state"] == "accepted"

    asking.later(days=8)
    set_clock(asking.at)
    drafted = [row for row in ruth.rows("agreements/") if row["state"] == "drafting"]
    assert [(row["listing"], row["offer"]) for row in drafted] == [(None, sent["id"])]
    assert hodan.rows("agreements/") == []
    keep_going = {"who_to_ring": "Ruth", "what_i_want": "Ring me."}
    assert ruth.post(f"agreements/{drafted[0]['id']}/send/", keep_going)["state"] == "with_parties"
    assert [row["weekly_pence"] for row in amina.rows("payers/")] == [1_734]
