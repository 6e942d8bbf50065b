"""What we write when a bank takes a payment back, or money comes back from a provider. As in `notices`: once, and never a link.

Who comes hears that nobody pays, never why: a payer's bank is the payer's own affair.
"""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q

from audit.clock import london_date
from frontend import words
from frontend.notices import _share, _tell
from frontend.notices_of_money import owners_of, whose
from frontend.presenters import owed
from frontend.presenters.owed import OwedLine
from marketplace.models import Milestone, Visit
from payments.models import Dispute, Remittance
from people.models import Person
from pooling.models import Membership, Portion
from pooling.selectors.owed import seen
from providers.models import Enterprise

MISTAKE = "If it was a mistake, ring your bank, then ring us."


@dataclass(frozen=True, slots=True)
class Readers:
    """`own`: the person whose money it is, where nobody looks after it. `others`: who pays for them, or looks after their money."""

    own: list[Person]
    others: list[Person]

    def told(self, *, kind: str, about: str, subject: str, mine: str, theirs: str, at: datetime) -> int:
        told = _tell(self.own, kind=kind, about=about, subject=subject, says=mine, at=at)
        return told + _tell(self.others, kind=kind, about=about, subject=subject, says=theirs, at=at)


def _readers(place: Membership | None, portion: Portion | None, lot_owner: str, council_code: str, at: datetime) -> Readers:
    people = owners_of(lot_owner, council_code, at)
    if place is None or portion is None or portion.holder_id is not None:
        return Readers([], people)
    return Readers([one for one in people if one.pk == place.person_id], [one for one in people if one.pk != place.person_id])


# --- a bank takes a payment back, or gives it back ---


def bank_took(*, dispute_id: int, pence: int, fact_id: int, at: datetime) -> int:
    """To whoever's money it is, and who may pay for them: a payment went back, and out of which money it comes."""
    row, one, readers = _dispute(dispute_id, at)
    whom = f" for {one.name}" if one.name else ""
    sum_, about = words.pounds(pence), f"dispute:{row.pk}:{fact_id}"
    if row.kind == Dispute.Kind.BY_HAND:
        mine, what = (f"{sum_} that was paid{who} went back to the bank it came from: {one.what}." for who in ("", whom))
    else:
        mine, what = f"Your bank took {sum_} back: {one.what}.", f"The bank took back {sum_} that was paid{whom}: {one.what}."
    mine += f" It comes out of your own money here, never out of anybody else’s. Your money page says what is left to pay. {MISTAKE}"
    theirs = f"{what} It comes out of {_which_money(one)}, never out of anybody else’s. {MISTAKE}"
    return readers.told(kind="bank_took", about=about, subject="A payment was taken back", mine=mine, theirs=theirs, at=at)


def _which_money(one: OwedLine) -> str:
    if one.is_sum:
        return "what is not handed out yet"
    return f"the money you look after for {one.name}" if one.is_held else f"{one.name}’s own money here"


def bank_gave_back(*, dispute_id: int, pence: int, fact_id: int, at: datetime) -> int:
    """To the same people: it is here again."""
    row, one, readers = _dispute(dispute_id, at)
    whom, sum_ = f" for {one.name}" if one.name else "", words.pounds(pence)
    mine = f"Your bank gave {sum_} back: {one.what}. What we took of your money for it is yours again. You don’t need to do anything."
    theirs = f"The bank gave back {sum_}{whom}: {one.what}. What we took for it is there again. You don’t need to do anything."
    about = f"dispute:{row.pk}:{fact_id}"
    return readers.told(kind="bank_gave_back", about=about, subject="The bank gave it back", mine=mine, theirs=theirs, at=at)


def _dispute(pk: int, at: datetime) -> tuple[Dispute, OwedLine, Readers]:
    [one] = seen([Dispute.objects.select_related("payment").get(pk=pk)])
    row = one.dispute
    return row, owed.lines([one])[0], _readers(one.place, one.portion, row.lot_owner, row.council_code, at)


# --- work that nobody pays for now ---


