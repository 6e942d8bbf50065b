"""Proposing and signing: each payer's own yes to a price and a ceiling, the provider's yes, a no, a new price, running out of time."""

from datetime import date, timedelta
from typing import Any

import pytest

from audit.errors import NotAllowed
from marketplace.models import Milestone, Payer
from marketplace.rules.tables import NotNow
from marketplace.selectors import agreement_view, earliest_start, quote, to_do
from marketplace.services import agreements, signing
from marketplace.services.agreements import ServiceIsNotOnSale, WishIsNotComplete
from marketplace.services.plans import NoPriceForSoMany
from marketplace.services.signing import ChecksAreNotLive, MayNotBuyThis, PriceHasChanged, PromiseDoesNotFit
from people.services import approvals
from people.services.approvals import NeedsApproval
from pooling.models import Earmark
from providers.models import Check
from tests import cast, cast_market, cast_pooling
from tests.cast_market import Walk
from tests.worlds import again, kept

pytestmark = pytest.mark.django_db


told = kept(cast_market.walk)


@pytest.fixture
def story(told: Walk) -> Walk:
    return again(told)


# --- what is asked for ---


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({"payers": []}, "payers"),
        ({"visits_per_week": 0}, "visits_per_week"),
        ({"visits_per_week": 8, "weekdays": []}, "visits_per_week"),
        ({"minutes": 5}, "minutes"),
        ({"weeks": 0}, "weeks"),
        ({"weeks": 53}, "weeks"),
        ({"starts_on": date(2026, 3, 4)}, "starts_on"),
        ({"starts_on": date(2025, 3, 4)}, "starts_on"),
        ({"starts_on": date(2028, 3, 4)}, "starts_on"),
        ({"weekdays": [2]}, "weekdays"),
        ({"weekdays": [2, 2]}, "weekdays"),
        ({"weekdays": [0, 2]}, "weekdays"),
        ({"keep_going": {"who_to_ring": " ", "what_i_want": "wait"}}, "who_to_ring"),
        ({"keep_going": {"who_to_ring": "Ruth"}}, "what_i_want"),
    ],
)
def test_a_wish_that_is_not_complete_says_which_field_and_how_to_put_it_right(story: Walk, wish: dict[str, Any], field: str) -> None:
    with pytest.raises(WishIsNotComplete) as refusal:
        story.propose(**wish)
    assert refusal.value.field == field
    assert refusal.value.sentence.endswith(".")


def test_a_stranger_cannot_propose_and_nobody_of_the_provider_can(story: Walk) -> None:
    for person in (cast.stranger(), cast.hodan(), cast.priya()):
        with pytest.raises(NotAllowed):
            story.propose(by=person)


def test_who_helps_the_group_may_propose(story: Walk) -> None:
    assert story.propose(by=cast.ruth()).state == "with_parties"


def test_somebody_of_another_group_cannot_be_named_as_payer(story: Walk) -> None:
    _, others = cast_pooling.group(cast.amina(), cast.yusuf(), at=story.at)
    with pytest.raises(WishIsNotComplete):
        story.propose(payers=others)


def test_a_price_for_so_many_together_must_exist(story: Walk) -> None:
    story.listing.group_prices.filter(people=3).delete()
    with pytest.raises(NoPriceForSoMany):
        story.propose()
    assert story.propose(together=False).visit_pence == 2_000


def test_a_paused_service_or_one_without_insurance_cannot_be_proposed(story: Walk) -> None:
    story.listing.state = "paused"
    story.listing.save()
    with pytest.raises(ServiceIsNotOnSale):
        story.propose()
    story.listing.state = "live"
    story.listing.save()
    Check.objects.filter(kind="insurance").delete()
    with pytest.raises(ServiceIsNotOnSale):
        story.propose()


def test_what_the_provider_changes_later_changes_nothing_that_was_proposed(story: Walk) -> None:
    story.propose()
    story.listing.price_pence, story.listing.title = 9_900, "Dearer"
    story.listing.save()
    story.agreement.refresh_from_db()
    assert (story.agreement.visit_pence, story.agreement.title) == (2_700, "Help at home in Somali")
    assert story.agreement.frozen["group_prices"] == {"2": 2400, "3": 2700}


