"""Budgets changed with one file: read whole, shown as differences, done by a second person or not at all (abuse.md 18, 19, 20)."""

import csv
import io
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from audit.errors import NotAllowed
from frontend.tables import safe_cell
from people.models import Organisation, Person
from people.services import organisations, supporters
from pooling.models import Budget, BudgetImport, EndReport, Membership, Portion
from pooling.rules import BUDGET_IMPORT, NotNow, budget_files
from pooling.rules.budget_files import COLUMNS, FileIsNotOurs
from pooling.selectors.budget_imports import portions_of
from pooling.services import budget_imports, budgets, leaving
from tests import cast, cast_pooling
from tests.pooling.conftest import AT, Town, build_town
from tests.worlds import again, kept

pytestmark = pytest.mark.django_db
TODAY = AT.date()
YEAR = TODAY + timedelta(days=364)


@dataclass
class Desk:
    """Southwark's money team: Colin and Cora look after Halima's money and pay Amina's direct payment. Sam looks after Yusuf's."""

    town: Town
    cora: Person
    amina: Portion
    halima: Portion
    yusuf: Portion

    def row(self, portion: Portion, **changed: str) -> dict[str, str]:
        """What we would write about a part of a budget, with some of it changed."""
        one = Portion.objects.select_related("budget__person").get(pk=portion.pk)
        cells = {
            "reference": str(one.pk),
            "name": one.budget.person.full_name,
            "weekly": f"{one.weekly_pence // 100}.{one.weekly_pence % 100:02d}",
            "first": f"{one.budget.starts_on:%d/%m/%Y}",
            "last": f"{one.budget.ends_on:%d/%m/%Y}" if one.budget.ends_on else "",
            "ended": "",
        }
        return cells | changed

    def send(self, *rows: dict[str, str], pence: int | None = None, by: Person | None = None, home: Organisation | None = None) -> BudgetImport:
        """As Colin sends it; the control total is what the rows come to unless another is typed."""
        total = sum(budget_files.read_pounds(row["weekly"]) or 0 for row in rows) if pence is None else pence
        where, who = home or self.town.council, by or self.town.colin
        return budget_imports.draft(organisation=where, text=text_of(*rows), control_pence=total, by=who, at=AT)

    def cut(self) -> BudgetImport:
        """Halima's from £200.00 to £150.00, Amina's as it is."""
        return self.send(self.row(self.halima, weekly="150.00"), self.row(self.amina))


def text_of(*rows: dict[str, str]) -> str:
    out = io.StringIO()
    csv.writer(out).writerows([COLUMNS, *(row.values() for row in rows)])
    return out.getvalue()


def _made() -> Desk:
    town = build_town()
    cora = cast.somebody("cora@example.com", "Cora Lee")
    organisations.give_role(person=cora, kind="holder_staff", organisation=town.council, council_code=cast.SOUTHWARK, by=None, at=AT)
    return Desk(
        town,
        cora,
        amina=cast_pooling.direct_payment(town.amina, seen_by=town.ruth, at=AT),
        halima=cast_pooling.council_managed(town.halima, council=town.council, confirmed_by=town.colin, at=AT),
        yusuf=cast_pooling.isf(town.yusuf, holder=town.kasmo, confirmed_by=town.sam, at=AT),
    )


made = kept(_made)


@pytest.fixture
def desk(made: Desk) -> Desk:
    return again(made)


def _sum(portion: Portion) -> tuple[int, int]:
    now = Portion.objects.select_related("budget").get(pk=portion.pk)
    return now.weekly_pence, now.budget.version


# --- whose rows ---


def test_a_council_s_money_team_has_its_own_people_and_its_direct_payments_and_a_holder_only_its_own(desk: Desk) -> None:
    assert [one.pk for one in portions_of(desk.town.council, today=TODAY)] == [desk.amina.pk, desk.halima.pk]
    assert [one.pk for one in portions_of(desk.town.kasmo, today=TODAY)] == [desk.yusuf.pk]
    assert portions_of(desk.town.council, today=YEAR + timedelta(days=1)) == []
    cast_pooling.budget_of(desk.town.stranger, "direct_payment", at=AT, kind="indicative")
    assert len(portions_of(desk.town.council, today=TODAY)) == 2


