"""The holder's weekly list on pages and through the API: found from the desk, sent, put in order, ordered from, taken away, seen by nobody else."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from audit.services.deliveries import deliver_due
from people.models import Message, Person
from pooling.models import Call, WeeklyDay, WeeklyList
from pooling.selectors import weekly as reading
from pooling.services import budgets, weekly_lists
from tests import cast
from tests.api.conftest import Api
from tests.pooling.conftest import AT, build_town
from tests.pooling.weekly_desk import Desk, desk_of
from tests.signing_in import signed_in
from tests.worlds import again, kept

pytestmark = pytest.mark.django_db


@dataclass
class World:
    """Three people's weeks are due; of Halima's an order is asked for."""

    desk: Desk
    weekly_list: WeeklyList


def _made() -> World:
    desk = desk_of(build_town())
    desk.call(0, 2_000, due=5)
    desk.call(1, 3_000, due=6)
    budgets.choose_mode(council_code=cast.SOUTHWARK, route="isf", mode="on_yes", by=desk.town.operator, at=AT)
    desk.call(2, 4_000, due=7)
    return World(desk, desk.made())


made = kept(_made)


@pytest.fixture(autouse=True)
def _shares_are_practice(settings: Any) -> None:
    """The shares that these calls name are not there: what the market does with a fact is its own tests' matter."""
    routes = settings.FACT_ROUTES.items()
    settings.FACT_ROUTES = {kind: [one for one in to if one.startswith("pooling.") or "holding" in one] for kind, to in routes}


@pytest.fixture
def world(made: World, set_clock: Any) -> World:
    set_clock(AT)
    return again(made)


def _as(person: Person) -> Client:
    return signed_in(person)


def _at(world: World, name: str) -> str:
    more = [] if name in ("weekly-lists", "weekly-day", "weekly-list-new") else [world.weekly_list.pk]
    return reverse(name, args=[cast.kasmo().pk, *more])


def _text(response: Any) -> str:
    return " ".join(response.content.decode().split())


def test_it_is_found_from_the_desk_and_says_who_what_and_how_much(world: World) -> None:
    sam = _as(cast.sam())
    assert _at(world, "weekly-lists") in _text(sam.get(reverse("looking-after")))
    assert _at(world, "weekly-list") in _text(sam.get(_at(world, "weekly-lists")))
    page = _text(sam.get(_at(world, "weekly-list")))
    for words in ("Amina Farah", "£20.00", "Yusuf Abdi", "£30.00", "An order to say yes to", "You would send", "£50.00", "Send this list"):
        assert words in page


def test_nobody_else_finds_any_of_it(world: World) -> None:
    names = ("weekly-lists", "weekly-day", "weekly-list", "weekly-list-order", "weekly-list-orders")
    for who in (cast.colin(), cast.yusuf(), cast.ruth(), cast.operator(), cast.stranger()):
        assert {_as(who).get(_at(world, name)).status_code for name in names} == {404}
        assert {_as(who).post(_at(world, name)).status_code for name in ("weekly-list-new", "weekly-list-send", "weekly-list-stop")} == {404}


def test_sending_it_asks_for_one_sum_and_then_it_stands(world: World) -> None:
    sam = _as(cast.sam())
    answer = sam.post(_at(world, "weekly-list-send"), follow=True)
    assert "The list stands now" in _text(answer)
    assert "We are getting the bank details" in _text(answer)
    waiting = world.desk.waiting
    assert waiting is not None
    assert (waiting.pence, waiting.kind) == (5_000, "bank_transfer")
    instructions = {"reference": "CT12345678", "remaining_pence": 5_000, "name": "Practice", "sort_code": "108800", "account_number": "1"}
    type(waiting).objects.filter(pk=waiting.pk).update(state="open", instructions=instructions)
    shown = _text(sam.get(_at(world, "weekly-list")))
    assert "CT12345678" in shown
    assert "Change the order" not in shown
    for name in ("weekly-list-send", "weekly-list-order"):
        sent = sam.post(_at(world, name), {f"n{pk}": "1" for pk in Person.objects.values_list("pk", flat=True)}, follow=True)
        assert "This changed since you opened the page" in _text(sent)


def test_part_of_the_sum_is_shown_and_who_waits_is_told_kindly(world: World) -> None:
    row = world.desk.sent(world.weekly_list)
    world.desk.comes(row, 2_500)
    while deliver_due(at=AT):
        pass
    page = _text(_as(cast.sam()).get(_at(world, "weekly-list")))
    assert "Waits for the money" in page
    assert "£25.00" in page  # still to come: £30.00 less the £5.00 that is here
    assert [one.person for one in Message.objects.filter(kind="not_paid_yet")] == [cast.yusuf()]
    body = Message.objects.get(kind="not_paid_yet").body
    assert "you need not do anything" in body
    assert "CT" not in body


def test_people_are_put_in_another_order_and_bad_numbers_are_said(world: World) -> None:
    sam, address = _as(cast.sam()), _at(world, "weekly-list-order")
    people = {name: cast_person.pk for name, cast_person in (("Amina", cast.amina()), ("Yusuf", cast.yusuf()), ("Halima", cast.halima()))}
    wrong = sam.post(address, {f"n{people['Amina']}": "last", f"n{people['Yusuf']}": "0", f"n{people['Halima']}": ""})
    assert wrong.status_code == 422
    assert len(wrong.context["form"].errors) == 3
    assert 'value="last"' in _text(wrong)
    numbers = {f"n{people['Amina']}": "3", f"n{people['Yusuf']}": "2", f"n{people['Halima']}": "1"}
    assert sam.post(address, numbers).status_code == 302
    assert [row.membership.person.known_as for row in reading.rows_of(world.weekly_list)] == ["Halima", "Yusuf", "Amina"]
    assert "This is the order you set." in _text(sam.get(_at(world, "weekly-list")))
    assert "Put them in the usual order again" in _text(sam.get(address))
    assert sam.post(address, {**numbers, "usual": "yes"}).status_code == 302
    assert [row.membership.person.known_as for row in reading.rows_of(world.weekly_list)] == ["Amina", "Yusuf", "Halima"]
    assert "Put them in the usual order again" not in _text(sam.get(address))


