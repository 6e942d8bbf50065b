"""Finding each other by the API: a wish, a meeting, a group; first names in the first days; what people share; new rules."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from people.models import Person
from pooling.models import Interest
from pooling.services import interests
from tests import cast, cast_pooling
from tests.api.conftest import Api
from tests.cast import AT

pytestmark = pytest.mark.django_db
WISH = {"category": "home_jobs", "outcode": "se15 4ab", "parts_of_week": ["weekend"]}
START = {"name": "Our Own Words", "purpose": "help_at_home", "outcode": "SE15", "who_comes": "People near us"}


@pytest.fixture(autouse=True)
def _as_of(set_clock: Callable[[datetime], None]) -> None:
    set_clock(AT)


def test_three_wishes_become_a_group() -> None:
    amina, yusuf, halima, ruth = (Api(person) for person in (cast.amina(), cast.yusuf(), cast.halima(), cast.ruth()))
    for one in (amina, yusuf, halima):
        assert one.post("interests/", WISH, 201)["outcode"] == "SE15"
    assert amina.post("interests/", WISH, 422)["code"] == "already_wanted"
    assert amina.post("interests/", {**WISH, "parts_of_week": ["midnight"]}, 400)
    interests.match_due(at=AT)
    [match] = ruth.rows("interests/matches/")
    assert [one["known_as"] for one in match["people"]] == ["Amina", "Yusuf", "Halima"]
    assert amina.rows("interests/matches/") == []
    ids = list(Interest.objects.values_list("pk", flat=True))
    wanted: dict[str, Any] = {"interests": ids, "meets_at": (AT + timedelta(days=2)).isoformat(), "place": "The library"}
    assert amina.post("introductions/", wanted, 403)
    assert ruth.post("introductions/", {**wanted, "place": "www.example.com"}, 422)["code"] == "place_has_a_link"
    meeting = ruth.post("introductions/", wanted, 201)
    assert meeting["names"] == ["Amina", "Yusuf", "Halima"]
    group = amina.post(f"introductions/{meeting['id']}/start-group/", START, 201)
    assert yusuf.post(f"introductions/{meeting['id']}/join/", None, 201)["state"] == "active"
    assert halima.get(f"introductions/{meeting['id']}/")["cluster"] == group["id"]
    assert halima.post(f"interests/{ids[2]}/stop/")["state"] == "ended"


def test_in_the_first_days_rows_hold_first_names_only() -> None:
    for person, name in ((cast.amina(), "Amina Farah"), (cast.yusuf(), "Yusuf Abdi")):
        Person.objects.filter(pk=person.pk).update(known_as=name)
    cluster, _ = cast_pooling.group(cast.amina(), at=AT, facilitator=cast.ruth())
    place = cast_pooling.joined(cluster, cast.yusuf(), by=cast.amina(), at=AT)
    amina, yusuf = Api(cast.amina()), Api(cast.yusuf())
    for path in ("memberships/", "clusters/", "charters/", "to-do/", "agreements/", "memberships/questions/"):
        assert "Abdi" not in str(amina.rows(path)), path
        assert "Farah" not in str(yusuf.rows(path)), path
    assert {row["known_as"] for row in Api(cast.ruth()).rows("memberships/")} == {"Amina", "Yusuf"}
    amina.post(f"memberships/{place.pk}/welcome/")
    assert {row["known_as"] for row in yusuf.rows("memberships/")} == {"Amina Farah", "Yusuf Abdi"}


def test_who_only_asked_to_meet_a_group_has_its_card_and_not_its_name() -> None:
    cluster, _ = cast_pooling.group(cast.amina(), cast.yusuf(), at=AT - timedelta(days=8))
    halima = Api(cast.halima())
    [card] = halima.rows("clusters/listed/?purpose=help_at_home&outcode=SE15")
    assert (card["people"], card["room_for"], card["notice_days"], card["trial_days"]) == (2, 6, 28, 14)
    assert "name" not in card
    assert halima.rows("clusters/listed/?outcode=SE1") == []
    asked = halima.post(f"clusters/{cluster.pk}/apply/", {"answers": "Hello."}, 201)
    assert asked["cluster_name"] == ""
    assert halima.get(f"clusters/{cluster.pk}/", 404)
    assert halima.get(f"prices-by-size/?cluster={cluster.pk}")["results"] == []
    assert halima.get("prices-by-size/", 400)


def test_what_somebody_shares_is_theirs_alone_and_goes_without_a_trace() -> None:
    amina, operator = Api(cast.amina()), Api(cast.operator())
    said = {"kind": "faith", "word": "muslim", "agreed": False}
    assert amina.post("in-common/", said, 422)["code"] == "consent_is_missing"
    row = amina.post("in-common/", {**said, "agreed": True}, 201)
    assert amina.post(f"in-common/{row['id']}/show/", {"shown": True})["shown"] is True
    assert operator.rows("in-common/") == []
    assert "muslim" not in str(operator.rows("entries/"))
    gone = amina.post(f"in-common/{row['id']}/take-back/")
    assert (gone["word"], gone["shown"]) == ("", False)


def test_new_rules_are_asked_and_the_long_form_says_what_counts() -> None:
    cluster, _ = cast_pooling.group(cast.amina(), cast.yusuf(), at=AT)
    amina = Api(cast.amina())
    assert len(amina.rows(f"clusters/{cluster.pk}/points/")) == 17
    new = amina.post(f"clusters/{cluster.pk}/new-rules/", {"notice_days": 14, "points": {"away": "Ring us."}}, 201)
    assert (new["version"], new["state"]) == (2, "proposed")
    assert amina.get(f"clusters/{cluster.pk}/")["charter"]["version"] == 1
    assert amina.post(f"charters/{new['id']}/sign/", None, 409)["code"] == "not_now"
    assert Api(cast.yusuf()).post(f"clusters/{cluster.pk}/new-rules/", {"notice_days": 7}, 409)["code"] == "rules_are_asked"
