"""After the close where it does not go straight on: several parts, nobody left who would pay, who offered without a check, words that changed."""

import pytest

from marketplace.models import Agreement, Brief, BriefPayer, Need
from marketplace.rules.tables import NotNow
from marketplace.services import brief_yeses, briefs, choosing, offer_clock, offers, picking, signing
from people.models import Message
from pooling.models import Earmark, Membership
from providers.models import Check
from tests import cast, cast_market, cast_offers
from tests.cast_offers import COOKING, GARDEN, Asking
from tests.worlds import again, kept

pytestmark = pytest.mark.django_db
BARWAAQO, HANDS = "Barwaaqo Care", "Peckham Hands"

ready = kept(cast_offers.scored)


@pytest.fixture
def asking(ready: Asking) -> Asking:
    made: Asking = again(ready)
    return made


def kept_for(about_kind: str, person: str, asking: Asking) -> list[int]:
    rows = Earmark.objects.live().filter(pledge=asking.walk.promises[person], about_kind=about_kind)
    return list(rows.values_list("pence", flat=True))


def told(kind: str) -> set[str]:
    return {one.person.known_as for one in Message.objects.filter(kind=kind).select_related("person") if one.person is not None}


def two_parts(*, second: bool = True) -> Asking:
    """Cooking, for which Barwaaqo offers, and the garden, for which Peckham Hands does (`second`) or nobody."""
    asking = cast_offers.opened(COOKING, GARDEN)
    asking.offer(cast_market.enterprise())
    if second:
        asking.offer(cast_offers.provider(HANDS), lot=asking.brief.lots.get(number=2), visit_pence=2_500)
    asking.until_closed()
    asking.no_ties()
    asking.shortlist()
    for name in asking.offers:
        asking.score(name)
    return asking


def win(asking: Asking, *names: str) -> None:
    """Chosen, as the end of the group's question does it, and said yes to."""
    for name in names:
        assert picking.pick(offer_id=asking.offers[name].pk, at=asking.at)
        asking.accept(name)
    asking.run()
    asking.brief.refresh_from_db()


# --- several parts (these make worlds of their own) ---


def test_a_brief_in_two_parts_has_a_winner_for_each_and_keeps_what_the_other_part_needs() -> None:
    asking = two_parts()
    first, second = asking.ask(BARWAAQO), asking.ask(HANDS)
    for question in (first, second):
        asking.answer(question)
        asking.brief.refresh_from_db()
        assert asking.brief.state == ("evaluating" if question is first else "award_pending")
        asking.accept(BARWAAQO if question is first else HANDS)
    asking.later(days=8)
    assert asking.brief.state == "awarded"
    kept = [36_000]
    for name, ceiling in ((BARWAAQO, 21_600), (HANDS, 10_000)):
        assert kept_for("brief", "Amina", asking) == kept
        asking.send(Agreement.objects.get(offer=asking.offers[name]))
        asking.walk.sign("Amina")
        kept = [kept[0] - ceiling]
        assert ceiling in kept_for("agreement", "Amina", asking)
    for name in (BARWAAQO, HANDS):
        agreement = asking.walk.agreement = Agreement.objects.get(offer=asking.offers[name])
        assert kept_for("brief", "Amina", asking) == kept
        asking.walk.sign("Yusuf", "Halima")
        signing.sign_as_provider(agreement=agreement, by=agreement.enterprise.owner, at=asking.at)
    assert kept_for("brief", "Amina", asking) == []


def test_a_part_that_nobody_offered_for_holds_up_no_other_and_keeps_nothing() -> None:
    asking = two_parts(second=False)
    win(asking, BARWAAQO)
    asking.later(days=8)
    agreement = asking.send(Agreement.objects.get())
    assert (asking.brief.state, asking.seen(BARWAAQO).state) == ("awarded", "accepted")
    asking.walk.sign("Amina", "Yusuf", "Halima")
    signing.sign_as_provider(agreement=agreement, by=cast.hodan(), at=asking.at)
    assert not Earmark.objects.live().filter(about_kind="brief").exists()


def test_yeses_to_a_part_that_comes_to_nothing_are_free_after_thirty_days_though_another_part_runs() -> None:
    asking = two_parts()
    win(asking, BARWAAQO, HANDS)
    asking.later(days=8)
    cooking = asking.send(Agreement.objects.get(offer=asking.offers[BARWAAQO]))
    asking.walk.sign("Amina", "Yusuf", "Halima")
    signing.sign_as_provider(agreement=cooking, by=cast.hodan(), at=asking.at)
    assert (Need.objects.get().state, kept_for("brief", "Amina", asking)) == ("met", [14_400])
    asking.later(days=22)  # nobody sends the garden to be signed
    assert (asking.brief.state, kept_for("brief", "Amina", asking)) == ("evaluating", [14_400])
    asking.later(days=31)
    assert kept_for("brief", "Amina", asking) == []


def test_no_to_the_rest_keeps_the_part_that_was_chosen() -> None:
    asking = two_parts()
    win(asking, BARWAAQO)
    why = {asking.offers[HANDS].pk: "We found neighbours."}
    question = choosing.ask_to_choose_nobody(brief=asking.brief, reasons=why, why="Neighbours do it.", by=cast.ruth(), at=asking.at)
    assert question.title == "Shall we say no to the other offers?"
    assert picking.choose_nobody(brief_id=asking.brief.pk, verb="none_suitable", at=asking.at)
    asking.later(days=8)
    assert (asking.seen(HANDS).state, asking.seen(HANDS).feedback) == ("not_selected", "We found neighbours.")
    assert asking.seen(BARWAAQO).state == "accepted"
    assert Agreement.objects.get(offer=asking.offers[BARWAAQO]).state == "drafting"


