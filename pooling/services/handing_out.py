"""What every list handed out does: a row's part of a lot goes along, what is asked for is paid from it, and the journals are posted.

`wallets` (typed by hand) and `weekly_money` (a weekly list) call it with the organisation and the places locked.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from ledger.services.journals import Journal, Refused, Transfer, post_many
from payments.models import Payment
from payments.services.wallets import Part, hand_on
from people.models import Person
from pooling.books import Lot, Wallet, actor
from pooling.models import Call, WalletMove, WalletSlice
from pooling.rules import CALL, step
from pooling.selectors.promises import free_of_debt, news_on_the_way
from pooling.selectors.wallets import payable_calls
from pooling.services.call_records import close_open_payment, lock_call, tell, tell_paid, write_trail


@dataclass(frozen=True, slots=True)
class Slice:
    """So many pence for one person's place in a group, from one part of their budget."""

    membership_id: int
    portion_id: int
    pence: int


def give(
    move: WalletMove, *, slices: Sequence[Slice], calls: Mapping[Slice, Sequence[int]] | None = None, by: Person | None, at: datetime
) -> list[WalletSlice]:
    """For each row WALLET to SHARE, and what is asked of that place is paid from it. `calls`: these are paid, and no other.

    Raises payments' LotsFallShort, and the ledger's refusals; the caller's transaction then falls.
    """
    kept = [
        WalletSlice.objects.create(
            move=move, membership_id=one.membership_id, portion_id=one.portion_id, council_code=move.council_code, pence=one.pence
        )
        for one in slices
    ]
    wallet = Wallet(move.organisation_id, move.council_code)
    parts = [Part(lot.owner, lot.share, one.pence, f"slice:{one.pk}") for one in kept for lot in [_lot(one)]]
    made = hand_on(lot_owner=wallet.owner, parts=parts, council_code=move.council_code, at=at)
    for one, row in zip(slices, kept, strict=True):
        if calls is None:
            _cover_calls(row, at)
        else:
            for pk in calls[one]:
                _cover(lock_call(pk), at)
    _post(wallet, made, by, at)
    return kept


def _lot(one: WalletSlice) -> Lot:
    return Lot(one.membership_id, one.portion_id, one.council_code)


def _cover_calls(one: WalletSlice, at: datetime) -> None:
    """What is asked of this place is paid from its new money, soonest first, as far as it goes for a whole call. Nothing has to clear."""
    left = max(0, free_of_debt(one.membership_id, one.portion_id, one.council_code)) + one.pence
    for found in payable_calls(one.membership_id, one.portion_id):
        call = lock_call(found.pk)
        if call.to_pay_pence > left or news_on_the_way([call.pk]):
            continue
        left -= call.to_pay_pence
        _cover(call, at)


def _cover(call: Call, at: datetime) -> None:
    """The locked call is paid. Raises NotNow when it does not wait for money."""
    verb = "cover" if call.state == Call.State.CALLED else "cover_bill"
    close_open_payment(call, at)
    call.state = step(CALL, call.state, verb)
    call.save(update_fields=["state"])
    write_trail(row=call, verb="pooling.cover_call", by=None, at=at)
    if call.owed_pence is None:
        tell("call_covered", call, at, covered_by="money")
    else:
        tell_paid(call, at)


def _post(wallet: Wallet, made: Sequence[Payment], by: Person | None, at: datetime) -> None:
    """A journal for each part of a lot; all of them or none."""
    journals = []
    for lot in made:
        assert lot.available_journal is not None
        share = Lot(*_ids(lot.lot_owner), wallet.council).share
        move = (Transfer(wallet.money, share, lot.pence),)
        journals.append(Journal(lot.available_journal, "hand_out", wallet.council, move, at, actor=actor(by), about=lot.about))
    for result in post_many(journals, linked=len(journals) > 1):
        if isinstance(result, Refused):
            raise result


def _ids(owner: str) -> tuple[int, int]:
    member, _, portion = owner.partition("/")
    return int(member.partition(":")[2]), int(portion.partition(":")[2])
