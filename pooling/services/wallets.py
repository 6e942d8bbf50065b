"""One sum paid in by who looks after money, handed out to people's promises, and what is not needed sent back.

Handing out is WALLET to SHARE, and the lot goes along: all rows of a list or none. Locks: the organisation, then the places in id order, then
promise, earmark and call, then the lots; the ledger last.
"""

import uuid
from collections.abc import Sequence
from datetime import date, datetime

from audit.clock import london_date
from audit.errors import NotAllowed, Refusal
from audit.services import trail
from ledger.services.journals import Journal, Transfer, new_key, post
from payments.models import CashReturn, Payment, PaymentOperation, Refund
from payments.services import cash, payins, refunds
from people.models import Organisation, Person
from people.roles import has_role
from pooling.books import Wallet, actor
from pooling.models import Membership, Portion, WalletMove, WeeklyList
from pooling.rules import WEEKLY_LIST, pounds, step
from pooling.rules.wallets import HAND_OUT_DAYS, MOST_SLICES
from pooling.selectors.wallets import back_about, free_in, need
from pooling.services.handing_out import Slice as Slice
from pooling.services.handing_out import give
from pooling.services.transactions import all_or_nothing

Kind = WalletMove.Kind


class NothingToHandOut(Refusal):
    code = "nothing_to_hand_out"
    sentence = f"Type a sum for at least one person, and for at most {MOST_SLICES} people at a time."


class NotThatMuchPaidIn(Refusal):
    code = "not_that_much_paid_in"
    field = "pence"

    def __init__(self, here_pence: int) -> None:
        words = f"You have {pounds(here_pence)} paid in that nobody has been given. Choose up to that." if here_pence else "Nothing is paid in."
        super().__init__(words)


class RowsAreWrong(Refusal):
    """One or more rows of a list can't be done, so none was. `rows`: a sentence for each."""

    code = "rows_are_wrong"

    def __init__(self, rows: Sequence[str]) -> None:
        self.rows = tuple(rows)
        super().__init__(f"Nothing was handed out. {' '.join(rows)}")


class DoneAlready(Refusal):
    """The token was used for something else: a page gone back to, and changed."""

    code = "done_already"
    sentence = "What you sent from this page before is done. Open the page again to do more."


class NothingCameBack(Refusal):
    code = "nothing_came_back"
    sentence = "Nothing of this was sent back to us by the bank."


def _locked(organisation: Organisation, by: Person | None, at: datetime) -> Organisation:
    """The organisation, locked: its lists follow one another. `by` None: the clock, which only ever sends back. Raises NotAllowed."""
    # Without the key: rows that name the organisation go on being written meanwhile.
    row = Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)
    if by is not None and not has_role(by, "holder_staff", organisation=row, at=at):
        raise NotAllowed
    return row


@all_or_nothing
def pay_in(*, organisation: Organisation, council_code: str, pence: int, by: Person, at: datetime) -> Payment:
    """Starts one bank transfer for the organisation's people in one council; the same sum asked again gives the one that is open.

    The caller then performs its operation. Raises NotAllowed; payins.AmountIsSilly, payins.PaymentIsOpen.
    """
    row = _locked(organisation, by, at)
    wallet = Wallet(row.pk, council_code)
    return payins.start_bank_transfer(
        payer_owner=wallet.payer,
        lot_owner=wallet.owner,
        credit=wallet.money,
        pence=pence,
        council_code=council_code,
        about=wallet.about,
        by=by,
        at=at,
    )


@all_or_nothing
def stop_waiting(*, organisation: Organisation, council_code: str, by: Person, at: datetime) -> Payment | None:
    """The sum will not come after all. Raises NotAllowed, payins.PaymentIsTaken."""
    row = _locked(organisation, by, at)
    for sent in WeeklyList.objects.locked().filter(organisation=row, council_code=council_code, state=WeeklyList.State.SENT):
        # Else the list would go on asking for its sum.
        sent.state, sent.ended_at = step(WEEKLY_LIST, sent.state, "stop"), at
        sent.save(update_fields=["state", "ended_at"])
    waiting = _waited_for(Wallet(row.pk, council_code))
    return None if waiting is None else payins.cancel(payment_id=waiting.pk, by=by, at=at)


