"""The pages of those who work here in a real browser, on a phone and wide: nothing for axe, nothing sideways."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page

from marketplace.models import MilestoneShare
from marketplace.services import decisions, needs, shares
from payments.models import PaymentOperation, Remittance
from payments.services import alarms
from payments.services.planning import plan
from people.models import Person
from people.services import approvals
from people.services.concerns import raise_concern
from pooling.models import Call
from providers.services import checks
from tests import cast, cast_market, cast_pooling, screens
from tests.frontend.test_in_a_browser import browser_page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def _session(person: Person) -> str:
    """Taken before the browser opens: its driver runs a loop of its own in this thread, and rows are not read between its steps."""
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client.cookies["sessionid"].value


def _look(page: Page, live_server: Any, session: str, names: list[tuple[Any, ...]]) -> list[object]:
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    wrong: list[object] = []
    for name, *args in names:
        answer = page.goto(live_server.url + reverse(name, args=args))
        assert answer is not None
        assert answer.status == 200, name
        wrong += screens.wrong(page, name)
    return wrong


def _things_to_do(walk: cast_market.Walk) -> dict[str, Any]:
    """One of everything that can wait for somebody."""
    at = walk.at
    mary = cast.somebody("mary@example.com", "Mary Ann Reed")
    walk.cluster.memberships.create(person=mary, state="applied", opened_at=at)
    letter = cast_pooling.budget_of(mary, "direct_payment", at=at).budget
    budget = cast_pooling.budget_of(mary, "isf", at=at, holder=cast.kasmo()).budget
    walk.yes("Amina")
    walk.run()
    shares.question(share=walk.share("Yusuf"), words="Nobody came on Thursday.", by=cast.yusuf(), at=at)
    decisions.propose_decision(share=walk.share("Yusuf"), pay_pence=900, reason="One visit is shown.", by=cast.second_operator(), at=at)
    paper = checks.ask(enterprise=cast.barwaaqo(), kind="cqc", issued_on=date(2026, 1, 5), by=cast.hodan(), at=at)
    raise_concern(text="She is not eating.", contact="07700 900123", at=at)
    alarm = alarms.ring(kind="dispute", about="dispute:dp_1", sentence="A bank took money back.", at=at, stops_releases=True)
    plan(kind="customer", reference="payer:1", params={}, council_code=cast.SOUTHWARK, at=at)
    later = {"first_sent_at": at, "params_hash": "0" * 64, "next_try_at": at + timedelta(hours=1)}
    PaymentOperation.objects.filter(reference="payer:1").update(state="unknown", **later)
    going = Remittance.objects.get()
    asked = {"what": "remittance.hold", "about_kind": "remittance", "about_id": going.pk, "council_code": cast.SOUTHWARK}
    approval = approvals.ask(reason="Somebody rang about it.", by=cast.second_operator(), at=at, **asked)
    return {"mary": mary, "letter": letter, "budget": budget, "paper": paper, "alarm": alarm, "going": going, "approval": approval}


def test_axe_finds_nothing_on_the_pages_of_those_who_work_here(live_server: Any, set_clock: Any) -> None:
    walk = cast_market.asked()
    things = {name: thing.pk for name, thing in _things_to_do(walk).items()}
    walk.until(walk.at + timedelta(days=10))
    set_clock(walk.at)
    ask, question = walk.share("Halima").pk, MilestoneShare.objects.get(state="questioned").pk
    for _ in range(9):
        needs.note_unmet_unsigned(category="meals", outcode="SE15", council_code=cast.SOUTHWARK, reason="no_provider", at=cast.AT)
    lists = ["operator", "operator-papers", "operator-questions", "operator-approvals", "operator-concerns", "operator-people"]
    operators = [(name,) for name in [*lists, "operator-going", "operator-float", "operator-ways", "operator-books"]]
    operators += [("operator-list", "alarms"), ("operator-list", "operations"), ("operator-thing", "alarms", things["alarm"])]
    operators += [("operator-paper", things["paper"]), ("operator-alarm", things["alarm"]), ("operator-stop", things["going"])]
    operators += [("approval", things["approval"]), ("question-decide", question)]
    helpers = [("helping",), ("people-met",), ("person-seen", things["mary"]), ("budget-seen", things["letter"]), ("share-ask", ask)]
    holders = [("looking-after",), ("budget-confirm", things["budget"])]
    council = [("looking-after",), ("order-accept", Call.objects.filter(mode="on_yes", state="called")[0].pk)]
    who = [(cast.operator(), operators), (cast.ruth(), helpers), (cast.sam(), holders), (cast.colin(), council), (cast.priya(), [("council",)])]
    sessions = [(_session(person), names) for person, names in who]
    wrong: list[object] = []
    with browser_page() as page:
        for session, names in sessions:
            wrong += _look(page, live_server, session, names)
    assert wrong == []
