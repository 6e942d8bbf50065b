"""The weekly list of who looks after money: made by the clock or on asking, put in order, sent, its orders accepted.

A list moves no money: sending it asks for one sum, and `weekly_money` gives what comes to people in its order. What stays in the wallet is the
organisation's. Locks: the organisation, the list, places in groups, then promise, earmark and call; the ledger last.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta

from audit.clock import london_date
from audit.errors import NotAllowed, Refusal
from audit.services import facts, trail
from payments.services.one_by_one import one_by_one
from people.models import Organisation, Person
from people.roles import has_role
from pooling.books import Wallet
from pooling.models import Call, WeeklyDay, WeeklyList, WeeklyListRow
from pooling.rules import NEW, WEEKLY_LIST, WEEKLY_ROW, step
from pooling.rules.weekly import COVERS_DAYS, Asked, reordered, usual_order
from pooling.selectors import weekly as reading
from pooling.services import calls
from pooling.services.transactions import all_or_nothing
from pooling.services.wallets import close_waiting

State, RowState = WeeklyList.State, WeeklyListRow.State


class NothingToList(Refusal):
    code = "nothing_to_list"
    sentence = "Nothing is asked for your people in the coming week. We make a list when there is."


class NotADay(Refusal):
    code = "not_a_day"
    sentence = "Choose a day of the week, from 1 for Monday to 7 for Sunday."
    field = "weekday"


class NothingToPay(Refusal):
    code = "nothing_to_pay"
    sentence = "Nothing in this list has to be paid now. Make a new list when something is asked for."


class NotInThisList(Refusal):
    code = "not_in_this_list"
    sentence = "One of these is not in this list, or is done already. Look at the list again."


class NoOrdersWait(Refusal):
    code = "no_orders_wait"
    sentence = "No order in this list waits for you any more."


def locked_organisation(pk: int, *, by: Person | None, at: datetime) -> Organisation:
    """The organisation, locked as `wallets` locks it. `by` None: the clock. Raises NotAllowed."""
    row = Organisation.objects.select_for_update(no_key=True).get(pk=pk)
    if by is not None and not has_role(by, "holder_staff", organisation=row, at=at):
        raise NotAllowed
    return row


@all_or_nothing
def set_day(*, organisation: Organisation, weekday: int, by: Person, at: datetime) -> WeeklyDay:
    """The day of the week on which its lists are made: 1 Monday to 7 Sunday. Raises NotAllowed, NotADay."""
    home = locked_organisation(organisation.pk, by=by, at=at)
    if weekday not in range(1, 8):
        raise NotADay
    row, _ = WeeklyDay.objects.update_or_create(organisation=home, defaults={"weekday": weekday, "council_code": home.council_code})
    detail = {"weekday": weekday}
    trail.write(
        by=by, verb="pooling.set_weekly_day", about_kind="organisation", about_id=home.pk, at=at, council_code=home.council_code, detail=detail
    )
    return row


@all_or_nothing
def make(*, organisation: Organisation, council_code: str, by: Person | None, at: datetime) -> WeeklyList:
    """A new list of all that its people's calls in this council need until ten days from now. One that was ready and not sent gives way to it.

    In the order that was set last, new people after; in the usual order where none was.

    One that was sent goes on being paid until this one is sent. `by` None: the clock. Fact: `pooling.weekly_list_made`.
    Raises NotAllowed, NothingToList.
    """
    home = locked_organisation(organisation.pk, by=by, at=at)
    today = london_date(at)
    covers_to = today + timedelta(days=COVERS_DAYS)
    wanted = reading.wanted(home, council_code, covers_to=covers_to)
    if not wanted:
        raise NothingToList
    earlier = WeeklyList.objects.filter(organisation=home, council_code=council_code)
    last = earlier.order_by("-pk").first()
    for old in earlier.locked().filter(state=State.READY):
        end(old, "supersede", at)
    row = WeeklyList.objects.create(
        organisation=home,
        council_code=council_code,
        state=step(WEEKLY_LIST, NEW, "make"),
        made_on=today,
        covers_to=covers_to,
        made_by=by,
        made_at=at,
        own_order=last.own_order if last is not None else [],
    )
    place = _places([call.membership.person_id for call, _ in wanted], {person: number for number, person in enumerate(row.own_order)})
    wanted.sort(key=lambda one: place[one[0].membership.person_id])
    WeeklyListRow.objects.bulk_create(_row(row, number, *one) for number, one in enumerate(wanted, start=1))
    write_trail(row, verb="pooling.make_weekly_list", by=by, at=at, rows=len(wanted))
    tell("weekly_list_made", row, at)
    return row


def _row(weekly_list: WeeklyList, number: int, call: Call, paid_until: date | None) -> WeeklyListRow:
    return WeeklyListRow(
        weekly_list=weekly_list,
        call=call,
        membership_id=call.membership_id,
        portion_id=call.portion_id,
        council_code=weekly_list.council_code,
        kind=reading.kind_of(call),
        state=step(WEEKLY_ROW, NEW, "list"),
        number=number,
        pence=call.to_pay_pence,
        due_on=reading.due_of(call),
        paid_until=paid_until,
    )


def _places(people: Sequence[int], wished: Mapping[int, int]) -> dict[int, int]:
    """{person: place} in the order wished."""
    return {person: number for number, person in enumerate(reordered(people, wished))}


@all_or_nothing
def reorder(*, weekly_list: WeeklyList, numbers: Mapping[int, int], by: Person, at: datetime) -> WeeklyList:
    """People in the order of their numbers ({person's id: number}); without one they come after. The next list begins with this order.

    No numbers at all: the usual order, in this list and the next. Raises NotAllowed, NotNow, NotInThisList.
    """
    row = _locked(weekly_list, by, at)
    row.state = step(WEEKLY_LIST, row.state, "reorder")
    rows = {one.call_id: one for one in row.rows.select_related("membership__person").order_by("number")}
    people = [one.membership.person_id for one in rows.values()]
    if not set(numbers) <= set(people):
        raise NotInThisList
    if numbers:
        place = _places(people, numbers)
        ordered = sorted(rows.values(), key=lambda one: (place[one.membership.person_id], one.number))
        row.own_order = [*place, *(person for person in row.own_order if person not in place)]
    else:
        ordered, row.own_order = [rows[one.key] for one in usual_order(_asked(one) for one in rows.values())], []
    for number, one in enumerate(ordered, start=1):
        one.number = number
    WeeklyListRow.objects.bulk_update(ordered, ["number"])
    row.save(update_fields=["own_order"])
    write_trail(row, verb="pooling.reorder_weekly_list", by=by, at=at)
    return row


def _asked(row: WeeklyListRow) -> Asked:
    person = row.membership.person
    return Asked(row.call_id, person.pk, person.full_name, row.due_on, row.paid_until)


@all_or_nothing
def send(*, weekly_list: WeeklyList, by: Person, at: datetime) -> WeeklyList:
    """From now on the list stands as it is, one sum is asked for, and what comes goes to its people in its order. The one before it is over.

    What is not needed any more is left out first. The caller then runs `weekly_money.go_on` and what it planned.
    Raises NotAllowed, NotNow, NothingToPay.
    """
    row = _locked(weekly_list, by, at)
    after = step(WEEKLY_LIST, row.state, "send")
    tidy(row)
    rows = [one for one in reading.rows_of(row) if one.state == RowState.WAITING and one.kind == reading.PAY]
    if not rows:
        raise NothingToPay
    for old in WeeklyList.objects.locked().filter(organisation=row.organisation_id, council_code=row.council_code, state=State.SENT):
        end(old, "supersede", at)
    row.state, row.sent_by, row.sent_at = after, by, at
    row.sum_pence = sum(one.pence for one in rows)
    purse = reading.purse_of(row)
    row.send_pence = reading.missing_pence(rows, purse)
    row.save(update_fields=["state", "sent_by", "sent_at", "sum_pence", "send_pence"])
    write_trail(row, verb="pooling.send_weekly_list", by=by, at=at, pence=row.sum_pence)
    if purse.waiting is not None and purse.waiting.pence != row.send_pence:
        # Another sum was waited for. What comes of it all the same is in the wallet, or with Stripe, and pays this list.
        row.must_look = close_waiting(Wallet(row.organisation_id, row.council_code), by=by, at=at)
        row.save(update_fields=["must_look"])
    return row


@all_or_nothing
def stop(*, weekly_list: WeeklyList, by: Person, at: datetime) -> WeeklyList:
    """The sum will not come after all. What is in the wallet stays there. Raises NotAllowed, NotNow."""
    row = _locked(weekly_list, by, at)
    end(row, "stop", at)
    write_trail(row, verb="pooling.stop_weekly_list", by=by, at=at)
    close_waiting(Wallet(row.organisation_id, row.council_code), by=by, at=at)
    return row


@all_or_nothing
def accept_orders(*, weekly_list: WeeklyList, rows: Sequence[int] | None, reference: str, by: Person, at: datetime) -> list[WeeklyListRow]:
    """A written order stands for these rows, or with None for all orders of the list. All of them or none.

    Raises NotAllowed, NotNow, NoOrdersWait, NotInThisList, calls.ReferenceIsMissing.
    """
    row = _locked(weekly_list, by, at)
    row.state = step(WEEKLY_LIST, row.state, "accept_orders")
    tidy(row)
    waiting = row.rows.waiting().filter(kind=reading.ORDER).select_related("call")
    chosen = list((waiting if rows is None else waiting.filter(pk__in=rows)).order_by("membership_id", "pk"))
    if rows is not None and len(chosen) != len(set(rows)):
        raise NotInThisList
    if not chosen:
        raise NoOrdersWait
    for one in chosen:
        calls.accept_order(call=one.call, reference=reference, by=by, at=at)
        one.state = step(WEEKLY_ROW, one.state, "accept")
        one.save(update_fields=["state"])
    write_trail(row, verb="pooling.accept_weekly_orders", by=by, at=at, rows=len(chosen))
    finish(row, at)
    return chosen


def make_due(*, at: datetime) -> int:
    """On its day, a list for each organisation and council where something is asked for and none was made that day or since. Returns how many."""
    due = reading.due_for_a_list(today=london_date(at))
    return one_by_one(due, lambda one: _make(Organisation(pk=one[0]), one[1], at))


def _make(organisation: Organisation, council_code: str, at: datetime) -> bool:
    with suppress(NothingToList):
        make(organisation=organisation, council_code=council_code, by=None, at=at)
        return True
    return False


# --- what `weekly_money` shares ---


def _locked(weekly_list: WeeklyList, by: Person, at: datetime) -> WeeklyList:
    locked_organisation(weekly_list.organisation_id, by=by, at=at)
    return WeeklyList.objects.locked().get(pk=weekly_list.pk)


def tidy(row: WeeklyList) -> int:
    """Rows of the locked list that nothing can be done for any more are dropped; an order accepted elsewhere is ordered. Returns how many changed.

    A call that asks for more than the list said is dropped too: nobody is given more than was looked at. The next list has it.
    """
    changed = 0
    for one in row.rows.waiting().select_related("call"):
        verb = _what_became_of(one)
        if verb:
            one.state = step(WEEKLY_ROW, one.state, verb)
            one.save(update_fields=["state"])
            changed += 1
    return changed


def _what_became_of(one: WeeklyListRow) -> str:
    call = one.call
    if one.kind == reading.ORDER and call.state == call.State.ORDERED:
        return "accept"
    # One on its way by another payment may still fail, and then needs this list again.
    if call.state == call.State.CLEARING and one.kind == reading.PAY:
        return ""
    return "" if reading.kind_of(call) == one.kind and call.to_pay_pence <= one.pence else "drop"


def finish(row: WeeklyList, at: datetime) -> bool:
    """The locked list is done when nothing in it waits."""
    if row.rows.waiting().exists():
        return False
    end(row, "finish", at)
    return True


def end(row: WeeklyList, verb: str, at: datetime) -> None:
    """The locked list is over: `finish`, `supersede` or `stop`."""
    row.state, row.ended_at = step(WEEKLY_LIST, row.state, verb), at
    row.save(update_fields=["state", "ended_at"])


def tell(kind: str, row: WeeklyList, at: datetime) -> None:
    """Fact `pooling.<kind>`."""
    facts.record(kind=f"pooling.{kind}", subject=f"weekly_list:{row.pk}", payload={"weekly_list": row.pk}, at=at, council_code=row.council_code)


def write_trail(row: WeeklyList, *, verb: str, by: Person | None, at: datetime, **detail: int) -> None:
    """One line of the audit trail."""
    trail.write(by=by, verb=verb, about_kind="weekly_list", about_id=row.pk, at=at, council_code=row.council_code, detail=detail)
