"""After the close: ties, a shortlist, points with reasons, one winner, days to object, the agreement, and choosing again."""

from datetime import timedelta

import pytest

from audit.errors import NotAllowed
from audit.models import Fact
from marketplace.models import Agreement, Brief, Conflict, Need, Offer, Score
from marketplace.rules.tables import NotNow
from marketplace.selectors.offers import side_by_side
from marketplace.services import awarding, choosing, offer_clock, offers, picking, signing
from marketplace.services.awarding import stands_from
from marketplace.services.choosing import HasATie, NotYetScored, ReasonIsMissing, SayYourTiesFirst, ScoreIsSilly
from marketplace.services.proposing import WishIsNotComplete
from people.models import Person
from pooling.models import Earmark, Proposal
from providers.models import Check, Worker
from tests import cast, cast_offers
from tests.cast_market import KEEP_GOING
from tests.cast_offers import Asking
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


# --- ties, a shortlist, points (these make worlds of their own) ---


def test_nobody_scores_or_shortlists_before_saying_their_ties() -> None:
    asking = cast_offers.closed()
    with pytest.raises(SayYourTiesFirst):
        asking.shortlist()
    asking.no_ties(cast.ruth())
    asking.shortlist()
    with pytest.raises(SayYourTiesFirst):
        asking.score(BARWAAQO)
    asking.tie(cast.yusuf(), HANDS)
    asking.no_ties(cast.amina())
    asking.score(BARWAAQO)
    for name in (BARWAAQO, HANDS):  # a tie to one is a tie to the comparison
        with pytest.raises(HasATie):
            asking.score(name, who="Yusuf")


def test_a_helper_linked_to_who_offers_touches_nothing_whatever_they_say() -> None:
    asking = cast_offers.closed()
    Worker.objects.create(enterprise=cast.barwaaqo(), person=cast.ruth(), known_as="Ruth", state="left", joined_at=asking.at)
    asking.no_ties(cast.ruth())
    with pytest.raises(HasATie):
        asking.shortlist()
    with pytest.raises(HasATie):
        choosing.ask_to_choose_nobody(brief=asking.brief, reasons={}, why="No.", by=cast.ruth(), at=asking.at)


def test_who_is_left_out_reads_why_and_who_lacks_a_check_is_left_out() -> None:
    asking = cast_offers.closed(how_many=3)
    asking.no_ties()
    Check.objects.filter(enterprise__name="Rye Lane Kitchen", kind="insurance").delete()
    with pytest.raises(ReasonIsMissing):
        choosing.shortlist(brief=asking.brief, chosen=[asking.offers[BARWAAQO]], feedback={}, by=cast.amina(), at=asking.at)
    asking.shortlist(BARWAAQO, by=cast.amina())
    assert {name: asking.seen(name).state for name in asking.offers} == {
        BARWAAQO: "shortlisted",
        HANDS: "not_selected",
        "Rye Lane Kitchen": "not_selected",
    }
    assert asking.seen(HANDS).feedback == "Too far from us."
    assert asking.seen("Rye Lane Kitchen").feedback == choosing.A_CHECK_IS_MISSING


def test_the_group_may_stop_before_looking_closer() -> None:
    asking = cast_offers.closed()
    asking.no_ties()
    asking.answer(choosing.ask_to_choose_nobody(brief=asking.brief, reasons={}, why="We moved.", by=cast.ruth(), at=asking.at))
    assert (asking.brief.state, asking.seen(BARWAAQO).state, asking.seen(BARWAAQO).feedback) == ("cancelled", "not_selected", "We moved.")
    assert kept_for("brief", "Amina", asking) == []


# --- scoring ---


@pytest.mark.parametrize("who", ["ruth", "stranger", "operator", "hodan", "priya", "colin"])
def test_only_people_in_the_group_give_points(asking: Asking, who: str) -> None:
    place, by = asking.walk.places["Halima"], getattr(cast, who)()
    given = {one["slug"]: (5, "Good.") for one in asking.brief.criteria}
    with pytest.raises(NotAllowed):
        choosing.score(offer=asking.offers[BARWAAQO], membership=place, points=given, by=by, at=asking.at)


def test_points_need_every_line_a_reason_and_to_be_between_0_and_5(asking: Asking) -> None:
    place = asking.walk.places["Halima"]
    slugs = [one["slug"] for one in asking.brief.criteria]
    wrong = [{slugs[0]: (5, "Good.")}, dict.fromkeys(slugs, (6, "Good.")), dict.fromkeys([*slugs, "looks"], (3, "Good."))]
    for points in wrong:
        with pytest.raises(ScoreIsSilly):
            choosing.score(offer=asking.offers[BARWAAQO], membership=place, points=points, by=cast.halima(), at=asking.at)
    with pytest.raises(ReasonIsMissing):
        choosing.score(offer=asking.offers[BARWAAQO], membership=place, points=dict.fromkeys(slugs, (3, " ")), by=cast.halima(), at=asking.at)