def test_the_price_shown_before_asking_is_the_price_signed(story: Walk) -> None:
    shown = quote(listing=story.listing, people=3, together=True, visits_per_week=2, minutes=60)
    assert shown is not None
    story.propose()
    view = agreement_view(story.agreement, cast.amina(), today=story.at.date())
    assert shown.each_weekly_pence == (1800, 1800, 1800)
    assert shown.costs(weeks=12, notice_days=28) == signing_costs(view.mine[0])
    assert (view.payers, view.signed, view.weekly_pence) == (3, 0, 5_400)
    assert len(view.mine) == 1


def signing_costs(part: Any) -> Any:
    from pooling.rules import Costs

    return Costs(most_pence=part.most_pence, if_you_stop_pence=part.if_you_stop_pence)


def test_a_price_that_does_not_divide_costs_nobody_more_than_their_ceiling(story: Walk) -> None:
    story.listing.group_prices.filter(people=3).update(pence=2_501)
    story.propose(visits_per_week=1, weekdays=[2])
    payers = list(story.agreement.payers.order_by("pk"))
    assert sum(payer.ceiling_pence for payer in payers) == 2_501 * 12
    assert max(payer.ceiling_pence for payer in payers) - min(payer.ceiling_pence for payer in payers) <= 1
    story.sign_all()
    for payer in payers:
        assert sum(share.pence for share in payer.shares.all()) == payer.ceiling_pence


def test_rounding_is_carried_to_the_groups_next_agreement(story: Walk) -> None:
    story.listing.group_prices.filter(people=3).update(pence=2_501)
    story.propose(visits_per_week=1, weekdays=[2], weeks=1)
    story.sign_all()
    for place in story.places.values():
        place.refresh_from_db()
    first = [payer.ceiling_pence for payer in story.agreement.payers.order_by("pk")]
    assert first == [834, 834, 833]
    story.propose(visits_per_week=1, weekdays=[2], weeks=1)
    second = [payer.ceiling_pence for payer in story.agreement.payers.order_by("pk")]
    assert second == [834, 833, 834]


def test_the_earliest_start_leaves_everybody_their_sight_and_time_to_clear(story: Walk) -> None:
    portions = list(story.portions.values())
    assert earliest_start(portions=portions, today=date(2026, 3, 2)) == date(2026, 3, 18)
    assert earliest_start(portions=[story.portions["Halima"]], today=date(2026, 3, 2)) == date(2026, 3, 11)


# --- signing ---


def test_nothing_is_running_until_every_payer_and_the_provider_have_signed(story: Walk) -> None:
    agreement = story.propose()
    signing.sign_as_provider(agreement=agreement, by=cast.hodan(), at=story.at)
    story.sign("Amina", "Yusuf")
    agreement.refresh_from_db()
    assert agreement.state == "half_signed"
    assert not Milestone.objects.exists()
    story.sign("Halima")
    agreement.refresh_from_db()
    assert agreement.state == "active"


def test_signing_keeps_the_ceiling_of_the_promise_and_no_more(story: Walk) -> None:
    story.propose()
    story.sign("Amina")
    kept = Earmark.objects.get(pledge=story.promises["Amina"])
    assert (kept.pence, kept.about_kind, kept.about_id) == (21_600, "agreement", story.agreement.pk)


@pytest.mark.parametrize("who", ["ruth", "hodan", "stranger", "colin", "operator", "yusuf"])
def test_nobody_else_signs_for_a_payer(story: Walk, who: str) -> None:
    story.propose()
    with pytest.raises(NotAllowed):
        signing.sign_as_payer(agreement=story.agreement, pledge=story.promises["Amina"], related="none", by=getattr(cast, who)(), at=story.at)


@pytest.mark.parametrize("who", ["ruth", "amina", "stranger", "colin", "operator"])
def test_nobody_else_signs_or_refuses_for_the_provider(story: Walk, who: str) -> None:
    story.propose()
    with pytest.raises(NotAllowed):
        signing.sign_as_provider(agreement=story.agreement, by=getattr(cast, who)(), at=story.at)
    with pytest.raises(NotAllowed):
        signing.refuse_as_provider(agreement=story.agreement, reason="no", by=getattr(cast, who)(), at=story.at)


