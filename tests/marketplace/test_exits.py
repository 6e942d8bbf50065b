"""Somebody leaves an agreement that goes on for others: what may still be billed, what comes back, what each of the others says."""

from datetime import date, timedelta

import pytest

from audit.errors import NotAllowed, Refusal
from audit.models import Fact
from audit.services.deliveries import deliver_due
from ledger import selectors as book
from marketplace.models import Change, Payer
from marketplace.rules.dates import last_day_of_notice, start_of
from marketplace.rules.tables import NotNow
from marketplace.selectors import coming_visits, proof
from marketplace.selectors.agreements import agreement_view
from marketplace.selectors.exits import cost_of_leaving, terms_for
from marketplace.services import agreements, changing, exits, milestones, shortfalls
from marketplace.services.answering import AnswerIsNotPossible
from pooling import selectors as pool
from pooling.books import Lot
from pooling.models import Call, ExitTerm, Proposal
from pooling.services import leaving, removals
from tests import cast, cast_market, cast_pooling
from tests.cast_market import Walk
from tests.worlds import again, kept

plain = pytest.mark.django_db
UNTIL = date(2026, 4, 8)
"""The first day on which Yusuf is out: week 3 begins the day before, week 4 on 14 April."""


def _paid_for() -> Walk:
    story = cast_market.running()
    story.pay()
    story.run()
    return story


world = kept(_paid_for)


@pytest.fixture
def story(world: Walk, db: None) -> Walk:
    return again(world)


def leaves(story: Walk, name: str = "Yusuf", until: date = UNTIL) -> Change | None:
    exits.leaving_began(membership_id=story.places[name].pk, until=until, at=story.at)
    return Change.objects.asking().first()


def say(story: Walk, change: Change, name: str, answer: str = "accept", **more: object) -> Change:
    place = story.places[name]
    return changing.answer(change=change, membership=place, answer=answer, by=place.person, at=story.at, **more)  # type: ignore[arg-type]


def asking() -> Change:
    return Change.objects.asking().get()


def weekly(story: Walk, week: int) -> list[tuple[str, int]]:
    return [(share.state, share.pence) for share in story.week(week).shares.order_by("pk")]


def on(story: Walk, day: date) -> None:
    """The timers of that day, without the days between: nothing else is looked at here."""
    story.at = start_of(day)
    for timer in (changing.advance_due, exits.advance_due, agreements.advance_due, milestones.advance_due) * 2:
        timer(at=story.at)


def all_is_well() -> None:
    assert [*proof(), *pool.proof()] == []


def test_what_may_still_be_billed_is_every_week_that_begins_before_the_day(story: Walk) -> None:
    leaves(story)
    term = terms_for(story.places["Yusuf"], until=UNTIL)[0]
    assert (term.bill_pence, term.route, term.portion_id) == (3 * 1_800, "shrink", story.portions["Yusuf"].pk)
    assert story.payer("Yusuf").leaves_on == UNTIL - timedelta(days=1)


def test_the_others_see_old_and_new_price_and_nothing_changes_before_both_said_yes(story: Walk) -> None:
    change = leaves(story)
    assert change is not None
    assert (change.kind, change.first_week, change.visit_pence, change.needs_provider) == ("payers", 4, 2_400, False)
    rows = {row.payer.person.known_as: row for row in change.answers.select_related("payer__person")}
    assert [(rows[name].old_weekly_pence, rows[name].new_weekly_pence) for name in ("Amina", "Halima")] == [(1_800, 2_400)] * 2
    assert (rows["Yusuf"].new_weekly_pence, rows["Yusuf"].needs_yes) == (0, False)
    say(story, change, "Amina")
    assert weekly(story, 4) == [("planned", 1_800)] * 3
    assert say(story, change, "Halima").state == "applied"
    assert sorted(weekly(story, 4)) == [("dropped", 1_800), ("planned", 2_400), ("planned", 2_400)]
    assert (weekly(story, 3), story.week(4).price_pence) == ([("planned", 1_800)] * 3, 4_800)
    assert story.payer("Yusuf").ceiling_pence == 3 * 1_800
    all_is_well()