def test_the_group_reads_every_point_and_reason_and_providers_read_none(asking: Asking) -> None:
    shown = side_by_side(asking.brief, cast.halima(), on=asking.at.date())[0]
    assert [(one.enterprise_name, one.score) for one in shown.offers] == [(BARWAAQO, 90), (HANDS, 50)]
    assert {(one.known_as, one.points) for one in shown.offers[0].given} == {("Amina", 5), ("Yusuf", 4)}
    for who in (cast.hodan(), cast.stranger(), cast.priya(), cast.operator()):
        assert not Score.objects.visible_to(who).exists()
        assert not Conflict.objects.visible_to(who).exists()


def test_points_given_again_replace_the_older_ones(asking: Asking) -> None:
    asking.score(BARWAAQO, 1)
    assert set(Score.objects.filter(offer=asking.offers[BARWAAQO], membership=asking.walk.places["Amina"]).values_list("points", flat=True)) == {1}


# --- choosing ---


def test_who_has_a_tie_is_not_asked(asking: Asking) -> None:
    asking.tie(cast.halima(), BARWAAQO)
    question = asking.ask(BARWAAQO)
    while Proposal.objects.get(pk=question.pk).state != "voting":
        asking.later(days=1)
    assert {one.membership.person.known_as for one in question.ballots.all()} == {"Amina", "Yusuf"}


def test_every_offer_must_be_scored_and_every_other_told_why_first(asking: Asking) -> None:
    with pytest.raises(ReasonIsMissing):
        choosing.ask_to_choose(offer=asking.offers[BARWAAQO], feedback={}, by=cast.ruth(), at=asking.at)
    Score.objects.filter(offer=asking.offers[HANDS]).delete()
    with pytest.raises(NotYetScored):
        asking.ask(BARWAAQO)


def test_a_no_of_the_group_chooses_nobody(asking: Asking) -> None:
    asking.answer(asking.ask(BARWAAQO), "object")
    assert (asking.brief.state, asking.seen(BARWAAQO).state) == ("evaluating", "shortlisted")


def test_one_is_chosen_and_everybody_hears_why(asking: Asking) -> None:
    chosen = asking.choose(BARWAAQO)
    assert (asking.brief.state, chosen.state, asking.seen(HANDS).state) == ("award_pending", "selected", "shortlisted")
    assert asking.seen(HANDS).feedback == "Another knows our food better."
    assert not picking.pick(offer_id=asking.offers[HANDS].pk, at=asking.at)
    assert not picking.pick(offer_id=chosen.pk, at=asking.at)  # told twice


def test_questions_about_the_others_are_over_when_one_is_chosen(asking: Asking) -> None:
    beside = asking.ask(HANDS)
    asking.choose(BARWAAQO)
    assert Proposal.objects.get(pk=beside.pk).state in {"withdrawn", "lapsed"}


def test_nobody_will_do_frees_promises_and_the_need_is_unmet_and_counted(asking: Asking) -> None:
    why = dict.fromkeys((one.pk for one in asking.offers.values()), "Not the food we know.")
    asking.answer(choosing.ask_to_choose_nobody(brief=asking.brief, reasons=why, why="None of them.", by=cast.ruth(), at=asking.at))
    assert asking.brief.state == "no_award"
    assert {asking.seen(name).state for name in asking.offers} == {"not_selected"}
    assert {asking.seen(name).feedback for name in asking.offers} == {"Not the food we know."}
    assert (Need.objects.get().state, Need.objects.get().reason) == ("unmet", "no_offer")
    assert kept_for("brief", "Amina", asking) == []


# --- accepting, standing, lapsing ---


def test_an_award_waits_for_the_yes_and_for_the_days_to_object(asking: Asking) -> None:
    chosen = asking.choose(BARWAAQO)
    assert chosen.picked_at is not None
    after = stands_from(picked_at=chosen.picked_at)
    assert awarding.award_if_due(brief_id=asking.brief.pk, at=after) == 0  # no yes yet
    asking.accept(BARWAAQO)
    assert awarding.award_if_due(brief_id=asking.brief.pk, at=after - timedelta(seconds=1)) == 0
    assert awarding.award_if_due(brief_id=asking.brief.pk, at=after) == 1
    asking.brief.refresh_from_db()
    assert (asking.brief.state, asking.seen(HANDS).state) == ("awarded", "not_selected")
    assert Agreement.objects.get().state == "drafting"
    assert awarding.award_if_due(brief_id=asking.brief.pk, at=after) == 0