def test_signing_twice_is_refused_and_keeps_one_ceiling(story: Walk) -> None:
    story.propose()
    story.sign("Amina")
    with pytest.raises(NotNow):
        story.sign("Amina")
    assert Earmark.objects.filter(pledge=story.promises["Amina"]).count() == 1


def test_a_promise_that_is_too_small_or_anothers_does_not_sign() -> None:
    story = cast_market.walk(weekly_pence=1_700)
    story.propose()
    with pytest.raises(PromiseDoesNotFit):
        story.sign("Amina")
    _, (elsewhere, _) = cast_pooling.group(cast.amina(), cast.yusuf(), at=story.at)
    other = cast_pooling.promised(elsewhere, story.portions["Amina"], at=story.at, weekly_pence=9_000)
    with pytest.raises(PromiseDoesNotFit):
        signing.sign_as_payer(agreement=story.agreement, pledge=other, related="none", by=cast.amina(), at=story.at)


def test_the_plans_categories_are_kept_to(story: Walk) -> None:
    portion = story.portions["Amina"]
    portion.categories = ["garden"]
    portion.save()
    story.propose()
    with pytest.raises(MayNotBuyThis):
        story.sign("Amina")


@pytest.mark.parametrize(("related", "may"), [("none", True), ("elsewhere", True), ("same_home", False), ("partner", False)])
def test_public_money_pays_a_relative_at_home_only_with_the_funders_yes(story: Walk, related: Any, may: bool) -> None:
    story.propose()

    def sign() -> None:
        signing.sign_as_payer(agreement=story.agreement, pledge=story.promises["Amina"], related=related, by=cast.amina(), at=story.at)

    if may:
        sign()
        return
    with pytest.raises(NeedsApproval):
        sign()
    signing.ask_relative_exception(
        agreement=story.agreement, membership=story.places["Amina"], reason="She is the only one who speaks Somali.", by=cast.amina(), at=story.at
    )
    approval = approvals.Approval.objects.get()
    with pytest.raises(NotAllowed):
        approvals.give(approval=approval, by=cast.amina(), at=story.at)
    approvals.give(approval=approval, by=cast.colin(), at=story.at)
    sign()


def test_who_works_for_the_provider_cannot_be_a_payer_of_it(story: Walk) -> None:
    cast_market.hire("Amina", person=cast.amina())
    story.propose(by=cast.yusuf())
    with pytest.raises(NotAllowed):
        story.sign("Amina")


def test_the_provider_signs_only_with_live_checks(story: Walk) -> None:
    story.propose()
    Check.objects.filter(kind="insurance").update(expires_on=date(2026, 3, 1))
    with pytest.raises(ChecksAreNotLive):
        signing.sign_as_provider(agreement=story.agreement, by=cast.hodan(), at=story.at)


def test_the_provider_sees_how_much_comes_only_after_the_yes(story: Walk) -> None:
    story.propose()
    story.sign()
    assert agreement_view(story.agreement, cast.hodan(), today=story.at.date()).by_order_pence == 1_800
    assert [one.pays_at_yes for one in Payer.objects.order_by("pk")] == [False, False, True]


# --- no, and a new price ---


def test_a_no_gives_the_others_a_new_price_to_say_yes_to_again(story: Walk) -> None:
    agreement = story.propose()
    signing.sign_as_provider(agreement=agreement, by=cast.hodan(), at=story.at)
    story.sign("Amina")
    signing.decline_as_payer(agreement=agreement, membership=story.places["Yusuf"], by=cast.yusuf(), at=story.at)
    agreement.refresh_from_db()
    assert (agreement.state, agreement.version, agreement.visit_pence) == ("with_parties", 2, 2_400)
    assert agreement.provider_signed_version is None
    amina = story.payer("Amina")
    assert (amina.state, amina.weekly_pence, amina.earmark) == ("asked", 2_400, None)
    assert Earmark.objects.get(pledge=story.promises["Amina"]).state == "dropped"
    story.sign("Amina", "Halima")
    signing.sign_as_provider(agreement=agreement, by=cast.hodan(), at=story.at)
    agreement.refresh_from_db()
    assert agreement.state == "active"
    assert story.week().pence == 4_800
    assert not story.week().shares.filter(membership=story.places["Yusuf"]).exists()