@pytest.mark.parametrize("who", ["sam", "ruth", "operator", "amina", "stranger"])
def test_only_who_works_there_sends_a_file_or_answers_one(desk: Desk, who: str) -> None:
    other = getattr(desk.town, who)
    with pytest.raises(NotAllowed):
        desk.send(desk.row(desk.halima, weekly="1.00"), by=other)
    row = desk.cut()
    for verb in (budget_imports.confirm, budget_imports.refuse):
        with pytest.raises(NotAllowed):
            verb(budget_import=row, by=other, at=AT)
    assert _sum(desk.halima) == (20_000, 1)


# --- two people, and a total (abuse.md 20) ---


def test_abuse_20_nothing_changes_until_a_second_person_of_the_same_organisation_says_yes(desk: Desk) -> None:
    row = desk.cut()
    assert (row.state, row.row_count, row.left_out, row.control_pence) == ("drafted", 2, 0, 35_000)
    assert [(one.portion_id, one.was_weekly_pence, one.weekly_pence) for one in row.changes.all()] == [(desk.halima.pk, 20_000, 15_000)]
    assert _sum(desk.halima) == (20_000, 1)
    with pytest.raises(budget_imports.SecondPersonIsNeeded):
        budget_imports.confirm(budget_import=row, by=desk.town.colin, at=AT)
    assert _sum(desk.halima) == (20_000, 1)
    assert budget_imports.confirm(budget_import=row, by=desk.cora, at=AT).state == "confirmed"
    assert (_sum(desk.halima), _sum(desk.amina)) == ((15_000, 2), (20_000, 1))
    budget = cast_pooling.current_budget(desk.halima)
    assert (budget.weekly_cost_pence, budget.weekly_contribution_pence, budget.weekly_funder_pence) == (15_000, 0, 15_000)
    assert (budget.sureness, budget.sureness_by) == ("confirmed", desk.cora)
    assert budget.revises is not None
    assert budget.revises.portions_then[0]["weekly_pence"] == 20_000


def test_abuse_20_the_database_itself_refuses_one_person_alone(desk: Desk) -> None:
    row = desk.cut()
    with pytest.raises(IntegrityError, match="budgetimport_is_confirmed_by_a_second_person"), transaction.atomic():
        BudgetImport.objects.filter(pk=row.pk).update(state="confirmed", answered_by=row.asked_by, answered_at=AT)
    with pytest.raises(IntegrityError, match="budgetimport_says_who_answered"), transaction.atomic():
        BudgetImport.objects.filter(pk=row.pk).update(state="confirmed")


def test_abuse_20_a_total_that_is_not_the_file_s_stops_it_and_is_not_told(desk: Desk) -> None:
    with pytest.raises(budget_imports.TotalIsNotTheFiles) as told:
        desk.send(desk.row(desk.halima, weekly="250.00"), desk.row(desk.amina), pence=40_000)
    assert "450" not in told.value.sentence
    assert not BudgetImport.objects.exists()


def test_abuse_20_one_column_moved_by_a_row_is_seen_by_the_names(desk: Desk) -> None:
    with pytest.raises(budget_imports.RowsAreWrong) as told:
        desk.send(desk.row(desk.halima, name="Amina Farah"), desk.row(desk.amina, name="Halima Jama"))
    assert [sentence.split(":")[0] for sentence in told.value.sentences] == ["Row 2", "Row 3"]


@pytest.mark.parametrize("name", ["=cmd|' /C calc'!A0", "+44 Jama", "-Jama", "@Jama", "＝Jama"])
def test_abuse_20_a_name_that_a_spreadsheet_would_run_goes_out_safe_and_comes_back_as_it_was(desk: Desk, name: str) -> None:
    Person.objects.filter(pk=desk.town.halima.pk).update(full_name=name)
    assert safe_cell(name) == f"'{name}"
    row = desk.send(desk.row(desk.halima, name=safe_cell(name), weekly=safe_cell("150.00")))
    assert row.changes.get().weekly_pence == 15_000
    assert Person.objects.get(pk=desk.town.halima.pk).full_name == name