def test_on_the_day_later_weeks_are_theirs_again_and_the_provider_is_paid_for_earlier_ones(story: Walk) -> None:
    change = leaves(story)
    assert change is not None
    for name in ("Amina", "Halima"):
        say(story, change, name)
    on(story, UNTIL)
    assert story.payer("Yusuf").state == "stopped"
    yusuf, others = story.places["Yusuf"].pk, {story.places["Amina"].pk, story.places["Halima"].pk}
    assert (story.share("Yusuf", 1).state, story.share("Yusuf", 12).state) == ("covered", "dropped")
    assert yusuf not in Call.objects.filter(about_id__in=story.week(4).shares.values("pk")).values_list("membership_id", flat=True)
    on(story, date(2026, 4, 10))
    assert {call.membership_id for call in Call.objects.filter(about_id__in=story.week(5).shares.values("pk"))} == others
    all_is_well()


def test_held_money_of_weeks_that_are_not_theirs_comes_back_to_their_share(story: Walk) -> None:
    """Out at once, before the first week: what was held for it is theirs again; the others' visits go on."""
    lot = Lot(story.places["Yusuf"].pk, story.portions["Yusuf"].pk, cast.SOUTHWARK)
    assert (story.week(1).state, book.balance(lot.share)) == ("funded", 0)
    leaves(story, until=story.at.date())
    exits.left(membership_id=story.places["Yusuf"].pk, at=story.at)
    assert (book.balance(lot.share), story.share("Yusuf").state, story.share("Amina").state) == (1_800, "returned", "covered")
    assert terms_for(story.places["Yusuf"], until=story.at.date()) == []
    assert coming_visits(story.places["Yusuf"].person, today=story.at.date(), days=60) == []
    assert coming_visits(story.places["Amina"].person, today=story.at.date(), days=60)
    exits.left(membership_id=story.places["Yusuf"].pk, at=story.at)
    assert book.balance(lot.share) == 1_800
    all_is_well()


def test_who_says_nothing_to_a_higher_price_does_not_pay_it(story: Walk) -> None:
    change = leaves(story)
    assert change is not None
    say(story, change, "Amina")
    on(story, story.at.date() + timedelta(days=8))
    last = asking()
    assert (last.follows_id, story.payer("Halima").leaves_on) == (change.pk, date(2026, 4, 13))
    alone = last.answers.get(payer=story.payer("Amina"))
    assert (alone.new_weekly_pence, alone.needs_yes, alone.answer) == (4_000, True, "")
    assert say(story, last, "Amina").state == "applied"
    assert sorted(weekly(story, 4)) == [("dropped", 1_800), ("dropped", 1_800), ("planned", 4_000)]
    all_is_well()


def test_when_nobody_says_yes_it_ends_for_all_after_the_last_week_they_signed(story: Walk) -> None:
    leaves(story)
    for day in (14, 24, 31):
        on(story, date(2026, 3, day))
    on(story, date(2026, 4, 15))
    story.agreement.refresh_from_db()
    assert (story.agreement.state, story.week(4).state, Change.objects.asking().exists()) == ("ending", "cancelled", False)
    assert not Call.objects.filter(about_id__in=story.week(4).shares.values("pk")).exists()
    all_is_well()


def test_somebody_may_stop_too(story: Walk) -> None:
    change = leaves(story)
    assert change is not None
    say(story, change, "Halima", "close")
    say(story, change, "Amina")
    assert story.payer("Halima").leaves_on == date(2026, 4, 13)
    assert asking().answers.get(payer=story.payer("Amina")).new_weekly_pence == 4_000
    assert story.payer("Amina").earmark.pence == 12 * 1_800  # type: ignore[union-attr]


def test_fewer_visits_keep_the_price_and_need_the_provider(story: Walk) -> None:
    change = leaves(story)
    assert change is not None
    say(story, change, "Amina", "shrink")
    say(story, change, "Halima")
    fewer = asking()
    assert (fewer.weekdays, fewer.needs_provider) == ([2], True)
    assert fewer.answers.get(payer=story.payer("Amina")).new_weekly_pence == 1_200
    changing.provider_sign(change=fewer, by=cast.hodan(), at=story.at)
    say(story, fewer, "Amina")
    assert say(story, fewer, "Halima").state == "applied"
    assert (story.week(4).visits_planned, story.week(4).price_pence) == (1, 2_400)
    assert [visit.state for visit in story.visits(4)] == ["planned", "called_off"]
    all_is_well()