def test_no_answer_in_five_working_days_lapses_and_the_next_needs_a_new_decision(asking: Asking) -> None:
    asking.choose(BARWAAQO)
    asking.later(days=9)
    assert (asking.brief.state, asking.seen(BARWAAQO).state) == ("evaluating", "expired")
    assert asking.seen(HANDS).state == "shortlisted"
    asking.choose(HANDS)
    assert (asking.brief.state, asking.seen(HANDS).state) == ("award_pending", "selected")


def test_a_winner_who_pulls_out_before_the_yes_leaves_the_choice_open(asking: Asking) -> None:
    chosen = asking.choose(BARWAAQO)
    offers.pull_out(offer=chosen, by=cast.hodan(), at=asking.at)
    asking.brief.refresh_from_db()
    assert (asking.brief.state, asking.seen(BARWAAQO).state) == ("evaluating", "withdrawn")


@pytest.mark.parametrize("said_yes", [False, True])
def test_a_check_that_runs_out_disqualifies_the_winner(asking: Asking, said_yes: bool) -> None:
    asking.choose(BARWAAQO)
    if said_yes:
        asking.accept(BARWAAQO)
    Check.objects.filter(enterprise=cast.barwaaqo(), kind="insurance").delete()
    assert offer_clock.advance_due(at=asking.at) == 1
    asking.brief.refresh_from_db()
    assert (asking.brief.state, asking.seen(BARWAAQO).state) == ("evaluating", "disqualified")


# --- objecting ---


def test_an_objection_stops_the_award_until_somebody_without_an_interest_answers(asking: Asking) -> None:
    asking.choose(BARWAAQO)
    asking.accept(BARWAAQO)
    loser = asking.seen(HANDS)
    offers.challenge(offer=loser, words="They never asked us.", by=loser.enterprise.owner, at=asking.at)
    asking.later(days=20)
    assert asking.brief.state == "award_pending"
    for who in (cast.ruth(), cast.amina(), cast.hodan(), cast.priya()):
        with pytest.raises(NotAllowed):
            choosing.answer_challenge(offer=loser, upheld=False, reason="Fair.", by=who, at=asking.at)
    with pytest.raises(ReasonIsMissing):
        choosing.answer_challenge(offer=loser, upheld=False, reason=" ", by=cast.operator(), at=asking.at)
    choosing.answer_challenge(offer=loser, upheld=False, reason="They did ask.", by=cast.operator(), at=asking.at)
    asking.later(seconds=1)
    assert asking.brief.state == "awarded"


def test_an_objection_that_is_right_opens_the_choice_again(asking: Asking) -> None:
    asking.choose(BARWAAQO)
    asking.accept(BARWAAQO)
    loser = asking.seen(HANDS)
    with pytest.raises(NotNow):
        offers.challenge(offer=asking.seen(BARWAAQO), words="I won.", by=cast.hodan(), at=asking.at)
    offers.challenge(offer=loser, words="Their cousin chose.", by=loser.enterprise.owner, at=asking.at)
    choosing.answer_challenge(offer=loser, upheld=True, reason="A tie was not said.", by=cast.operator(), at=asking.at)
    asking.brief.refresh_from_db()
    assert (asking.brief.state, asking.seen(BARWAAQO).state) == ("evaluating", "shortlisted")
    assert (asking.seen(BARWAAQO).accepted_at, Agreement.objects.count()) == (None, 0)


# --- the agreement ---


def test_the_agreement_is_a_copy_of_what_was_asked_and_offered(asking: Asking) -> None:
    agreement = asking.award(BARWAAQO)
    assert (agreement.listing_id, agreement.offer_id, agreement.category) == (None, asking.offers[BARWAAQO].pk, "home_jobs")
    assert (agreement.visit_pence, agreement.weeks, agreement.visits_per_week) == (2_700, 12, 2)
    assert agreement.frozen["problem"] == asking.brief.problem
    Offer.objects.update(visit_pence=9_999)
    assert Agreement.objects.get().visit_pence == 2_700
    assert [one.weekly_pence for one in agreement.payers.order_by("pk")] == [1_800, 1_800, 1_800]
    assert not Fact.objects.filter(kind="marketplace.agreement_sent").exists()


