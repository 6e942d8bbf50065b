"""Costs, goodbyes and statements for tests of leaving, made through services; the market's side (what is billed, which weeks go) is played here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from ledger.selectors import balance, balances
from ledger.services.accounts import Account
from ledger.services.journals import post
from payments.services import payees
from pooling.books import Lot
from pooling.models import Hold, Membership, Pledge, Portion, Statement
from pooling.services import earmarks, holds, pledges
from pooling.services.holds import HoldPart
from tests import cast_pooling
from tests.cast import SOUTHWARK
from tests.ledger.book import journal

WEEKLY = 100_000
WEEKS = 4


@dataclass
class Purse:
    """One payer: their place, the part of their budget, their promise."""

    place: Membership
    portion: Portion
    pledge: Pledge

    @property
    def lot(self) -> Lot:
        return Lot(self.place.pk, self.portion.pk, self.portion.council_code)

    def has(self) -> dict[str, int]:
        """Pence of this payer's accounts by code, zero ones left out."""
        found: dict[str, int] = {}
        for account, pence in balances(codes=("SHARE", "RESERVE", "HOLD", "DISPUTE", "LEAVING", "REFUND")).items():
            if pence and account.owner.endswith(self.lot.owner):
                found[account.code] = found.get(account.code, 0) + pence
        return found


@dataclass
class Costs:
    """What a group spends, thing by thing. Shares are numbered from 1; a thing's hold is `about` its number."""

    purses: Mapping[str, Purse]
    payee_id: int
    at: datetime
    number: int = 0
    shares: dict[tuple[int, str], int] = field(default_factory=dict)

    def held(self, parts: Mapping[str, int]) -> int:
        """Each pays so much of one thing, out of what is free of theirs, and it is held. Returns the thing's number."""
        self.number += 1
        thing, wanted = self.number, []
        for name, pence in parts.items():
            purse = self.purses[name]
            share = thing * 100 + len(wanted)
            self.shares[thing, name] = share
            kept = cast_pooling.earmarked(purse.pledge, at=self.at, agreement=1_000 + share, pence=pence)
            assert cast_pooling.called(kept, share=share, pence=pence, at=self.at).state == "funded"
            wanted.append(HoldPart(share, purse.place.pk, purse.portion.pk, pence))
        holds.place(about_kind="milestone", about_id=thing, parts=wanted, at=self.at)
        return thing

    def hold(self, thing: int, name: str) -> Hold:
        return Hold.objects.get(about_kind="milestone", about_id=thing, share_id=self.shares[thing, name])

    def billed(self, thing: int, parts: Mapping[str, int]) -> None:
        """So much of it happened, and each payer said yes."""
        for name, pence in parts.items():
            about = f"share:{self.shares[thing, name]}"
            holds.release(hold=self.hold(thing, name), pence=pence, payee_id=self.payee_id, about=about, by=None, at=self.at)

    def returned(self, thing: int, parts: Mapping[str, int]) -> None:
        for name, pence in parts.items():
            holds.give_back(hold=self.hold(thing, name), pence=pence, by=None, at=self.at)

    def spent(self, parts: Mapping[str, int]) -> int:
        thing = self.held(parts)
        self.billed(thing, parts)
        return thing


def purse(place: Membership, portion: Portion, *, at: datetime, paid_pence: int, number: int) -> Purse:
    """So much paid in and free, and a promise wide enough for all that follows."""
    if paid_pence:
        cast_pooling.paid_in(place, portion, pence=paid_pence, at=at, share=9_000 + number, agreement=900 + number)
    promise = pledges.promise(
        membership=place, portion=portion, weekly_pence=WEEKLY, weeks=WEEKS, starts_on=cast_pooling.monday_after(at), by=place.person, at=at
    )
    return Purse(place, portion, promise)


def costs(purses: Mapping[str, Purse], at: datetime) -> Costs:
    payee = payees.open_payee(owner="enterprise:1", council_code=SOUTHWARK, by=None, at=at)
    return Costs(purses, payee.pk, at)


def no_more_weeks(places: Sequence[Membership], at: datetime) -> None:
    """What the market does when it hears that somebody left: nothing of theirs is meant for later weeks any more."""
    for place in places:
        for pledge in place.pledges.live():
            for kept in pledge.earmarks.live():
                earmarks.drop(about_kind=kept.about_kind, about_id=kept.about_id, at=at, pledge=pledge)


def floated(pence: int) -> None:
    """The platform's own money, for what providers give back later."""
    post(journal((Account("BANK", SOUTHWARK), Account("FLOAT", SOUTHWARK), pence)))


def going_home() -> int:
    """Pence on their way home, of everybody."""
    return sum(balances(codes=("REFUND", "OUT")).values())


def days(at: datetime, count: int) -> datetime:
    return at + timedelta(days=count)


def lines_add_up(statement: Statement) -> None:
    """put in + got back − paid − gone home − taken by a bank = still open + comes back (+ what is kept for a debt), portion by portion."""
    for part in statement.parts.all():
        sums: dict[str, int] = {}
        for line in statement.lines:
            if line["portion"] == part.portion_id:
                sums[line["kind"]] = sums.get(line["kind"], 0) + line["pence"]
        came = sums.get("put_in", 0) + sums.get("recovered", 0) - sums.get("paid", 0) - sums.get("home", 0) - sums.get("bank", 0)
        kept_back = came - sums.get("open", 0) - sums.get("back", 0)
        assert 0 <= kept_back <= part.owed_pence, sums
        assert (sums.get("back", 0), sums.get("open", 0)) == (part.payable_pence, part.open_pence), sums


def book_has(code: str) -> int:
    return balance(Account(code, SOUTHWARK))
