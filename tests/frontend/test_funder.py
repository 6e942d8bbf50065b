"""The strip of a council's finance officer: whose pounds are where, for its own money team and nobody else."""

import csv
import io
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ledger import selectors as book
from pooling.selectors.funder import HERE, where_money_is
from pooling.selectors.statements import for_holder
from tests import cast, cast_market
from tests.signing_in import signed_in
from tests.worlds import again, kept

pytestmark = pytest.mark.django_db
told = kept(cast_market.asked)


@pytest.fixture
def story(told, set_clock):
    walk = again(told)
    set_clock(walk.at)
    return walk


def _as(person) -> Client:
    return signed_in(person)


def _text(response) -> str:
    return " ".join(response.content.decode().split())


def _where(story, days: int = 0):
    return where_money_is(cast.southwark_money(), today=story.at.date() + timedelta(days=days))


def test_an_order_is_no_money_here_until_it_is_billed_and_paid(story):
    money = _where(story)
    assert money.here_pence == 0
    assert money.pence("ordered") >= 1_800
    assert money.pence("asked") == 0
    promised = story.promises["Halima"]
    promised.refresh_from_db()
    assert money.pence("promised") == promised.pence - promised.called_pence


def test_a_yes_makes_a_bill_that_is_late_after_its_days_and_the_payment_is_seen_until_it_goes_on(story):
    story.yes("Halima")
    assert _where(story).pence("asked") == 1_800
    assert _where(story).pence("late") == 0
    late = _where(story, days=60)
    assert (late.pence("late"), late.people("late")) == (1_800, 1)
    story.pay_order(story.share("Halima"))
    assert _where(story).pence("asked") == 0


def test_what_is_here_adds_up_to_what_the_book_says_of_the_organisation(story):
    for organisation in (cast.kasmo(), cast.southwark_money()):
        money = where_money_is(organisation, today=story.at.date())
        assert money.here_pence == sum(money.pence(figure) for figure in HERE)
        whole = for_holder(organisation, since=cast.AT - timedelta(days=400), until=timezone.now() + timedelta(days=1))
        assert money.here_pence == whole.closing_pence
    yusuf = where_money_is(cast.kasmo(), today=story.at.date())
    assert (yusuf.pence("held"), [line.membership.person for line in yusuf.of("held")]) == (1_800, [cast.yusuf()])
    held = [pence for account, pence in book.balances(codes=("HOLD",), with_money=True).items() if "/portion:" in account.owner]
    assert sum(held) == 3_600


def test_each_figure_opens_its_list_with_names_and_a_csv(story):
    client, pk = _as(cast.colin()), cast.southwark_money().pk
    page = _text(client.get(reverse("funder", args=[pk])))
    assert 'With us today: <span class="money">£0.00</span>' in page
    listed = client.get(reverse("funder-behind", args=[pk, "ordered"]))
    assert "Halima Jama" in _text(listed)
    assert "Amina" not in _text(listed)
    assert "Yusuf" not in _text(listed)
    rows = list(csv.reader(io.StringIO(client.get(reverse("funder-behind", args=[pk, "ordered"]), {"as": "csv"}).content.decode("utf-8-sig"))))
    assert rows[0] == ["For", "Group", "By", "Order", "How much"]
    assert rows[1][0] == "Halima Jama"
    assert client.get(reverse("funder-behind", args=[pk, "nothing"])).status_code == 404


def test_only_the_councils_own_money_team_reads_it(story):
    pk, own = cast.southwark_money().pk, cast.kasmo().pk
    for who in (cast.amina(), cast.halima(), cast.ruth(), cast.sam(), cast.priya(), cast.operator(), cast.hodan(), cast.stranger()):
        assert _as(who).get(reverse("funder", args=[pk])).status_code == 404, who.full_name
        assert _as(who).get(reverse("funder-behind", args=[pk, "held"])).status_code == 404, who.full_name
    assert _as(cast.sam()).get(reverse("funder", args=[own])).status_code == 404, "an organisation has its own list"
    assert "Where our money is" in _text(_as(cast.colin()).get(reverse("looking-after")))
    assert "Where our money is" not in _text(_as(cast.sam()).get(reverse("looking-after")))


def test_the_pages_ask_little(story, django_assert_max_num_queries):
    client, pk = _as(cast.colin()), cast.southwark_money().pk
    for address in (reverse("funder", args=[pk]), reverse("funder-behind", args=[pk, "promised"])):
        with django_assert_max_num_queries(15):
            client.get(address)