def test_nobody_signs_before_it_says_what_happens_when_nobody_can_come(asking: Asking) -> None:
    agreement = asking.award(BARWAAQO)
    with pytest.raises(NotNow):
        signing.sign_as_provider(agreement=agreement, by=cast.hodan(), at=asking.at)
    with pytest.raises(WishIsNotComplete):
        awarding.send(agreement=agreement, keep_going={"who_to_ring": "Ruth"}, by=cast.ruth(), at=asking.at)
    for who in (cast.hodan(), cast.stranger(), cast.colin()):
        with pytest.raises(NotAllowed):
            awarding.send(agreement=agreement, keep_going=KEEP_GOING, by=who, at=asking.at)
    assert asking.send(agreement).state == "with_parties"


def test_what_was_kept_for_the_brief_passes_with_each_signature_and_never_before(asking: Asking) -> None:
    agreement = asking.send(asking.award(BARWAAQO))
    assert (kept_for("brief", "Amina", asking), kept_for("agreement", "Amina", asking)) == ([24_000], [])
    asking.walk.sign("Amina")
    assert (kept_for("brief", "Amina", asking), kept_for("agreement", "Amina", asking)) == ([], [21_600])
    assert (kept_for("brief", "Yusuf", asking), kept_for("agreement", "Yusuf", asking)) == ([24_000], [])
    asking.walk.sign("Yusuf", "Halima")
    signing.sign_as_provider(agreement=agreement, by=cast.hodan(), at=asking.at)
    agreement.refresh_from_db()
    assert (agreement.state, Need.objects.get().state, Need.objects.get().met_how) == ("active", "met", "bought")
    assert not Earmark.objects.live().filter(about_kind="brief").exists()
    assert agreement.milestones.count() == 12


def test_a_payer_who_says_no_pays_nothing_and_the_others_see_the_whole_price_again(asking: Asking) -> None:
    agreement = asking.send(asking.award(BARWAAQO))
    asking.walk.sign("Amina")
    signing.decline_as_payer(agreement=agreement, membership=asking.walk.places["Halima"], by=cast.halima(), at=asking.at)
    agreement.refresh_from_db()
    assert (agreement.version, agreement.visit_pence) == (2, 2_700)
    assert [one.weekly_pence for one in agreement.payers.taking_part()] == [2_700, 2_700]
    assert (kept_for("brief", "Halima", asking), kept_for("agreement", "Amina", asking)) == ([], [])


def test_an_agreement_that_never_came_about_opens_the_choice_and_keeps_the_yeses(asking: Asking) -> None:
    agreement = asking.send(asking.award(BARWAAQO))
    asking.walk.sign("Amina")
    signing.refuse_as_provider(agreement=agreement, reason="We are full.", by=cast.hodan(), at=asking.at)
    asking.later(seconds=1)
    assert asking.brief.state == "evaluating"
    assert asking.seen(BARWAAQO).fell_through_at is not None
    assert (kept_for("brief", "Amina", asking), kept_for("agreement", "Amina", asking)) == ([24_000], [])
    loser = asking.seen(HANDS)
    offers.reopen(offer=loser, by=loser.enterprise.owner, at=asking.at)
    second = asking.award(HANDS)
    assert (second.visit_pence, asking.brief.state) == (2_500, "awarded")


def test_who_was_not_chosen_comes_back_once_and_only_when_the_choice_is_open(asking: Asking) -> None:
    agreement = asking.award(BARWAAQO)
    loser = asking.seen(HANDS)
    with pytest.raises(NotNow):
        offers.reopen(offer=loser, by=loser.enterprise.owner, at=asking.at)
    signing.refuse_as_provider(agreement=asking.send(agreement), reason="Full.", by=cast.hodan(), at=asking.at)
    offers.reopen(offer=loser, by=loser.enterprise.owner, at=asking.at)
    Offer.objects.filter(pk=loser.pk).update(state="not_selected")
    with pytest.raises(NotNow):
        offers.reopen(offer=loser, by=loser.enterprise.owner, at=asking.at)


def test_an_agreement_nobody_sends_runs_out_and_the_choice_is_open(asking: Asking) -> None:
    agreement = asking.award(BARWAAQO)
    asking.later(days=22)
    agreement.refresh_from_db()
    assert (agreement.state, Brief.objects.get().state) == ("void", "evaluating")


def test_people_are_told_only_while_they_still_need_to_act(asking: Asking) -> None:
    from people.models import Message

    asking.award(BARWAAQO)
    told = {(one.kind, one.person.known_as) for one in Message.objects.select_related("person") if one.person is not None}
    assert ("offer_chosen", "Hodan") in told
    assert {who for kind, who in told if kind == "offers_open"} == {"Amina", "Yusuf", "Halima", "Ruth"}
    assert {who for kind, who in told if kind == "agreement_built"} == {"Ruth"}
    hands = Person.objects.get(enterprises__name=HANDS).known_as
    assert {("offer_beside", hands), ("offer_not_chosen", hands)} <= told
