"""The short way through the API alone: from nothing to a provider who is owed money, by the same services as the pages."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from audit.services.deliveries import deliver_due
from marketplace.models import Milestone, MilestoneShare
from marketplace.services import agreements, milestones, shares
from payments.models import Payee, Payment
from pooling.services import calls
from providers.models import Enterprise
from tests import cast, cast_pooling
from tests.api.conftest import Api
from tests.sandbox_process import SandboxProcess

TIMERS = (deliver_due, calls.advance_due, agreements.advance_due, milestones.advance_due, shares.advance_due)


class Story:
    """The clock, and one client a person."""

    def __init__(self, set_clock: Callable[[datetime], None]) -> None:
        self.set_clock, self.at = set_clock, cast.AT
        set_clock(self.at)
        people = ("amina", "yusuf", "ruth", "hodan", "operator", "second_operator", "colin", "halima")
        self.who = {name: Api(getattr(cast, name)()) for name in people}

    def run(self) -> None:
        while sum(timer(at=self.at) for timer in TIMERS):
            pass

    def until(self, moment: datetime) -> None:
        while self.at < moment:
            self.at = min(moment, self.at + timedelta(days=1))
            self.set_clock(self.at)
            self.run()


def _provider(story: Story) -> dict[str, Any]:
    hodan, operator = story.who["hodan"], story.who["operator"]
    body = {"name": "Barwaaqo Care", "outcode": "SE15 4AB", "works_alone": False, "people_count": 3}
    made = hodan.post("enterprises/", body, 201)
    worker = hodan.rows(f"workers/?enterprise={made['id']}")[0]
    papers = [("insurance", None, "2027-02-01"), ("references", None, None), ("identity", worker["id"], None), ("dbs_basic", worker["id"], None)]
    for kind, whose, until in papers:
        paper = {"enterprise": made["id"], "kind": kind, "issued_on": "2026-02-02", "worker": whose, "expires_on": until}
        check = hodan.post("checks/", paper, 201)
        hodan.post(f"checks/{check['id']}/confirm/", {"how_seen": "I have it here."}, 403)
        seen = operator.post(f"checks/{check['id']}/confirm/", {"how_seen": "Held the paper at the hub."})
        if kind == "identity":
            assert seen["state"] == "seen_once"
            operator.post(f"checks/{check['id']}/confirm/", {"how_seen": "Once more."}, 422)
            seen = story.who["second_operator"].post(f"checks/{check['id']}/confirm/", {"how_seen": "Met her with it."})
        assert seen["state"] == "confirmed"
    listing = {
        "enterprise": made["id"],
        "title": "Help at home in Somali",
        "category": "home_jobs",
        "price_pence": 2000,
        "group_prices": [{"people": 2, "pence": 2400}],
        "languages": ["somali"],
        "weekdays": [1, 2, 3, 4, 5],
    }
    service = hodan.post("listings/", listing, 201)
    Enterprise.objects.filter(pk=made["id"]).update(payee=Payee.objects.create(owner=f"enterprise:{made['id']}", council_code=cast.SOUTHWARK))
    return dict(hodan.post(f"listings/{service['id']}/publish/")) | {"worker": worker["id"]}


def _group(story: Story) -> tuple[int, int, int]:
    """The group, and Amina's and Halima's places in it."""
    amina, halima = story.who["amina"], story.who["halima"]
    five = {"name": "Help at home", "purpose": "help_at_home", "outcode": "SE15", "who_comes": "People near us", "is_listed": True}
    group = amina.post("clusters/", five, 201)
    assert halima.get("clusters/listed/?purpose=help_at_home")["count"] == 1
    halima.get(f"clusters/{group['id']}/", 404)
    place = halima.post(f"clusters/{group['id']}/apply/", {"answers": "I live near."}, 201)
    asked = amina.rows("memberships/questions/")
    assert [one["known_as"] for one in asked] == ["Halima"]
    amina.post(f"memberships/{place['id']}/answer/", {"yes": True})
    accept = f"memberships/{place['id']}/accept-charter/"
    assert amina.post(f"clusters/{group['id']}/new-rules/", {"trial_days": 7}, 201)["version"] == 2
    refused = halima.post(accept, {"version": 1}, 409)
    assert (refused["code"], "The rules have changed" in refused["detail"]) == ("rules_have_changed", True)
    halima.post(accept, {"version": 2})
    amina.post(f"memberships/{place['id']}/welcome/")
    helper = amina.rows(f"clusters/{group['id']}/facilitators/")[0]
    amina.post(f"clusters/{group['id']}/ask-facilitator/", {"facilitator": helper["id"]})
    mine = amina.rows(f"memberships/?cluster={group['id']}&mine=true")[0]
    return group["id"], mine["id"], place["id"]


def _budget(story: Story, name: str, route: str, by: str, level: str, holder: int | None = None) -> int:
    person = story.who[name]
    sums = {"weekly_cost_pence": 20000, "weekly_contribution_pence": 0, "weekly_funder_pence": 20000}
    part = {"route": route, "funder_name": "Southwark Council", "weekly_pence": 20000, "holder": holder}
    said = {"kind": "agreed", "starts_on": "2026-02-01", "portions": [part], **sums}
    budget = person.post("budgets/", said, 201)
    person.post(f"budgets/{budget['id']}/vouch/", {"level": level}, 403)
    assert story.who[by].post(f"budgets/{budget['id']}/vouch/", {"level": level})["sureness"] == level
    return int(budget["portions"][0]["id"])


def _promise(person: Api, place: int, portion: int) -> int:
    said = {"membership": place, "portion": portion, "weekly_pence": 6000, "weeks": 16, "starts_on": "2026-03-09"}
    costs = person.post("pledges/quote/", said)
    assert costs == {"weekly_pence": 6000, "weeks": 16, "most_pence": 96000, "if_you_stop_pence": 24000}
    assert person.get("pledges/")["count"] == 0
    made = person.post("pledges/", said, 201, key="my promise")
    assert person.post("pledges/", said, 201, key="my promise") == made
    assert person.get("pledges/")["count"] == 1
    return int(made["id"])


def _agreement(story: Story, cluster: int, listing: int, places: dict[str, int], promises: dict[str, int]) -> int:
    amina, hodan = story.who["amina"], story.who["hodan"]
    wish = {"listing": listing, "visits_per_week": 2, "minutes": 60, "weeks": 4}
    assert amina.post("agreements/quote/", {**wish, "people": 2})["each_weekly_pence"] == [2400, 2400]
    keep = {"who_to_ring": "Ruth", "what_i_want": "A neighbour looks in."}
    ask = {**wish, "cluster": cluster, "payers": list(places.values()), "starts_on": "2026-03-24", "weekdays": [2, 4], "keep_going": keep}
    made = amina.post("agreements/", ask, 201, key="propose")
    for name, pledge in promises.items():
        signed = story.who[name].post(f"agreements/{made['id']}/sign/", {"pledge": pledge, "related": "none", "version": 1}, key=f"sign {name}")
        assert [one["known_as"] for one in signed["view"]["mine"]] == [cast.__dict__[name]().known_as]
    hodan.post(f"agreements/{made['id']}/provider-sign/", {"version": 2}, 409)
    assert hodan.post(f"agreements/{made['id']}/provider-sign/", {"version": 1})["state"] == "active"
    return int(made["id"])


def _cover(story: Story) -> None:
    """Amina pays ahead (what her bank does is played); Halima's council orders."""
    due = story.who["amina"].rows("calls/?mine=true&state=called")[0]
    payment = story.who["amina"].post(f"calls/{due['id']}/pay-by-bank/", None, 201, key="pay")
    assert (payment["pence"], payment["state"]) == (due["to_pay_pence"], "open") == (2400, "open")
    assert payment["instructions"]["sort_code"]
    assert story.who["amina"].rows(f"calls/{due['id']}/payments/") == [payment]
    story.who["halima"].get(f"calls/{due['id']}/", 404)
    cast_pooling.Bank(story.at).pays(Payment.objects.get(pk=payment["id"]))
    colin = story.who["colin"]
    assert colin.rows("holders/")[0]["orders_to_accept"] == 1
    order = colin.rows("calls/?list=orders_to_accept")[0]
    assert colin.post(f"calls/{order['id']}/accept-order/", {"reference": "PO-7"}, key="order")["state"] == "ordered"
    story.run()


