"""What must be so between payments' rows, the book and Stripe. Reads only; trusts no state that it can count again."""

from collections import Counter
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.db.models import F, Model, Q, QuerySet, Sum, TextField, Value
from django.db.models.functions import Concat

from ledger.selectors import balances, moved
from payments.gateways import stripe_gateway as gateway
from payments.gateways.shapes import Line
from payments.models import (
    Dispute,
    Explanation,
    LotLoss,
    OwedMove,
    Payment,
    PaymentOperation,
    PaymentUse,
    Recovery,
    Refund,
    Remittance,
    StripeLine,
)
from payments.querysets import GONE
from payments.services.reconciliation import row_of, what_it_is

# Lots back exactly what is owed to people here: what left and what was sent back is out of both.
BACKED_BY_LOTS = ("SHARE", "RESERVE", "HOLD", "DISPUTE", "LEAVING", "WALLET")
NOBODYS = Value("", output_field=TextField())


def prove() -> list[str]:
    """Rows against the book. Sentences, empty when all is well."""
    return [*_journals(), *_lots(), *_losses(), *_owed(), *_accounts(), *_operations(), *_asked()]


def _journals() -> Iterator[str]:
    """Every state that claims money moved has its journal, and the journal moved just that."""
    bank, out, clear, due = moved(code="BANK"), moved(code="OUT"), moved(code="CLEAR"), moved(code="DUE")
    for row in Payment.objects.filter(part_of=None):
        if row.kind != "top_up":
            yield from _is("took", row, row.state in ("clearing", "available"), row.clearing_journal, clear, row.pence)
        yield from _is("made available", row, row.state == "available", row.available_journal, bank, row.pence - (row.fee_pence or 0))
        if row.kind == "top_up" and row.failed_journal:
            yield from _is("came and went", row, True, row.available_journal, bank, row.pence - (row.fee_pence or 0))
            yield from _is("came and went", row, True, row.failed_journal, bank, -row.pence)
        if row.bounced_in_journal and row.bounced_out_journal:
            yield from _is("came and went", row, True, row.bounced_in_journal, clear, -row.pence)
            yield from _is("came and went", row, True, row.bounced_out_journal, clear, row.pence)
    for sent in Remittance.objects.all():
        yield from _is("sent out", sent, sent.state in ("planned", "sent", "paid", "reversed"), sent.planned_journal, out, -sent.pence)
        yield from _is("paid", sent, sent.state in ("paid", "reversed"), sent.paid_journal, bank, -sent.pence)
        yield from _is("kept back", sent, sent.state == "set_off", sent.set_off_journal, due, -sent.pence)
    for back in Refund.objects.all():
        yield from _is("sent back", back, back.state in ("sent", "succeeded", "failed"), back.sent_journal, out, -back.pence)
        yield from _is("sent back", back, back.state == "succeeded", back.done_journal, bank, -back.pence)


def _is(verb: str, row: Model, claims: bool, key: UUID | None, by_journal: dict[UUID, int], pence: int) -> Iterator[str]:
    found = by_journal.get(key, 0) if key else 0
    if claims and found != pence:
        yield f"{row} says it {verb} {abs(pence)}p, but its journal moved {abs(found)}p."


def _lots() -> Iterator[str]:
    """What left a lot is what its remittances, refunds and uses say."""
    # What came back from whoever was paid is in its lot again.
    used = dict(Remittance.objects.values_list("payment").annotate(sum=Sum(F("pence") - F("recovered_pence"))).filter(sum__gt=0))
    refunded = _sums(Refund.objects.exclude(state="cancelled"))
    for row in Payment.objects.exclude(used_pence=0, refunded_pence=0):
        if row.used_pence != used.pop(row.pk, 0) or row.refunded_pence != refunded.pop(row.pk, 0):
            yield f"{row} does not add up: used {row.used_pence}p, sent back {row.refunded_pence}p, but its remittances and refunds differ."
    moved = dict(Payment.objects.exclude(part_of=None).values_list("part_of").annotate(sum=Sum("pence")))
    for row in Payment.objects.filter(Q(pk__in=moved) | Q(moved_pence__gt=0)):
        if row.moved_pence != moved.get(row.pk, 0):
            yield f"{row} handed on {row.moved_pence}p, but its parts are {moved.get(row.pk, 0)}p."
    for pk in {*used, *refunded}:
        yield f"payment {pk} was used, and does not know it."
    for use in PaymentUse.objects.select_related("operation"):
        if use.pence != use.operation.pence:
            yield f"{use.operation} sends {use.operation.pence}p, but takes {use.pence}p from its lot."
    named = [set(of.objects.exclude(operation=None).values_list("operation", "payment", "pence")) for of in (Remittance, Refund)]
    for operation, payment, pence in sorted(set().union(*named) ^ set(PaymentUse.objects.values_list("operation", "payment", "pence"))):
        yield f"Operation {operation} and what it was planned for do not both take {pence}p from payment {payment}."


