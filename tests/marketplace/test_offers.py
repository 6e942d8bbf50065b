"""Sealed offers: sent in, changed, taken back and answered by their provider; who may, when, and what nobody reads before the close."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from audit.errors import NotAllowed, Refusal
from marketplace.models import Brief, Offer, OfferVersion
from marketplace.rules.offering import OFFER, Terms, most_visit_pence, total_score, wrong_terms
from marketplace.rules.tables import NotNow
from marketplace.selectors.offers import eligible, side_by_side
from marketplace.services import offers
from marketplace.services.offers import BriefIsClosed, OfferedAlready, OfferIsNotComplete
from marketplace.services.signing import ChecksAreNotLive
from people.models import Person
from providers.models import Check, Worker
from tests import cast, cast_market, cast_offers
from tests.cast_offers import Asking
from tests.worlds import again, kept

pytestmark = pytest.mark.django_db

open_brief = kept(cast_offers.opened)


@pytest.fixture
def asking(open_brief: Asking) -> Asking:
    made: Asking = again(open_brief)
    return made


# --- before the close ---


def test_one_press_offers_what_the_provider_sells_at_its_own_price(asking: Asking) -> None:
    cast.home_visits()
    enterprise = cast_market.enterprise()
    offer = offers.answer(lot=asking.lot, enterprise=enterprise, by=cast.hodan(), at=asking.at)
    assert (offer.state, offer.visit_pence, offer.weekdays) == ("submitted", 2_700, [2, 4])
    assert (offer.people_words, offer.starts_on) == ("Hodan, Ifrah", cast_offers.STARTS_ON)
    assert OfferVersion.objects.get(offer=offer).visit_pence == 2_700


def test_every_change_before_the_close_is_kept(asking: Asking) -> None:
    offer = asking.offer(cast_market.enterprise())
    cheaper = Terms(2_600, date(2026, 4, 21), (2, 4), "We cook.", "Ifrah", "From week one.")
    row = offers.revise(offer=offer, terms=cheaper, by=cast.hodan(), at=asking.at)
    assert (row.version, row.visit_pence, row.state) == (2, 2_600, "submitted")
    assert [one.visit_pence for one in OfferVersion.objects.filter(offer=offer).order_by("number")] == [2_700, 2_600]


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"visit_pence": 99}, "visit_pence"),
        ({"visit_pence": 3_001}, "visit_pence"),
        ({"starts_on": date(2026, 4, 13)}, "starts_on"),
        ({"starts_on": date(2028, 4, 13)}, "starts_on"),
        ({"weekdays": (2,)}, "weekdays"),
        ({"weekdays": (2, 9)}, "weekdays"),
        ({"weekdays": (2, 5)}, "weekdays"),
        ({"words": " "}, "words"),
        ({"people_words": ""}, "people_words"),
        ({"milestones_words": ""}, "milestones_words"),
    ],
)
def test_what_does_not_fit_the_brief_is_said_at_its_field(changed: dict[str, Any], field: str) -> None:
    said: dict[str, Any] = {
        "visit_pence": 2_700,
        "starts_on": date(2026, 4, 14),
        "weekdays": (2, 4),
        "words": "We cook.",
        "people_words": "Ifrah",
        "milestones_words": "From week one.",
    }
    rule: dict[str, Any] = {"visits_per_week": 2, "days_wanted": [2, 4], "most_pence": 3_000, "soonest": date(2026, 4, 14), "today": date(2026, 3, 9)}
    assert wrong_terms(Terms(**said), **rule) is None
    wrong = wrong_terms(Terms(**said | changed), **rule)
    assert wrong is not None
    assert wrong[0] == field
    assert wrong[1].endswith(".")


def test_an_offer_that_does_not_fit_is_not_sent_in(asking: Asking) -> None:
    with pytest.raises(OfferIsNotComplete) as refusal:
        asking.offer(cast_market.enterprise(), visit_pence=3_001)
    assert refusal.value.field == "visit_pence"
    assert Offer.objects.get().state == "draft"


def test_own_visits_are_priced_for_each_person() -> None:
    assert most_visit_pence(weekly_ceiling_pence=6_000, visits_per_week=2, together=True, people=3) == 3_000
    assert most_visit_pence(weekly_ceiling_pence=6_000, visits_per_week=2, together=False, people=3) == 1_000


@pytest.mark.parametrize("who", ["amina", "ruth", "stranger", "operator", "priya", "sam"])
def test_nobody_but_the_owner_offers_for_a_provider(asking: Asking, who: str) -> None:
    enterprise, by = cast_market.enterprise(), getattr(cast, who)()
    with pytest.raises(NotAllowed):
        offers.start_offer(lot=asking.lot, enterprise=enterprise, by=by, at=asking.at)
    offer = asking.offer(enterprise)
    for verb in (offers.pull_out, offers.submit, offers.accept, offers.reopen):
        with pytest.raises(NotAllowed):
            verb(offer=offer, by=by, at=asking.at)


def test_nobody_reads_an_offer_before_the_close(asking: Asking) -> None:
    other = cast_offers.provider("Peckham Hands")
    asking.offer(cast_market.enterprise())
    everybody = Person.objects.exclude(pk=cast.hodan().pk)
    assert [one for one in everybody if Offer.objects.visible_to(one).exists()] == []
    assert Offer.objects.visible_to(cast.hodan()).count() == 1
    assert all(not lot.offers for lot in side_by_side(asking.brief, cast.ruth(), on=asking.at.date()))
    asking.offer(other)
    asking.until_closed()
    may = {"amina", "yusuf", "halima", "ruth"}
    for who in ("amina", "yusuf", "halima", "ruth", "sam", "colin", "operator", "priya", "stranger"):
        assert Offer.objects.visible_to(getattr(cast, who)()).count() == (2 if who in may else 0), who
    assert Offer.objects.visible_to(cast.hodan()).get().enterprise.owner_id == cast.hodan().pk


def test_what_was_taken_back_before_the_close_is_never_read(asking: Asking) -> None:
    offers.pull_out(offer=asking.offer(cast_market.enterprise()), by=cast.hodan(), at=asking.at)
    asking.offer(cast_offers.provider("Peckham Hands"))
    asking.until_closed()
    assert [one.enterprise.name for one in Offer.objects.visible_to(cast.ruth())] == ["Peckham Hands"]


def test_after_the_close_nothing_is_begun_sent_in_or_changed(asking: Asking) -> None:
    cast_market.enterprise()
    draft = offers.start_offer(lot=asking.lot, enterprise=cast.barwaaqo(), by=cast.hodan(), at=asking.at)
    asking.offer(other := cast_offers.provider("Peckham Hands"))
    third = cast_offers.provider("Rye Lane Kitchen")
    assert asking.brief.closes_at is not None
    at = asking.brief.closes_at
    late: tuple[Callable[[], Offer], ...] = (
        lambda: offers.submit(offer=draft, by=cast.hodan(), at=at),
        lambda: offers.revise(offer=asking.offers["Peckham Hands"], terms=offers.terms_of(draft), by=other.owner, at=at),
        lambda: offers.start_offer(lot=asking.lot, enterprise=third, by=third.owner, at=at),
    )
    for attempt in late:
        with pytest.raises(BriefIsClosed):
            attempt()
    assert offers.submit(offer=draft, by=cast.hodan(), at=at - timedelta(microseconds=1)).state == "submitted"


def test_a_provider_without_its_checks_neither_begins_nor_sends_in(asking: Asking) -> None:
    enterprise = cast_market.enterprise()
    draft = offers.start_offer(lot=asking.lot, enterprise=enterprise, by=cast.hodan(), at=asking.at)
    Check.objects.filter(enterprise=enterprise, kind="insurance").delete()
    with pytest.raises(ChecksAreNotLive):
        offers.submit(offer=draft, by=cast.hodan(), at=asking.at)
    offers.pull_out(offer=draft, by=cast.hodan(), at=asking.at)
    with pytest.raises(ChecksAreNotLive):
        offers.start_offer(lot=asking.lot, enterprise=enterprise, by=cast.hodan(), at=asking.at)


def test_without_somebody_who_has_all_their_papers_nothing_is_sent_in(asking: Asking) -> None:
    enterprise = cast_market.enterprise()
    draft = offers.start_offer(lot=asking.lot, enterprise=enterprise, by=cast.hodan(), at=asking.at)
    Check.objects.filter(enterprise=enterprise, kind="identity").delete()  # the enterprise's own papers are all there
    with pytest.raises(ChecksAreNotLive):
        offers.submit(offer=draft, by=cast.hodan(), at=asking.at)


def test_checks_that_ran_out_by_the_close_are_not_eligible(asking: Asking) -> None:
    asking.offer(cast_market.enterprise())
    asking.offer(cast_offers.provider("Peckham Hands"))
    Check.objects.filter(enterprise=cast.barwaaqo(), kind="insurance").delete()
    asking.until_closed()
    assert [one.enterprise.name for one in eligible(asking.brief, on=asking.at.date())] == ["Peckham Hands"]


# --- one person, one enterprise (abuse.md 17) ---


def test_one_person_offers_as_one_enterprise(asking: Asking) -> None:
    asking.offer(cast_market.enterprise())
    with pytest.raises(OfferedAlready):
        asking.offer(cast.barwaaqo())
    second = cast_offers.provider("Second Name")
    second.owner = cast.hodan()
    second.save(update_fields=["owner"])
    with pytest.raises(OfferedAlready):
        asking.offer(second)


def test_somebody_who_works_for_both_does_not_offer_twice(asking: Asking) -> None:
    asking.offer(cast_market.enterprise())
    second = cast_offers.provider("Second Name")
    Worker.objects.create(enterprise=cast.barwaaqo(), person=second.owner, known_as="Sahra", joined_at=asking.at)
    with pytest.raises(OfferedAlready):
        asking.offer(second)


def test_two_names_with_one_bank_account_do_not_offer_twice(asking: Asking) -> None:
    first, second = cast_market.enterprise(), cast_offers.provider("Second Name")
    assert first.payee is not None
    second.payee = type(first.payee).objects.create(owner=f"enterprise:{second.pk}", council_code=cast.SOUTHWARK, bank_fingerprint="same")
    second.save(update_fields=["payee"])
    first.payee.bank_fingerprint = "same"
    first.payee.save(update_fields=["bank_fingerprint"])
    asking.offer(first)
    with pytest.raises(OfferedAlready):
        asking.offer(second)


def test_what_was_taken_back_may_be_offered_anew(asking: Asking) -> None:
    offers.pull_out(offer=asking.offer(cast_market.enterprise()), by=cast.hodan(), at=asking.at)
    assert asking.offer(cast.barwaaqo()).state == "submitted"


# --- the constraints behind it ---


def test_the_database_keeps_one_winner_for_each_part(asking: Asking) -> None:
    asking.offer(cast_market.enterprise())
    asking.offer(cast_offers.provider("Peckham Hands"))
    with pytest.raises(IntegrityError, match="offer_wins_its_lot_alone"), transaction.atomic():
        Offer.objects.update(state="selected", picked_at=asking.at)


def test_the_database_lets_nobody_be_refused_without_a_reason(asking: Asking) -> None:
    asking.offer(cast_market.enterprise())
    with pytest.raises(IntegrityError, match="offer_not_chosen_says_why"), transaction.atomic():
        Offer.objects.update(state="not_selected")


# --- every verb of the provider, in every state ---

VERBS: dict[str, Callable[[Offer, Asking], object]] = {
    "edit": lambda offer, asking: offers.edit(offer=offer, terms=offers.terms_of(offer), by=cast.hodan(), at=asking.at),
    "submit": lambda offer, asking: offers.submit(offer=offer, by=cast.hodan(), at=asking.at),
    "revise": lambda offer, asking: offers.revise(offer=offer, terms=offers.terms_of(offer), by=cast.hodan(), at=asking.at),
    "pull_out": lambda offer, asking: offers.pull_out(offer=offer, by=cast.hodan(), at=asking.at),
    "accept": lambda offer, asking: offers.accept(offer=offer, by=cast.hodan(), at=asking.at),
    "reopen_offer": lambda offer, asking: offers.reopen(offer=offer, by=cast.hodan(), at=asking.at),
}


@pytest.mark.parametrize("state", Offer.State.values)
@pytest.mark.parametrize("verb", VERBS)
def test_each_verb_does_what_the_table_says_in_each_state(asking: Asking, verb: str, state: str) -> None:
    cast_market.enterprise()
    draft = offers.start_offer(lot=asking.lot, enterprise=cast.barwaaqo(), by=cast.hodan(), at=asking.at)
    if verb != "submit":
        offers.submit(offer=draft, by=cast.hodan(), at=asking.at)
    done = {"picked_at": asking.at, "accepted_at": asking.at, "accepted_by": cast.hodan(), "feedback": "No.", "submitted_at": asking.at}
    Offer.objects.update(state=state, **done)
    if verb == "reopen_offer":
        Brief.objects.update(state="evaluating")
        if state in {"selected", "accepted"}:
            Offer.objects.update(fell_through_at=None)
    row = Offer.objects.select_related("enterprise").get()
    if (state, verb) in OFFER:
        VERBS[verb](row, asking)
        assert Offer.objects.get().state == OFFER[(state, verb)]
    else:
        with pytest.raises(NotNow):
            VERBS[verb](row, asking)
        assert Offer.objects.get().state == state


def test_a_chosen_provider_answers_within_five_working_days(asking: Asking) -> None:
    asking.offer(cast_market.enterprise())
    Offer.objects.update(state="selected", picked_at=asking.at)
    last = offers.accept_by(picked_at=asking.at)
    with pytest.raises(NotNow):
        offers.accept(offer=Offer.objects.get(), by=cast.hodan(), at=last)
    assert offers.accept(offer=Offer.objects.get(), by=cast.hodan(), at=last - timedelta(seconds=1)).state == "accepted"


def test_a_refusal_leaves_nothing_behind(asking: Asking) -> None:
    with pytest.raises(Refusal):
        offers.answer(lot=asking.lot, enterprise=cast_offers.provider("Rye Lane Kitchen"), by=cast.stranger(), at=asking.at)
    assert not Offer.objects.exists()


def test_points_add_up_by_their_weights() -> None:
    weights = {"price": 60, "people": 40}
    assert total_score({"price": [5, 3], "people": [5]}, weights) == 88
    assert total_score({}, weights) == 0
    assert total_score({"price": [1, 0, 0]}, {"price": 100}) == 7