def _visits(story: Story, agreement: int, worker: int) -> int:
    hodan = story.who["hodan"]
    week = hodan.rows(f"milestones/?agreement={agreement}&state=funded")[0]
    for day in (24, 26):
        story.until(cast.AT.replace(day=day, hour=10))
        begun = hodan.post("visits/begin/", {"milestone": week["id"], "worker": worker}, 201)
        story.until(story.at + timedelta(hours=1))
        assert hodan.post(f"visits/{begun['id']}/finish/", {"note": "We cooked."})["recorded_at_the_time"] is True
    assert hodan.post(f"milestones/{week['id']}/submit/")["state"] == "submitted"
    return int(week["id"])


@pytest.mark.django_db(transaction=True)
def test_the_short_way_by_the_api_alone(set_clock: Callable[[datetime], None], stripe: SandboxProcess) -> None:
    story = Story(set_clock)
    service = _provider(story)
    near = Api(None).get("search/?outcode=SE15&category=home_jobs")["cards"]
    assert [(one["listing_id"], one["group_pence"]["2"]) for one in near] == [(service["id"], 2400)]
    cluster, *ids = _group(story)
    places = dict(zip(("amina", "halima"), ids, strict=True))
    portions = {
        "amina": _budget(story, "amina", "direct_payment", "ruth", "seen"),
        "halima": _budget(story, "halima", "council_managed", "colin", "confirmed", cast.southwark_money().pk),
    }
    promises = {name: _promise(story.who[name], places[name], portions[name]) for name in places}
    agreement = _agreement(story, cluster, service["id"], places, promises)
    story.until(cast.AT.replace(day=6, hour=12))
    _cover(story)
    week = _visits(story, agreement, service["worker"])
    share = story.who["amina"].rows(f"shares/?milestone={week}")
    assert [(one["pence"], one["state"], [part["note"] for part in one["parts"]]) for one in share] == [(2400, "asked", ["We cooked."] * 2)]
    parts = [{"part": part["id"], "answer": "yes"} for part in share[0]["parts"]]
    parts[1] = {**parts[1], "answer": "no"}
    story.who["amina"].post(f"shares/{share[0]['id']}/answer/", {"answers": parts}, 422)
    story.who["amina"].post(f"shares/{share[0]['id']}/answer/", {"answers": parts, "words": "She left at once."}, key="said")
    mine = story.who["amina"].rows(f"shares/?milestone={week}")
    assert sorted((one["pence"], one["state"]) for one in mine) == [(1200, "questioned"), (1200, "released")]
    waits = next(one for one in mine if one["state"] == "questioned")
    story.who["hodan"].post(f"shares/{waits['id']}/reply/", {"words": "She asked me to."})
    story.who["hodan"].post(f"shares/{waits['id']}/settle/", {"pay_pence": 600}, key="offer")
    assert story.who["amina"].post(f"shares/{waits['id']}/settle/", {"pay_pence": 600}, key="agree")["state"] == "decided"
    money = story.who["amina"].rows("money/")[0]
    assert (money["paid_pence"], money["free_pence"], money["held_pence"], money["disputed_pence"]) == (1800, 600, 0, 0)
    home = {"membership": places["amina"], "portion": portions["amina"], "pence": 600}
    assert story.who["amina"].post("withdrawals/", home, 201, key="home")["state"] == "returning"
    story.who["amina"].post("withdrawals/", {**home, "pence": 599}, 422, key="home")
    assert story.who["hodan"].get(f"enterprises/{service['enterprise']}/money/")["going_pence"] == 1800
    assert Milestone.objects.get(pk=week).state == "submitted"
    assert MilestoneShare.objects.filter(milestone=week, state="asked").count() == 1  # Halima has not answered yet
