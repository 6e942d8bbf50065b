"""Every state of a brief and of an offer against the group's and the clock's verbs after the close: done where the table has it, else nothing."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta

import pytest
from django.db import transaction

from audit.errors import Refusal
from marketplace.models import Agreement, Brief, Offer
from marketplace.rules.briefs import BRIEF
from marketplace.rules.offering import OFFER
from marketplace.services import agreements, awarding, choosing, offer_clock, picking
from marketplace.services.offers import accept_by
from providers.models import Check
from tests import cast, cast_offers
from tests.cast_offers import Asking
from tests.worlds import again, kept

pytestmark = pytest.mark.django_db
BARWAAQO, HANDS = "Barwaaqo Care", "Peckham Hands"
ready = kept(cast_offers.scored)


@pytest.fixture
def asking(ready: Asking) -> Asking:
    made: Asking = again(ready)
    return made


def shortlist(asking: Asking, at: datetime) -> object:
    Offer.objects.filter(brief=asking.brief).update(state="submitted")
    return choosing.shortlist(brief=asking.brief, chosen=list(asking.offers.values()), feedback={}, by=cast.ruth(), at=at)


def chosen(asking: Asking, state: str, at: datetime) -> None:
    Offer.objects.filter(pk=asking.offers[BARWAAQO].pk).update(state=state, picked_at=at, accepted_at=at, accepted_by=cast.hodan())


def award(asking: Asking, at: datetime) -> object:
    chosen(asking, "accepted", at)
    return awarding.award_if_due(brief_id=asking.brief.pk, at=at + timedelta(days=20))


def unfair(asking: Asking, at: datetime) -> object:
    chosen(asking, "accepted", at)
    Offer.objects.filter(pk=asking.offers[HANDS].pk).update(challenge="open", challenge_words="Unfair.", challenged_at=at)
    return choosing.answer_challenge(offer=asking.offers[HANDS], upheld=True, reason="It was.", by=cast.operator(), at=at)


def agreement_void(asking: Asking, at: datetime) -> object:
    """What was awarded is not signed: the agreement is made from the offer first, then the brief is put back into its state."""
    state = Brief.objects.get(pk=asking.brief.pk).state
    Brief.objects.filter(pk=asking.brief.pk).update(state="award_pending")
    award(asking, at)
    Brief.objects.filter(pk=asking.brief.pk).update(state=state)
    return agreements.make_void(agreement=Agreement.objects.get(offer__brief=asking.brief), verb="time_out", reason="Late.", by=None, at=at)


BRIEF_VERBS: dict[str, Callable[[Asking, datetime], object]] = {
    "shortlist": shortlist,
    "choose": lambda asking, at: picking.pick(offer_id=asking.offers[BARWAAQO].pk, at=at),
    "none_suitable": lambda asking, at: picking.choose_nobody(brief_id=asking.brief.pk, verb="none_suitable", at=at),
    "cancel_brief": lambda asking, at: picking.choose_nobody(brief_id=asking.brief.pk, verb="cancel_brief", at=at),
    "stand_still": award,
    "reconsider": unfair,
    "agreement_void": agreement_void,
}
AFTER_PUBLISHING = [state for state in Brief.State.values if state not in ("draft", "checking")]


@pytest.mark.parametrize("state", AFTER_PUBLISHING)
def test_every_verb_of_a_choice_moves_a_brief_only_where_the_table_says(asking: Asking, state: str) -> None:
    wrong = []
    for verb, act in BRIEF_VERBS.items():
        with transaction.atomic():
            ended = {"ended_at": asking.at, "ended_reason": "Over."} if state in ("withdrawn", "no_award", "cancelled") else {}
            Brief.objects.filter(pk=asking.brief.pk).update(state=state, **ended)
            with suppress(Refusal):
                act(asking, asking.at)
            now = Brief.objects.get(pk=asking.brief.pk).state
            if now != BRIEF.get((state, verb), state):
                wrong.append((state, verb, now))
            transaction.set_rollback(True)
    assert wrong == []


def check_fails(asking: Asking, at: datetime) -> object:
    Check.objects.filter(enterprise=cast.barwaaqo(), kind="insurance").delete()
    return offer_clock.advance_due(at=at)


def no_to_all(asking: Asking, at: datetime) -> object:
    return picking.choose_nobody(brief_id=asking.brief.pk, verb="none_suitable", at=at)


def set_aside(asking: Asking, at: datetime) -> object:
    """Another provider says that the choice was unfair, and an operator agrees."""
    Brief.objects.filter(pk=asking.brief.pk).update(state="award_pending")
    Offer.objects.filter(pk=asking.offers[HANDS].pk).update(state="shortlisted", challenge="open", challenge_words="Unfair.", challenged_at=at)
    return choosing.answer_challenge(offer=asking.offers[HANDS], upheld=True, reason="It was.", by=cast.operator(), at=at)


OFFER_VERBS: dict[str, Callable[[Asking, datetime], object]] = {
    "pick": lambda asking, at: picking.pick(offer_id=asking.offers[BARWAAQO].pk, at=at),
    "not_chosen": no_to_all,
    "lapse": lambda asking, at: offer_clock.advance_due(at=accept_by(picked_at=at)),
    "check_fails": check_fails,
    "set_aside": set_aside,
}


@pytest.mark.parametrize("state", [one for one in Offer.State.values if one != "draft"])
def test_every_verb_of_the_group_and_the_clock_moves_an_offer_only_where_the_table_says(asking: Asking, state: str) -> None:
    wrong, pk = [], asking.offers[BARWAAQO].pk
    for verb, act in OFFER_VERBS.items():
        with transaction.atomic():
            done = {"picked_at": asking.at, "accepted_at": asking.at, "accepted_by": cast.hodan(), "feedback": "No."}
            Offer.objects.filter(pk=pk).update(state=state, **done)
            with suppress(Refusal):
                act(asking, asking.at)
            now = Offer.objects.get(pk=pk).state
            if now != OFFER.get((state, verb), state):
                wrong.append((state, verb, now))
            transaction.set_rollback(True)
    assert wrong == []
