"""Leaving, read: what it costs to stop today, where a leaver's money is, line by line, and who waits for whom.

What a page shows before somebody leaves and what their statement says come out of one function (`reckon`, state-machines.md S5).
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from audit.clock import london_date
from audit.models import Delivery, Entry
from ledger import selectors as book
from ledger.services.accounts import Account
from payments.models import Payment
from pooling.books import Lot, lot_of
from pooling.models import Earmark, Hold, HoldMove, Leaving, LeavingMove, Membership, Portion
from pooling.rules import QUIET_DAYS, Settled, Standing, Term, bill_of, out_on, settle
from pooling.selectors import groups
from pooling.selectors.promises import free_share, has_something_on

LINES = 5_000
"""Of one account: more than a group's life brings."""
AFTER_STATEMENT = ("statement_sent", "queried", "settled")
PAID = (HoldMove.Kind.RELEASE, HoldMove.Kind.SETTLE_PAY)


@dataclass(frozen=True, slots=True)
class Reckoned:
    """One portion: where its money is, and what of it comes back."""

    portion: Portion
    standing: Standing
    settled: Settled


def reckon(membership: Membership, terms: Sequence[Term] | None) -> list[Reckoned]:
    """S5 for each portion that has money in this group, or a bill, in order. `terms` None: they are out, and what is held may still be billed."""
    standings = _standings(membership)
    wanted = set(standings) | {term.portion_id for term in terms or ()}
    portions = Portion.objects.filter(pk__in=wanted).select_related("holder", "budget").in_bulk()
    found = []
    for pk in sorted(wanted):
        standing = standings.get(pk, Standing(0, 0, 0, 0))
        bill = standing.held_pence if terms is None else bill_of(terms, pk)
        found.append(Reckoned(portions[pk], standing, settle(standing, bill)))
    return found


def _standings(membership: Membership) -> dict[int, Standing]:
    """Where each portion's money is. What a call counts on is as good as held; money on its way in is nobody's yet."""
    own: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    councils: dict[int, str] = {}
    for account, pence in book.balances(codes=("SHARE", "RECEIVABLE"), owner_prefix=f"member:{membership.pk}/").items():
        if lot := lot_of(account.owner, account.council):
            own[lot.portion_id][account.code] += pence
            councils[lot.portion_id] = lot.council
    for hold in Hold.objects.filter(membership=membership):
        own[hold.portion_id]["HOLD"] += hold.held_pence + hold.disputed_pence
        councils[hold.portion_id] = hold.council_code
    found = {}
    for pk, sums in own.items():
        lot = Lot(membership.pk, pk, councils[pk])
        free = min(sums["SHARE"], max(0, free_share(membership.pk, pk, lot.council)))
        counted_on = sums["SHARE"] - free
        found[pk] = Standing(free, sum(reserves_of(lot).values()), sums["HOLD"] + counted_on, max(0, sums["RECEIVABLE"]))
    return found


def reserves_of(lot: Lot) -> dict[Account, int]:
    """Where money of this lot is set aside by its owner's yes, with no hold yet."""
    there = book.balances(codes=("RESERVE",), council=lot.council)
    return {account: pence for account, pence in there.items() if pence and account.owner.endswith(f"/{lot.owner}")}


def terms_of(membership: Membership) -> list[Term]:
    """What providers may still bill somebody who said that they leave, as the market worked it out."""
    rows = [] if (leaving := open_leaving(membership)) is None else leaving.terms.order_by("pk")
    return [Term(row.agreement_id, row.portion_id, row.until, row.bill_pence, row.route) for row in rows]


def portion_for(membership: Membership, agreement_id: int) -> Portion | None:
    """The part of their budget that somebody said yes to an agreement with."""
    kept = Earmark.objects.filter(pledge__membership=membership, about_kind="agreement", about_id=agreement_id).select_related("pledge__portion")
    newest = kept.order_by("-pk").first()
    return newest.pledge.portion if newest is not None else None


