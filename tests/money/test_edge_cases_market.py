"""Edge cases of money between people and providers, by name, that no other test holds. All of them: `test_edge_cases.py`."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from ledger.selectors import balance
from ledger.services.accounts import Account
from marketplace.models import MilestoneShare
from marketplace.rules import dates
from marketplace.rules.tables import NotNow
from marketplace.selectors import proof
from marketplace.services import aged, milestones, shares, signing, visits
from payments.models import Payee, Payment, Refund
from payments.selectors import proof as payments_proof
from places.calendar import add_working_days
from pooling.books import Lot
from pooling.models import Earmark, HoldMove
from pooling.selectors import proof as pooling_proof
from pooling.services import shares as free_money
from providers.models import Enterprise, Listing
from providers.services import enterprises, listings
from tests import cast, cast_market
from tests.cast_market import Walk
from tests.marketplace.test_funding_at_once import at_once

plain = pytest.mark.django_db
WEEK = 1_800  # what each of three pays for two visits of £27.00 together


def held(code: str, story: Walk, name: str) -> int:
    """What the accounts of this code hold of somebody's money, as the book has it."""
    lot = Lot(story.places[name].pk, story.portions[name].pk, cast.SOUTHWARK)
    hold = story.share(name).hold
    accounts = {"SHARE": lot.share, "REFUND": lot.refund} | ({"HOLD": lot.hold(hold.pk)} if hold else {})
    return balance(accounts[code])


def due(enterprise: Enterprise) -> int:
    return balance(Account("DUE", cast.SOUTHWARK, f"payee:{enterprise.payee_id}"))


@plain
def test_three_of_five_visits_accepted_pay_three_fifths_and_the_rest_waits() -> None:
    story = cast_market.running(visits_per_week=5, weekdays=[1, 2, 3, 4, 5], weeks=2)
    story.pay()
    story.run()
    story.do_visits()
    share = story.share("Amina")
    parts = story.parts(share)
    answers = [(part, "yes" if place < 3 else "no", None) for place, part in enumerate(parts)]
    shares.answer(share=share, answers=answers, words="Nobody came on Thursday and Friday.", by=cast.amina(), at=story.at)
    paid, waits = story.shares("Amina")
    whole = paid.pence + waits.pence
    assert (len(parts), paid.state, waits.state) == (5, "released", "questioned")
    assert (paid.pence * 5, waits.pence * 5) == (whole * 3, whole * 2)
    assert due(story.agreement.enterprise) == paid.pence
    assert proof("default") == pooling_proof("default") == []


@pytest.mark.django_db(transaction=True)
def test_yes_racing_cancel_is_one_or_the_other() -> None:
    """The last payer's yes at the same moment as the provider's no: running with every promise kept for it, or void with none."""
    story = cast_market.walk()
    agreement = story.propose()
    story.sign("Yusuf", "Halima")
    signing.sign_as_provider(agreement=agreement, by=cast.hodan(), at=story.at)
    amina, hodan, promise = cast.amina(), cast.hodan(), story.promises["Amina"]
    turns = iter([True, False] * 3)

    def act() -> object:
        if next(turns):
            return signing.sign_as_payer(agreement=agreement, pledge=promise, related="none", by=amina, at=story.at)
        return signing.refuse_as_provider(agreement=agreement, reason="Not this time.", by=hodan, at=story.at)

    results = at_once(6, act)
    agreement.refresh_from_db()
    assert agreement.state in {"active", "void"}
    kept = [earmark.pence for earmark in Earmark.objects.filter(about_id=agreement.pk, state="live")]
    assert sorted(kept) == sorted([payer.ceiling_pence for payer in agreement.payers.all()] if agreement.state == "active" else [])
    # The yes and the no both had their say at most once, and only the one that ended it is the last word.
    assert 1 <= sum(not isinstance(result, Exception) for result in results) <= 2
    assert proof("default") == pooling_proof("default") == []


@pytest.mark.django_db(transaction=True)
def test_a_yes_that_pays_racing_the_money_going_back_is_one_or_the_other() -> None:
    """Her yes on the day on which her money has waited 88 days, and goes back to her: the provider is owed all of it, or none."""
    story = cast_market.asked()
    share, amina, enterprise = story.share("Amina"), cast.amina(), story.agreement.enterprise
    lot = Payment.objects.get(lot_owner=Lot(share.membership_id, share.portion_id, cast.SOUTHWARK).owner)
    Payment.objects.filter(pk=lot.pk).update(charged_at=story.at - timedelta(days=88))
    old: dict[str, Any] = {"payment_id": lot.pk, "membership_id": share.membership_id, "portion_id": share.portion_id, "pence": lot.pence}
    turns = iter([True, False] * 4)

    def act() -> object:
        if next(turns):
            return shares.yes(share=share, by=amina, at=story.at)
        return aged.let_go(**old, wish="", at=story.at)

    results = at_once(8, act)
    share.refresh_from_db()
    won = [result for result in results if isinstance(result, MilestoneShare) or result == 1]
    assert len(won) == 1, results
    moves = list(HoldMove.objects.filter(hold=share.hold).exclude(kind="place").values_list("kind", "pence"))
    sums = (due(enterprise), held("HOLD", story, "Amina"), held("SHARE", story, "Amina"), held("REFUND", story, "Amina"))
    if share.state == "released":
        assert (moves, sums) == ([("release", WEEK)], (WEEK, 0, 0, 0))
    else:
        # The clock sends what came free on its way home in the same breath.
        assert (share.state, moves, sums) == ("returned", [("give_back", WEEK)], (0, 0, 0, WEEK))
    assert [*proof("default"), *pooling_proof("default"), *payments_proof()] == []


