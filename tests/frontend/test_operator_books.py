"""The operator's page about closing the books: asked for on a check page, answered by another, seen by nobody else."""

from datetime import timedelta

import pytest
from django.urls import reverse

from ledger.selectors import closed_through
from ledger.services.journals import post
from people.models import Approval
from tests import cast
from tests.frontend.reading import read_and_press
from tests.frontend.test_groups import _as, _text
from tests.ledger.book import BANK, journal, share

pytestmark = pytest.mark.django_db
SAID = {"council": cast.SOUTHWARK, "through": "1 March 2026", "reason": "February is over."}


def test_two_operators_close_the_books_up_to_a_day(set_clock):
    set_clock(cast.AT + timedelta(minutes=1))
    first, second, page = _as(cast.operator()), _as(cast.second_operator()), reverse("operator-books")
    assert page in _text(first.get(reverse("operator")))
    assert "nothing is closed" in _text(first.get(page))
    post(journal((BANK, share(), 70_000), effective_at=cast.AT - timedelta(days=1)))
    post(journal((BANK, share(), 4_000)))
    check = _text(first.post(page, SAID))
    assert "Nothing opens a closed day again" in check
    assert "What Southwark’s books held at the end of" in check
    assert "£700.00" in check
    assert not Approval.objects.exists()
    assert first.post(page, {**SAID, "_confirm": "yes"}).status_code == 302
    assert "Another operator must answer" in _text(first.get(page))
    answer = reverse("approval", args=[Approval.objects.get().pk])
    assert answer in _text(second.get(page))
    read = _text(second.get(answer))
    assert "1 March 2026" in read
    assert "At Stripe, that day" in read
    assert "£700.00" in read
    for who in (first, _as(cast.colin()), _as(cast.amina())):
        assert who.get(answer).status_code == 404
    assert closed_through(cast.SOUTHWARK) is None
    assert read_and_press(second, answer, agree="yes").status_code == 302
    assert f"{closed_through(cast.SOUTHWARK)}" == "2026-03-01"
    closed = _text(first.get(page))
    assert "What Southwark’s books held at the end of" in closed
    assert "At Stripe" in closed
    assert "£700.00" in closed


def test_the_second_agrees_to_what_the_books_held_when_they_read_it(set_clock):
    set_clock(cast.AT + timedelta(minutes=1))
    first, second = _as(cast.operator()), _as(cast.second_operator())
    post(journal((BANK, share(), 70_000), effective_at=cast.AT - timedelta(days=1)))
    first.post(reverse("operator-books"), {**SAID, "_confirm": "yes"})
    answer = reverse("approval", args=[Approval.objects.get().pk])
    said = {**second.get(answer).context["form"].initial, "agree": "yes"}
    post(journal((BANK, share(), 5), effective_at=cast.AT - timedelta(days=1)))
    shown = _text(second.post(answer, said))
    assert "What is asked has changed since you opened this page" in shown
    assert "£700.05" in shown
    assert closed_through(cast.SOUTHWARK) is None


def test_a_wrong_day_is_told_before_anybody_confirms_and_stays_as_typed(set_clock):
    set_clock(cast.AT + timedelta(minutes=1))
    cast.southwark()
    client, page = _as(cast.operator()), reverse("operator-books")
    for day, why in (("2 March 2026", "That day is not over yet"), ("soon", "Write a date with a day, a month and a year")):
        shown = client.post(page, {**SAID, "through": day})
        assert shown.status_code == 422
        assert why in _text(shown)
        assert f'value="{day}"' in _text(shown)
    assert not Approval.objects.exists()
