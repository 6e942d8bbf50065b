"""A payer's bank takes money back, and money comes back from a provider: walked through every room, to the penny."""

from collections.abc import Callable

import pytest

from audit.errors import NotAllowed
from ledger.services.proof import prove
from marketplace.models import MilestoneShare
from marketplace.rules.tables import NotNow
from marketplace.selectors import proof as market_proof
from marketplace.services import late, recovering
from marketplace.services.decisions import ProposalHasChanged, ReasonIsMissing, SumDoesNotFit
from payments.models import Dispute, Payment, Recovery, Remittance
from payments.selectors import frozen
from payments.selectors import proof as payments_proof
from payments.services import floats, setting_off
from pooling.models import Call
from pooling.selectors import free_share, money_of
from pooling.selectors import proof as pooling_proof
from pooling.services import setbacks
from tests import cast, cast_market
from tests.cast_market import Walk
from tests.cast_pooling import Bank, paid_in
from tests.worlds import stage

pytestmark = pytest.mark.django_db
running = stage(cast_market.running)
covered = stage(cast_market.then_covered, on="running")
asked = stage(cast_market.then_asked, on="covered")


def right() -> None:
    assert prove("default") == payments_proof() == pooling_proof() == market_proof() == []


def payment_of(story: Walk, name: str, week: int = 1) -> Payment:
    return Payment.objects.get(pk=story.call(name, week).payment_id)


def taken_back(story: Walk, name: str, week: int = 1, pence: int | None = None) -> Dispute:
    row = Bank(story.at).takes_back(payment_of(story, name, week), pence)
    settle(story)
    row.refresh_from_db()
    return row


def given_up(story: Walk, name: str, week: int = 1, pence: int | None = None) -> Dispute:
    row = Bank(story.at).takes_back(payment_of(story, name, week), pence, ends="won")
    settle(story)
    row.refresh_from_db()
    return row


def settle(story: Walk) -> None:
    for _ in range(5):
        Bank(story.at).tell()
        if not setbacks.advance_due(at=story.at):
            floats.watch_all(at=story.at)
            return
    raise AssertionError("it never comes to rest")


def free(story: Walk, name: str) -> int:
    place, portion = story.places[name], story.portions[name]
    return free_share(place.pk, portion.pk, portion.council_code)


def recovered(story: Walk, share: MilestoneShare, pence: int) -> MilestoneShare:
    recovering.propose_recovery(share=share, pence=pence, reason="Nobody came.", by=cast.operator(), at=story.at)
    return recovering.confirm_recovery(share=share, pence=pence, reason="The diary shows it.", by=cast.second_operator(), at=story.at)


def refused(story: Walk, share: MilestoneShare) -> None:
    """One person, or one with an interest, asks nothing back."""
    for who in (cast.amina(), cast.hodan(), cast.ruth()):
        with pytest.raises(NotAllowed):
            recovering.propose_recovery(share=share, pence=100, reason="Because.", by=who, at=story.at)
    with pytest.raises(SumDoesNotFit):
        recovering.propose_recovery(share=share, pence=share.pence + 1, reason="Because.", by=cast.operator(), at=story.at)
    with pytest.raises(ReasonIsMissing):
        recovering.propose_recovery(share=share, pence=100, reason=" ", by=cast.operator(), at=story.at)
    recovering.propose_recovery(share=share, pence=100, reason="Because.", by=cast.operator(), at=story.at)
    with pytest.raises(NotNow):
        recovering.propose_recovery(share=share, pence=100, reason="Because.", by=cast.second_operator(), at=story.at)
    with pytest.raises(NotAllowed):
        recovering.confirm_recovery(share=share, pence=100, reason="So it is.", by=cast.operator(), at=story.at)
    with pytest.raises(ProposalHasChanged):
        recovering.confirm_recovery(share=share, pence=99, reason="So it is.", by=cast.second_operator(), at=story.at)
    recovering.refuse_recovery(share=share, by=cast.second_operator(), at=story.at)
    with pytest.raises(NotNow):
        recovering.confirm_recovery(share=share, pence=100, reason="So it is.", by=cast.second_operator(), at=story.at)
    assert not Recovery.objects.exists()


def test_two_people_ask_back_what_silence_paid_and_the_payer_has_it_again() -> None:
    story = cast_market.paid_by_silence()
    share = story.share("Amina", 4)
    refused(story, share)
    before = free(story, "Amina")
    late.query_late(share=share, words="Nobody came.", by=cast.amina(), at=story.at)
    row = recovered(story, share, share.pence)
    assert (row.state, row.recover_pence) == ("recovering", share.pence)
    assert Recovery.objects.get().state == "owed"
    settle(story)
    assert free(story, "Amina") == before, "FLOAT is empty: the payer waits for the money"
    setting_off.set_off_due(at=story.at)
    settle(story)
    row.refresh_from_db()
    assert (row.state, row.recovered_pence, row.late_ended_at) == ("released", share.pence, story.at)
    assert free(story, "Amina") == before + share.pence
    # The oldest waiting payment is kept back first; what is still owed for it waits on.
    assert Remittance.objects.filter(state="set_off").exists()
    with pytest.raises(SumDoesNotFit):
        recovering.propose_recovery(share=share, pence=1, reason="Again.", by=cast.operator(), at=story.at)
    assert sum(one.free_pence for one in money_of(cast.amina())) == free(story, "Amina")
    right()


# --- the week is asked for ---


