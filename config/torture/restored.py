"""A book that was put back in time meets a Stripe that was not: proved, reconciled, proved again, then set to work."""

from collections import Counter
from collections.abc import Callable
from typing import Any

from audit import clock
from config.torture import stripe
from config.torture.stage import Stage
from config.torture.town import Town, timers
from ledger.selectors import balances
from ledger.services.proof import prove
from payments.models import Alarm, StripeLine
from payments.selectors import proof
from payments.services.reconciliation import NO_COUNCIL

ROUNDS_OF_WORK = 6
THINGS = ("transfers", "refunds", "topups")


def run(stage: Stage, *, rounds: int, seed: int, say: Callable[[str], None]) -> dict[str, Any]:
    """Counts of what was found. `suspended`: lines that a person has to explain before the worker may be started again.

    Stripe had done everything there was to do, so whatever it is asked to do now is done twice. By the book (docs/money.md) the worker is
    started only where nothing is in SUSPENSE: that is `doubled`, and must never be. What it would do if it were started too early is only counted.
    """
    sentences = [*prove(), *proof()]
    known = StripeLine.objects.exclude(state="waiting").count()
    Town().reconcile()
    sentences += [*_but_for_suspense(prove()), *proof(), *_not_as_at_stripe(), *_unheard()]
    suspended = StripeLine.objects.filter(state="suspense").count()
    matched = StripeLine.objects.filter(state="matched").count()
    before = _made()
    for _ in range(ROUNDS_OF_WORK):
        timers(at=clock.now())
    again = [f"{name} {count}" for name, count in (_made() - before).items()]
    doubled = [] if suspended else [f"Done twice at Stripe: {what}." for what in again]
    return {
        "lost": 0,
        "doubled": len(doubled),
        "adrift": len(sentences),
        "found_again": matched + suspended - known,
        "suspended": suspended,
        "twice_if_started_too_early": sum((_made() - before).values()) if suspended else 0,
        "sentences": [*sentences, *doubled],
    }


def _but_for_suspense(found: list[str]) -> list[str]:
    """What left Stripe and nobody can explain is covered by nobody: the proof says so of the platform's own council, and rightly."""
    return [sentence for sentence in found if not sentence.startswith(f"In {NO_COUNCIL} the book owes people")]


def _made() -> Counter[str]:
    """How many of each thing Stripe has."""
    return Counter({name: len(stripe.everything(name)) for name in THINGS})


def _not_as_at_stripe() -> list[str]:
    """BANK over all councils is what Stripe calls available, line by line."""
    lines = stripe.everything("balance_transactions")
    theirs = sum(line["net"] for line in lines if line["status"] == "available")
    ours = sum(balances(codes=["BANK"]).values())
    return [] if ours == theirs else [f"BANK is {ours}p; Stripe has {theirs}p available."]


def _unheard() -> list[str]:
    """Every line that nobody can explain rings, and money to providers stops."""
    found = []
    for line in StripeLine.objects.filter(state="suspense"):
        if not Alarm.objects.open().filter(about=f"line:{line.pk}").exists():
            found.append(f"Line {line.pk} is in SUSPENSE and nothing rings.")
    if StripeLine.objects.filter(state="suspense", net_pence__lte=-100).exists() and not Alarm.objects.stopping("").exists():
        found.append("Money nobody can explain left Stripe, and releases go on.")
    return found
