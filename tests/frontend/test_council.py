"""The first of a council's page: numbers of people that tell of nobody, in the page and in the CSV."""

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from frontend.tables import safe_cell
from marketplace.models import Need
from marketplace.rules.counting import told
from marketplace.selectors import asked_and_not_found
from marketplace.services import needs
from tests import cast

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 5, 20, 9, 0, tzinfo=UTC)
SPRING, WINTER = datetime(2026, 4, 10, 9, 0, tzinfo=UTC), datetime(2026, 2, 10, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _as_of(set_clock):
    set_clock(NOW)


def _as(person) -> Client:
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def _text(response) -> str:
    return " ".join(response.content.decode().split())


def _missing(how_many: int, category: str, *, at: datetime, council: str = cast.SOUTHWARK, reason: str = "no_provider") -> None:
    for _ in range(how_many):
        needs.note_unmet_unsigned(category=category, outcode="SE15", council_code=council, reason=reason, at=at)


def _cell(category: str, quarter: int = 0):
    return dict(asked_and_not_found(cast.SOUTHWARK, at=NOW)[quarter].rows)[cast.category(category).label]


@pytest.mark.parametrize(
    ("people", "shown"), [(0, 0), (1, None), (7, None), (8, 10), (9, 10), (10, 10), (12, 10), (13, 15), (17, 15), (18, 20), (1_002, 1_000)]
)
def test_one_to_seven_are_hidden_and_others_rounded_to_five(people, shown):
    assert told(people) == shown


def test_people_are_counted_by_kind_and_quarter():
    _missing(8, "meals", at=SPRING)
    _missing(13, "meals", at=WINTER)
    _missing(7, "company", at=SPRING)
    _missing(40, "meals", at=SPRING, council=cast.LAMBETH)
    assert (_cell("meals").asked, _cell("meals").not_found) == (10, 10)
    assert _cell("meals", 1).asked == 15
    assert _cell("company").asked is None
    assert _cell("carer_break").asked == 0


def test_one_person_who_asks_ten_times_is_one_person():
    for _ in range(10):
        needs.note_unmet(
            person=cast.amina(),
            category="meals",
            outcode="SE15",
            council_code=cast.SOUTHWARK,
            reason="no_time",
            by=cast.amina(),
            at=SPRING,
        )
    assert (_cell("meals").asked, _cell("meals").not_found) == (None, None)


def test_who_does_not_want_to_be_counted_is_not_and_today_is_not_counted_yet():
    _missing(9, "meals", at=NOW)
    assert _cell("meals").asked == 0
    _missing(9, "meals", at=SPRING)
    Need.objects.update(counted=False)
    assert _cell("meals").asked == 0


def test_why_is_told_only_when_eight_said_it():
    _missing(7, "meals", at=SPRING, reason="too_dear")
    _missing(6, "meals", at=SPRING, reason="no_time")
    assert (_cell("meals").not_found, _cell("meals").reason) == (15, "")
    _missing(1, "meals", at=SPRING, reason="too_dear")
    assert _cell("meals").reason == "It costs too much."


def test_a_planner_sees_their_own_council_and_nobody_else_any():
    _missing(8, "meals", at=SPRING)
    _missing(3, "company", at=SPRING)
    page = _text(_as(cast.priya()).get(reverse("council")))
    assert "Southwark" in page
    assert "April to June 2026 so far" in page
    assert "The full page is to come" in page
    assert _as(cast.priya()).get(reverse("council"), {"council": cast.LAMBETH}).status_code == 404
    for who in (cast.amina(), cast.ruth(), cast.sam(), cast.colin(), cast.operator(), cast.hodan(), cast.stranger()):
        for name in ("council", "council-csv"):
            assert _as(who).get(reverse(name)).status_code == 404, who.full_name
    assert Client().get(reverse("council-csv")).status_code == 302


def test_the_csv_says_no_more_than_the_page():
    _missing(8, "meals", at=SPRING)
    _missing(3, "company", at=SPRING)
    term = cast.category("company")
    term.label = "=HYPERLINK(1)"
    term.save()
    answer = _as(cast.priya()).get(reverse("council-csv"))
    assert answer["Content-Type"].startswith("text/csv")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[0] == ["Quarter", "Kind of help", "Asked for it", "Could not find it", "What most of them said"]
    found = {row[1]: row[2:] for row in rows if row[0] == "April to June 2026 so far"}
    assert found[cast.category("meals").label] == ["10", "10", "Nobody offers it near here."]
    assert found["'=HYPERLINK(1)"] == ["*", "*", "*"]


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1"])
def test_a_cell_that_a_spreadsheet_would_run_is_text(cell):
    assert safe_cell(cell) == f"'{cell}"


def test_plain_cells_stay_as_they_are():
    assert [safe_cell(each) for each in ("Meals", 10, "*", "1-7")] == ["Meals", "10", "*", "1-7"]


def test_the_page_asks_little(django_assert_max_num_queries):
    _missing(8, "meals", at=SPRING - timedelta(days=100))
    client = _as(cast.priya())
    with django_assert_max_num_queries(14):
        client.get(reverse("council"))