def _losses() -> Iterator[str]:
    """What disputes took from lots is what each dispute says was taken, and what each lot says it lost."""
    by_lot = dict(LotLoss.objects.values_list("payment").annotate(sum=Sum("pence")))
    for row in Payment.objects.filter(Q(pk__in=by_lot) | Q(lost_pence__gt=0)):
        if row.lost_pence != by_lot.get(row.pk, 0):
            yield f"{row} lost {row.lost_pence}p, but disputes took {by_lot.get(row.pk, 0)}p from it."
    by_dispute = dict(LotLoss.objects.values_list("dispute").annotate(sum=Sum("pence")))
    for case in Dispute.objects.all():
        if case.taken_pence != by_dispute.get(case.pk, 0):
            yield f"{case} took {case.taken_pence}p, but the lots it took from lost {by_dispute.get(case.pk, 0)}p."


def _owed() -> Iterator[str]:
    """What is owed to us is, name by name, what open disputes and recoveries add up to, and every movement of it is one journal's."""
    receivable = moved(code="RECEIVABLE")
    dispute_moves, recovery_moves = Counter[int](), Counter[int]()
    for move in OwedMove.objects.all():
        if receivable.pop(move.journal_key, 0) != move.pence:
            yield f"{move} says so, but its journal {move.journal_key} moved another sum of what is owed."
        (dispute_moves if move.dispute_id else recovery_moves)[move.dispute_id or move.recovery_id or 0] += move.pence
    for key, pence in receivable.items():
        yield f"Journal {key} moved {pence}p of what is owed to us, and no row says why."
    owed = Counter[tuple[str, str]]()
    for case in Dispute.objects.all():
        owed[case.council_code, case.lot_owner] += case.owed_pence
        if dispute_moves[case.pk] != case.owed_pence:
            yield f"{case} is owed {case.owed_pence}p, but its movements add up to {dispute_moves[case.pk]}p."
    for row in Recovery.objects.all():
        owed[row.council_code, f"payee:{row.payee_id}"] += row.credited_pence - row.come_pence
        if recovery_moves[row.pk] != row.credited_pence - row.come_pence:
            yield f"{row} is owed {row.credited_pence - row.come_pence}p, but its movements add up to {recovery_moves[row.pk]}p."
    book = {(account.council, account.owner): pence for account, pence in balances(codes=("RECEIVABLE",)).items()}
    for council, owner in sorted(owed.keys() | book.keys()):
        if owed[council, owner] != book.get((council, owner), 0):
            yield f"RECEIVABLE of {owner} in {council} is {book.get((council, owner), 0)}p; disputes and recoveries say {owed[council, owner]}p."


def _sums(rows: QuerySet[Any]) -> dict[UUID, int]:
    return dict(rows.values_list("payment").annotate(sum=Sum("pence")))


def _accounts() -> Iterator[str]:
    """The accounts that mirror our rows hold just what the rows add up to, name by name."""
    clearing = Payment.objects.filter(state="clearing").exclude(kind="top_up")
    outgoing = Remittance.objects.filter(state__in=("planned", "sent"))
    # A refund's money is on its way until Stripe calls it done; a failed one is back in REFUND.
    going_back = Refund.objects.filter(state="sent", done_journal=None)
    owed = Remittance.objects.filter(state__in=("waiting", "on_hold", "cancelled"))
    back = Refund.objects.filter(state__in=("approved", "failed", "rerouted"))
    on_its_way = _by_name(outgoing) + _by_name(going_back)
    yield from _same("CLEAR", _by_name(clearing), "payments being cleared")
    yield from _same("PENDING", _by_name(clearing, F("lot_owner")), "payments being cleared")
    yield from _same("OUT", Counter({name: -pence for name, pence in on_its_way.items()}), "money on its way out")
    yield from _same("DUE", _by_name(owed, Concat(Value("payee:"), F("payee"), output_field=TextField())), "what is owed to those who helped")
    yield from _same("REFUND", _by_name(back, F("lot_owner")), "refunds agreed and not sent")
    unknown = _by_name(StripeLine.objects.filter(state="suspense", currency="gbp"), pence=F("net_pence") - F("ours_pence"))
    yield from _same("SUSPENSE", unknown, "lines nobody has explained")
    yield from _backed()


def _backed() -> Iterator[str]:
    """Name by name, what somebody has here is what is left of their own payments: nobody's money was paid out of another's lot."""
    left = Payment.objects.filter(state="available").exclude(kind="top_up").values_list("council_code", "lot_owner")
    lots = Counter({(council, owner): pence for council, owner, pence in left.annotate(sum=Sum(F("pence") - GONE)).order_by()})
    book: Counter[tuple[str, str]] = Counter()
    for account, pence in balances(codes=BACKED_BY_LOTS).items():
        # "hold:4/member:12/portion:7" and "member:12/portion:7" are one owner's; "holder:2" is a name whole.
        book[account.council, "/".join(account.owner.split("/")[-2:])] += pence
    for council, owner in sorted(book.keys() | lots.keys()):
        if book[council, owner] != lots[council, owner]:
            yield f"{owner} in {council} has {book[council, owner]}p in the book, but {lots[council, owner]}p are left of their payments."