def test_a_provider_who_says_no_to_fewer_visits_leaves_the_question_of_the_price(story: Walk) -> None:
    change = leaves(story)
    assert change is not None
    with pytest.raises(NotNow):
        changing.refuse(change=change, reason="", by=cast.hodan(), at=story.at)
    say(story, change, "Amina", "shrink")
    say(story, change, "Halima")
    changing.refuse(change=asking(), reason="Too few for the way", by=cast.hodan(), at=story.at)
    back = asking()
    assert (back.weekdays, back.needs_provider) == ([2, 4], False)
    with pytest.raises(AnswerIsNotPossible):
        say(story, back, "Amina", "shrink")


def test_somebody_may_take_the_place_by_their_own_yes(story: Walk) -> None:
    change = leaves(story)
    assert change is not None
    nora = cast.somebody("nora@example.org", "Nora Bell", is_seen=True)
    place = cast_pooling.joined(story.cluster, nora, by=story.person("Amina"), at=story.at)
    portion = cast_pooling.direct_payment(nora, seen_by=cast.ruth(), at=story.at)
    pledge = cast_pooling.promised(place, portion, at=story.at, weekly_pence=2_500, weeks=14)
    with pytest.raises(AnswerIsNotPossible):
        say(story, change, "Amina", "replace", instead=story.places["Halima"])
    say(story, change, "Amina", "replace", instead=place)
    again_asked = asking()
    new = Payer.objects.get(agreement=story.agreement, membership=place)
    assert (new.state, again_asked.answers.get(payer=new).needs_yes, again_asked.state) == ("coming", True, "asking")
    assert {row.new_weekly_pence for row in again_asked.answers.exclude(payer=story.payer("Yusuf"))} == {1_800}
    with pytest.raises(NotAllowed):
        changing.answer(change=again_asked, membership=place, answer="accept", pledge=pledge, related="none", by=story.person("Amina"), at=story.at)
    changing.answer(change=again_asked, membership=place, answer="accept", pledge=pledge, related="none", by=nora, at=story.at)
    new.refresh_from_db()
    assert (new.state, new.ceiling_pence, new.earmark and new.earmark.pence) == ("signed", 9 * 1_800, 9 * 1_800)
    assert sorted(weekly(story, 4)) == [("dropped", 1_800), ("planned", 1_800), ("planned", 1_800), ("planned", 1_800)]
    all_is_well()


def test_who_was_asked_to_take_a_place_may_say_no(story: Walk) -> None:
    change = leaves(story)
    assert change is not None
    nora = cast.somebody("nora@example.org", "Nora Bell", is_seen=True)
    place = cast_pooling.joined(story.cluster, nora, by=story.person("Amina"), at=story.at)
    say(story, change, "Amina", "replace", instead=place)
    changing.answer(change=asking(), membership=place, answer="close", by=nora, at=story.at)
    assert (Payer.objects.get(membership=place).state, asking().answers.count()) == ("declined", 3)


def test_taking_notice_back_before_the_others_agreed_restores_all(story: Walk) -> None:
    change = leaves(story)
    assert change is not None
    say(story, change, "Amina")
    exits.leaving_taken_back(membership_id=story.places["Yusuf"].pk, until=UNTIL, at=story.at)
    change.refresh_from_db()
    assert (change.state, story.payer("Yusuf").leaves_on, story.payer("Amina").earmark.pence) == ("withdrawn", None, 21_600)  # type: ignore[union-attr]
    exits.leaving_taken_back(membership_id=story.places["Yusuf"].pk, until=UNTIL, at=story.at)
    story.until_asked(4)
    assert len(Call.objects.filter(about_id__in=story.week(4).shares.values("pk"))) == 3
    all_is_well()