def _waited_for(wallet: Wallet) -> Payment | None:
    return Payment.objects.filter(about=wallet.about, state__in=("started", "open")).first()


def close_waiting(wallet: Wallet, *, by: Person | None, at: datetime) -> bool:
    """With the organisation locked: the payment that is waited for is closed. False: none is, it is too late, or that was asked for before."""
    waiting = _waited_for(wallet)
    asked = PaymentOperation.objects.filter(kind="cancel_intent").exclude(state="refused")
    if waiting is None or asked.filter(reference=f"payment:{waiting.pk}").exists():
        return False
    try:
        payins.cancel(payment_id=waiting.pk, by=by, at=at)
    except payins.PaymentIsTaken:
        return False
    return True


@all_or_nothing
def send_cash_back(*, organisation: Organisation, council_code: str, by: Person, at: datetime) -> CashReturn:
    """What the organisation sent for one council and nothing asked for goes back to its bank. The caller performs its operation.

    Raises NotAllowed, cash.NothingIsLeft, cash.StillWaiting.
    """
    row = _locked(organisation, by, at)
    return cash.send_back(payer_owner=Wallet(row.pk, council_code).payer, by=by, at=at)


@all_or_nothing
def hand_out(*, organisation: Organisation, council_code: str, slices: Sequence[Slice], token: uuid.UUID, by: Person, at: datetime) -> WalletMove:
    """Hands out one list: for each row WALLET to the person's SHARE, and what is asked of them is paid from it. All rows or none.

    Only to portions this organisation looks after, only what will be used within 60 days. `token`: the same list sent twice is done once.
    Raises NotAllowed, DoneAlready, NothingToHandOut, RowsAreWrong (a sentence for each bad row), NotThatMuchPaidIn.
    """
    row = _locked(organisation, by, at)
    already = WalletMove.objects.filter(token=token).first()
    if already is not None:
        return _must_be_same(already, row, Kind.HANDED_OUT, {(one.membership_id, one.portion_id, one.pence) for one in slices})
    if not 1 <= len(slices) <= MOST_SLICES:
        raise NothingToHandOut
    places = Membership.objects.locked().filter(pk__in={one.membership_id for one in slices}).select_related("person", "cluster").order_by("pk")
    wrong = _wrong_rows(row, council_code, slices, {place.pk: place for place in places}, london_date(at))
    if wrong:
        raise RowsAreWrong(wrong)
    wallet, total = Wallet(row.pk, council_code), sum(one.pence for one in slices)
    if total > (here := free_in(wallet)):
        raise NotThatMuchPaidIn(here)
    move = WalletMove.objects.create(
        kind=Kind.HANDED_OUT, organisation=row, council_code=council_code, pence=total, token=token, asked_by=by, asked_at=at
    )
    _trail(move, "pooling.hand_out", by, at, rows=len(slices))
    give(move, slices=slices, by=by, at=at)
    return move


def _must_be_same(move: WalletMove, organisation: Organisation, kind: str, asked: set[tuple[int, int, int]] | int) -> WalletMove:
    """What was done under this token, asked again. Raises DoneAlready when it was something else."""
    if kind == Kind.HANDED_OUT:
        done: set[tuple[int, int, int]] | int = set(move.slices.values_list("membership_id", "portion_id", "pence"))
    else:
        # What stayed of it since, because the organisation owed it, is a row of its own (`kept_for_debt`).
        done = sum(WalletMove.objects.filter(journal_key=move.journal_key).values_list("pence", flat=True))
    if (move.organisation_id, move.kind, done) != (organisation.pk, kind, asked):
        raise DoneAlready
    return move


