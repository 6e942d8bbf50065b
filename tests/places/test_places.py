"""Postcodes as people type them, distances, and working days."""

from datetime import date

import pytest

from places.areas import AREAS
from places.calendar import add_working_days, is_working_day, working_days_between
from places.distance import miles, miles_from
from places.models import Outcode
from places.postcodes import UnknownOutcode, council_of, outcode_of

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("typed", ["SE15", "se15", " SE15 4AB", "se154ab", "SE15-4AB"])
def test_the_first_part_is_kept_however_it_is_typed(typed: str) -> None:
    assert outcode_of(typed) == "SE15"


@pytest.mark.parametrize(("typed", "code"), [("SE1 4AB", "SE1"), ("SE14AB", "SE1"), ("EC1A 1BB", "EC1A"), ("M1 1AE", "M1"), ("ls1", "LS1")])
def test_short_and_lettered_ones_are_read_right(typed: str, code: str) -> None:
    assert outcode_of(typed) == code


@pytest.mark.parametrize("typed", ["SE99", "", "Peckham", "QQ1", "15", "SE15 4ABC", "SE15'; drop table"])
def test_what_we_do_not_know_gets_a_sentence(typed: str) -> None:
    with pytest.raises(UnknownOutcode) as caught:
        outcode_of(typed)
    assert "For example, SE15." in caught.value.sentence
    assert caught.value.field == "outcode"


def test_an_error_says_what_was_typed() -> None:
    with pytest.raises(UnknownOutcode, match="We don't know “SE99”"):
        outcode_of("SE99")


def test_miles_between_neighbours_and_far_away() -> None:
    assert miles("SE15", "SE15") == 0
    near, far = miles("SE15", "SE22"), miles("SE15", "LS1")
    assert near is not None
    assert 1 < near < 2
    assert far is not None
    assert 160 < far < 180
    assert miles("SE15", "XX1") is None


def test_many_distances_are_one_query(django_assert_num_queries: object) -> None:
    with django_assert_num_queries(1):  # type: ignore[operator]
        found = miles_from("SE15", ["SE22", "SE5", "M1", "XX1"])
    assert set(found) == {"SE22", "SE5", "M1"}
    assert miles_from("XX1", ["SE22"]) == {}


def test_an_outcode_names_its_council_when_we_know() -> None:
    assert council_of("SE15") == "E09000028"
    assert council_of("LS1") == ""


def test_the_built_in_tables_are_whole() -> None:
    assert Outcode.objects.filter(code__startswith="SE").count() == 28
    assert len(AREAS) == 124
    assert all(49 <= latitude <= 61 and -9 <= longitude <= 2.5 for latitude, longitude, _ in AREAS.values())


def test_working_days_leave_out_weekends_and_bank_holidays() -> None:
    assert is_working_day(date(2026, 3, 2))
    assert not is_working_day(date(2026, 3, 1))
    good_friday, easter_monday, tuesday = date(2026, 4, 3), date(2026, 4, 6), date(2026, 4, 7)
    assert not is_working_day(good_friday)
    assert not is_working_day(easter_monday)
    assert add_working_days(date(2026, 4, 2), 1) == tuesday
    assert add_working_days(tuesday, -1) == date(2026, 4, 2)
    assert add_working_days(good_friday, 0) == good_friday
    assert working_days_between(date(2026, 4, 2), tuesday) == 1
    assert working_days_between(tuesday, date(2026, 4, 2)) == -1
    assert not is_working_day(date(2026, 12, 28))  # Boxing Day is a Saturday: a day instead
