"""A book that was put back in time meets a Stripe that was not: the worker is started at once, then two people explain what nobody knows."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from audit import clock
from audit.services import clock as moving
from config import timers
from config.torture import COUNCIL, books, moments, stripe
from config.torture.stage import Stage
from config.torture.town import Town
from ledger.selectors import balances
from ledger.services.proof import prove
from payments.models import Alarm, Payee, Payment, StripeLine
from payments.selectors import proof
from payments.services import alarms, restored, suspense
from payments.services.proof import prove_against_stripe
from payments.services.unexplained import NO_COUNCIL
from people.models import Person
from people.services import organisations, people

ROUNDS_OF_WORK = 6
THINGS = ("transfers", "refunds", "topups")


def run(stage: Stage, *, rounds: int, seed: int, say: Callable[[str], None], told: str) -> dict[str, Any]:
    """Counts of what was found. `told`: a file with every order of the history as it stood at the moment to which the book was put back.

    Stripe had done everything there was to do, so whatever it is asked to do now is done twice. The worker is started too early, and goes on
    while two operators say what each line was, one after the other; nothing new may be at Stripe, then or afterwards.
    """
    presses = moments.read(Path(told))
    verdict = books.one_by_one(presses)
    _set_the_clock()
    sentences = [*prove(), *proof()]
    known = StripeLine.objects.exclude(state="waiting").count()
    before = _made()
    _work()
    sentences += [*_but_for_suspense(prove()), *proof(), *_not_as_at_stripe(), *_unheard()]
    suspended = StripeLine.objects.filter(state="suspense").count()
    matched = StripeLine.objects.filter(state="matched").count()
    explained = _explain()
    _work()
    Town().reconcile()
    sentences += [*prove(), *proof(), *prove_against_stripe(), *_not_as_at_stripe(), *_still_rings()]
    again = books.one_by_one(press for press in presses if press.is_acknowledged)
    verdict.lost += [sentence for sentence in again.lost if sentence not in verdict.lost]
    verdict.doubled += [f"Done twice at Stripe: {name} {count}." for name, count in (_made() - before).items()]
    return {
        "acknowledged": sum(press.is_acknowledged for press in presses),
        "cut": sum(not press.answer for press in presses),
        "lost": len(verdict.lost),
        "doubled": len(verdict.doubled),
        "adrift": len(sentences),
        "found_again": matched + suspended - known,
        "suspended": suspended,
        "taken_over": explained["ours"],
        "explained_otherwise": explained.total() - explained["ours"],
        "sentences": [*sentences, *verdict.sentences()],
    }


def _set_the_clock() -> None:
    """The clock that the tortures move lies in the database and was put back with it; in life it is the machine's."""
    behind = stripe.control("clock")["now"] - int(clock.now().timestamp())
    if behind > 0:
        moving.move(seconds=behind)


def _work() -> None:
    """The worker's own rounds, of payments: no rooms above it are in this town."""
    timers.TIMERS = [name for name in timers.TIMERS if name.startswith("payments.")]
    for _ in range(ROUNDS_OF_WORK):
        timers.run_all(at=clock.now())


# --- what two operators do ---


def _explain() -> Counter[str]:
    """Every line, those of ours first, then what came, then what went; between any two the worker goes on. Counts by kind."""
    first, second = (_operator(name) for name in ("ada", "bea"))
    told = Counter[str]()
    while lines := list(StripeLine.objects.filter(state="suspense")):
        line, kind, about = min(((line, *_what_it_was(line)) for line in lines), key=_order)
        suspense.propose(line_id=line.pk, kind=kind, about=about, reason="Stripe’s page says so.", by=first, at=clock.now())
        suspense.confirm(line_id=line.pk, by=second, at=clock.now())
        told[kind] += 1
        timers.run_all(at=clock.now())
    return told


def _order(found: tuple[StripeLine, str, str]) -> tuple[bool, bool, str]:
    line, kind, _ = found
    return (kind != "ours", line.net_pence < 0, line.pk)


def _what_it_was(line: StripeLine) -> tuple[str, str]:
    """One of our rows; else the row came after that moment too, and what it was is told by what Stripe's object names."""
    for row in restored.candidates(line):
        return "ours", restored.about(row)
    own = f"council:{COUNCIL}"
    if line.net_pence > 0:
        return "top_up", own
    if line.source.startswith("re_"):
        charge_id = next(one["charge"] for one in stripe.everything("refunds") if one["id"] == line.source)
        lot = Payment.objects.filter(charge_id=charge_id, state="available").first()
        return ("refund_by_hand", f"payment:{lot.pk}") if lot else ("payout", own)
    account = next(one["destination"] for one in stripe.everything("transfers") if one["id"] == line.source)
    return "transfer_by_hand", f"payee:{Payee.objects.get(stripe_account_id=account).pk}"


def _operator(name: str) -> Person:
    at = clock.now()
    organisations.add_council(code=COUNCIL, name="Southwark", day_phone="020 7525 3324", night_phone="020 7525 5000", by=None, at=at)
    email, password = f"{name}@example.com", "three words apart"
    person = people.register(full_name=name.title(), email=email, password=password, outcode="SE15", council_code=COUNCIL, at=at)
    organisations.give_role(person=person, kind="operator", organisation=None, council_code="", by=None, at=at)
    return person


# --- what must be so ---


def _but_for_suspense(found: list[str]) -> list[str]:
    """What left Stripe and nobody has explained yet is covered by nobody: the proof says so of the platform's own council, and rightly."""
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
    """Every line that nobody can explain rings, and while one is our own software's, nothing goes out."""
    found = []
    for line in StripeLine.objects.filter(state="suspense"):
        if not Alarm.objects.open().filter(about=f"line:{line.pk}").exists():
            found.append(f"Line {line.pk} is in SUSPENSE and nothing rings.")
        if not line.lost_operation:
            found.append(f"Line {line.pk} is taken for a stranger's.")
    if alarms.book_is_behind() != Alarm.objects.stopping("").filter(kind="book_is_behind").exists():
        found.append("The book is behind Stripe, and that does not ring.")
    return found


def _still_rings() -> list[str]:
    rings = Alarm.objects.open().filter(kind__in=("book_is_behind", "unexplained_line")).values_list("sentence", flat=True)
    return [f"Everything is explained, and it rings: {sentence}" for sentence in rings]
