"""The pages about a file of budgets: taken, changed, sent, looked at, and a second person's yes; and the same through the API."""

import csv
import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from people.models import Message, Person
from people.services import organisations
from pooling.models import BudgetImport, Portion
from tests import cast, cast_pooling
from tests.api.conftest import Api
from tests.pooling.conftest import AT
from tests.signing_in import signed_in
from tests.worlds import again, kept

pytestmark = pytest.mark.django_db


def _made() -> tuple[Portion, Portion, Person]:
    cora, colin, council = cast.somebody("cora@example.com", "Cora Lee"), cast.colin(), cast.southwark_money()
    organisations.give_role(person=cora, kind="holder_staff", organisation=council, council_code=cast.SOUTHWARK, by=None, at=AT)
    mine = cast_pooling.direct_payment(cast.amina(), seen_by=cast.ruth(), at=AT)
    held = cast_pooling.council_managed(cast.halima(), council=council, confirmed_by=colin, at=AT)
    return mine, held, cora


made = kept(_made)


@pytest.fixture
def parts(made: Any, set_clock: Any) -> Any:
    set_clock(AT)
    return again(made)


def _as(person: Person) -> Client:
    return signed_in(person)


def _at(name: str, *more: int) -> str:
    return reverse(name, args=[cast.southwark_money().pk, *more])


def _text(response: Any) -> str:
    return " ".join(response.content.decode().split())


def _taken() -> list[list[str]]:
    return list(csv.reader(io.StringIO(_as(cast.colin()).get(_at("budget-template")).content.decode("utf-8-sig"))))


def _as_file(rows: list[list[str]]) -> str:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue()


def _send(rows: list[list[str]], total: str, by: Person | None = None) -> Any:
    file = SimpleUploadedFile("budgets.csv", _as_file(rows).encode(), content_type="text/csv")
    return _as(by or cast.colin()).post(_at("budget-file-new"), {"file": file, "control_pence": total})


def test_our_file_comes_back_changed_and_a_second_person_makes_it_so(parts: Any) -> None:
    amina, halima, cora = parts
    colin = _as(cast.colin())
    assert _at("budget-files") in _text(colin.get(reverse("looking-after")))
    assert "2 now" in _text(colin.get(_at("budget-files")))
    rows = _taken()
    assert [row[:3] for row in rows[1:]] == [[str(amina.pk), "Amina Farah", "200.00"], [str(halima.pk), "Halima Jama", "200.00"]]
    rows[2][2:] = ["150.00", rows[2][3], "02/03/2026", "died"]
    sent = _send(rows, "350")
    file = BudgetImport.objects.get()
    assert sent.url == _at("budget-file", file.pk)
    shown = _text(colin.get(sent.url))
    assert "£200.00 a week. From 2 February 2026 to 1 March 2027." in shown
    assert "£150.00 a week. From 2 February 2026 to 2 March 2026. They have died." in shown
    assert "1 is different. 0 of yours are not in it" in shown
    assert "<li>Halima Jama</li>" in shown
    assert _at("budget-file-confirm", file.pk) not in shown
    assert "you sent this file" in _text(colin.post(_at("budget-file-confirm", file.pk), follow=True)).lower()
    halima.refresh_from_db()
    assert halima.weekly_pence == 20_000
    second = _as(cora)
    assert "A file waits for a second person" in _text(second.get(_at("budget-files")))
    assert _at("budget-file-confirm", file.pk) in _text(second.get(sent.url))
    assert "It is done" in _text(second.post(_at("budget-file-confirm", file.pk), follow=True))
    halima.refresh_from_db()
    assert halima.weekly_pence == 15_000
    assert "Cora Lee said yes" in _text(second.get(_at("budget-files")))


def test_every_bad_row_and_a_wrong_total_are_told_on_the_page(parts: Any) -> None:
    rows = _taken()
    rows[1][2], rows[2][1] = "lots", "Somebody Else"
    told = _send(rows, "350")
    assert told.status_code == 422
    assert [sentence.split(",")[0].split(":")[0] for sentence in told.context["form"].errors["file"]] == ["Row 2", "Row 3"]
    rows = _taken()
    rows[1][2] = "210.00"
    assert "do not come to what you typed" in _text(_send(rows, "400"))
    assert "Choose the file." in _text(_as(cast.colin()).post(_at("budget-file-new"), {"control_pence": "1"}))
    assert not BudgetImport.objects.exists()