@plain
def test_yes_after_refund_pending_pays_nobody() -> None:
    story = cast_market.covered()
    milestones.call_off(milestone=story.week(), by=cast.hodan(), at=story.at)
    story.run()
    assert held("SHARE", story, "Amina") == WEEK
    place, portion = story.places["Amina"], story.portions["Amina"]
    free_money.withdraw(membership=place, portion=portion, pence=WEEK, by=cast.amina(), at=story.at)
    with pytest.raises(NotNow):
        shares.yes(share=story.share("Amina"), by=cast.amina(), at=story.at)
    with pytest.raises(free_money.NotThatMuchFree):
        free_money.withdraw(membership=place, portion=portion, pence=1, by=cast.amina(), at=story.at)
    assert (held("SHARE", story, "Amina"), held("REFUND", story, "Amina"), due(story.agreement.enterprise)) == (0, WEEK, 0)
    assert Refund.objects.count() == 1
    # Nor does money on its way home pay the next week.
    story.until_asked(2)
    assert story.call("Amina", 2).state == "called"
    assert proof("default") == pooling_proof("default") == []


def somebody_else_comes() -> Listing:
    """A second provider, with papers, a payee and the same service on sale."""
    owner = cast.somebody("leyla@example.org", "Leyla Nur", is_seen=True)
    found = enterprises.register(
        name="Daryeel Home Help",
        about="Help at home.",
        outcode="SE15",
        council_code=cast.SOUTHWARK,
        works_alone=False,
        people_count=2,
        by=owner,
        at=cast.AT,
    )
    found.payee = Payee.objects.create(owner=f"enterprise:{found.pk}", council_code=cast.SOUTHWARK)
    found.save(update_fields=["payee"])
    for kind in ("insurance", "references"):
        cast.show_paper(found, kind)
    worker = enterprises.add_worker(enterprise=found, known_as="Nimo", person=None, by=owner, at=cast.AT)
    for kind in ("identity", "dbs_basic", "dbs_enhanced"):
        cast.show_paper(found, kind, worker)
    model = cast.home_visits()
    listing = listings.save(
        enterprise=found,
        title="Help at home",
        category=model.category,
        price_pence=2000,
        group_prices={2: 2400, 3: 2700},
        languages=list(model.languages.all()),
        weekdays=[1, 2, 3, 4, 5],
        parts_of_day=["morning", "afternoon"],
        by=owner,
        at=cast.AT,
    )
    return listings.publish(listing=listing, by=owner, at=cast.AT)


@plain
def test_provider_replaced_before_delivery_is_paid_with_the_same_money_and_nobody_pays_twice() -> None:
    story = cast_market.covered(weeks=1)
    first = story.agreement.enterprise
    milestones.call_off(milestone=story.week(), by=cast.hodan(), at=story.at)
    story.run()
    assert held("SHARE", story, "Amina") == WEEK
    paid_before = Payment.objects.count()
    listing = somebody_else_comes()
    story.listing = listing
    story.propose(weeks=1, starts_on=story.at.date() + timedelta(days=25))
    story.sign()
    signing.sign_as_provider(agreement=story.agreement, by=listing.enterprise.owner, at=story.at)
    story.until_asked(1)
    story.run()
    # Who had paid is covered by what they paid; only who pays by order is asked for an order again.
    assert [story.share(name).state for name in ("Amina", "Yusuf")] == ["covered", "covered"]
    story.pay("Halima")
    story.run()
    assert Payment.objects.count() == paid_before
    worker = story.agreement.enterprise.workers.get(known_as="Nimo")
    assert worker.enterprise_id != first.pk
    assert (due(first), held("HOLD", story, "Amina")) == (0, WEEK)
    by = listing.enterprise.owner
    for visit in story.visits():
        story.until(dates.start_of(visit.on) + timedelta(hours=1))
        begun = visits.begin(milestone=story.week(), worker=worker, payer=visit.payer, by=by, at=story.at)
        visits.finish(visit=begun, note="We cooked maraq.", by=by, at=story.at + timedelta(hours=1))
    milestones.submit(milestone=story.week(), by=by, at=story.at + timedelta(hours=2))
    story.yes("Amina", "Yusuf")
    assert (due(first), due(listing.enterprise), held("HOLD", story, "Amina"), held("SHARE", story, "Amina")) == (0, 2 * WEEK, 0, 0)
    assert Payment.objects.count() == paid_before
    assert proof("default") == pooling_proof("default") == []


@pytest.mark.parametrize(
    ("asked", "answer_by"),
    [
        # The Thursday before the clocks go forward, and the one before they go back: five working days later, at the same hour on the wall.
        (datetime(2026, 3, 26, 17, 0, tzinfo=UTC), datetime(2026, 4, 2, 16, 0, tzinfo=UTC)),
        (datetime(2026, 10, 22, 16, 0, tzinfo=UTC), datetime(2026, 10, 29, 17, 0, tzinfo=UTC)),
    ],
)
def test_both_clock_changes_keep_the_hour_on_the_wall(asked: datetime, answer_by: datetime) -> None:
    assert dates.answer_by(asked_at=asked, working_days=5, add_working_days=add_working_days) == answer_by
    for day, hours in ((date(2026, 3, 29), 23), (date(2026, 10, 25), 25)):
        before, after = (dates.start_of(each).astimezone(UTC) for each in (day - timedelta(days=1), day))
        assert (dates.start_of(day).hour, after - before) == (9, timedelta(hours=hours))
