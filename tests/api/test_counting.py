"""Counts, wishes, an officer's question and where a council's money is, through the API: the same as on the pages."""

from datetime import UTC, datetime, timedelta

import pytest

from marketplace.models import Need, OfficerAnswer
from marketplace.services import counting
from tests import cast, cast_market
from tests.api.conftest import Api

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 5, 20, 9, 0, tzinfo=UTC)


def _missing(people, category: str, *, at: datetime, **said) -> None:
    terms = {"category": category, "outcode": "SE15", "council_code": cast.SOUTHWARK, "state": "unmet", "reason": "no_time", "unmet_at": at}
    Need.objects.bulk_create(Need(person=one, created_at=at, **(terms | said)) for one in people)


def test_a_planner_and_everybody_read_what_the_pages_show(set_clock):
    set_clock(NOW)
    priya = Api(cast.priya())
    _missing([None] * 30, "meals", at=NOW - timedelta(days=90))
    _missing([None] * 3, "company", at=NOW - timedelta(days=90))
    _missing([None] * 4, "garden_repairs", at=NOW - timedelta(days=90))
    counting.counted_due(at=NOW)
    running, over = priya.rows("council-figures/")[:2]
    assert (running["is_over"], over["is_over"], over["starts"]) == (False, True, "2026-01-01")
    told = {row["category"]: row["unmet"] for row in over["rows"]}
    assert (told["meals"], told["company"], told["carer_break"]) == (30, None, 0)
    assert {row["unmet"] for row in running["rows"]} == {None}
    assert Api(cast.stranger()).rows("council-figures/") == []
    wanted = Api(None).rows("wanted/?outcode=se15")
    assert [(row["category"], row["people"], row["place"]) for row in wanted] == [
        ("meals", 30, "SE15"),
        ("company", None, ""),
        ("garden_repairs", None, ""),
    ]
    assert Api(None).get("wanted/?outcode=ZZ99", status=422)["code"] == "unknown_outcode"


def test_an_officer_asks_and_reads_the_answers_when_it_is_closed(set_clock):
    set_clock(NOW)
    priya, said = Api(cast.priya()), {"council_code": cast.SOUTHWARK, "category": "meals", "words": "Which evenings would help you most?"}
    people = [cast.somebody(f"asks{number}@example.com", f"Asks Number{number}") for number in range(8)]
    assert priya.post("officer-questions/", said, status=422)["code"] == "too_few_to_ask"
    _missing(people, "meals", at=NOW - timedelta(days=9), may_ask=True)
    asked = priya.post("officer-questions/", said, status=201)
    assert asked["answers"] is None
    assert Api(cast.colin()).ask("post", "officer-questions/", said, status=403)
    mine = Api(people[0])
    [row] = mine.rows("officer-answers/")
    assert row["question_words"] == said["words"]
    assert mine.post(f"officer-answers/{row['id']}/send/", {"words": "Mondays."})["name"] == ""
    assert mine.post(f"officer-answers/{row['id']}/send/", {"words": "Again."}, status=409)["code"] == "too_late_to_answer"
    set_clock(NOW + timedelta(days=15))
    assert priya.get(f"officer-questions/{asked['id']}/")["answers"] == [{"words": "Mondays.", "name": ""}]
    assert OfficerAnswer.objects.filter(answered_at__isnull=False).count() == 1


def test_a_council_s_money_team_reads_where_its_money_is(set_clock):
    story = cast_market.running()
    set_clock(story.at)
    colin, pk = Api(cast.colin()), cast.southwark_money().pk
    seen = colin.get(f"funder-money/{pk}/")
    assert seen["here_pence"] == sum(figure["pence"] for figure in seen["here"]) == 0
    figures = {figure["figure"]: figure for figure in seen["not_here"]}
    assert figures["ordered"]["people"] == 1
    lines = colin.rows(f"funder-money/{pk}/lines/")
    assert {line["name"] for line in lines} == {"Halima Jama"}
    assert sum(line["pence"] for line in lines if line["figure"] == "promised") == figures["promised"]["pence"]
    assert Api(cast.sam()).rows("funder-money/") == [], "an organisation that is not the council has its own list"
