"""Statements: each sees their own and whose they look after; the lines add up to what is there; CSV is the same."""

import csv
import io
from datetime import timedelta

import pytest
from django.urls import reverse

from frontend.forms.fields import read_date
from frontend.presenters import statements as presenter
from frontend.views.statements import PAGE
from ledger.selectors import balance
from ledger.services.accounts import Account
from pooling.books import Lot
from tests import cast, cast_market
from tests.frontend.test_groups import _as, _text
from tests.worlds import again, kept

pytestmark = pytest.mark.django_db


def _amina_said_yes() -> cast_market.Walk:
    story = cast_market.asked()
    story.yes("Amina")
    return story


told = kept(_amina_said_yes)


@pytest.fixture
def story(told, set_clock) -> cast_market.Walk:
    walk = again(told)
    set_clock(walk.at + timedelta(minutes=1))
    return walk


def rows_of(who, name: str, *args: object, days: str = "") -> list[list[str]]:
    answer = _as(who).get(f"{reverse(name, args=args)}?as=csv{days}")
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
    monkeypatch.setitem(PAGE, "limit", 2)
    assert rows_of(cast.operator(), "statement-group", story.cluster.pk) == whole
    page = _as(cast.operator()).get(reverse("statement-group", args=[story.cluster.pk]))
    assert 'rel="next"' in page.content.decode()
    assert _as(cast.operator()).get(f"{reverse('statement')}?cursor=nonsense").status_code == 404
    assert _as(cast.operator()).get(f"{reverse('statement-council', args=[cast.SOUTHWARK])}?account=SHARE").status_code == 404


def test_a_statement_of_some_days_has_their_lines_and_days_that_follow_each_other_make_the_whole(story):
    group = ("statement-group", story.cluster.pk)
    whole = rows_of(cast.operator(), *group)
    days = sorted({read_date(row[0]) for row in whole})
    assert len(days) > 1
    first, last = days[0], days[-1] - timedelta(days=1)
    before = rows_of(cast.operator(), *group, days=f"&first={first}&last={last}")
    after = rows_of(cast.operator(), *group, days=f"&first={days[-1]}&last=")
    assert before
    assert after
    assert before + after == whole
    assert {read_date(row[0]) for row in after} == {days[-1]}
    page = _as(cast.operator()).get(f"{reverse(group[0], args=group[1:])}?first={days[-1]:%d/%m/%Y}")
    assert f'At the beginning</dt><dd class="money">{before[-1][-1]}<' in _text(page)
    assert f"?first={days[-1]:%d}%2F{days[-1]:%m}%2F{days[-1]:%Y}&amp;as=csv" in _text(page)


def test_days_that_are_none_are_told_in_a_sentence_and_stay_as_typed(story):
    client, page = _as(cast.amina()), reverse("statement")
    for first, last, why in (
        ("last week", "", "Write a date with a day, a month and a year"),
        ("3 March 2026", "2 March 2026", "This day is before the first one."),
    ):
        shown = client.get(page, {"first": first, "last": last})
        assert shown.status_code == 422
        assert why in _text(shown)
        assert f'value="{first}"' in _text(shown)
        assert "Every movement" not in _text(shown)
    assert "Nothing happened in these days." in _text(client.get(page, {"first": "1 January 2031"}))
    assert "Nothing happened in these days." in _text(client.get(page, {"first": "1 1 9999", "last": "31 12 9999"}))
    assert "Every movement" in _text(client.get(page, {"first": "", "last": ""}))
    own = _text(_as(cast.operator()).get(reverse("statement-council", args=[cast.SOUTHWARK]), {"account": "CLEAR"}))
    assert '<input type="hidden" name="account" value="CLEAR">' in own
    assert "?account=CLEAR&amp;as=csv" in own