def test_orders_are_said_yes_to_after_a_check(world: World) -> None:
    sam, address = _as(cast.sam()), _at(world, "weekly-list-orders")
    [ticked] = sam.get(address).context["form"].initial["orders"]
    nothing = sam.post(address, {"reference": ""})
    assert nothing.status_code == 422
    assert "Tick at least one." in _text(nothing)
    said = {"orders": ticked, "reference": "PO-88"}
    assert "Check before you order" in _text(sam.post(address, said))
    assert sam.post(address, said | {"_confirm": "yes"}).status_code == 302
    assert Call.objects.get(membership=world.desk.places[2]).order_reference == "PO-88"
    assert "No order in this list waits for you" in _text(sam.get(address))
    assert sam.post(address, said | {"_confirm": "yes"}).status_code == 422


def test_the_day_is_chosen_and_a_new_list_is_made_on_asking(world: World) -> None:
    sam = _as(cast.sam())
    assert sam.post(_at(world, "weekly-day"), {"weekday": "9"}).status_code == 422
    assert sam.post(_at(world, "weekly-day"), {"weekday": "4"}).status_code == 302
    assert WeeklyDay.objects.get().weekday == 4
    assert "made on Thursdays" in _text(sam.get(_at(world, "weekly-lists")))
    assert "Here is your new list" in _text(sam.post(_at(world, "weekly-list-new"), follow=True))
    world.weekly_list.refresh_from_db()
    assert world.weekly_list.state == "superseded"
    Call.objects.update(due_on=AT.date() + timedelta(days=60))
    assert "Nothing is asked for your people" in _text(sam.post(_at(world, "weekly-list-new"), follow=True))


def test_it_is_stopped_and_the_page_says_so(world: World) -> None:
    world.desk.sent(world.weekly_list)
    sam = _as(cast.sam())
    assert "We don’t wait for this sum any more" in _text(sam.post(_at(world, "weekly-list-stop"), follow=True))
    assert world.desk.waiting is None
    assert "This changed since" in _text(sam.post(_at(world, "weekly-list-stop"), follow=True))


def test_as_a_table_no_name_runs_in_a_spreadsheet(world: World) -> None:
    Person.objects.filter(pk=cast.amina().pk).update(full_name="=cmd()")
    answer = _as(cast.sam()).get(_at(world, "weekly-list") + "?as=csv")
    assert answer["Content-Type"].startswith("text/csv")
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert lines[0].startswith('"Place","For","Group"')
    assert '"\'=cmd()"' in lines[1]
    assert '"20.00"' in lines[1]


def test_the_clock_s_list_is_told_and_one_asked_for_is_not(world: World) -> None:
    while deliver_due(at=AT):
        pass
    assert not Message.objects.filter(kind="weekly_list").exists()
    assert weekly_lists.make_due(at=AT + timedelta(days=7)) == 1
    while deliver_due(at=AT + timedelta(days=7)):
        pass
    [told] = Message.objects.filter(kind="weekly_list")
    assert (told.person, "3 people" in told.body) == (cast.sam(), True)


def test_the_pages_ask_little(world: World, django_assert_max_num_queries: Any) -> None:
    sam = _as(cast.sam())
    for address in [_at(world, name) for name in ("weekly-lists", "weekly-list", "weekly-list-order", "weekly-list-orders")]:
        with django_assert_max_num_queries(12):
            assert sam.get(address).status_code == 200


def test_the_api_does_the_same(world: World) -> None:
    sam, own, here = Api(cast.sam()), cast.kasmo().pk, f"weekly-lists/{world.weekly_list.pk}/"
    assert [row["name"] for row in sam.get(here)["rows"]] == ["Amina Farah", "Yusuf Abdi", "Halima Jama"]
    first = sam.post(f"{here}reorder/", {"places": [{"person": cast.halima().pk, "number": 1}]})["rows"][0]
    assert first["name"] == "Halima Jama"
    assert sam.post(f"{here}reorder/", {"places": [{"person": cast.ruth().pk, "number": 1}]}, status=409)["code"] == "not_in_this_list"
    assert sam.post(f"{here}accept-orders/", {"reference": "PO-1"}, key="1")["rows"][0]["state"] == "ordered"
    sent = sam.post(f"{here}send/", key="2")
    assert (sent["state"], sent["sum_pence"], sent["send_pence"]) == ("sent", 5_000, 5_000)
    assert sam.post(f"{here}send/", key="3", status=409)["code"] == "not_now"
    assert sam.post(f"{here}stop/", key="4")["state"] == "stopped"
    assert len(sam.post("weekly-lists/", {"organisation": own}, status=201)["rows"]) == 2
    assert sam.post("weekly-lists/choose-day/", {"organisation": own, "weekday": 2})["weekday"] == 2
    assert sam.post("weekly-lists/choose-day/", {"organisation": own, "weekday": 8}, status=422)["code"] == "not_a_day"
    Api(cast.colin()).get(here, status=404)
