"""Weekly lists: what the clock made of them, which payments they asked for, and whom what came went to."""

from typing import TYPE_CHECKING

from audit.clock import london_date
from config.simulation import reading
from config.simulation.model import weekly
from config.simulation.model.book import Wrong
from config.simulation.model.things import ListRow, Payment, Wallet, WeeklyList

if TYPE_CHECKING:
    from config.simulation.world import World

_LISTS = "select id, state, organisation_id, council_code from pooling_weeklylist where not id = any(%s) or id = any(%s) order by id desc"
_ASKED = "select id::text, pence, operation_id::text from payments_payment where about = %s and not id = any(%s::uuid[]) order by id"
_ROWS = "select call_id, state, funded_pence, slice_id, kind from pooling_weeklylistrow where weekly_list_id = %s order by number, id"
_PARTS = """
    select p.id::text, p.part_of_id::text, p.pence, s.membership_id
    from payments_payment p join pooling_walletslice s on p.about = 'slice:' || s.id where s.id = %s order by p.id
"""
CURRENT, OVER = ("sent", "done"), ("superseded", "stopped", "done")


def handed(world: "World", about: str, pence: int) -> None:
    """The clock handed some of a wallet out: which part of which lot that is."""
    model, number = world.model, int(about.partition(":")[2])
    new = [row for row in reading.rows(_PARTS, number) if row[0] not in model.payments and row[2] == pence]
    of = {model.payments[of]: name for name, of, _, _ in new}
    lot = min(of, key=lambda lot: (lot.taken_at or 0, lot.id))
    purse = next(purse for purse in model.purses if purse.member == new[0][3])
    weekly.hand_on(model, number, of[lot], lot, purse, pence)


def rows_of(number: int) -> list[ListRow]:
    return [ListRow(*row) for row in reading.rows(_ROWS, number)]


def stands_in_order(row: WeeklyList, found: list[ListRow]) -> None:
    """All that is asked for, and whose turn it is. Raises Wrong."""
    if [one.call for one in found] != row.order:
        raise Wrong(f"List {row.id} ({row.state}) asks for calls {[one.call for one in found]}; should be {row.order}.")


def rows(world: "World") -> None:
    """How our rows say that each stands; payments that a list asked for. Raises Wrong."""
    _lists(world)
    for wallet in world.model.wallets:
        _asked(world, wallet)


def _lists(world: "World") -> None:
    model = world.model
    of = {(wallet.holder, wallet.council): wallet for wallet in model.wallets}
    open_ones = [row.id for row in model.lists.values() if row.state not in OVER]
    for pk, state, holder, council in reading.rows(_LISTS, list(model.lists), open_ones):
        is_new = pk not in model.lists
        row = weekly.made(model, of[holder, council], pk, london_date(world.at).toordinal()) if is_new else model.lists[pk]
        found = rows_of(pk) if is_new or row.state == "sent" or state == "done" else []
        if found:
            stands_in_order(row, found)
        if row.state == "sent":
            _paid(world, pk, found)
        if state != row.state and (state != "done" or any(one.state == "waiting" for one in found)):
            raise Wrong(f"List {pk} went from {row.state} to {state}: it may not.")
        row.state = state


def _paid(world: "World", pk: int, found: list[ListRow]) -> None:
    """Calls that were paid since: out of just what was handed out for them, and from the top."""
    model, row = world.model, world.model.lists[pk]
    new = [one for one in found if one.state == "funded" and one.call not in row.paid]
    for slice_id in {one.slice for one in new if one.slice is not None}:
        wanted = sum(one.pence or 0 for one in new if one.slice == slice_id)
        if model.given.pop(slice_id, 0) != wanted or any(model.calls[one.call].to_pay != one.pence for one in new):
            raise Wrong(f"List {pk} paid {new}, and something else was handed out for slice {slice_id}.")
    # Who has not heard yet how another payment went is passed over, until they have.
    unheard = reading.unheard() if new else set()
    waiting = {one.call for one in found if one.state == "waiting" and one.call not in unheard}
    for one in new:
        row.paid.add(one.call)
        world.tell(f"list {pk} pays call {one.call}")
        above = row.order[: row.order.index(one.call)]
        weekly.pay(row, model.calls[one.call], [model.calls[other] for other in above if other in waiting])


def _asked(world: "World", wallet: Wallet) -> None:
    """A bank transfer that the clock asked for, or made of what Stripe keeps."""
    model = world.model
    about = f"wallet:{wallet.holder}/{wallet.council}"
    for name, pence, operation in reading.rows(_ASKED, about, wallet.asked):
        wallet.asked.append(name)
        if name in model.payments:
            continue
        if not any(row.wallet is wallet and row.state in CURRENT for row in model.lists.values()):
            raise Wrong(f"Nobody asked for payment {name} of {pence}p into {wallet.owner}.")
        model.live[name] = model.payments[name] = Payment(name, "bank_transfer", pence, wallet.council, wallet, operation=operation)