def test_an_open_appeal_leaves_their_visits_as_they_are_until_it_is_answered(story: Walk) -> None:
    """Asked to leave, they appeal; the day passes, and nobody has answered: their weeks go on. Refused, they are out from then on."""
    yusuf, amina = story.places["Yusuf"], story.person("Amina")
    row = removals.ask(membership=yusuf, reason="He shouts.", by=amina, at=story.at)
    told = removals.decided(proposal=Proposal.objects.get(pk=row.proposal_id), at=story.at)
    assert told is not None
    deliver_all(story)
    assert story.payer("Yusuf").leaves_on == told.until - timedelta(days=1)
    removals.appeal(removal=row, appeal="Nobody asked me.", by=story.person("Yusuf"), at=story.at)
    deliver_all(story)
    on(story, told.until + timedelta(days=1))
    assert (story.payer("Yusuf").state, story.payer("Yusuf").leaves_on) == ("signed", None)
    removals.answer_appeal(removal=row, uphold=False, answer="They heard you.", by=cast.operator(), at=story.at)
    deliver_all(story)
    assert story.payer("Yusuf").leaves_on == story.at.date() - timedelta(days=1)
    leaving.advance_due(at=story.at)
    deliver_all(story)
    assert story.payer("Yusuf").state == "stopped"
    all_is_well()


def test_taking_notice_back_does_not_undo_that_they_stop_one_agreement(story: Walk) -> None:
    exits.stop(agreement=story.agreement, membership=story.places["Yusuf"], by=story.person("Yusuf"), at=story.at)
    mine = story.payer("Yusuf").leaves_on
    assert mine is not None
    later = mine + timedelta(days=30)
    leaves(story, until=later)
    exits.leaving_taken_back(membership_id=story.places["Yusuf"].pk, until=later, at=story.at)
    assert story.payer("Yusuf").leaves_on == mine


def deliver_all(story: Walk) -> None:
    while deliver_due(at=story.at):
        pass


def test_being_told_twice_changes_nothing(story: Walk) -> None:
    leaves(story)
    leaves(story)
    assert (Change.objects.count(), Fact.objects.filter(kind="marketplace.payer_leaving").count()) == (1, 1)


def test_one_of_several_payers_stops_with_the_notice_that_was_signed(story: Walk) -> None:
    with pytest.raises(NotAllowed):
        exits.stop(agreement=story.agreement, membership=story.places["Yusuf"], by=story.person("Amina"), at=story.at)
    exits.stop(agreement=story.agreement, membership=story.places["Yusuf"], by=story.person("Yusuf"), at=story.at)
    assert (story.payer("Yusuf").leaves_on, asking().first_week) == (date(2026, 4, 2), 3)
    with pytest.raises(Refusal):
        exits.stop(agreement=story.agreement, membership=story.places["Yusuf"], by=story.person("Yusuf"), at=story.at)


def test_stopping_one_agreement_counts_the_notice_as_leaving_the_group_does(story: Walk) -> None:
    """Said on any day of a week, both pages name the same weeks and the same sum, and both do what they say."""
    yusuf, place = story.person("Yusuf"), story.places["Yusuf"]
    for said in (story.at + timedelta(days=day) for day in range(7)):
        cost = cost_of_leaving(place, at=said)
        [mine] = agreement_view(story.agreement, yusuf, today=said.date()).mine
        assert (cost.bill_pence, cost.until) == (
            mine.if_you_stop_pence,
            last_day_of_notice(said.date(), story.agreement.notice_days) + timedelta(days=1),
        )
    exits.stop(agreement=story.agreement, membership=place, by=yusuf, at=story.at)
    assert story.payer("Yusuf").leaves_on == leaving.give_notice(membership=place, by=yusuf, at=story.at).until - timedelta(days=1)


def test_two_who_leave_on_different_days_count_week_by_week(story: Walk) -> None:
    first = leaves(story)
    assert first is not None
    say(story, first, "Amina")
    second = leaves(story, "Halima", date(2026, 4, 22))
    first.refresh_from_db()
    assert second is not None
    assert (first.state, second.first_week) == ("overtaken", 4)
    amina = second.answers.get(payer=story.payer("Amina"))
    assert amina.weeks_pence == [1_800] * 3 + [2_400] * 2 + [4_000] * 7
    assert second.answers.get(payer=story.payer("Halima")).weeks_pence == [1_800] * 3 + [2_400] * 2 + [0] * 7