def test_abuse_18_nobody_sends_or_says_yes_to_a_row_about_a_budget_they_decide_about(desk: Desk) -> None:
    then, halima = AT - timedelta(days=30), desk.town.halima
    helper = supporters.ask(person=halima, supporter=desk.town.colin, kind="for", decisions=["budgets"], source="A letter.", by=halima, at=then)
    supporters.confirm(supporter=helper, by=desk.town.operator, at=then)
    with pytest.raises(budget_imports.RowsAreWrong, match="Another person must send this row"):
        desk.send(desk.row(desk.halima, weekly="300.00"))
    assert desk.send(desk.row(desk.halima), desk.row(desk.amina, weekly="210.00")), "a row that changes nothing is no matter"
    BudgetImport.objects.update(state="refused", answered_by=desk.cora, answered_at=AT)
    row = desk.send(desk.row(desk.halima, weekly="300.00"), by=desk.cora)
    with pytest.raises(budget_imports.OneIsYours):
        budget_imports.confirm(budget_import=row, by=desk.town.colin, at=AT)
    assert _sum(desk.halima) == (20_000, 1)


# --- all or nothing ---

BAD = {
    "number": ({"reference": "999999"}, "number 999999 is not on your list now"),
    "text for a number": ({"reference": "x1"}, "is not one of our numbers"),
    "no name": ({"name": ""}, "the name is missing"),
    "another's name": ({"name": "Amina Farah"}, "is Halima Jama, and the file says “Amina Farah”"),
    "a sum below nothing": ({"weekly": "-5.00"}, "is not a sum"),
    "a formula for a sum": ({"weekly": "=A1"}, "is not a sum"),
    "three figures of pence": ({"weekly": "5.001"}, "is not a sum"),
    "too much": ({"weekly": "100000.01"}, "one week can't be more than £100,000.00"),
    "no first day": ({"first": ""}, "is not a day"),
    "a day there is not": ({"first": "30/02/2026"}, "is not a day"),
    "a last day there is not": ({"last": "soon"}, "is not a day"),
    "days crossed": ({"first": "06/04/2026", "last": "05/04/2026"}, "the last day is before the first day"),
    "an end without a day": ({"last": "", "ended": "yes"}, "type its last day"),
    "an end to come": ({"last": "03/03/2026", "ended": "died"}, "type its last day"),
    "another word for an end": ({"ended": "perhaps"}, "type yes, died or moved"),
}


@pytest.mark.parametrize("case", sorted(BAD))
def test_every_bad_row_has_its_number_and_sentence_and_nothing_is_kept(desk: Desk, case: str) -> None:
    changed, sentence = BAD[case]
    with pytest.raises(budget_imports.RowsAreWrong) as told:
        desk.send(desk.row(desk.amina, weekly="210.00"), desk.row(desk.halima, **changed), desk.row(desk.yusuf))
    second, third = told.value.sentences
    assert second.startswith("Row 3")
    assert sentence in second
    assert third == f"Row 4, Yusuf Abdi: number {desk.yusuf.pk} is not on your list now. Take our newest file.", "what others look after is not there"
    assert not BudgetImport.objects.exists()


def test_a_row_that_stands_twice_is_told(desk: Desk) -> None:
    with pytest.raises(budget_imports.RowsAreWrong, match="stands in row 2 already"):
        desk.send(desk.row(desk.halima), desk.row(desk.halima, weekly="1.00"))


@pytest.mark.parametrize("text", ["", "a,b,c\n1,2,3\n", ",".join(COLUMNS), "\0", f'{",".join(COLUMNS)}\n"1'])
def test_what_is_not_our_file_is_refused_whole(desk: Desk, text: str) -> None:
    with pytest.raises(FileIsNotOurs):
        budget_imports.draft(organisation=desk.town.council, text=text, control_pence=0, by=desk.town.colin, at=AT)


def test_a_file_that_says_nothing_new_and_one_beside_another_are_refused(desk: Desk) -> None:
    with pytest.raises(budget_imports.NothingIsDifferent):
        desk.send(desk.row(desk.halima), desk.row(desk.amina))
    desk.cut()
    with pytest.raises(budget_imports.FileWaits):
        desk.cut()


def test_a_spreadsheet_s_own_ways_of_writing_are_read() -> None:
    heads = ",".join([*COLUMNS, "", ""])
    text = f'\N{BYTE ORDER MARK}{heads}\r\n7,  Halima   Jama ,"£1,200.5",2026-04-06,,NO,,\r\n,,,,,,,\r\n'
    lines, wrong = budget_files.read(text)
    assert wrong == {}
    assert (lines[0].weekly_pence, lines[0].starts_on, lines[0].ends_on, lines[0].ended) == (120_050, date(2026, 4, 6), None, "")
    assert budget_files.same_name(lines[0].name, "halima jama")
    assert budget_files.decoded("Zoë £".encode("cp1252")) == "Zoë £"
    assert budget_files.decoded("\N{BYTE ORDER MARK}Zoë".encode()) == "Zoë"


