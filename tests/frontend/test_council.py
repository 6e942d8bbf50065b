"""A council's pages: numbers of people that tell of nobody, in the page, the CSV, the public list and a provider's; and a question through us."""

import csv
import io
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from audit.errors import NotAllowed
from audit.services.deliveries import deliver_due
from frontend.tables import safe_cell
from marketplace.models import CountedCell, CountRun, Need, OfficerAnswer
from marketplace.selectors.counted import quarters, wanted
from marketplace.services import asks, counting
from people.models import Message
from tests import cast
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 5, 20, 9, 0, tzinfo=UTC)
SPRING, WINTER = datetime(2026, 4, 10, 9, 0, tzinfo=UTC), datetime(2026, 2, 10, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _as_of(set_clock):
    set_clock(NOW)
    cast.southwark()


def _as(person) -> Client:
    return signed_in(person)


def _text(response) -> str:
    return " ".join(response.content.decode().split())


def _missing(how_many: int, category: str, *, at: datetime, council: str = cast.SOUTHWARK, reason: str = "no_provider") -> None:
    said = {"category": category, "outcode": "SE15", "council_code": council, "state": "unmet", "reason": reason}
    Need.objects.bulk_create(Need(**said, created_at=at, unmet_at=at) for _ in range(how_many))


def _people(how_many: int, category: str, *, at: datetime, **said) -> list[Need]:
    made = [cast.somebody(f"asks{number}@example.com", f"Asks Number{number}") for number in range(how_many)]
    terms = {"category": category, "outcode": "SE15", "council_code": cast.SOUTHWARK, "state": "unmet", "reason": "no_time", "unmet_at": at}
    return Need.objects.bulk_create(Need(person=one, created_at=at, **(terms | said)) for one in made)


def _count(at: datetime = NOW):
    counting.counted_due(at=at)
    return quarters(cast.SOUTHWARK)


def _row(category: str, quarter: int = 0):
    return next(row for row in quarters(cast.SOUTHWARK)[quarter].rows if row.category == category)


# --- the night's count ---


def test_people_are_counted_by_kind_and_quarter_once_a_night():
    _missing(30, "meals", at=SPRING)
    _missing(13, "meals", at=WINTER)
    _missing(7, "company", at=WINTER)
    _missing(5, "garden_repairs", at=WINTER)
    _missing(40, "meals", at=WINTER, council=cast.LAMBETH)
    there = _count()
    assert [quarter.is_over for quarter in there] == [False, True, True, True]
    assert (_row("meals").asked, _row("meals").unmet) == (30, 30)
    assert _row("meals", 1).unmet == 15
    assert _row("company", 1).unmet is None
    assert _row("carer_break", 1).asked == 0
    assert counting.counted_due(at=NOW) == 0


def test_one_person_who_asks_ten_times_is_one_and_the_newest_asking_says_what_became_of_it():
    _people(9, "meals", at=WINTER)
    _people(9, "meals", at=WINTER + timedelta(days=1), state="met", met_how="family", met_at=WINTER, reason="")
    _count()
    row = _row("meals", 1)
    assert (row.asked, row.found, row.free, row.unmet) == (10, 10, 10, 0)


def test_who_does_not_want_to_be_counted_is_not_and_who_wants_it_no_more_counts_as_dropped():
    _people(9, "meals", at=WINTER, state="withdrawn")
    _people(9, "company", at=WINTER, counted=False)
    _count()
    assert _row("meals", 1).dropped == 10
    assert _row("company", 1).asked == 0


def test_today_is_not_counted_yet():
    _missing(30, "meals", at=NOW)
    _count()
    assert _row("meals").asked is None
    _count(NOW + timedelta(days=1))
    assert _row("meals").asked == 30


def test_a_quarter_that_is_over_is_counted_a_last_time_and_then_stands_for_good():
    _missing(30, "meals", at=SPRING)
    _count()
    later = datetime(2026, 7, 2, 9, 0, tzinfo=UTC)
    _missing(10, "meals", at=datetime(2026, 6, 30, 22, 0, tzinfo=UTC))
    _count(later)
    assert _row("meals", 1).unmet == 40
    run = CountRun.objects.get(council_code=cast.SOUTHWARK, quarter="2026-04-01")
    assert run.is_final
    assert {number for cell in run.cells.all() for number in cell.kept.values()} <= {0}
    Need.objects.all().update(counted=False)
    _count(later + timedelta(days=1))
    assert _row("meals", 1).unmet == 40


def test_the_kept_rows_hold_no_number_from_one_to_seven():
    _missing(3, "meals", at=SPRING)
    _missing(3, "meals", at=WINTER)
    _people(5, "company", at=SPRING)
    _count()
    numbers = [number for cell in CountedCell.objects.all() for number in (*cell.told.values(), *cell.kept.values())]
    assert numbers
    assert [number for number in numbers if number in range(1, 8)] == []


def test_why_where_when_how_long_and_how_much_are_told_as_most_say_them():
    said = {"part_of_week": "evenings", "weekly_pence_low": 1_000, "weekly_pence_high": 2_000, "language": "somali"}
    _people(12, "meals", at=WINTER, **said)
    _people(12, "company", at=WINTER, language_counted=True, **said)
    _count()
    row = _row("meals", 1)
    assert (row.why, row.place, row.part) == ("Nobody at that time.", "SE15", "Evenings")
    assert row.weeks_waiting == 7
    assert row.weekly is None, "nobody of a group said so"
    assert row.language == "", "they did not tick that it counts"
    assert _row("company", 1).language == "Somali"


# --- pages ---


def test_a_planner_sees_their_own_council_and_nobody_else_any():
    _missing(30, "meals", at=SPRING)
    _count()
    page = _text(_as(cast.priya()).get(reverse("council")))
    assert "Southwark, April to June 2026 so far, counted to the end of Tuesday 19 May 2026" in page
    assert "People asked for 30 things." in page
    assert "Nobody offers it near here." in page
    assert page.count("<svg") > 3
    assert _as(cast.priya()).get(reverse("council"), {"council": cast.LAMBETH}).status_code == 404
    assert _as(cast.priya()).get(reverse("council"), {"quarter": "1999-01-01"}).status_code == 404
    for who in (cast.amina(), cast.ruth(), cast.sam(), cast.colin(), cast.operator(), cast.hodan(), cast.stranger()):
        for name in ("council", "council-csv", "council-questions"):
            assert _as(who).get(reverse(name)).status_code == 404, who.full_name
    assert Client().get(reverse("council-csv")).status_code == 302


def test_before_the_first_night_the_page_says_so():
    assert "Nothing is counted yet" in _text(_as(cast.priya()).get(reverse("council")))


def test_an_earlier_quarter_has_its_own_page_and_lists_what_smaller_gaps_there_are():
    _missing(30, "meals", at=WINTER)
    _missing(3, "company", at=WINTER)
    _missing(7, "garden_repairs", at=WINTER)
    _count()
    page = _text(_as(cast.priya()).get(reverse("council"), {"quarter": "2026-01-01"}))
    assert "January to March 2026, counted to the end of Tuesday 31 March 2026" in page
    assert "Other gaps: 2." in page
    assert cast.category("company").label in page


def test_the_csv_says_no_more_than_the_pages_and_a_spreadsheet_runs_none_of_it():
    _missing(30, "meals", at=WINTER)
    _missing(3, "company", at=WINTER)
    _missing(7, "garden_repairs", at=WINTER)
    term = cast.category("company")
    term.label = "=HYPERLINK(1)"
    term.save()
    _count()
    answer = _as(cast.priya()).get(reverse("council-csv"))
    assert answer["Content-Type"].startswith("text/csv")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[0][:3] == ["Quarter", "Kind of help", "Asked"]
    found = {row[1]: row[2:] for row in rows if row[0] == "January to March 2026"}
    assert found[cast.category("meals").label][4] == "0"
    assert found["'=HYPERLINK(1)"][3] == "*"
    page = _text(_as(cast.priya()).get(reverse("council"), {"quarter": "2026-01-01"}))
    for cells in found.values():
        assert all(cell in page for cell in cells)


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1"])
def test_a_cell_that_a_spreadsheet_would_run_is_text(cell):
    assert safe_cell(cell) == f"'{cell}"


def test_plain_cells_stay_as_they_are():
    assert [safe_cell(each) for each in ("Meals", 10, "*", "1-7")] == ["Meals", "10", "*", "1-7"]


def test_everybody_sees_what_people_near_a_place_want_and_no_other_number():
    _missing(30, "meals", at=WINTER)
    _missing(3, "company", at=WINTER)
    _missing(7, "garden_repairs", at=WINTER)
    _count()
    page = _text(Client().get(reverse("wanted"), {"where": "se15"}))
    assert "About 30 people, most of them in SE15." in page
    assert "We can’t say how many: fewer than 8, or it would tell of others." in page
    assert [(one.category, one.people) for one in wanted(cast.SOUTHWARK)] == [("meals", 30), ("company", None), ("garden_repairs", None)]
    hodan = cast.barwaaqo().owner
    assert "About 30 people" in _text(_as(hodan).get(reverse("provider-demand")))
    assert _as(cast.amina()).get(reverse("provider-demand")).status_code == 302


def test_a_place_we_do_not_know_is_said_in_words_and_what_was_typed_stays():
    answer = Client().get(reverse("wanted"), {"where": "ZZ99"})
    assert answer.status_code == 422
    assert "ZZ99" in _text(answer)


def test_the_pages_ask_little(django_assert_max_num_queries):
    _missing(30, "meals", at=SPRING)
    _count()
    client = _as(cast.priya())
    for name, most in (("council", 12), ("council-csv", 12), ("council-questions", 12)):
        with django_assert_max_num_queries(most):
            client.get(reverse(name))


# --- a question through us ---


def _asked(how_many: int = 8):
    _people(how_many, "meals", at=SPRING, may_ask=True)
    return asks.ask(council_code=cast.SOUTHWARK, category="meals", words="Which evenings would help you most?", by=cast.priya(), at=NOW)


def test_a_question_goes_to_those_who_may_be_asked_and_never_says_who():
    cast.priya()
    question = _asked(9)
    Need.objects.filter(person__email="asks8@example.com").update(may_ask=False)
    deliver_due(at=NOW)
    assert Message.objects.filter(kind="officer_asks").count() == 9
    body = Message.objects.filter(kind="officer_asks")[0].body
    assert "http" not in body
    someone = Need.objects.filter(person__email="asks0@example.com").get().person
    client, mine = _as(someone), OfficerAnswer.objects.get(question=question, person=someone)
    page = _text(client.get(reverse("officer-asks", args=[mine.pk])))
    assert "Which evenings would help you most?" in page
    assert _as(cast.amina()).get(reverse("officer-asks", args=[mine.pk])).status_code == 404
    assert _as(cast.priya()).get(reverse("officer-asks", args=[mine.pk])).status_code == 404
    assert client.post(reverse("officer-asks", args=[mine.pk]), {"words": "Mondays.", "name": ""}).status_code == 302
    assert client.get(reverse("officer-asks", args=[mine.pk])).status_code == 404


def test_the_officer_reads_the_answers_after_two_weeks_without_names_unless_chosen(set_clock):
    question = _asked()
    for number, name in ((0, ""), (1, "Joan")):
        row = OfficerAnswer.objects.get(question=question, person__email=f"asks{number}@example.com")
        asks.answer(answer=row, words=f"Evening {number}.", name=name, by=row.person, at=NOW)
    client = _as(cast.priya())
    assert "Evening 0." not in _text(client.get(reverse("council-questions")))
    set_clock(NOW + timedelta(days=15))
    page = _text(client.get(reverse("council-questions")))
    assert "Evening 0." in page
    assert "Joan" in page
    assert "Number0" not in page


def test_fewer_than_eight_are_not_asked_and_nobody_twice_in_four_weeks():
    with pytest.raises(asks.TooFewToAsk):
        _asked(7)
    _asked(8)
    with pytest.raises(asks.AskedNotLongAgo):
        asks.ask(council_code=cast.SOUTHWARK, category="meals", words="And which mornings?", by=cast.priya(), at=NOW)


@pytest.mark.parametrize("words", ["Why?", "Ring me on 020 7946 0000 please", "See www.example.org for more", "x" * 301])
def test_a_question_is_short_and_leads_nowhere_else(words):
    with pytest.raises(asks.QuestionIsNotClear):
        asks.ask(council_code=cast.SOUTHWARK, category="meals", words=words, by=cast.priya(), at=NOW)


def test_only_who_plans_for_the_council_asks_and_only_the_person_answers():
    with pytest.raises(NotAllowed):
        asks.ask(council_code=cast.SOUTHWARK, category="meals", words="Which evenings?", by=cast.colin(), at=NOW)
    row = OfficerAnswer.objects.filter(question=_asked())[0]
    with pytest.raises(NotAllowed):
        asks.answer(answer=row, words="Mondays.", by=cast.priya(), at=NOW)
    with pytest.raises(asks.AnswerIsNotClear):
        asks.answer(answer=row, words=" ", by=row.person, at=NOW)
    with pytest.raises(asks.TooLateToAnswer):
        asks.answer(answer=row, words="Mondays.", by=row.person, at=NOW + timedelta(days=15))


def test_a_refused_question_stays_on_the_page_with_what_was_typed():
    client = _as(cast.priya())
    answer = client.post(reverse("council-ask", args=["meals"]), {"words": "Which evenings would help you most?"})
    assert answer.status_code == 422
    assert "Fewer than 8 people said" in _text(answer)
    assert "Which evenings would help you most?" in _text(answer)


def test_every_csv_is_written_by_the_one_module_that_makes_cells_safe():
    """Abuse 20: a new table to take away goes through `frontend.tables` or not at all."""
    root = Path(__file__).resolve().parents[2]
    rooms = ("audit", "config", "frontend", "ledger", "marketplace", "payments", "people", "places", "pooling", "providers", "vocabulary")
    sources = [path for room in rooms for path in (root / room).rglob("*.py") if path != root / "frontend" / "tables.py"]
    assert len(sources) > 300
    assert [path.name for path in sources if re.search(r"csv\.(Dict)?[Ww]riter|text/csv", path.read_text())] == []
