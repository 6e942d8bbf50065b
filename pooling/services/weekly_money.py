"""What comes for a weekly list goes to its people, in its order: whole weeks only, and nobody before who stands above them.

Stripe waits for one whole sum. When less comes, that payment is closed and what came becomes one of its own, and the rest is waited for; when
more comes, or it comes twice, so does the rest of that. All of it goes to the wallet of the organisation, and from there to people; what the
next in line can't be paid whole with stays in the wallet. Each step is one transaction under the organisation's lock, safe to repeat.
"""

import uuid
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from payments.gateways.shapes import AnswerLost, NotFound, StripeIsBusy
from payments.models import Payer, Payment
from payments.services import alarms, arrivals, cash, payins
from payments.services.one_by_one import one_by_one
from pooling.books import Wallet
from pooling.models import Membership, WalletMove, WeeklyList, WeeklyListRow
from pooling.rules import WEEKLY_LIST, WEEKLY_ROW, step
from pooling.rules.wallets import MOST_SLICES
from pooling.rules.weekly import goes_to
from pooling.selectors import weekly as reading
from pooling.selectors.promises import news_on_the_way
from pooling.selectors.wallets import free_in
from pooling.services.handing_out import Slice, give
from pooling.services.transactions import all_or_nothing
from pooling.services.wallets import close_waiting
from pooling.services.weekly_lists import finish, locked_organisation, make_due, tell, tidy, write_trail

State = WeeklyList.State
LOOK_AGAIN = timedelta(hours=1)
CURRENT = (State.SENT, State.DONE)


def advance_due(*, at: datetime) -> int:
    """Makes the lists whose day it is; gives out what came; asks for what is missing. Returns how many lists moved."""
    waiting = WeeklyList.objects.filter(state__in=(State.READY, State.SENT)).values_list("pk", flat=True)
    return make_due(at=at) + one_by_one([*waiting.order_by("pk"), *_done_with_more()], lambda pk: go_on(weekly_list_id=pk, at=at))


def _done_with_more() -> list[int]:
    """The newest list an organisation sent, when it is done and Stripe keeps more that they sent, or has just taken it in.

    Where they stopped the newest, what came of it goes back to them: nothing is taken in for an older one.
    """
    # What they sent for one person alone ("/portion:") is no list's.
    more = Payer.objects.filter(cash_pence__gte=payins.LEAST_PENCE, owner__contains="/council:").values_list("owner", flat=True)
    taken = Payment.objects.filter(about__startswith="wallet:", state="open").values_list("payer__owner", flat=True)
    payers = {*more, *taken}
    keepers = {int(owner.partition("/")[0].removeprefix("organisation:")) for owner in payers}
    newest = WeeklyList.objects.filter(organisation__in=keepers, sent_at__isnull=False).order_by("organisation_id", "council_code", "-sent_at", "-pk")
    return [one.pk for one in newest.distinct("organisation_id", "council_code") if one.state == State.DONE and _wallet(one).payer in payers]


def go_on(*, weekly_list_id: int, at: datetime) -> bool:
    """One step of a list that was sent: what is here goes out, and what is not is asked for. Not in a transaction. True when something moved.

    Planned payments are performed by the timer, or by the caller.
    """
    moved = fund(weekly_list_id=weekly_list_id, at=at)
    if alarms.book_is_behind():
        return moved
    looked = _look(weekly_list_id, at)
    return ask(weekly_list_id=weekly_list_id, looked=looked, at=at) or moved


def _look(weekly_list_id: int, at: datetime) -> bool:
    """Asks Stripe how the payment stands that is waited for, or else what it keeps for them. True when we now know what it keeps.

    Once an hour, after each payment that was closed, and before what it keeps is taken in. Events say it sooner; what Stripe pays at once is
    asked for the first time here.
    """
    row = WeeklyList.objects.get(pk=weekly_list_id)
    waiting = reading.purse_of(row).waiting
    if row.state not in CURRENT or (waiting is not None and waiting.state != "open"):
        return False
    last = row.looked_at if waiting is None else waiting.checked_at
    is_due = last is None or at - last >= LOOK_AGAIN
    with suppress(AnswerLost, StripeIsBusy, NotFound):
        if waiting is not None:
            if is_due:
                arrivals.refresh(payment_id=waiting.pk, at=at)
        elif is_due or row.must_look or cash.left_of(_wallet(row).payer) >= payins.LEAST_PENCE:
            cash.look_at(_wallet(row).payer, at=at, rings=False)
            return bool(WeeklyList.objects.filter(pk=row.pk).update(looked_at=at, must_look=False))
    return False


def _wallet(row: WeeklyList) -> Wallet:
    return Wallet(row.organisation_id, row.council_code)


# --- asking ---