def _by_name(rows: QuerySet[Any], owner: Any = NOBODYS, pence: Any = "pence") -> Counter[tuple[str, str]]:
    """What rows add up to for each council and owner of an account; the platform's own accounts have none."""
    sums = rows.order_by().values_list("council_code", owner).annotate(sum=Sum(pence))
    return Counter({(council, name): total for council, name, total in sums})


def _same(code: str, rows: Counter[tuple[str, str]], what: str) -> Iterator[str]:
    book = {(account.council, account.owner): pence for account, pence in balances(codes=(code,)).items()}
    for council, owner in sorted(book.keys() | rows.keys()):
        if book.get((council, owner), 0) != rows[council, owner]:
            whose = f"{code} of {owner}" if owner else code
            yield f"In {council} {whose} is {book.get((council, owner), 0)}p in the book; {what} add up to {rows[council, owner]}p."


def _operations() -> Iterator[str]:
    """A finished row belongs to an operation that Stripe has carried out."""
    for row in Remittance.objects.filter(state="paid").exclude(operation__state="succeeded"):
        yield f"{row} is paid, but its operation is not done."
    for row in Remittance.objects.filter(operation__state="succeeded").exclude(state__in=("paid", "reversed")):
        yield f"{row} is {row.state}, but Stripe has made its transfer."
    for asked in Recovery.objects.filter(reversed_pence__gt=0, operation__isnull=False).exclude(operation__state="succeeded"):
        yield f"{asked} was taken back, but its operation is not done."
    for operation in PaymentOperation.objects.filter(kind="reversal", state="succeeded", recovery=None):
        yield f"{operation} took a transfer back that no recovery asked for."
    for operation in PaymentOperation.objects.filter(kind="transfer", state="succeeded", remittance=None):
        yield f"{operation} made a transfer that belongs to no remittance."


def _asked() -> Iterator[str]:
    """Stripe was asked for what the row says: its sum, to its payee's account or out of its lot's charge."""
    for row in Remittance.objects.exclude(operation=None).select_related("operation", "payee"):
        said = row.operation.params if row.operation else {}
        if (said.get("destination"), said.get("amount")) != (row.payee.stripe_account_id, row.pence):
            yield f"{row} was asked of Stripe for another account or sum."
    for back in Refund.objects.exclude(operation=None).select_related("operation", "payment__part_of"):
        said = back.operation.params if back.operation else {}
        if (said.get("charge"), said.get("amount")) != (back.payment.source_charge_id, back.pence):
            yield f"{back} was asked of Stripe from another charge or of another sum."


# --- Stripe, line by line ---


def prove_against_stripe() -> list[str]:
    """Fetches every line of Stripe's balance afresh and compares it with the journal that it is, both ways; changes nothing.

    A line still pending at Stripe is no difference. Asks twice when something differs, because both sides may have moved meanwhile.
    Raises AnswerLost, StripeIsBusy.
    """
    first = _compare()
    again = set(_compare()) if first else set()
    return [sentence for sentence in first if sentence in again]


def _compare() -> list[str]:
    bank = moved(code="BANK")
    # What nobody could explain has a journal in SUSPENSE; beside that it may be one of ours, of another sum.
    strange = {row.pk: row for row in StripeLine.objects.filter(state__in=("suspense", "explained"))}
    wrong, named = [], set[UUID | None]()
    for line in _all_lines():
        row, ours = strange.get(line.id), _journal_of(line)
        keys = {key for key in (ours, row.journal_key if row else None) if key}
        pence = sum(bank.get(key, 0) for key in keys)
        named |= keys
        if row is not None and row.state == "suspense":
            wrong.append(f"Stripe's line {line.id} ({line.kind}, {line.net_pence}p) is in SUSPENSE: nobody has explained it.")
        elif not keys and row is None and line.is_available:
            wrong.append(f"Stripe's line {line.id} ({line.kind}, {line.net_pence}p) is in no journal.")
        elif keys and pence != line.net_pence:
            wrong.append(f"Stripe's line {line.id} moved {line.net_pence}p; its journal moved {pence}p.")
    # A line of another council's money left the one council's books and came into the other's: together nothing.
    for pair in Explanation.objects.exclude(second_journal_key=None).values_list("journal_key", "second_journal_key"):
        if sum(bank.get(key, 0) for key in pair if key) == 0:
            named.update(pair)
    wrong += [
        f"Journal {key} moved {pence}p of Stripe's balance, and no line of Stripe's says so." for key, pence in bank.items() if key not in named
    ]
    return wrong


def _journal_of(line: Line) -> UUID | None:
    ours = what_it_is(row_of(line))
    return ours.journal_key if ours else None


def _all_lines() -> Iterator[Line]:
    before, has_more = "", True
    while has_more:
        page = gateway.lines_before(before)
        yield from reversed(page.lines)
        before, has_more = page.lines[0].id if page.lines else "", page.has_more