def test_a_yes_from_a_page_with_the_old_price_is_refused(story: Walk) -> None:
    agreement = story.propose()
    signing.decline_as_payer(agreement=agreement, membership=story.places["Yusuf"], by=cast.yusuf(), at=story.at)
    with pytest.raises(PriceHasChanged):
        signing.sign_as_payer(agreement=agreement, pledge=story.promises["Amina"], related="none", by=cast.amina(), at=story.at, version=1)
    with pytest.raises(PriceHasChanged):
        signing.sign_as_provider(agreement=agreement, by=cast.hodan(), at=story.at, version=1)


def test_with_own_visits_a_no_changes_nobody_elses_price_or_yes(story: Walk) -> None:
    agreement = story.propose(together=False)
    story.sign("Amina", "Halima")
    signing.decline_as_payer(agreement=agreement, membership=story.places["Yusuf"], by=cast.yusuf(), at=story.at)
    agreement.refresh_from_db()
    assert agreement.state == "half_signed"
    assert story.payer("Amina").weekly_pence == 4_000
    signing.sign_as_provider(agreement=agreement, by=cast.hodan(), at=story.at)
    assert story.week().visits.count() == 4


def test_without_a_price_for_those_left_it_never_comes_about(story: Walk) -> None:
    story.listing.group_prices.filter(people=2).delete()
    agreement = story.propose()
    story.sign("Amina")
    signing.decline_as_payer(agreement=agreement, membership=story.places["Yusuf"], by=cast.yusuf(), at=story.at)
    agreement.refresh_from_db()
    assert agreement.state == "void"
    assert not Earmark.objects.live().exists()


def test_when_everybody_says_no_it_is_over(story: Walk) -> None:
    agreement = story.propose(payers=[story.places["Amina"]])
    signing.decline_as_payer(agreement=agreement, membership=story.places["Amina"], by=cast.amina(), at=story.at)
    agreement.refresh_from_db()
    assert agreement.state == "void"
    with pytest.raises(NotNow):
        story.sign("Amina")


def test_the_providers_no_frees_what_was_kept(story: Walk) -> None:
    agreement = story.propose()
    story.sign()
    signing.refuse_as_provider(agreement=agreement, reason="I am full on Tuesdays.", by=cast.hodan(), at=story.at)
    agreement.refresh_from_db()
    assert (agreement.state, agreement.ended_reason) == ("void", "I am full on Tuesdays.")
    assert not Earmark.objects.live().exists()


def test_ten_working_days_without_every_yes_end_it(story: Walk) -> None:
    agreement = story.propose(starts_on=date(2026, 4, 14))
    story.sign("Amina")
    story.until(story.at + timedelta(days=13))
    agreement.refresh_from_db()
    assert agreement.state == "with_parties"
    story.until(story.at + timedelta(days=1))
    agreement.refresh_from_db()
    assert agreement.state == "void"
    assert not Earmark.objects.live().exists()


def test_the_first_day_without_every_yes_ends_it(story: Walk) -> None:
    agreement = story.propose(starts_on=date(2026, 3, 10))
    story.until(date(2026, 3, 10))
    agreement.refresh_from_db()
    assert agreement.state == "void"


# --- while it runs ---


def test_a_check_that_runs_out_stops_new_visits_until_it_is_good_again() -> None:
    story = cast_market.running()
    Check.objects.filter(kind="insurance").update(expires_on=story.at.date())
    story.until(story.at + timedelta(days=1))
    story.agreement.refresh_from_db()
    assert story.agreement.state == "suspended"
    with pytest.raises(NotAllowed):
        agreements.resume(agreement=story.agreement, by=cast.hodan(), at=story.at)
    with pytest.raises(ServiceIsNotOnSale):
        agreements.resume(agreement=story.agreement, by=cast.operator(), at=story.at)
    Check.objects.filter(kind="insurance").update(expires_on=date(2027, 1, 1))
    story.run()
    story.agreement.refresh_from_db()
    assert (story.agreement.state, story.agreement.suspended_for, story.agreement.ended_reason) == ("active", "", "")


def test_each_sees_what_waits_for_them(story: Walk) -> None:
    story.propose()
    today = story.at.date()
    assert [task.kind for task in to_do(cast.amina(), today=today)] == ["sign"]
    assert [task.kind for task in to_do(cast.hodan(), today=today)] == ["sign_as_provider"]
    assert to_do(cast.stranger(), today=today) == []
