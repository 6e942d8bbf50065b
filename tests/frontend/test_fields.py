"""What people type becomes pence, dates and times, or one sentence that says how to put it right; what was typed is kept."""

from datetime import date, time

import pytest
from django import forms as django_forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from frontend import words
from frontend.forms import (
    DateField,
    DatePartsField,
    Form,
    MoneyField,
    Option,
    OutcodeField,
    PhoneField,
    PickField,
    TextField,
    TickField,
    TimeField,
    YesNoField,
)


def sentence(field: django_forms.Field, typed: object) -> str:
    with pytest.raises(ValidationError) as refused:
        field.clean(typed)
    return refused.value.messages[0]


@pytest.mark.parametrize(
    ("typed", "pence"),
    [
        ("60", 6000),
        ("£60", 6000),
        ("60.00", 6000),
        ("1,250", 125000),
        ("£1,250.50", 125050),
        (" £ 48.05 ", 4805),
        ("0.01", 1),
        ("999999999", 99999999900),
    ],
)
def test_money_takes_pounds_as_people_write_them(typed: str, pence: int) -> None:
    assert MoneyField().clean(typed) == pence


@pytest.mark.parametrize(
    "typed", ["sixty", "60.5", "60.555", "-5", "1,25", "12,50", "1.250,00", "£", "60p", "1e3", "٦٠", "6 0", "1,2345", "60.", ".50"]
)
def test_money_that_could_mean_two_things_is_refused_with_an_example(typed: str) -> None:
    assert sentence(MoneyField(), typed) == "Write an amount in pounds, like £48.00."


def test_money_says_its_own_limits_in_pounds() -> None:
    assert sentence(MoneyField(most=6000), "60.01") == "Write £60.00 or less."
    assert sentence(MoneyField(least=500), "4.99") == "Write £5.00 or more."
    assert sentence(MoneyField(), "0") == "Write £0.01 or more."
    assert MoneyField(least=0).clean("0") == 0


def test_money_left_empty_is_none_only_where_it_may_be() -> None:
    assert MoneyField(required=False).clean("") is None
    assert sentence(MoneyField(), "") == "Write an amount in pounds, like £48.00."


@given(st.integers(min_value=1, max_value=99_999_999_999))
def test_every_amount_we_write_can_be_typed_back(pence: int) -> None:
    assert MoneyField().clean(words.pounds(pence)) == pence
    assert MoneyField().clean(str(MoneyField().prepare_value(pence))) == pence


@pytest.mark.parametrize(
    "typed", ["3/3/2026", "3 March 2026", "3 mar 2026", "Tuesday 3 March 2026", "Tuesday, 3rd March 2026", "3.3.26", "03-03-2026", "2026-03-03"]
)
def test_a_date_may_be_written_any_usual_way(typed: str) -> None:
    assert DateField().clean(typed) == date(2026, 3, 3)


@pytest.mark.parametrize("typed", ["soon", "31/2/2026", "3 March", "3/13/2026", "3 m 2026", "00/00/0000", "3/3/202", "٣/3/2026", "3 March 2026 10am"])
def test_a_date_that_is_none_gets_an_example(typed: str) -> None:
    assert sentence(DateField(), typed) == "Write a date with a day, a month and a year, like 3 March 2026."


@given(st.dates(min_value=date(2000, 1, 1), max_value=date(2099, 12, 31)))
def test_every_date_we_write_can_be_typed_back(when: date) -> None:
    assert DateField().clean(words.day_year(when)) == when
    assert DateField().clean(DateField().prepare_value(when)) == when


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("10am", time(10)),
        ("10:00", time(10)),
        ("2.15 pm", time(14, 15)),
        ("2:30pm", time(14, 30)),
        ("12am", time(0)),
        ("12pm", time(12)),
        ("midday", time(12)),
        ("23:59", time(23, 59)),
        ("10 a.m.", time(10)),
        ("1000", time(10)),
    ],
)
def test_a_time_may_be_written_any_usual_way(typed: str, expected: time) -> None:
    assert TimeField().clean(typed) == expected


@pytest.mark.parametrize("typed", ["3", "25:00", "10:75", "13pm", "0am", "ten", "10:3"])
def test_a_time_that_could_mean_two_things_is_refused(typed: str) -> None:
    assert sentence(TimeField(), typed) == "Write a time, like 10am or 2:30pm."


@pytest.mark.parametrize("typed", ["SE15", "se15", " SE15 4QS ", "se154qs", "S E 1 5"])
def test_a_whole_postcode_is_cut_to_its_first_part(typed: str) -> None:
    assert OutcodeField(known={"SE15"}.__contains__).clean(typed) == "SE15"


def test_a_short_first_part_is_found_in_a_whole_postcode() -> None:
    assert OutcodeField(known={"SE1"}.__contains__).clean("SE1 4QS") == "SE1"
    assert OutcodeField(known={"W1A"}.__contains__).clean("W1A 1AA") == "W1A"