def test_who_sent_it_takes_it_back_and_sends_another(parts: Any) -> None:
    rows = _taken()
    rows[1][2] = "210.00"
    _send(rows, "410")
    assert "A file waits for a second person" in _text(_send(rows, "410"))
    file = BudgetImport.objects.get()
    assert "Nothing was changed" in _text(_as(cast.colin()).post(_at("budget-file-refuse", file.pk), follow=True))
    assert "This file was not used" in _text(_as(cast.colin()).get(_at("budget-file", file.pk)))
    assert _send(rows, "410").status_code == 302


def test_a_name_that_a_spreadsheet_would_run_leaves_safe_and_comes_back(parts: Any) -> None:
    """abuse.md 20."""
    Person.objects.filter(pk=cast.halima().pk).update(full_name="=1+1")
    rows = _taken()
    safe = next(row for row in rows if row[1] == "'=1+1")
    safe[2] = "150.00"
    assert _send(rows, "350").status_code == 302
    shown = _text(_as(cast.colin()).get(_at("budget-file", BudgetImport.objects.get().pk)))
    assert "=1+1" in shown


def test_others_find_none_of_it(parts: Any) -> None:
    rows = _taken()
    rows[1][2] = "210.00"
    _send(rows, "410")
    file = BudgetImport.objects.get()
    for other in (cast.sam(), cast.amina(), cast.ruth(), cast.operator(), cast.priya()):
        client = _as(other)
        for name in ("budget-files", "budget-template", "budget-file-new"):
            assert client.get(_at(name)).status_code == 404
        assert client.get(_at("budget-file", file.pk)).status_code == 404
        assert client.post(_at("budget-file-confirm", file.pk)).status_code == 404
    assert _as(cast.sam()).get(reverse("budget-file", args=[cast.kasmo().pk, file.pk])).status_code == 404


def test_the_pages_ask_little(parts: Any, django_assert_max_num_queries: Any) -> None:
    rows = _taken()
    rows[1][2], rows[2][2] = "210.00", "220.00"
    _send(rows, "430")
    client = _as(cast.colin())
    for address in (_at("budget-files"), _at("budget-template"), _at("budget-file", BudgetImport.objects.get().pk)):
        with django_assert_max_num_queries(12):
            client.get(address)


def test_the_api_does_the_same(parts: Any) -> None:
    _, halima, cora = parts
    colin = Api(cast.colin())
    assert [row["portion"] for row in colin.rows("budget-imports/current/")] == [parts[0].pk, halima.pk]
    rows = _taken()
    rows[2][2] = "150.00"
    sent = {"organisation": cast.southwark_money().pk, "file": _as_file(rows), "control_pence": 34_999}
    assert colin.post("budget-imports/", sent, status=422)["code"] == "total_is_not_the_files"
    Api(cast.sam()).post("budget-imports/", sent | {"control_pence": 35_000}, status=403)
    made = colin.post("budget-imports/", sent | {"control_pence": 35_000}, status=201)
    assert [(one["portion"], one["was_weekly_pence"], one["weekly_pence"]) for one in made["changes"]] == [(halima.pk, 20_000, 15_000)]
    assert colin.post(f"budget-imports/{made['id']}/confirm/", status=409)["code"] == "second_person_is_needed"
    assert Api(cora).post(f"budget-imports/{made['id']}/confirm/")["state"] == "confirmed"
    halima.refresh_from_db()
    assert halima.weekly_pence == 15_000


def test_the_second_person_and_each_whose_budget_changed_are_told_and_nobody_who_died(parts: Any) -> None:
    cora = parts[2]
    rows = _taken()
    rows[1][2] = "210.00"
    rows[2][4:] = ["02/03/2026", "died"]
    _send(rows, "410")
    cast_pooling.Bank(AT).tell()
    told = Message.objects.filter(kind="budget_file")
    assert [(one.person, "Nothing is done until one of you" in one.body) for one in told] == [(cora, True)]
    assert not Message.objects.filter(kind="budget_changed").exists()
    _as(cora).post(_at("budget-file-confirm", BudgetImport.objects.get().pk))
    cast_pooling.Bank(AT).tell()
    changed = Message.objects.get(kind="budget_changed")
    assert changed.person == cast.amina()
    assert "Your budget is now £210.00 a week" in changed.body