def test_who_was_not_chosen_for_one_part_may_object_while_another_is_chosen_and_not_once_it_is_agreed() -> None:
    asking = cast_offers.opened(COOKING, GARDEN)
    asking.offer(cast_market.enterprise())
    asking.offer(cast_offers.provider(HANDS), visit_pence=2_500)
    asking.offer(cast_offers.provider("Rye Lane Kitchen"), lot=asking.brief.lots.get(number=2), visit_pence=2_500)
    asking.until_closed()
    asking.no_ties()
    asking.shortlist()
    for name in asking.offers:
        asking.score(name)
    loser = asking.seen(HANDS)
    with pytest.raises(NotNow):  # nothing was chosen yet
        offers.challenge(offer=loser, words="Not fair.", by=loser.enterprise.owner, at=asking.at)
    win(asking, BARWAAQO)
    assert Brief.objects.get().state == "evaluating"
    offers.challenge(offer=loser, words="A cousin chose.", by=loser.enterprise.owner, at=asking.at)
    choosing.answer_challenge(offer=loser, upheld=True, reason="A tie was not said.", by=cast.operator(), at=asking.at)
    assert asking.seen(BARWAAQO).state == "shortlisted"
    win(asking, BARWAAQO, "Rye Lane Kitchen")
    asking.later(days=8)
    kitchen = Agreement.objects.get(offer=asking.offers["Rye Lane Kitchen"])
    asking.send(kitchen)
    signing.refuse_as_provider(agreement=kitchen, reason="We are full.", by=kitchen.enterprise.owner, at=asking.at)
    assert Brief.objects.get().state == "evaluating"
    type(loser).objects.filter(pk=loser.pk).update(challenge="")
    with pytest.raises(NotNow):  # the cooking is an agreement by now
        offers.challenge(offer=asking.seen(HANDS), words="Again.", by=loser.enterprise.owner, at=asking.at)


# --- who lacks a check at the close ---


def test_an_offer_without_its_checks_is_no_offer_at_the_close_and_its_provider_reads_why() -> None:
    asking = cast_offers.opened()
    asking.offer(cast_market.enterprise())
    Check.objects.filter(enterprise=cast.barwaaqo(), kind="insurance").delete()
    asking.until_closed()
    assert asking.brief.state == "no_award"
    assert (asking.seen(BARWAAQO).state, asking.seen(BARWAAQO).feedback) == ("not_selected", choosing.A_CHECK_IS_MISSING)
    assert (Need.objects.get().state, Need.objects.get().reason) == ("unmet", "no_checks")
    assert told("brief_ended") == {"Amina", "Yusuf", "Halima", "Ruth"}


def test_who_offered_hears_that_the_words_changed_and_why_the_group_took_it_back() -> None:
    asking = cast_offers.opened()
    asking.offer(cast_market.enterprise())
    briefs.amend_brief(brief=asking.brief, why="We forgot the lift.", must_haves=("A lift.",), by=cast.ruth(), at=asking.at)
    asking.run()
    assert told("brief_amended") == {"Hodan"}
    briefs.withdraw_brief(brief=asking.brief, reason="Neighbours cook now.", at=asking.at)
    asking.run()
    assert (asking.seen(BARWAAQO).state, asking.seen(BARWAAQO).feedback) == ("not_selected", "Neighbours cook now.")
    assert (told("offer_not_chosen"), told("brief_ended")) == ({"Hodan"}, set())


# --- nobody left who would pay ---


@pytest.mark.parametrize("how", ["no", "left"])
def test_when_nobody_is_left_who_would_pay_it_ends_and_everybody_is_told(asking: Asking, how: str) -> None:
    win(asking, BARWAAQO)
    for payer in BriefPayer.objects.filter(brief=asking.brief).select_related("person"):
        assert offer_clock.advance_due(at=asking.at) == 0
        if how == "no":
            brief_yeses.say_no(payer=payer, by=payer.person, at=asking.at)
        else:
            Membership.objects.filter(pk=payer.membership_id).update(state="settling", strand=None)
    asking.later(seconds=1)
    assert (asking.brief.state, asking.brief.ended_reason) == ("cancelled", "Nobody is left in the group who would pay for it.")
    assert {asking.seen(name).state for name in asking.offers} == {"not_selected"}
    assert Need.objects.get().state == "shared"
    assert "Hodan" in told("offer_not_chosen")
    assert "Ruth" in told("brief_ended")
    assert kept_for("brief", "Amina", asking) == []
    asking.later(days=10)
    assert not Agreement.objects.exists()


def test_what_is_agreed_already_is_not_ended_because_who_said_yes_to_asking_is_gone(asking: Asking) -> None:
    """Another part may be chosen again while this one runs: the brief's payers do not end it."""
    win(asking, BARWAAQO)
    asking.later(days=8)
    Brief.objects.update(state="evaluating")
    BriefPayer.objects.update(state="no", pledge=None, earmark=None)
    assert offer_clock.advance_due(at=asking.at) == 0
    assert (Brief.objects.get().state, Agreement.objects.get().state) == ("evaluating", "drafting")