# --- the days are the whole budget's ---


def _with_two_parts(desk: Desk, holder: Organisation) -> tuple[Portion, Portion]:
    """Nadia's budget: £50.00 of her own, a direct payment of £100.00, and £30.00 that `holder` looks after."""
    who = cast.somebody("two@example.com", "Tove Parts")
    route = "council_managed" if holder.kind == "council" else "isf"
    drafts = [
        budgets.PortionDraft("direct_payment", 10_000, "Southwark", spent_elsewhere_weekly_pence=8_000),
        budgets.PortionDraft(route, 3_000, "Southwark", holder=holder),
        budgets.PortionDraft("self_funded", 5_000, "Her own"),
    ]
    sums, period = budgets.Amounts(13_000, 5_000, 8_000), budgets.Period(TODAY, YEAR)
    row = budgets.record(person=who, kind="agreed", amounts=sums, period=period, portions=drafts, by=who, at=AT)
    direct, held, _ = row.portions.order_by("pk")
    return direct, held


def test_two_parts_of_one_budget_make_one_new_version_and_what_they_pay_themselves_stays(desk: Desk) -> None:
    direct, held = _with_two_parts(desk, desk.town.council)
    days = {"last": "01/06/2026"}
    with pytest.raises(budget_imports.RowsAreWrong, match=f"number {held.pk} is a part of the same budget"):
        desk.send(desk.row(direct, **days))
    with pytest.raises(budget_imports.RowsAreWrong, match="rows 2 and 3 are one budget"):
        desk.send(desk.row(direct, **days), desk.row(held))
    row = desk.send(desk.row(direct, weekly="70.00", **days), desk.row(held, weekly="40.00", **days))
    budget_imports.confirm(budget_import=row, by=desk.cora, at=AT)
    budget = cast_pooling.current_budget(direct)
    assert (budget.version, budget.ends_on) == (2, date(2026, 6, 1))
    assert (budget.weekly_cost_pence, budget.weekly_contribution_pence, budget.weekly_funder_pence) == (11_000, 5_000, 6_000)
    direct.refresh_from_db()
    assert (direct.weekly_pence, direct.spent_elsewhere_weekly_pence) == (7_000, 7_000), "nobody spends more of it elsewhere than there is"


def test_who_looks_after_a_part_does_not_move_the_days_of_the_rest(desk: Desk) -> None:
    direct, _ = _with_two_parts(desk, desk.town.kasmo)
    with pytest.raises(budget_imports.RowsAreWrong, match="others pay a part of this budget too"):
        desk.send(desk.row(direct, last="01/06/2026"))
    with pytest.raises(budget_imports.RowsAreWrong, match="do not add up"):
        desk.send(desk.row(direct, weekly="0.00"))
    assert desk.send(desk.row(direct, weekly="20.00")).changes.get().weekly_pence == 2_000


# --- what changed since ---


def _revised(desk: Desk) -> None:
    budget = cast_pooling.current_budget(desk.halima)
    sums, period = budgets.Amounts(20_000, 0, 20_000), budgets.Period(budget.starts_on, budget.ends_on)
    budgets.revise(budget=budget, kind="agreed", amounts=sums, period=period, by=desk.town.halima, at=AT)


def _handed_over(desk: Desk) -> None:
    Portion.objects.filter(pk=desk.halima.pk).update(holder=desk.town.kasmo, route="isf")


def _gone_home(desk: Desk) -> None:
    organisations.end_role(role=desk.town.colin.roles.get(), by=None, at=AT)


@pytest.mark.parametrize("change", [_revised, _handed_over, _gone_home])
def test_a_yes_after_something_changed_does_nothing_and_asks_for_the_file_again(desk: Desk, change: Any) -> None:
    row = desk.cut()
    change(desk)
    version = cast_pooling.current_budget(desk.halima).version
    with pytest.raises(budget_imports.FileIsOutOfDate, match="send it again"):
        budget_imports.confirm(budget_import=row, by=desk.cora, at=AT)
    assert _sum(desk.halima) == (20_000, version)
    assert budget_imports.refuse(budget_import=row, by=desk.cora, at=AT).state == "refused"


