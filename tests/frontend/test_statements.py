"""Statements: each sees their own and whose they look after; the lines add up to what is there; CSV is the same."""

import csv
import io
from datetime import timedelta

import pytest
from django.urls import reverse

from frontend.presenters import statements as presenter
from ledger.selectors import balance
from ledger.services.accounts import Account
from pooling.books import Lot
from tests import cast, cast_market
from tests.frontend.test_groups import _as, _text

pytestmark = pytest.mark.django_db


@pytest.fixture
def story(set_clock) -> cast_market.Walk:
    told = cast_market.asked()
    told.yes("Amina")
    set_clock(told.at + timedelta(minutes=1))
    return told


def rows_of(who, name: str, *args: object) -> list[list[str]]:
    answer = _as(who).get(f"{reverse(name, args=args)}?as=csv")
    assert answer.status_code == 200
    columns, *rows = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert tuple(columns) == presenter.COLUMNS
    return rows


def test_her_own_statement_adds_up_to_what_is_hers(story):
    page = _text(_as(cast.amina()).get(reverse("statement")))
    assert "Held for visits" in page
    assert "For visits that happened" in page
    lot = Lot(story.places["Amina"].pk, story.portions["Amina"].pk, cast.SOUTHWARK)
    held = story.share("Amina").hold
    assert held is not None
    here = balance(lot.share) + balance(lot.hold(held.pk)) + balance(lot.dispute(held.pk))
    assert rows_of(cast.amina(), "statement")[-1][-1] == f"£{here // 100}.{here % 100:02}"


def test_nobody_reads_somebody_elses(story):
    shop, kasmo = cast.barwaaqo(), cast.kasmo()
    theirs = {
        reverse("statement-provider", args=[shop.pk]): (cast.hodan(), cast.operator()),
        reverse("statement-holder", args=[kasmo.pk]): (cast.sam(), cast.operator()),
        reverse("statement-group", args=[story.cluster.pk]): (cast.operator(),),
        reverse("statement-council", args=[cast.SOUTHWARK]): (cast.operator(),),
    }
    for page, may in theirs.items():
        for who in (cast.amina(), cast.yusuf(), cast.ruth(), cast.sam(), cast.colin(), cast.hodan(), cast.stranger(), cast.operator()):
            assert (_as(who).get(page).status_code == 200) is (who in may), (page, who.full_name)
            assert (_as(who).get(f"{page}?as=csv").status_code == 200) is (who in may), (page, who.full_name)
    assert "Held for visits" not in _text(_as(cast.stranger()).get(reverse("statement")))


def test_a_providers_statement_ends_with_what_is_owed_to_it(story):
    shop = cast.barwaaqo()
    due = balance(Account("DUE", cast.SOUTHWARK, f"payee:{shop.payee_id}"))
    assert due > 0
    assert rows_of(cast.hodan(), "statement-provider", shop.pk)[-1][-1] == f"£{due // 100}.{due % 100:02}"


def test_pages_of_a_long_statement_follow_each_other_without_a_gap(story, monkeypatch):
    whole = rows_of(cast.operator(), "statement-group", story.cluster.pk)
    monkeypatch.setitem(__import__("frontend.views.statements", fromlist=["EVER"]).EVER, "limit", 2)
    assert rows_of(cast.operator(), "statement-group", story.cluster.pk) == whole
    page = _as(cast.operator()).get(reverse("statement-group", args=[story.cluster.pk]))
    assert 'rel="next"' in page.content.decode()
    assert _as(cast.operator()).get(f"{reverse('statement')}?from=nonsense").status_code == 404
    assert _as(cast.operator()).get(f"{reverse('statement-council', args=[cast.SOUTHWARK])}?account=SHARE").status_code == 404
