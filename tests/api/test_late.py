"""Questions through the API, in time and late: said once, in words, and ended by two people; the rows say how it stands."""

from typing import Any

import pytest

from marketplace.services import shares
from tests import cast, cast_market
from tests.api.conftest import Api

pytestmark = pytest.mark.django_db


def test_a_payment_by_silence_is_questioned_and_dismissed(set_clock: Any) -> None:
    story = cast_market.paid_by_silence()
    set_clock(story.at)
    pk = story.share("Amina", 4).pk
    amina, first, second = Api(cast.amina()), Api(cast.operator()), Api(cast.second_operator())
    assert amina.post(f"shares/{pk}/query-late/", {"words": ""}, 400)
    assert Api(cast.yusuf()).post(f"shares/{pk}/query-late/", {"words": "No."}, 404)
    assert Api(cast.hodan()).post(f"shares/{pk}/query-late/", {"words": "No."}, 403)
    told = amina.post(f"shares/{pk}/query-late/", {"words": "Nobody came."}, key="told")
    assert (told["state"], told["late_words"], told["paid_pence"]) == ("queried_late", "Nobody came.", told["pence"])
    assert amina.post(f"shares/{pk}/query-late/", {"words": "Nobody came."}, key="told") == told
    assert "decide_late" in {task["kind"] for task in first.get("to-do/")["results"]}
    first.post(f"shares/{pk}/propose-dismissal/", {"reason": "It was right."})
    first.post(f"shares/{pk}/confirm-dismissal/", {"reason": "I agree."}, 403, key="own")
    second.post(f"shares/{pk}/refuse-dismissal/")
    second.post(f"shares/{pk}/propose-dismissal/", {"reason": "It was right."})
    ended = first.post(f"shares/{pk}/confirm-dismissal/", {"reason": "I rang her."}, key="yes")
    assert (ended["state"], ended["late_reason"]) == ("released", "It was right.\nI rang her.")
    assert amina.post(f"shares/{pk}/query-late/", {"words": "Again."}, 409, key="again")["code"] == "not_now"


def test_the_second_of_two_agrees_to_the_sum_that_is_proposed_now(set_clock: Any) -> None:
    story = cast_market.asked()
    set_clock(story.at)
    pk = shares.question(share=story.share("Halima"), words="Nobody came.", by=cast.halima(), at=story.at).pk
    first, second = Api(cast.operator()), Api(cast.second_operator())
    assert first.post(f"shares/{pk}/propose-decision/", {"pay_pence": 900, "reason": "One is shown."})["proposed_pence"] == 900
    other = second.post(f"shares/{pk}/confirm-decision/", {"pay_pence": 1_800, "reason": "I rang."}, 409, key="other")
    assert other["code"] == "proposal_has_changed"
    ended = second.post(f"shares/{pk}/confirm-decision/", {"pay_pence": 900, "reason": "I rang."}, key="yes")
    assert (ended["state"], ended["decided_pence"]) == ("decided", 900)