def _wrong_rows(organisation: Organisation, council: str, slices: Sequence[Slice], places: dict[int, Membership], today: date) -> list[str]:
    portions = {one.pk: one for one in Portion.objects.filter(pk__in={one.portion_id for one in slices}).select_related("budget", "holder")}
    seen: set[tuple[int, int]] = set()
    wrong = []
    for number, one in enumerate(slices, start=1):
        place, portion = places.get(one.membership_id), portions.get(one.portion_id)
        is_theirs = place is not None and portion is not None and portion.budget.person_id == place.person_id
        if place is None or portion is None or not is_theirs or portion.holder_id != organisation.pk or portion.council_code != council:
            wrong.append(f"Row {number}: you don’t look after this money.")
            continue
        name = f"Row {number}, {place.person.full_name}"
        if (one.membership_id, one.portion_id) in seen:
            wrong.append(f"{name}: they are in the list twice.")
        elif one.pence < 1:
            wrong.append(f"{name}: type a sum of at least 1p.")
        elif one.pence > (most := need(place, portion, today=today).most_pence):
            wrong.append(f"{name}: they can use {pounds(most)} in the next {HAND_OUT_DAYS} days, and you gave {pounds(one.pence)}.")
        seen.add((one.membership_id, one.portion_id))
    return wrong


@all_or_nothing
def send_back(
    *, organisation: Organisation, council_code: str, pence: int, token: uuid.UUID, by: Person | None, at: datetime, lot_id: uuid.UUID | None = None
) -> WalletMove:
    """Sends what nobody needs back to the bank it came from: WALLET to REFUND, by its lots, or out of the one named.

    `token`: pressed twice, it goes once. `by` None: its 90 days are over. Raises NotAllowed, DoneAlready, NotThatMuchPaidIn.
    """
    row = _locked(organisation, by, at)
    already = WalletMove.objects.filter(token=token).first()
    if already is not None:
        return _must_be_same(already, row, Kind.SENT_BACK, pence)
    wallet = Wallet(row.pk, council_code)
    here = free_in(wallet)
    if not 1 <= pence <= here:
        raise NotThatMuchPaidIn(here)
    move = WalletMove.objects.create(
        kind=Kind.SENT_BACK,
        organisation=row,
        council_code=council_code,
        pence=pence,
        token=token,
        journal_key=new_key(),
        asked_by=by,
        asked_at=at,
    )
    about = back_about(move.pk)
    _trail(move, "pooling.send_wallet_back", by, at)
    refunds.approve(lot_owner=wallet.owner, pence=pence, council_code=council_code, about=about, by=by, at=at, lot_id=lot_id)
    assert move.journal_key is not None
    going = (Transfer(wallet.money, wallet.refund, pence),)
    post(Journal(move.journal_key, "wallet_sent_back", council_code, going, at, actor=actor(by), about=about))
    return move


@all_or_nothing
def keep(*, move: WalletMove, by: Person, at: datetime) -> WalletMove:
    """What the bank sent back to us is in the wallet again, to be used or sent once more: REFUND to WALLET. Raises NotAllowed, NothingCameBack."""
    organisation = _locked(move.organisation, by, at)
    row = WalletMove.objects.locked().get(pk=move.pk)
    failed = list(Refund.objects.filter(about=back_about(row.pk), state=Refund.State.FAILED).order_by("pk"))
    if not failed:
        raise NothingCameBack
    if row.kept_journal is not None:
        raise NothingCameBack("Some of this sum is here again already. Ring us about the rest: two people can have it paid by hand to your bank.")
    row.kept_pence, row.kept_journal = sum(one.pence for one in failed), new_key()
    row.save(update_fields=["kept_pence", "kept_journal"])
    _trail(row, "pooling.keep_in_wallet", by, at)
    for one in failed:
        refunds.keep(refund_id=one.pk, by=by, at=at)
    wallet = Wallet(organisation.pk, row.council_code)
    back = (Transfer(wallet.refund, wallet.money, row.kept_pence),)
    post(Journal(row.kept_journal, "wallet_kept", row.council_code, back, at, actor=actor(by), about=back_about(row.pk)))
    return row


def _trail(move: WalletMove, verb: str, by: Person | None, at: datetime, **more: int) -> None:
    detail = {"pence": move.pence, "organisation": move.organisation_id, **more}
    trail.write(by=by, verb=verb, about_kind="wallet_move", about_id=move.pk, at=at, council_code=move.council_code, detail=detail)