def fell_short(*, share_id: int, pence: int, days: list[str], was_to_come: bool, at: datetime) -> int:
    """To the provider, at once: don't come, nobody pays for it. To the payer: nobody comes. To who helps the group: ask them."""
    share, today = _share(share_id), london_date(at)
    agreement, name, about = share.milestone.agreement, share.payer.person.known_as, f"share:{share.pk}"
    week = f"{agreement.title}, {words.which_week(share.milestone)}"
    coming = [one for one in map(date.fromisoformat, days) if one >= today]
    visits = Visit.objects.filter(Q(payer=share.payer) | Q(payer=None), milestone=share.milestone)
    others_go_on = visits.filter(payer=None, state=Visit.State.PLANNED, on__gte=today).exists()
    is_done = visits.filter(state__in=(Visit.State.BEGUN, Visit.State.DONE)).exists() or len(coming) < len(days)
    if not was_to_come or not (coming or others_go_on):
        says = f"{words.pounds(pence)} for {name} can’t be paid now: {week}. The money for it is not here any more. Ring us about it."
        return _tell([agreement.enterprise.owner], kind="fell_short", about=about, subject="Not all of a week is paid", says=says, at=at)
    on = f"on {words.names(words.day(one) for one in coming)}" if coming else f"in the week from {words.day(share.milestone.starts_on)}"
    says = f"Please do not come to {name} {on}: {week}. Nobody pays for it."
    says += " Your visits to the others go on." if others_go_on else ""
    says += f" Nobody pays for what was done for {name} that week either. Ring us about it." if is_done else ""
    told = _tell([agreement.enterprise.owner], kind="fell_short", about=about, subject="Please do not come to one person", says=says, at=at)
    says = f"Nobody comes to {name} {on}: {week}. The money for it is not here any more. Ring us if somebody is needed."
    people = whose(share.membership, share.portion, at)
    told += _tell(people, kind="visits_gone", about=about, subject="Visits that don’t happen", says=says, at=at)
    says = f"{name}’s part is not covered any more: {week}. Nobody comes to {name} {on}. Please ask how they are, and if they need somebody."
    return told + _helper(share.milestone, about, says, at)


def helper_of_short_week(*, milestone_id: int, at: datetime) -> int:
    """To who helps the group: not everybody's part of a week is in."""
    week = Milestone.objects.select_related("agreement__cluster__facilitator").get(pk=milestone_id)
    says = f"{week.agreement.title}: not everybody’s part of the week from {words.day(week.starts_on)} is covered. Please ask the group."
    return _helper(week, f"milestone:{week.pk}", says, at)


def _helper(week: Milestone, about: str, says: str, at: datetime) -> int:
    helper = week.agreement.cluster.facilitator
    who = [helper] if helper else []
    return _tell(who, kind="helper_short", about=about, subject="A week is not all covered", says=says, at=at)


# --- money back from a provider ---


def asked_back(*, share_id: int, pence: int, fact_id: int, at: datetime) -> int:
    """To the provider: two people decided that this should not have been paid."""
    share = _share(share_id)
    agreement = share.milestone.agreement
    says = (
        f"{words.pounds(pence)} is asked back from you: {agreement.title}, {words.which_week(share.milestone)}. Two people decided that. "
        "It comes out of what you were paid. What is not there is kept back from what you are paid next. Ring us if you think it is wrong."
    )
    about, subject = f"share:{share.pk}:{fact_id}", "Money is asked back from you"
    return _tell([agreement.enterprise.owner], kind="asked_back", about=about, subject=subject, says=says, at=at)


def kept_back(*, remittance: Remittance, at: datetime) -> int:
    """To the provider: this payment does not reach their bank, it pays what they owe."""
    kind, _, number = remittance.payee.owner.partition(":")
    owners = [one.owner for one in Enterprise.objects.filter(pk=int(number)).select_related("owner")] if kind == "enterprise" else []
    says = f"{words.pounds(remittance.pence)} of your pay was kept back. You were paid too much before, and this pays it back. Your page shows it."
    if remittance.set_off_for is not None and remittance.set_off_for.remittance_id is None:
        says = f"{words.pounds(remittance.pence)} of your pay was sent to you by hand before. So we do not send it again. Your page shows it."
    return _tell(owners, kind="kept_back", about=f"remittance:{remittance.pk}", subject="Some of your pay was kept back", says=says, at=at)


def came_back(*, share_id: int, pence: int, owner: str, council_code: str, fact_id: int, at: datetime) -> int:
    """To the payer, or who looks after their money: it is theirs again."""
    share = _share(share_id)
    agreement, name = share.milestone.agreement, share.payer.person.full_name
    what = f"{words.pounds(pence)} came back from {agreement.enterprise.name}: {agreement.title}, {words.which_week(share.milestone)}."
    readers = _readers(share.membership, share.portion, owner, council_code, at)
    mine, theirs = f"{what} It is yours again, and can be used.", f"{what} It is in the money of {name} again, and can be used."
    return readers.told(kind="came_back", about=f"share:{share.pk}:{fact_id}", subject="Money came back", mine=mine, theirs=theirs, at=at)
