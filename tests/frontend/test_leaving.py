"""Goodbyes in pages: what it costs, notice and back, the statement to read, print and take away, questions, removal, somebody who is gone."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from config import timers
from ledger.selectors import balances
from people.models import Message
from pooling.models import EndReport, Leaving, Membership, Removal, Statement
from pooling.rules import pounds
from pooling.selectors import proof
from pooling.services import leaving, removals, settlement
from tests import cast, cast_market, cast_pooling
from tests.api.conftest import Api
from tests.frontend.test_groups import _as, _text
from tests.worlds import again, kept

pytestmark = pytest.mark.django_db
told = kept(cast_market.covered)


@pytest.fixture
def story(told, set_clock):
    walk = again(told)
    set_clock(walk.at)
    return walk


def _gone(story, set_clock) -> Statement:
    """Amina says so, her day comes, every timer runs."""
    place = story.places["Amina"]
    cast_pooling.paid_in(place, story.portions["Amina"], pence=2_000, at=story.at)
    leaving.give_notice(membership=place, by=cast.amina(), at=story.at)
    story.run()
    story.until(story.at + timedelta(days=28))
    leaving.advance_due(at=story.at)
    story.run()
    settlement.advance_due(at=story.at)
    story.run()
    set_clock(story.at)
    return Statement.objects.get()


def test_the_group_page_leads_to_what_leaving_costs_and_notice_can_be_taken_back(story):
    group, amina = story.cluster.pk, _as(cast.amina())
    page = reverse("group-leave", args=[group])
    assert page in _text(amina.get(reverse("group", args=[group])))
    seen = _text(amina.get(page))
    bill = sum(term.bill_pence for term in exits_terms(story))
    assert bill
    assert "If you stop today, the most you still pay" in seen
    assert pounds(bill) in seen
    assert amina.post(page).url == page
    assert Leaving.objects.get().until == story.at.date() + timedelta(days=28)
    assert "You leave on" in _text(amina.get(page))
    amina.post(reverse("group-stay", args=[group]))
    assert Membership.objects.get(pk=story.places["Amina"].pk).state == "active"


def exits_terms(story):
    from marketplace.selectors.exits import terms_for

    return terms_for(story.places["Amina"], until=story.at.date() + timedelta(days=28))


def test_nobody_leaves_from_a_group_that_is_not_theirs(story):
    for who in (cast.stranger(), cast.ruth(), cast.operator(), cast.sam()):
        assert _as(who).get(reverse("group-leave", args=[story.cluster.pk])).status_code == 404
        assert _as(who).post(reverse("group-leave", args=[story.cluster.pk])).status_code == 404
    assert not Leaving.objects.exists()


def test_the_statement_is_told_read_printed_taken_away_and_agreed(story, set_clock):
    row, amina = _gone(story, set_clock), _as(cast.amina())
    page = reverse("leaving-statement", args=[row.pk])
    told = Message.objects.get(kind="statement", person=cast.amina())
    assert pounds(row.payable_pence) in told.body
    assert "http" not in told.body
    assert page in _text(amina.get(reverse("start")))
    seen = _text(amina.get(page))
    assert row.payable_pence
    assert pounds(row.payable_pence) in seen
    assert "Signed ____" in seen
    sheet = amina.get(page, {"as": "csv"})
    assert sheet["Content-Type"].startswith("text/csv")
    assert f'"{row.payable_pence / 100:.2f}"' in sheet.content.decode()
    assert amina.post(reverse("leaving-agree", args=[row.pk])).url == page
    assert Statement.objects.get().state == "agreed"
    later = _text(amina.get(page))
    assert "What was sent back" in later
    assert "On its way to " in later
    assert balances(codes=("LEAVING",), with_money=True) == {}
    assert proof() == []


def test_nobody_else_reads_a_statement_but_who_runs_the_site(story, set_clock):
    row = _gone(story, set_clock)
    for who in (cast.yusuf(), cast.halima(), cast.ruth(), cast.sam(), cast.colin(), cast.hodan(), cast.stranger()):
        for name in ("leaving-statement", "leaving-ask"):
            assert _as(who).get(reverse(name, args=[row.pk])).status_code == 404, who
        assert _as(who).post(reverse("leaving-agree", args=[row.pk])).status_code == 404
    assert _as(cast.operator()).get(reverse("leaving-statement", args=[row.pk])).status_code == 200
    assert _as(cast.operator()).post(reverse("leaving-agree", args=[row.pk])).status_code == 404


def test_who_is_left_reads_that_nobody_is_asked_in(story, set_clock):
    """Somebody who has left is neither in the group nor on the way in."""
    _gone(story, set_clock)
    seen = _text(_as(cast.yusuf()).get(reverse("group", args=[story.cluster.pk])))
    assert "Amina" not in seen


def test_who_left_opens_the_group_no_more_and_is_led_nowhere_that_is_not_there(story, set_clock):
    """Who is in it now, and who comes later, is nothing to who left or was asked to go. Their own money, visits and statement stay theirs."""
    group = story.cluster.pk
    _gone(story, set_clock)
    amina = _as(cast.amina())
    assert amina.get(reverse("group", args=[group])).status_code == 404
    Api(cast.amina()).get(f"clusters/{group}/", status=404)
    own = ["start", "groups", "money", "payments", "visits"]
    seen, left = set(), [reverse(name) for name in own] + [reverse("leaving-statement", args=[Statement.objects.get().pk])]
    while left:
        page = left.pop()
        seen.add(page)
        answer = amina.get(page)
        assert answer.status_code != 404, page
        if answer["Content-Type"].startswith("text/html") and len(seen) < 60:
            left += {one for one in re.findall(r'href="(/[^"#]*)"', answer.content.decode()) if not one.startswith("/static/")} - seen - set(left)


def test_a_line_is_asked_about_and_answered_by_an_operator(story, set_clock):
    row, amina = _gone(story, set_clock), _as(cast.amina())
    ask = reverse("leaving-ask", args=[row.pk])
    assert amina.post(ask, {"line": "0", "words": ""}).status_code == 422
    assert amina.post(ask, {"line": "0", "words": "I paid more."}).status_code == 302
    operator = _as(cast.operator())
    answer = reverse("leaving-resolve", args=[row.asked.pk])
    assert answer in _text(operator.get(reverse("operator-goodbyes")))
    assert amina.get(answer).status_code == 404
    assert "I paid more." in _text(operator.get(answer))
    new = operator.post(answer, {"reasons": "It is all there."}).url
    assert "It is all there." in _text(amina.get(reverse("leaving-statement", args=[row.pk])))
    assert "It is all there." in _text(_as(cast.amina()).get(new)), "the new one says what came of the question"


def test_a_page_of_a_statement_asks_the_database_a_fixed_number_of_times(story, set_clock, django_assert_max_num_queries):
    row, amina = _gone(story, set_clock), _as(cast.amina())
    amina.get(reverse("leaving-statement", args=[row.pk]))
    with django_assert_max_num_queries(14):
        amina.get(reverse("leaving-statement", args=[row.pk]))


def test_a_group_asks_somebody_to_leave_who_answers_and_asks_again(story, set_clock):
    yusuf, amina, page = _as(cast.yusuf()), _as(cast.amina()), reverse("group-remove", args=[story.cluster.pk])
    place = story.places["Amina"]
    assert yusuf.post(page, {"who": place.pk, "reason": ""}).status_code == 422
    at = yusuf.post(page, {"who": place.pk, "reason": "She shouts."}).url
    row = Removal.objects.get()
    assert "She shouts." in _text(amina.get(at))
    assert _as(cast.stranger()).get(at).status_code == 404
    story.run()
    assert Message.objects.filter(kind="removal_asked", person=cast.amina()).count() == 1
    assert yusuf.get(reverse("removal-reply", args=[row.pk])).status_code == 404
    amina.post(reverse("removal-reply", args=[row.pk]), {"reply": "I am deaf in one ear."})
    assert "I am deaf in one ear." in _text(yusuf.get(at))
    removals.decided(proposal=question(row), at=story.at)
    assert amina.post(reverse("removal-appeal", args=[row.pk]), {"appeal": "Nobody asked me first."}).status_code == 302
    operator = _as(cast.operator())
    answer = reverse("operator-appeal", args=[row.pk])
    assert answer in _text(operator.get(reverse("operator-goodbyes")))
    story.until(story.at + timedelta(days=30))
    leaving.advance_due(at=story.at)
    assert Membership.objects.get(pk=place.pk).state == "removal_notice"
    set_clock(story.at)
    assert operator.post(answer, {"uphold": "yes", "answer": "Talk first."}).status_code == 302
    assert Membership.objects.get(pk=place.pk).state == "active"


def question(row: Removal):
    from pooling.models import Proposal

    return Proposal.objects.get(pk=row.proposal_id)


def test_anybody_in_the_group_says_that_somebody_is_gone_and_who_looks_after_the_money_acts(story):
    halima, sam = _as(cast.halima()), _as(cast.sam())
    page, place = reverse("group-gone", args=[story.cluster.pk]), story.places["Yusuf"]
    assert _as(cast.stranger()).get(page).status_code == 404
    assert halima.post(page, {"who": place.pk, "why": "died", "words": "In March."}).status_code == 302
    story.run()
    assert Message.objects.filter(kind="end_reported", person=cast.sam()).count() == 1
    assert "In March." in _text(sam.get(reverse("gone")))
    for who in (cast.halima(), cast.ruth(), cast.stranger()):
        assert _as(who).get(reverse("gone")).status_code == 404
        assert _as(who).get(reverse("gone-end", args=[place.pk])).status_code == 404
    assert _as(cast.colin()).get(reverse("gone-end", args=[place.pk])).status_code == 404
    assert sam.post(reverse("gone-end", args=[place.pk]), {"why": "died"}).status_code == 302
    assert Membership.objects.get(pk=place.pk).state == "settling"
    assert EndReport.objects.get().state == "ended"
    before = Message.objects.filter(person=cast.yusuf()).count()
    timers.run_all(at=story.at)
    assert not Message.objects.filter(person=cast.yusuf(), kind__in=("statement", "trued_up")).exists()
    assert Message.objects.filter(person=cast.yusuf()).count() >= before
    assert proof() == []