@plain
def test_own_visits_end_for_one_and_go_on_for_the_others() -> None:
    story = cast_market.running(together=False, visits_per_week=1, weekdays=[2])
    assert leaves(story) is None
    assert terms_for(story.places["Yusuf"], until=UNTIL)[0].route == "shrink"
    story.until_asked(4)
    assert sorted(weekly(story, 4)) == [("dropped", 2_000), ("planned", 2_000), ("planned", 2_000)]
    on(story, UNTIL)
    assert [share.state for share in story.shares("Yusuf", 12)] == ["dropped"]
    assert sorted(weekly(story, 12)) == [("dropped", 2_000), ("planned", 2_000), ("planned", 2_000)]
    all_is_well()


def test_pooling_hears_what_may_still_be_billed_and_later_that_the_others_took_it_over(story: Walk) -> None:
    leaving.give_notice(membership=story.places["Yusuf"], by=story.person("Yusuf"), at=story.at)
    story.run()
    term = ExitTerm.objects.get(leaving__membership=story.places["Yusuf"])
    weeks = [week for week in story.agreement.milestones.all() if week.starts_on < term.until]
    assert (term.agreement_id, term.bill_pence, term.route) == (story.agreement.pk, len(weeks) * 1_800, "shrink")
    leaving.take_back_notice(membership=story.places["Yusuf"], by=story.person("Yusuf"), at=story.at)
    story.run()
    assert (story.payer("Yusuf").leaves_on, Change.objects.asking().exists()) == (None, False)


def test_a_group_that_ends_gives_notice_to_its_providers(story: Walk) -> None:
    exits.group_stopped(cluster_id=story.cluster.pk, at=story.at)
    assert Fact.objects.filter(kind="marketplace.keep_going_started", payload__why="suspended").count() == 1
    leaves(story)
    assert exits.group_ends(cluster_id=story.cluster.pk, at=story.at) == 1
    story.agreement.refresh_from_db()
    assert (story.agreement.state, Change.objects.asking().exists(), exits.group_ends(cluster_id=story.cluster.pk, at=story.at)) == (
        "ending",
        False,
        0,
    )


def _yusuf_paid_and_is_out(**wish: object) -> Walk:
    """Nobody else has paid for the first week yet; what he paid for it is his again."""
    story = cast_market.running(**wish)
    story.pay("Yusuf")
    leaves(story, until=story.at.date())
    exits.left(membership_id=story.places["Yusuf"].pk, at=story.at)
    assert story.share("Yusuf").state == "dropped"
    story.pay("Amina", "Halima")
    milestones.advance_due(at=story.at)
    return story


@plain
def test_what_somebody_had_paid_who_is_out_covers_nothing_of_the_week_and_the_provider_has_a_say() -> None:
    story = _yusuf_paid_and_is_out()
    assert story.week().state == "short"
    milestones.say_no(milestone=story.week(), by=cast.hodan(), at=story.at)
    on(story, story.week().starts_on)
    assert (story.week().state, {share.state for share in story.week().shares.all()}) == ("cancelled", {"returned", "dropped"})
    all_is_well()


@plain
def test_what_somebody_had_paid_who_is_out_may_be_taken_over() -> None:
    story = _yusuf_paid_and_is_out()
    shortfalls.take_over(milestone=story.week(), membership=story.places["Amina"], pence=1_800, by=story.person("Amina"), at=story.at)
    assert (story.week().state, story.week().price_pence, story.share("Amina").pence) == ("short", 5_400, 3_600)
    story.pay("Amina")
    assert (story.week().state, story.share("Amina").state) == ("funded", "covered")
    all_is_well()


@plain
def test_own_visits_of_somebody_who_had_paid_and_is_out_leave_the_others_covered() -> None:
    story = _yusuf_paid_and_is_out(together=False, visits_per_week=1, weekdays=[2])
    assert (story.week().state, story.week().price_pence) == ("funded", 4_000)
    all_is_well()