@all_or_nothing
def ask(*, weekly_list_id: int, looked: bool, at: datetime) -> bool:
    """Closes a payment of which a part came; else takes in what Stripe keeps; else asks for what is missing. True when it did one of these.

    `looked`: Stripe was asked just now what it keeps. What it kept at an older look may be part of a payment by now, and is not taken in.
    """
    row = _locked(weekly_list_id, at)
    if row.state not in CURRENT:
        return False
    purse = reading.purse_of(row)
    if purse.waiting is not None:
        return row.state == State.SENT and _close_part(row, purse.come_pence, at)
    if row.must_look:
        # What was closed is with Stripe: asking for it anew would only find the same part again.
        return False
    if Payment.objects.filter(about=_wallet(row).about, state="failed", started_at__gt=at - LOOK_AGAIN).exists():
        return False  # Stripe would not wait for a sum just now: asked anew every round, it would say so every round
    if looked and cash.take_in(**_terms(row, payins.MOST_PENCE, at)) is not None:
        return True
    missing = reading.missing_pence(reading.rows_of(row), purse) if row.state == State.SENT else 0
    if not missing:
        return False
    payins.start_bank_transfer(**_terms(row, max(missing, payins.LEAST_PENCE), at))
    return True


def _terms(row: WeeklyList, pence: int, at: datetime) -> payins.Terms:
    wallet = _wallet(row)
    return payins.Terms(
        payer_owner=wallet.payer,
        lot_owner=wallet.owner,
        credit=wallet.money,
        pence=pence,
        council_code=row.council_code,
        about=wallet.about,
        by=row.sent_by,
        at=at,
    )


def _close_part(row: WeeklyList, come_pence: int, at: datetime) -> bool:
    if come_pence < payins.LEAST_PENCE or not close_waiting(_wallet(row), by=None, at=at):
        return False
    WeeklyList.objects.filter(pk=row.pk).update(must_look=True)
    return True


# --- giving out ---


@all_or_nothing
def fund(*, weekly_list_id: int, at: datetime) -> bool:
    """Pays the rows of a sent list from the wallet, in order, as far as it goes; in one that is ready, only drops what is done already.

    Fact: `pooling.weekly_list_part_paid`. True when something moved.
    """
    row = _locked(weekly_list_id, at)
    if row.state not in (State.READY, State.SENT):
        return False
    moved = tidy(row) > 0
    if row.state == State.READY:
        return finish(row, at) or moved
    wallet = _wallet(row)
    if free_in(wallet):
        # The places first, as everybody locks them; then the calls are read as they are.
        list(Membership.objects.locked().filter(pk__in=row.rows.waiting().values("membership")).order_by("pk"))
        tidy(row)
        moved = _pay(row, free_in(wallet), at) or moved
    return finish(row, at) or moved


def _locked(weekly_list_id: int, at: datetime) -> WeeklyList:
    organisation_id = WeeklyList.objects.values_list("organisation_id", flat=True).get(pk=weekly_list_id)
    locked_organisation(organisation_id, by=None, at=at)
    return WeeklyList.objects.locked().get(pk=weekly_list_id)


def _pay(row: WeeklyList, pence: int, at: datetime) -> bool:
    rows = _payable(row)
    reached = rows[: goes_to([one.call.to_pay_pence for one in rows], pence)][:MOST_SLICES]
    if not reached:
        return False
    row.state = step(WEEKLY_LIST, row.state, "fund")
    of_place: dict[tuple[int, int], list[WeeklyListRow]] = {}
    for one in reached:
        of_place.setdefault((one.membership_id, one.portion_id), []).append(one)
    slices = {Slice(*place, sum(one.call.to_pay_pence for one in each)): each for place, each in of_place.items()}
    total = sum(one.pence for one in slices)
    move = WalletMove.objects.create(
        kind=WalletMove.Kind.HANDED_OUT,
        organisation_id=row.organisation_id,
        council_code=row.council_code,
        pence=total,
        token=uuid.uuid4(),
        asked_by=row.sent_by,
        asked_at=at,
    )
    write_trail(row, verb="pooling.fund_weekly_list", by=None, at=at, pence=total, move=move.pk)
    paid = {one: one.call.to_pay_pence for one in reached}
    kept = give(move, slices=list(slices), calls={one: [each.call_id for each in rows] for one, rows in slices.items()}, by=None, at=at)
    for slice_row, each in zip(kept, slices.values(), strict=True):
        for one in each:
            one.state, one.slice, one.funded_pence = step(WEEKLY_ROW, one.state, "fund"), slice_row, paid[one]
    WeeklyListRow.objects.bulk_update(reached, ["state", "slice", "funded_pence"])
    _tell_who_waits(row, at)
    return True


def _payable(row: WeeklyList) -> list[WeeklyListRow]:
    """Its rows to be paid now, in order. One on its way by another payment needs nothing, and keeps nobody waiting."""
    waiting = row.rows.waiting().filter(kind=reading.PAY).exclude(call__state="clearing").select_related("call")
    rows = list(waiting.order_by("number", "pk"))
    news = {pk for pk, _ in news_on_the_way([one.call_id for one in rows])}
    return [one for one in rows if one.call_id not in news]


def _tell_who_waits(row: WeeklyList, at: datetime) -> None:
    """When more is on its way that pays them too, nobody is told."""
    purse = reading.purse_of(row)
    left: Sequence[WeeklyListRow] = reading.left_waiting(reading.rows_of(row), purse.here_pence + purse.coming_pence)
    if left:
        tell("weekly_list_part_paid", row, at)