def test_a_file_is_good_for_two_weeks(desk: Desk) -> None:
    row = desk.cut()
    with pytest.raises(budget_imports.FileIsOutOfDate):
        budget_imports.confirm(budget_import=row, by=desk.cora, at=AT + timedelta(days=14))


# --- states ---


def _in(desk: Desk, state: str) -> BudgetImport:
    row = desk.cut()
    if state == "confirmed":
        budget_imports.confirm(budget_import=row, by=desk.cora, at=AT)
    elif state == "refused":
        budget_imports.refuse(budget_import=row, by=desk.town.colin, at=AT)
    return row


@pytest.mark.parametrize("state", ["drafted", "confirmed", "refused"])
@pytest.mark.parametrize("verb", ["confirm", "refuse"])
def test_each_verb_in_each_state_is_as_the_table_says(desk: Desk, state: str, verb: str) -> None:
    row, act = _in(desk, state), getattr(budget_imports, verb)
    if (state, verb) in BUDGET_IMPORT:
        assert act(budget_import=row, by=desk.cora, at=AT).state == BUDGET_IMPORT[state, verb]
        return
    before = _sum(desk.halima)
    with pytest.raises(NotNow):
        act(budget_import=row, by=desk.cora, at=AT)
    assert _sum(desk.halima) == before


# --- ends (abuse.md 19) ---


@pytest.mark.parametrize(("word", "why"), [("yes", "ended"), ("died", "died"), ("Moved", "moved"), ("", "ended")])
def test_abuse_19_an_end_sets_the_last_day_and_lists_the_person_and_puts_nobody_out(desk: Desk, word: str, why: str) -> None:
    _, [place, *_] = cast_pooling.group(desk.town.halima, desk.town.yusuf, at=AT)
    row = desk.send(desk.row(desk.halima, last=f"{TODAY:%d/%m/%Y}", ended=word))
    assert not EndReport.objects.exists()
    budget_imports.confirm(budget_import=row, by=desk.cora, at=AT)
    assert cast_pooling.current_budget(desk.halima).ends_on == TODAY
    assert Membership.objects.get(pk=place.pk).state == "active"
    report = EndReport.objects.get()
    assert (report.membership_id, report.why, report.state, report.told_by) == (place.pk, why, "open", desk.town.colin)
    leaving.eligibility_ended(membership=place, why=why, by=desk.cora, at=AT)
    assert Membership.objects.get(pk=place.pk).state == "settling"
    assert EndReport.objects.get().state == "ended"


def test_abuse_19_an_end_that_comes_between_sending_and_the_yes_is_listed_and_a_later_one_is_not(desk: Desk) -> None:
    cast_pooling.group(desk.town.halima, desk.town.amina, at=AT)
    tomorrow = f"{TODAY + timedelta(days=1):%d/%m/%Y}"
    row = desk.send(desk.row(desk.halima, last=tomorrow), desk.row(desk.amina, last="01/06/2026"))
    budget_imports.confirm(budget_import=row, by=desk.cora, at=AT + timedelta(days=1))
    assert [report.membership.person for report in EndReport.objects.all()] == [desk.town.halima]
    assert cast_pooling.current_budget(desk.amina).ends_on == date(2026, 6, 1)


def test_a_direct_payment_whose_end_the_council_sends_is_listed_for_the_council(desk: Desk) -> None:
    _, [place, *_] = cast_pooling.group(desk.town.amina, desk.town.yusuf, at=AT)
    row = desk.send(desk.row(desk.amina, last=f"{TODAY:%d/%m/%Y}", ended="moved"))
    budget_imports.confirm(budget_import=row, by=desk.cora, at=AT)
    assert EndReport.objects.visible_to(desk.cora).get().membership == place
    assert not EndReport.objects.visible_to(desk.town.yusuf).exists()


def test_the_file_is_seen_by_those_who_work_there_and_operators(desk: Desk) -> None:
    row = desk.cut()
    town = desk.town
    seen = {
        who.full_name
        for who in (town.colin, desk.cora, town.sam, town.halima, town.ruth, town.operator)
        if row in BudgetImport.objects.visible_to(who)
    }
    assert seen == {town.colin.full_name, desk.cora.full_name, town.operator.full_name}
    assert Budget.objects.current().filter(person=town.halima).count() == 1