@pytest.mark.parametrize("typed", ["SE99", "Peckham", "15"])
def test_an_unknown_outcode_says_where_to_look(typed: str) -> None:
    expected = f"We don't know “{typed}”. Look at a letter sent to you. It is the part before the gap."
    assert sentence(OutcodeField(known={"SE15"}.__contains__), typed) == expected


@pytest.mark.parametrize("typed", ["07700 900123", "+447700900123", "(07700) 900-123", "0044 7700 900123"])
def test_a_phone_number_is_kept_one_way(typed: str) -> None:
    assert PhoneField().clean(typed) == "+447700900123"


class Story(Form):
    question = "name"
    name = TextField(label="What shall we call you?", max_length=10)
    weekly = MoneyField(label="How much each week?")
    born = DatePartsField(label="When were you born?", required=False)
    came = PickField(label="Did she come?", choices=[("yes", "Yes"), ("part", Option("Some of it", hint="Pay less", reveals=["minutes"]))])
    minutes = django_forms.IntegerField(label="How long?", required=False)
    wants = TickField(label="What would help?", choices=[("meals", "Meals"), ("out", "Going out")])
    alone = YesNoField(label="Do you live alone?")
    email = django_forms.EmailField(label="E-mail", required=False)
    agreed = django_forms.BooleanField(label="I have read our rules")


def test_every_problem_is_a_sentence_that_says_what_to_do() -> None:
    form = Story(QueryDict("name=Amina+Farah+Noor&weekly=x&minutes=ten&email=amina&born_day=3"))
    said = {name: list(errors) for name, errors in form.errors.items()}
    assert said == {
        "name": ["Use fewer words for “What shall we call you?”: no more than 10 letters. You wrote 16."],
        "weekly": ["Write an amount in pounds, like £48.00."],
        "born": ["Write the day, the month and the year."],
        "came": ["Pick one answer for “Did she come?”."],
        "minutes": ["Write a whole number for “How long?”, like 3."],
        "wants": ["Tick at least one answer for “What would help?”."],
        "alone": ["Pick one answer for “Do you live alone?”."],
        "email": ["Write an e-mail address, like name@example.com."],
        "agreed": ["Tick the box by “I have read our rules” to go on."],
    }


def test_a_field_keeps_its_own_sentence_for_nothing_typed() -> None:
    class One(Form):
        weekly = MoneyField(label="How much?")
        starts = DateField(label="100% sure it starts when?")

    assert list(One({}).errors.values()) == [["Write an amount in pounds, like £48.00."], ["Write a date, like 3 March 2026."]]


def test_what_was_typed_is_kept_beside_the_sentence() -> None:
    form = Story(QueryDict("name=Amina+Farah+Noor&weekly=sixty&born_day=31&born_month=feb&came=part"))
    drawn = "".join(field.as_field_group() for field in form.shown)
    assert 'value="Amina Farah Noor"' in drawn
    assert 'value="sixty"' in drawn
    assert 'value="31"' in drawn
    assert 'value="feb"' in drawn
    assert 'value="part"' in drawn
    assert drawn.count("checked") == 1


def test_good_answers_become_values() -> None:
    answers = "name=Amina&weekly=£48&born_day=3&born_month=November&born_year=1951&came=yes&wants=out&alone=no&agreed=on"
    form = Story(QueryDict(answers))
    assert form.is_valid(), form.errors
    assert form.cleaned_data["weekly"] == 4800
    assert form.cleaned_data["born"] == date(1951, 11, 3)
    assert form.cleaned_data["wants"] == ["out"]
    assert form.cleaned_data["alone"] is False


def test_a_field_drawn_under_a_choice_is_not_drawn_again() -> None:
    form = Story()
    assert "minutes" not in [field.name for field in form.shown]
    assert form["came"].as_field_group().count('name="minutes"') == 1


def test_change_gives_the_answers_back_without_complaints() -> None:
    form = Story(QueryDict("name=Amina&weekly=sixty"))
    assert form.errors
    again = form.reopened(form.data)
    assert not again.errors
    assert 'value="sixty"' in again["weekly"].as_field_group()


def test_a_field_tells_readers_its_hint_and_its_problem() -> None:
    class One(Form):
        weekly = MoneyField(label="How much?", help_text="You can change it later.")

    drawn = One({"weekly": "x"})["weekly"].as_field_group()
    assert 'aria-describedby="id_weekly_helptext id_weekly_error"' in drawn
    assert 'aria-invalid="true"' in drawn
    assert 'id="id_weekly_helptext"' in drawn
    assert 'id="id_weekly_error"' in drawn
    assert " required" not in drawn


def test_nothing_is_picked_beforehand() -> None:
    assert "checked" not in "".join(field.as_field_group() for field in Story().shown)
