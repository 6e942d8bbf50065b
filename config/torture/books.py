"""What must be so after everything: nothing acknowledged is missing, nothing is there twice, and the books are Stripe's to the penny."""

import uuid
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Sum

from config.torture import COUNCIL, stripe
from config.torture.load import Press
from ledger.selectors import balances, journal_exists
from ledger.services.proof import prove
from payments.models import Alarm, Payment, PaymentOperation, Refund, Remittance
from payments.selectors import proof
from payments.services.proof import prove_against_stripe

REAL_MONEY = ("BANK", "CLEAR")


@dataclass
class Verdict:
    """Sentences of what is wrong, by kind; all empty when all is well."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    adrift: list[str] = field(default_factory=list)

    def sentences(self) -> list[str]:
        return [*self.lost, *self.doubled, *self.adrift]


def judge(presses: Iterable[Press]) -> Verdict:
    """Everything about these presses, and everything about the books. Only when all is at rest."""
    verdict = one_by_one(presses)
    verdict.doubled += made_twice()
    verdict.adrift += differences()
    return verdict


def one_by_one(presses: Iterable[Press]) -> Verdict:
    """Whether each of these presses became what its answer says, and nothing else."""
    verdict = Verdict()
    for press in presses:
        _one(press, verdict)
    return verdict


def _one(press: Press, verdict: Verdict) -> None:
    """Acknowledged: there, once. Refused: not there. Unknown: at most once, and whole."""
    kind, pence, key = press.order["kind"], press.order["pence"], press.order["key"]
    times, moved = _found(kind, key)
    if press.is_acknowledged and not times:
        verdict.lost.append(f"{kind} {key} was acknowledged ({press.answer}) and is not there.")
    if press.is_refused and times:
        verdict.doubled.append(f"{kind} {key} was refused ({press.answer}) and is there all the same.")
    if times > 1 or (times and moved != pence):
        verdict.doubled.append(f"{kind} {key} was to move {pence}p once; {moved}p moved, {times} times.")
    if not times and moved:
        verdict.lost.append(f"{kind} {key} has no journal, but {moved}p in rows.")


def _found(kind: str, key: str) -> tuple[int, int]:
    """How often it is there, and the pence its rows speak of."""
    about = f"work:{key}"
    if kind == "pay":
        rows = Payment.objects.filter(about=about)
        return rows.count(), sum(rows.values_list("pence", flat=True))
    times = int(journal_exists(uuid.UUID(key)))
    return times, _rows_of(kind, about) if kind in ("pass", "release", "back") else _posted(about)


def _rows_of(kind: str, about: str) -> int:
    rows: Any = Refund.objects if kind == "back" else Remittance.objects
    return rows.filter(about=about).aggregate(sum=Sum("pence"))["sum"] or 0


def _posted(about: str) -> int:
    """What the journals about it took out of accounts, each penny once although it may pass through several."""
    from ledger.selectors import entries

    lines = entries(about=about, limit=1000)
    return max((abs(line.pence) for line in lines), default=0) if len({line.key for line in lines}) <= 1 else -1


def made_twice() -> list[str]:
    """Operations with more than one object at Stripe, objects that belong to no operation of ours, and payments sent twice."""
    found = []
    for things in ("transfers", "refunds", "checkout/sessions", "topups"):
        named = Counter(thing["metadata"].get("operation", "") for thing in stripe.everything(things))
        found += [f"Stripe has {count} {things} for operation {name or '(none)'}." for name, count in named.items() if count > 1 or not name]
        ours = set(map(str, PaymentOperation.objects.filter(pk__in=[name for name in named if name]).values_list("pk", flat=True)))
        found += [f"Stripe has one of its {things} for operation {name}, which we do not know." for name in named if name and name not in ours]
    return found


def differences() -> list[str]:
    """The ledger by itself, the rows against it, Stripe line by line, Stripe by itself, the sums, and whatever rings."""
    parts: list[Callable[[], list[str]]] = [prove, proof, prove_against_stripe, _sandbox_by_itself, _sums]
    return [sentence for part in parts for sentence in part()] + list(Alarm.objects.open().values_list("sentence", flat=True))


def _sandbox_by_itself() -> list[str]:
    return [] if stripe.control("dump")["equal"] else ["The pretend Stripe's own books do not add up."]


def _sums() -> list[str]:
    """Our book's money at Stripe is what Stripe's balance lines add up to (CLEAR is before Stripe's fee)."""
    ours = sum(pence for account, pence in balances(codes=REAL_MONEY, council=COUNCIL).items())
    theirs = sum(line["net"] for line in stripe.everything("balance_transactions"))
    return [] if ours == theirs else [f"Our book has {ours}p at Stripe; Stripe's balance lines add up to {theirs}p."]
