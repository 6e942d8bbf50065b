"""Random histories of changes, leavings and short weeks: nobody is asked for more than they themselves said yes to, and the books are right."""

import os
import random
from collections.abc import Callable
from datetime import timedelta

import pytest

from audit.errors import Refusal
from audit.services.deliveries import deliver_due
from marketplace.models import Change, ChangeAnswer, Milestone, MilestoneShare, Payer, ShortAnswer
from marketplace.selectors import proof
from marketplace.services import agreements, changing, exits, milestones, shortfalls
from pooling import selectors as pool
from pooling.models import Call, Earmark, Pledge
from pooling.services import calls
from tests import cast, cast_market
from tests.cast_market import Walk
from tests.worlds import again, kept

STEPS = 24
SEEDS = int(os.environ.get("HISTORIES", "2"))
"""How many runs; more by hand: HISTORIES=200."""
NAMES = ("Amina", "Yusuf", "Halima")
world = kept(cast_market.running)


class History:
    """One run. `said`: the most that each payer has said yes to so far, kept here beside the system's own books."""

    def __init__(self, story: Walk, seed: int) -> None:
        self.story, self.dice = story, random.Random(seed)
        self.said = {name: story.payer(name).ceiling_pence for name in NAMES}
        self.done: dict[str, int] = {}

    def step(self) -> None:
        deeds: list[Callable[[], None]] = [self.ask_price, self.ask_days, self.answer, self.answer, self.answer, self.sign, self.refuse]
        deeds += [self.leave, self.stay, self.pay, self.pay, self.take_over, self.wait, self.wait, self.wait, self.go_ahead]
        deed = self.dice.choice(deeds)
        try:
            deed()
            self.done[deed.__name__] = self.done.get(deed.__name__, 0) + 1
        except Refusal:
            pass

    # --- what people do ---

    def name(self) -> str:
        return self.dice.choice(NAMES)

    def ask_price(self) -> None:
        name, pence = self.name(), self.dice.randrange(1_500, 5_000, 7)
        by = cast.hodan() if self.dice.random() < 0.5 else self.story.person(name)
        change = changing.propose(agreement=self.story.agreement, kind="price", visit_pence=pence, by=by, at=self.story.at)
        self.note(name, change) if by != cast.hodan() else None

    def ask_days(self) -> None:
        name, days = self.name(), sorted(self.dice.sample(range(1, 8), self.dice.randint(1, 3)))
        by = self.story.person(name)
        self.note(name, changing.propose(agreement=self.story.agreement, kind="visits", weekdays=days, by=by, at=self.story.at))

    def answer(self) -> None:
        change, name = Change.objects.asking().first(), self.name()
        if change is None:
            return
        said = self.dice.choice(("accept", "accept", "accept", "no", "close", "shrink"))
        changing.answer(change=change, membership=self.story.places[name], answer=said, by=self.story.person(name), at=self.story.at)
        if said == "accept":
            self.note(name, change)

    def note(self, name: str, change: Change) -> None:
        """Their own yes: so much more than what was signed for the weeks it is for."""
        row = ChangeAnswer.objects.get(change=change, payer=self.story.payer(name))
        more = max(0, row.new_ceiling_pence - row.old_ceiling_pence)
        self.said[name] = max(self.said[name], row.old_ceiling_pence + more)

    def sign(self) -> None:
        if change := Change.objects.asking().first():
            changing.provider_sign(change=change, by=cast.hodan(), at=self.story.at)

    def refuse(self) -> None:
        if change := Change.objects.asking().first():
            changing.refuse(change=change, reason="", by=cast.hodan(), at=self.story.at)

    def leave(self) -> None:
        until = self.story.at.date() + timedelta(days=self.dice.randint(0, 40))
        exits.leaving_began(membership_id=self.story.places[self.name()].pk, until=until, at=self.story.at)

    def stay(self) -> None:
        name = self.name()
        if day := self.story.payer(name).leaves_on:
            exits.leaving_taken_back(membership_id=self.story.places[name].pk, until=day + timedelta(days=1), at=self.story.at)

    def pay(self) -> None:
        week = Milestone.objects.filter(state__in=["funding_due", "short"]).order_by("number").first()
        if week is not None:
            self.story.pay(self.name(), week=week.number)

    def take_over(self) -> None:
        week, name, pence = Milestone.objects.filter(state="short").first(), self.name(), self.dice.randint(1, 1_800)
        if week is None:
            return
        before = sum(ShortAnswer.objects.live().filter(payer=self.story.payer(name)).values_list("pence", flat=True))
        shortfalls.take_over(milestone=week, membership=self.story.places[name], pence=pence, by=self.story.person(name), at=self.story.at)
        self.said[name] += pence if not before else max(0, pence - before)

    def go_ahead(self) -> None:
        week = Milestone.objects.filter(state="short").first()
        if week is not None:
            milestones.go_ahead(milestone=week, by=cast.hodan(), at=self.story.at)

    def wait(self) -> None:
        self.story.at += timedelta(days=self.dice.randint(1, 6))
        for timer in (deliver_due, calls.advance_due, changing.advance_due, exits.advance_due, agreements.advance_due, milestones.advance_due) * 2:
            timer(at=self.story.at)

    # --- what must hold ---

    def check(self) -> None:
        for name in NAMES:
            payer = self.story.payer(name)
            asked = sum(Call.objects.filter(membership=payer.membership_id, follows=None).exclude(state="cancelled").values_list("pence", flat=True))
            kept_now = sum(Earmark.objects.filter(pledge__membership=payer.membership_id, state="live").values_list("pence", flat=True))
            promised = sum(Pledge.objects.filter(membership=payer.membership_id).values_list("pence", flat=True))
            assert asked <= self.said[name], f"{name} is asked for {asked}p, and said yes to {self.said[name]}p"
            assert asked <= kept_now <= promised or not kept_now
            assert kept_now <= self.said[name]
        shares = MilestoneShare.objects.exclude(state__in=["dropped", "planned"]).select_related("milestone", "payer")
        for share in shares.filter(payer__leaves_on__isnull=False, payer__state="stopped"):
            assert share.milestone.starts_on <= (share.payer.leaves_on or share.milestone.starts_on) or share.state == "returned"
        for payer in Payer.objects.filter(agreement=self.story.agreement, state="signed"):
            assert payer.ceiling_pence == sum(payer.weeks_pence)
        assert [*proof(), *pool.proof()] == []


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(SEEDS))
def test_nobody_pays_above_what_they_said_yes_to(world: Walk, seed: int) -> None:
    history = History(again(world), seed)
    for _ in range(STEPS):
        history.step()
        history.check()
    assert len(history.done) >= 4
