"""What an organisation paid in for its people, what waits, and who can use how much."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import CharField, Count, OuterRef, Subquery, Sum, Value
from django.db.models.functions import Cast, Concat

from ledger import selectors as book
from ledger.services.accounts import Account
from payments.models import Payment, Refund
from people.models import Organisation
from pooling.books import Lot, Wallet
from pooling.models import Call, Earmark, Membership, Pledge, Portion, WalletMove
from pooling.rules import Promised
from pooling.rules.wallets import most_to_hand_out, used_soon
from pooling.selectors.promises import modes_in, standing

State = Call.State
BACK_ABOUT = "wallet_back:"
WAITED_FOR = ("started", "open")
PAYABLE = (State.CALLED, State.ORDERED)
Key = tuple[int, int]
"""A place in a group, and a part of a budget, by number."""


@dataclass(frozen=True, slots=True)
class Need:
    """What one person's place in a group can use of one part of their budget: asked for now, free there already, and the most to hand out."""

    membership: Membership
    portion: Portion
    asked_pence: int
    free_pence: int
    most_pence: int


@dataclass(frozen=True, slots=True)
class Moved:
    """One list handed out, or one sum sent back. `failed_pence`: the bank sent it back to us, and nobody has dealt with it.

    `kept_pence`: here again after that, or it never went, because the organisation owed it.
    """

    id: int
    kind: str
    pence: int
    at: datetime
    people: int
    returned_pence: int
    failed_pence: int
    kept_pence: int


@dataclass(frozen=True, slots=True)
class WalletSeen:
    """`here_pence`: what may be handed out. `waiting`: the payment we wait for, with where to send it; None when none is waited for."""

    organisation: Organisation
    council_code: str
    here_pence: int
    coming_pence: int
    waiting: Payment | None
    needs: list[Need]
    moves: list[Moved]

    @property
    def needed_pence(self) -> int:
        return sum(need.most_pence for need in self.needs)


def free_in(wallet: Wallet) -> int:
    """What may leave a wallet. What its bank took back is paid first: in a moment `setbacks` takes that from the same money. One query."""
    there = book.balances(codes=("WALLET", "RECEIVABLE"), council=wallet.council, owners=[wallet.owner])
    owed = there.get(Account("RECEIVABLE", wallet.council, wallet.owner), 0)
    return max(0, there.get(wallet.money, 0) - max(0, owed))


def wallet_of(organisation: Organisation, council_code: str, *, today: date, sums_only: bool = False) -> WalletSeen:
    """An organisation's wallet in one council, as its own staff see it. Whoever calls has checked who asks.

    `sums_only`: without who needs how much and what was done, in two queries.
    """
    wallet = Wallet(organisation.pk, council_code)
    here = free_in(wallet)
    payments = list(Payment.objects.filter(about=wallet.about, state__in=("clearing", *WAITED_FOR)).order_by("pk"))
    return WalletSeen(
        organisation=organisation,
        council_code=council_code,
        here_pence=here,
        coming_pence=sum(one.pence for one in payments if one.state == "clearing"),
        waiting=next((one for one in payments if one.state in WAITED_FOR), None),
        needs=[] if sums_only else needs_of(organisation, council_code, today=today),
        moves=[] if sums_only else _moves(organisation, council_code),
    )


def needs_of(organisation: Organisation, council_code: str, *, today: date) -> list[Need]:
    """Everybody whose money it looks after in this council and who has promised or is asked for something, by name."""
    pledges = Pledge.objects.filter(portion__holder=organisation, portion__council_code=council_code)
    live = pledges.live() | pledges.filter(calls__in=Call.objects.filter(state__in=PAYABLE))
    rows = live.select_related("membership__person", "membership__cluster", "portion__budget").order_by("membership__person__full_name", "pk")
    return _needs({(one.membership_id, one.portion_id): one for one in rows.distinct()}, council_code, today)


def need(membership: Membership, portion: Portion, *, today: date) -> Need:
    """What this place can use of this part now and in the next 60 days. Ask with the membership locked, before handing any out."""
    [found] = _needs({(membership.pk, portion.pk): _Pair(membership, portion)}, portion.council_code, today)
    return found