def test_before_it_is_held_the_share_is_not_covered_any_more(running: Callable[[], Walk]) -> None:
    story = running()
    story.pay("Amina")
    story.run()
    assert story.share("Amina").state == "covered"
    case = taken_back(story, "Amina")
    assert (case.owed_pence, case.taken_pence) == (0, story.share("Amina").pence)
    assert (story.call("Amina").state, story.share("Amina").state, story.share("Amina").covered_by) == ("shortfall", "planned", "")
    assert free(story, "Amina") == 0
    right()


def test_given_up_by_the_bank_the_share_is_covered_again_and_the_week_goes_on(running: Callable[[], Walk]) -> None:
    story = running()
    story.pay("Amina")
    story.run()
    taken_back(story, "Amina")
    case = given_up(story, "Amina")
    assert (case.state, case.owed_pence, case.taken_pence) == ("won", 0, 0)
    assert (story.call("Amina").state, story.share("Amina").state) == ("funded", "covered")
    story.pay("Yusuf", "Halima")
    story.run()
    assert story.week().state == "funded"
    right()


def test_lost_it_was_missed_and_may_be_asked_for_again(running: Callable[[], Walk]) -> None:
    story = running()
    story.pay("Amina")
    story.run()
    taken_back(story, "Amina")
    Bank(story.at).takes_back(payment_of(story, "Amina"), ends="lost")
    settle(story)
    assert (Dispute.objects.get().state, story.call("Amina").state) == ("settled", "missed")
    assert story.week().state == "short"
    right()


def test_of_two_weeks_held_the_disputed_one_goes_first(running: Callable[[], Walk]) -> None:
    story = running()
    for week in (1, 2):
        story.until_asked(week)
        story.pay(week=week)
        story.run()
    pence = story.share("Amina", 1).pence
    taken_back(story, "Amina", 1)
    assert (story.share("Amina", 1).state, story.share("Amina", 2).state) == ("returned", "covered")
    case = Bank(story.at).takes_back(payment_of(story, "Amina", 2), 500)
    settle(story)
    case.refresh_from_db()
    assert (case.taken_pence, story.share("Amina", 2).state) == (500, "returned")
    assert free(story, "Amina") == story.share("Amina", 2).pence - 500
    assert pence == story.share("Amina", 1).pence
    right()


def test_what_becomes_free_later_pays_what_is_owed(running: Callable[[], Walk]) -> None:
    story = running()
    for week in (1, 2):
        story.until_asked(week)
        story.pay(week=week)
        story.run()
    story.do_visits(1)
    story.yes("Amina", week=1)
    story.run()
    case = taken_back(story, "Amina", 1)
    assert (story.share("Amina", 1).state, story.share("Amina", 2).state) == ("released", "returned")
    assert case.taken_pence == story.share("Amina", 2).pence
    right()


# --- it is paid for ---


def test_what_is_held_goes_back_and_falls_short_for_that_payer_only(covered: Callable[[], Walk]) -> None:
    story = covered()
    shares = {name: story.share(name) for name in story.places}
    assert shares["Amina"].hold is not None
    case = taken_back(story, "Amina")
    assert (case.owed_pence, case.taken_pence) == (0, shares["Amina"].pence)
    after = {name: story.share(name).state for name in story.places}
    assert after == {"Amina": "returned", "Yusuf": "covered", "Halima": "covered"}
    assert story.call("Amina").state == "shortfall"
    assert story.share("Yusuf").hold is not None
    assert story.week().state == "funded"
    assert not frozen(cast.SOUTHWARK)
    right()


def test_told_again_nothing_more_is_taken(covered: Callable[[], Walk]) -> None:
    story = covered()
    case = taken_back(story, "Amina")
    for _ in range(3):
        assert setbacks.cover(dispute_id=case.pk, at=story.at) == 0
        assert setbacks.advance_due(at=story.at) == 0
    assert Call.objects.filter(state="shortfall").count() == 1
    right()


# --- its visits were made ---


def test_paid_on_already_it_stays_owed_and_releases_stop_until_float_covers_it(asked: Callable[[], Walk]) -> None:
    story = asked()
    story.yes("Amina")
    story.run()
    assert story.share("Amina").state == "released"
    case = taken_back(story, "Amina")
    assert case.owed_pence == case.withdrawn_pence == story.share("Amina").pence
    assert (story.call("Amina").state, story.share("Amina").state) == ("shortfall", "released")
    assert floats.spare(cast.SOUTHWARK) == -case.owed_pence
    assert frozen(cast.SOUTHWARK)
    assert payments_proof() == pooling_proof() == market_proof() == []
    assert len(prove("default")) == 1
    given_up(story, "Amina")
    assert story.call("Amina").state == "consumed"
    assert not frozen(cast.SOUTHWARK)
    right()


def test_what_one_debt_gives_back_pays_an_older_one_before_anything_counts_on_it(asked: Callable[[], Walk], monkeypatch: pytest.MonkeyPatch) -> None:
    """Found by the simulator: the older one was looked at first, so what the younger gave back was free for a turn while the payer still owed."""
    story = asked()
    story.yes("Amina")
    story.run()
    older = taken_back(story, "Amina")
    paid_in(story.places["Amina"], story.portions["Amina"], pence=500, at=story.at)
    payment = Payment.objects.filter(about__startswith="call:").latest("charged_at", "pk")
    younger = Bank(story.at).takes_back(payment)
    assert (younger.taken_pence, free(story, "Amina")) == (500, 0)
    monkeypatch.setattr(Bank, "tell", lambda bank: None)  # the timer is there before the news
    Bank(story.at).takes_back(payment, ends="won")
    assert setbacks.advance_due(at=story.at) == 2
    before = older.taken_pence
    older.refresh_from_db()
    assert (older.taken_pence - before, free(story, "Amina")) == (500, 0)