def last_day_if_told(membership: Membership, at: datetime) -> date:
    """The day on which somebody who says so now is out: after the notice of the rules they signed; today when nothing is on."""
    days = groups.notice_days_for(membership) if has_something_on(membership) else 0
    return out_on(london_date(at), days)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a statement. `kind`: put_in, recovered, paid, home, bank; open (still held or asked about), owed; back (what goes home now).

    put_in + recovered − paid − home − bank = open + owed kept back + back, portion by portion, to the penny.
    """

    kind: str
    on: date
    pence: int
    portion: int
    about: str = ""

    def as_row(self) -> dict[str, str | int]:
        return {"kind": self.kind, "on": self.on.isoformat(), "pence": self.pence, "portion": self.portion, "about": self.about}


# What each kind of journal did to a member's own money, as its owner reads it. Money set aside and given back is not a line: it stayed theirs.
_KINDS = {"withdraw": "home", "keep": "home", "kept_for_debt": "home", "debt_taken": "bank", "debt_given_back": "bank", "recover": "recovered"}
_SILENT = {"place", "give_back", "settle", "release_by_order", "leaving", "late_true_up"}
_GONE = {LeavingMove.Kind.HOME: "home", LeavingMove.Kind.DEBT: "bank"}


def history(membership: Membership, portion: Portion) -> list[Line]:
    """Everything that happened to one portion's money in this group, oldest first: put in, paid for what happened, gone home before."""
    lot = Lot(membership.pk, portion.pk, portion.council_code)
    found: dict[UUID, tuple[str, datetime, int, str]] = {}
    for entry in book.entries(owner=lot.owner, codes=("SHARE",), limit=LINES):
        if entry.kind in _SILENT:
            continue
        kind = _KINDS.get(entry.kind, "put_in")
        before = found.get(entry.key)
        found[entry.key] = (kind, entry.effective_at, entry.pence + (before[2] if before else 0), entry.about)
    lines = [_line(kind, at, pence, portion.pk, about) for kind, at, pence, about in found.values() if pence]
    moves = HoldMove.objects.filter(hold__membership=membership, hold__portion=portion, kind__in=PAID)
    lines += [Line("paid", london_date(move.at), move.pence, portion.pk, move.about) for move in moves]
    gone = LeavingMove.objects.filter(membership=membership, portion=portion, kind__in=_GONE)
    lines += [Line(_GONE[LeavingMove.Kind(move.kind)], london_date(move.at), move.pence, portion.pk) for move in gone]
    return sorted(lines, key=lambda line: (line.on, line.kind, line.about))


def _line(kind: str, at: datetime, pence: int, portion_id: int, about: str) -> Line:
    return Line(kind, london_date(at), -pence if kind in ("home", "bank") else pence, portion_id, about)


def still_open(membership: Membership, portion: Portion) -> list[Line]:
    """What is held, or questioned, and what calls count on: named on the statement, and paid by true-up when it comes back."""
    lines = []
    for hold in Hold.objects.filter(membership=membership, portion=portion).order_by("pk"):
        if pence := hold.held_pence + hold.disputed_pence:
            lines.append(Line("open", london_date(hold.placed_at), pence, portion.pk, f"{hold.about_kind}:{hold.about_id}"))
    return lines


def on_its_way(membership: Membership) -> int:
    """Pence paid that are not here yet."""
    return sum(book.balances(codes=("PENDING",), owner_prefix=f"member:{membership.pk}/").values())


def has_ever_paid(membership: Membership) -> bool:
    """Whether any money of theirs ever came, or is coming, to this group."""
    return Payment.objects.filter(lot_owner__startswith=f"member:{membership.pk}/", state__in=("clearing", "available")).exists()


def is_still_being_told(membership: Membership) -> bool:
    """The rooms above have not all heard that this person left: what is theirs may still be in holds for weeks that will not happen."""
    mine = Delivery.objects.filter(subject=f"membership:{membership.pk}", fact__kind="pooling.left")
    return mine.exclude(room="frontend").exclude(state=Delivery.State.DONE).exists()


def quiet_people(portions: Iterable[Portion], *, at: datetime) -> list[Membership]:
    """People in groups, of these portions, who did nothing themselves for six weeks: somebody asks whether they are well (abuse.md 19)."""
    people = {portion.budget.person_id for portion in portions}
    heard = Entry.objects.filter(by_id__in=people, at__gt=at - timedelta(days=QUIET_DAYS)).values_list("by_id", flat=True).distinct()
    places = Membership.objects.inside().filter(person__in=people - set(heard), joined_at__lt=at - timedelta(days=QUIET_DAYS))
    return list(places.select_related("person", "cluster").order_by("person__full_name", "pk"))


def waiting_to_go(membership: Membership, portion: Portion) -> int:
    """Pence in LEAVING: put aside by an earlier statement, and not yet on their way."""
    return book.balance(Lot(membership.pk, portion.pk, portion.council_code).leaving)


def with_late_money() -> list[Membership]:
    """Places of people who have left in which something is free that no statement speaks of. Looks at accounts with money in them only."""
    here = {lot.membership_id for account, pence in book.balances(codes=("SHARE",), with_money=True).items() if (lot := lot_of(account.owner, ""))}
    out = Membership.objects.filter(pk__in=here, state__in=AFTER_STATEMENT)
    return [place for place in out.order_by("pk") if any(one.settled.payable_pence for one in reckon(place, None))]


def open_leaving(membership: Membership) -> Leaving | None:
    """The leaving that is going on for this place, if one is."""
    return membership.leavings.open().first()
