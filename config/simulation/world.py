"""One simulation: the model beside the book, everybody's rows, both clocks, and the judging of each step."""

import hashlib
import random
from collections import Counter, deque
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import timedelta
from typing import Any, TypeVar
from uuid import UUID

from audit.errors import Refusal
from config.simulation import observing, reading
from config.simulation.model.book import Wrong
from config.simulation.model.machine import judge
from config.simulation.model.state import Model, Plan
from config.simulation.model.things import Hold
from config.simulation.people import BEGINS, Rows
from config.simulation.process import Stripe
from config.simulation.seams import Died, Ears
from payments.gateways.shapes import AnswerLost, StripeIsBusy

Thing = TypeVar("Thing")
SHOWN = 15


class World:
    """`dice`: all chance comes from here. `said`: what each step came to, for the report and the digest."""

    def __init__(self, seed: int, stripe: Stripe, ears: Ears, *, with_faults: bool) -> None:
        self.dice = random.Random(f"steps {seed}")  # noqa: S311 - chance that can be repeated is the point
        self.stripe, self.ears, self.with_faults = stripe, ears, with_faults
        self.at, self.model, self.rows = BEGINS, Model(now=int(BEGINS.timestamp())), Rows({}, {}, {})
        self.step = 0
        self.said: deque[str] = deque(maxlen=SHOWN)
        self.counts: Counter[str] = Counter()
        self.post: list[dict[str, Any]] = []
        self.active: list[Hold] = []
        self.finished: list[Hold] = []
        self.last_paid = ""
        self.recent: deque[UUID] = deque(maxlen=20)
        self.alarms: set[int] = set()
        self._number, self._shares = 0, 0
        self._print = hashlib.sha256()

    # --- chance ---

    def pick(self, things: Sequence[Thing]) -> Thing | None:
        return self.dice.choice(things) if things else None

    def often(self, of_a_hundred: int) -> bool:
        return self.dice.randrange(100) < of_a_hundred

    def amount(self, there: int) -> int:
        """Mostly a sum that is there; sometimes all of it, a penny more, nothing, or less than nothing."""
        kind = self.dice.randrange(20)
        if kind < 11 and there > 0:
            return self.dice.randint(1, there)
        return (there, there, there, there, there, there + 1, 0, -1, there + self.dice.randint(1, 5000))[kind - 11 if kind > 10 else 5]

    def new_number(self) -> int:
        """A share, an agreement or a piece of work that was not there before."""
        self._shares += 1
        return self._shares

    # --- the clock ---

    def wait(self, seconds: int) -> None:
        """Both clocks go forward; what falls due at Stripe happens there. Our timers are steps of their own."""
        self.stripe.control("clock", {"seconds": seconds})
        self.at += timedelta(seconds=seconds)
        self.model.now = self.model.book.now = int(self.at.timestamp())

    # --- judging ---

    def ask(self, name: str, plan: Plan, call: Callable[[], Any], *, until: AbstractContextManager[None] | None = None) -> Any:
        """Somebody asks for something: it must be refused or done as the plan says, with just its journals. None when it was not done."""
        result, said = None, ""
        try:
            with until or nullcontext():
                result = call()
        except Refusal as no:
            said = getattr(no, "reason", no.code)
        except ValueError:
            said = "ValueError"
        except Died:
            said = "died"
        self.tell(f"{name}: {said or 'yes'}")
        if said != "died" and said != plan.reason:
            raise Wrong(f"{name}: the model says {plan.reason or 'yes'}, the service said {said or 'yes'}")
        wanted = plan.apply(result) if not said else []
        seen, balances = reading.journals_after(self._number)
        if [one.entry for one in seen] != wanted:
            raise Wrong(f"{name}: posted {[str(one.entry) for one in seen]}; the model says {[str(one) for one in wanted]}")
        self.model.enter(wanted)
        self._agree(seen, balances)
        return result if not said else None

    def run(self, name: str, call: Callable[[], Any], *, until: AbstractContextManager[None] | None = None) -> None:
        """A machine works: whatever it posts must be allowed by what happened at Stripe, and what it changes by what it was told."""
        said: Any = None
        try:
            with until or nullcontext():
                said = call()
        except Died:
            said = "died"
        except (AnswerLost, StripeIsBusy) as lost:
            said = type(lost).__name__
        self.tell(f"{name}: {said}")
        self.see()

    def see(self) -> None:
        """Takes over what Stripe did and what the machines made of it, and judges both."""
        seen, balances = reading.journals_after(self._number)
        if seen:
            observing.learn(self)
        for one in seen:
            observing.about_to_judge(self, one)
            judge(self.model, one.entry, one.about)
        self._agree(seen, balances)
        observing.rows(self)
        if self.ears.heard:
            raise Wrong(f"A timer stumbled: {self.ears.heard}")

    def _agree(self, seen: Sequence[reading.Seen], balances: dict[Any, int]) -> None:
        """The accounts that moved hold the same in both."""
        for one in seen:
            self._number = one.number
            self._print.update(str(one.entry).encode())
            self.said.append(f"    {one.entry}")
        for key in sorted(self.model.book.touched | balances.keys()):
            if self.model.book.balances[key] != balances.get(key):
                raise Wrong(f"{key} holds {balances.get(key)} in the book and {self.model.book.balances[key]} in the model")
        self.model.book.touched.clear()

    def tell(self, words: str) -> None:
        line = f"{self.step} {self.at:%Y-%m-%d %H:%M} {words}"
        self.said.append(line)
        self.counts[words] += 1
        self._print.update(line.encode())

    @property
    def digest(self) -> str:
        """The same for the same seed: every step, what came of it, and every journal."""
        return self._print.hexdigest()[:16]
