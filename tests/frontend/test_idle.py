"""Money that nothing has needed for four weeks: on the start page, on its own page, with two buttons."""

from datetime import timedelta

import pytest
from django.urls import reverse

from payments.models import Refund
from people.models import Message
from pooling.models import IdleOffer
from pooling.services import idle
from tests import cast, cast_pooling
from tests.frontend.test_groups import _as, _text

pytestmark = pytest.mark.django_db
DAY_28 = cast.AT + timedelta(days=28)


@pytest.fixture
def offer(set_clock) -> IdleOffer:
    _, (place,) = cast_pooling.group(cast.amina(), at=cast.AT)
    portion = cast_pooling.direct_payment(cast.amina(), seen_by=cast.ruth(), at=cast.AT)
    cast_pooling.paid_in(place, portion, pence=5_000, at=cast.AT)
    idle.advance_due(at=DAY_28)
    cast_pooling.Bank(DAY_28).tell()
    set_clock(DAY_28)
    return IdleOffer.objects.get()


def test_its_owner_is_told_and_sees_it_among_what_needs_doing(offer):
    told = Message.objects.get(kind="idle_offered", person=cast.amina())
    assert "£50.00" in told.body
    assert "http" not in told.body
    start = _text(_as(cast.amina()).get(reverse("start")))
    assert reverse("money-idle-answer", args=[offer.pk]) in start
    assert reverse("money-idle-answer", args=[offer.pk]) in _text(_as(cast.amina()).get(reverse("money-idle")))


def test_nobody_else_finds_it(offer):
    page = reverse("money-idle-answer", args=[offer.pk])
    for who in (cast.yusuf(), cast.ruth(), cast.sam(), cast.operator(), cast.stranger()):
        assert _as(who).get(page).status_code == 404
        assert _as(who).post(page, {"answer": "send"}).status_code == 404
        assert "£50.00" not in _text(_as(who).get(reverse("money-idle")))
    assert not Refund.objects.exists()


def test_she_sends_it_back_and_it_is_gone_from_her_list(offer):
    client = _as(cast.amina())
    page = reverse("money-idle-answer", args=[offer.pk])
    assert "£50.00" in _text(client.get(page))
    assert client.post(page, {"answer": "send"}).status_code == 302
    assert Refund.objects.get().pence == 5_000
    assert client.get(page).status_code == 404
    assert page not in _text(client.get(reverse("start")))


def test_she_keeps_it_here_and_is_not_asked_again(offer):
    client = _as(cast.amina())
    page = reverse("money-idle-answer", args=[offer.pk])
    client.post(page, {"answer": "keep"})
    assert IdleOffer.objects.get().state == "kept"
    assert page not in _text(client.get(reverse("start")))
    assert "Kept here." in _text(client.get(reverse("money-idle")))
    assert not Refund.objects.exists()