class _Pair(NamedTuple):
    membership: Membership
    portion: Portion


def _needs(pairs: Mapping[Key, _Pair | Pledge], council_code: str, today: date) -> list[Need]:
    """Of places and parts in one council, in their order. Five queries at most."""
    now = standing(Lot(*key, council_code) for key in pairs)
    calls = _by_place(pairs, now.calls)
    modes = modes_in(council_code)
    soon = _soon([key for key, one in pairs.items() if modes[one.portion.route] == "ahead"], today)
    found = []
    for key, one in pairs.items():
        lot = Lot(*key, council_code)
        asked, here = sum(call.to_pay_pence for call in calls[key] if call.pk not in now.come), now.free[lot] - now.owed[lot]
        most = most_to_hand_out(asked_pence=asked, soon_pence=soon[key], free_pence=here)
        found.append(Need(one.membership, one.portion, asked, max(0, here), most))
    return found


def payable_calls(membership_id: int, portion_id: int) -> list[Call]:
    """Calls that money paid in ahead can pay, soonest first: asked for before the visits, or of an order what was said yes to."""
    calls = Call.objects.filter(membership=membership_id, portion=portion_id, state__in=PAYABLE).order_by("due_on", "pk")
    return [call for call in calls if _is_payable(call)]


def _by_place(keys: Iterable[Key], calls: Iterable[Call]) -> dict[Key, list[Call]]:
    found: dict[Key, list[Call]] = {key: [] for key in keys}
    for call in calls:
        if _is_payable(call):
            found[call.membership_id, call.portion_id].append(call)
    return found


def _is_payable(call: Call) -> bool:
    if call.state == State.CALLED:
        return call.mode == "ahead"
    return call.state == State.ORDERED and call.owed_pence is not None


def _soon(keys: Iterable[Key], today: date) -> dict[Key, list[int]]:
    """What the promises of each will use soon; nothing for others."""
    found: dict[Key, list[int]] = defaultdict(list)
    wanted = set(keys)
    left: dict[int, int] = defaultdict(int)
    promises: dict[int, Pledge] = {}
    live = Earmark.objects.live().filter(pledge__membership__in={member for member, _ in wanted})
    for kept in live.select_related("pledge"):
        left[kept.pledge_id] += kept.pence - kept.called_pence
        promises[kept.pledge_id] = kept.pledge
    for pk, one in promises.items():
        if (key := (one.membership_id, one.portion_id)) in wanted:
            found[key].append(used_soon(Promised(one.starts_on, one.weeks, one.weekly_pence), left[pk], today))
    return found


def _moves(organisation: Organisation, council_code: str) -> list[Moved]:
    """The newest twenty. One query."""
    about = Concat(Value(BACK_ABOUT), Cast(OuterRef("pk"), CharField()))
    backs = Refund.objects.filter(about=about).order_by().values("about").annotate(sum=Sum("pence")).values("sum")
    rows: Any = WalletMove.objects.filter(organisation=organisation, council_code=council_code).annotate(
        people=Count("slices"), returned=Subquery(backs.filter(state="succeeded")), failed=Subquery(backs.filter(state="failed"))
    )
    newest = rows.order_by("-pk")[:20]
    return [Moved(row.pk, row.kind, row.pence, row.asked_at, row.people, row.returned or 0, row.failed or 0, row.kept_pence) for row in newest]


def back_about(move_id: int) -> str:
    """What the refunds of a sum sent back are about."""
    return f"{BACK_ABOUT}{move_id}"


def slice_payments(slice_ids: Iterable[int]) -> dict[int, list[tuple[UUID, int]]]:
    """For each row of a list: the journals of its parts, with their pence."""
    found: dict[int, list[tuple[UUID, int]]] = {}
    rows = Payment.objects.filter(about__in=[f"slice:{pk}" for pk in slice_ids]).exclude(part_of=None)
    for about, key, pence in rows.values_list("about", "available_journal", "pence"):
        if key is not None:
            found.setdefault(int(about.partition(":")[2]), []).append((key, pence))
    return found
