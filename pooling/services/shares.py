"""A person's own free money in a group, going home: back to the card, the bank or the organisation it came from."""

import uuid
from datetime import datetime

from audit.errors import NotAllowed, Refusal
from audit.services import trail
from ledger.services.journals import Journal, Transfer, new_key, post
from payments.models import Refund
from payments.services import refunds
from people.models import Person
from pooling import policies, selectors
from pooling.books import Lot, actor
from pooling.models import Membership, Portion, Withdrawal
from pooling.rules import NEW, WITHDRAWAL, NotNow, pounds, step
from pooling.services.transactions import all_or_nothing


class NotThatMuchFree(Refusal):
    code = "not_that_much_free"
    field = "pence"

    def __init__(self, free_pence: int) -> None:
        words = f"You have {pounds(free_pence)} free here. You can send back up to that." if free_pence else "Nothing is free to send back right now."
        super().__init__(words)


@all_or_nothing
def withdraw(*, membership: Membership, portion: Portion, pence: int, by: Person, at: datetime) -> Withdrawal:
    """Sends free money of one portion back to where it came from. What a coming visit counts on is not free.

    `by`: the person, a supporter for payments, or whoever looks after the money. Raises NotAllowed, NotThatMuchFree.
    """
    place = Membership.objects.locked().select_related("person").get(pk=membership.pk)
    if not policies.may_send_home(by=by, membership=place, portion=portion, at=at):
        raise NotAllowed
    free = selectors.free_of_debt(place.pk, portion.pk, portion.council_code)
    if not 1 <= pence <= free:
        raise NotThatMuchFree(max(0, free))
    return _send(place, portion, pence, None, by, at)


@all_or_nothing
def send_home(*, membership: Membership, portion: Portion, most_pence: int, at: datetime, lot_id: uuid.UUID | None = None) -> Withdrawal | None:
    """The system sends free money back, up to `most_pence`: because it lay idle, or (`lot_id`) because that lot is old. None when nothing is free."""
    place = Membership.objects.locked().select_related("person").get(pk=membership.pk)
    pence = min(most_pence, selectors.free_of_debt(place.pk, portion.pk, portion.council_code))
    return _send(place, portion, pence, lot_id, None, at) if pence > 0 else None


def _send(place: Membership, portion: Portion, pence: int, lot_id: uuid.UUID | None, by: Person | None, at: datetime) -> Withdrawal:
    lot = Lot(place.pk, portion.pk, portion.council_code)
    row = Withdrawal.objects.create(
        membership=place,
        portion=portion,
        council_code=portion.council_code,
        pence=pence,
        state=step(WITHDRAWAL, NEW, "withdraw"),
        journal_key=new_key(),
        asked_by=by,
        asked_at=at,
    )
    about = f"withdrawal:{row.pk}"
    _trail(row, "pooling.withdraw", by, at)
    refunds.approve(lot_owner=lot.owner, pence=pence, council_code=row.council_code, about=about, by=by, at=at, lot_id=lot_id)
    post(Journal(row.journal_key, "withdraw", row.council_code, (Transfer(lot.share, lot.refund, pence),), at, actor=actor(by), about=about))
    return row


@all_or_nothing
def note_refunds(*, withdrawal_id: int, at: datetime) -> None:
    """`payments` says that a refund of a withdrawal is home, or came back, perhaps weeks later. Reads how all of them stand; safe to repeat."""
    row = Withdrawal.objects.locked().get(pk=withdrawal_id)
    refunded = _refunds(row)
    row.returned_pence = _home(refunded)
    verb = "sent" if row.returned_pence == row.pence else "rest_sent" if row.kept_pence and row.returned_pence + row.kept_pence == row.pence else ""
    verb = "fail" if any(one.state == Refund.State.FAILED for one in refunded) else verb
    if (row.state, verb) in WITHDRAWAL:
        row.state = step(WITHDRAWAL, row.state, verb)
        _trail(row, f"pooling.refund_{verb}", None, at)
    row.save(update_fields=["returned_pence", "state"])


@all_or_nothing
def keep(*, withdrawal: Withdrawal, by: Person, at: datetime) -> Withdrawal:
    """What could not be sent back stays in after all, free, where it was (`failed_return`). Own money only: a holder's goes to the holder.

    Once for each withdrawal: what a bank sends back after that is paid by hand. Raises NotAllowed, NotNow.
    """
    place = Membership.objects.locked().select_related("person").get(pk=withdrawal.membership_id)
    row = Withdrawal.objects.locked().select_related("portion__holder").get(pk=withdrawal.pk)
    if not policies.may_pay(by=by, membership=place, portion=row.portion, at=at):
        raise NotAllowed
    if not place.is_in:
        raise NotNow("You have left this group, so it can’t stay here. Ring us: two people have it paid by hand to where it came from.")
    row.state = step(WITHDRAWAL, row.state, "keep")
    if row.kept_journal is not None:
        raise NotNow("Some of this money stays here already. Ring us about the rest: two people can have it paid by hand to where it came from.")
    refunded = _refunds(row)
    failed = [one for one in refunded if one.state == Refund.State.FAILED]
    if not failed:
        raise NotNow("Two people have this money paid by hand to where it came from. Ring us if you want it to stay here.")
    row.kept_pence, row.kept_journal = sum(one.pence for one in failed), new_key()
    row.returned_pence = _home(refunded)  # one that was home may have come back a moment ago, and nobody has told us yet
    row.save(update_fields=["state", "returned_pence", "kept_pence", "kept_journal"])
    _trail(row, "pooling.keep", by, at)
    for one in failed:
        refunds.keep(refund_id=one.pk, by=by, at=at)
    lot = Lot(row.membership_id, row.portion_id, row.council_code)
    back = (Transfer(lot.refund, lot.share, row.kept_pence),)
    post(Journal(row.kept_journal, "keep", row.council_code, back, at, actor=actor(by), about=f"withdrawal:{row.pk}"))
    return row


def _refunds(row: Withdrawal) -> list[Refund]:
    return list(Refund.objects.filter(about=f"withdrawal:{row.pk}").order_by("pk"))


def _home(refunded: list[Refund]) -> int:
    return sum(one.pence for one in refunded if one.state in (Refund.State.SUCCEEDED, Refund.State.BY_HAND))


def _trail(row: Withdrawal, verb: str, by: Person | None, at: datetime) -> None:
    trail.write(
        by=by,
        verb=verb,
        about_kind="withdrawal",
        about_id=row.pk,
        at=at,
        council_code=row.council_code,
        detail={"pence": row.pence, "portion": row.portion_id, "membership": row.membership_id},
    )
