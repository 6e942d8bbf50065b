"""Changing an agreement that runs: somebody asks, those whose yes is needed answer, the weeks to come are changed (state-machines.md 8, `vary`).

A change moves no money and never makes anybody pay more than they said yes to. Locks: the agreement, then the change, then its answers.
"""

from collections.abc import Sequence
from datetime import datetime

from audit.errors import NotAllowed, Refusal
from marketplace import policies
from marketplace.models import Agreement, Booking, Change
from marketplace.rules.changes import CHANGE
from marketplace.rules.tables import NotNow, after
from marketplace.services import answering, rounds, terms
from marketplace.services.writing import log
from payments.services.one_by_one import one_by_one
from people.models import Person
from pooling.models import Membership, Pledge
from pooling.rules import Relative
from pooling.services.transactions import all_or_nothing

MOST_VISIT_PENCE = 100_000
State, Kind = Change.State, Change.Kind


class ChangeIsNotPossible(Refusal):
    """What was asked for is not another price, not other days, or silly; `field` says which."""

    code = "change_not_possible"
    sentence = "Choose what you want to change."


@all_or_nothing
def propose(
    *,
    agreement: Agreement,
    kind: str,
    by: Person | None,
    at: datetime,
    visit_pence: int | None = None,
    weekdays: Sequence[int] = (),
    why: str = "",
) -> Change:
    """Somebody who pays, or the provider, asks for another price (`visit_pence`, the whole visit), other days (`weekdays`), or to end it.

    Asking is one's own yes. `by` None: the group decided to ask; everybody still answers. Ends at once where nobody's yes is missing.
    Raises NotAllowed, NotNow, ChangeIsNotPossible, PromiseDoesNotFit, pooling's PledgeIsExhausted.
    """
    row = Agreement.objects.locked().select_related("enterprise").get(pk=agreement.pk)
    is_provider = by is not None and policies.may_speak_for_enterprise(by=by, enterprise=row.enterprise)
    _may_propose(row, kind, by, is_provider, at)
    if row.state != Agreement.State.ACTIVE:
        raise NotNow("Only visits that are on now can be changed.")
    if kind == Kind.VISITS and Booking.objects.filter(agreement=row).exists():
        raise NotNow("These visits are booked for a time. Move one of them on its own page, or call it off.")
    if row.changes.asking().exists():
        raise NotNow("Another change is being asked about. Wait for its answers, or take it back first.")
    price, days = _wanted(row, kind, visit_pence, weekdays)
    change = Change(agreement=row, council_code=row.council_code, kind=kind, proposed_by=by, why=why.strip()[:400], needs_provider=kind != Kind.END)
    change.visit_pence, change.weekdays, change.first_week = price, days, terms.first_open_week(row, at)
    if is_provider:
        change.provider_signed_by, change.provider_signed_at = by, at
    rounds.open_round(change=change, agreement=row, shape=_shape(row, kind, price, days), at=at)
    if by is not None:
        related = ("payer__person", "payer__agreement__enterprise", "payer__earmark", "payer__pledge__portion__budget__person")
        for mine in change.answers.select_related(*related).filter(payer__person=by):
            mine.change = change
            answering.say(answer_row=mine, answer="accept", by=by, at=at)
    rounds.conclude(change=change, agreement=row, by=by, at=at)
    return change


def _may_propose(agreement: Agreement, kind: str, by: Person | None, is_provider: bool, at: datetime) -> None:
    if kind not in {Kind.PRICE, Kind.VISITS, Kind.END}:
        raise ChangeIsNotPossible
    if by is None or (is_provider and kind != Kind.END):
        return
    payers = agreement.payers.signed().select_related("person", "agreement__enterprise")
    if not any(policies.may_sign_for(by=by, payer=payer, at=at) for payer in payers):
        raise NotAllowed("Only who pays, somebody who may decide for them, or the provider can ask for this.")


def _wanted(agreement: Agreement, kind: str, visit_pence: int | None, weekdays: Sequence[int]) -> tuple[int, list[int]]:
    price, days = agreement.visit_pence, list(agreement.weekdays)
    if kind == Kind.PRICE:
        if visit_pence is None or not 1 <= visit_pence <= MOST_VISIT_PENCE or visit_pence == price:
            raise ChangeIsNotPossible("Type another price for a visit, from 1p to £1,000. For example, 21.50.", field="visit_pence")
        price = visit_pence
    if kind == Kind.VISITS:
        days = sorted(set(weekdays))
        if not days or days == list(agreement.weekdays) or not all(1 <= day <= 7 for day in days):
            raise ChangeIsNotPossible("Choose on which days of the week they should come: other days than now.", field="weekdays")
    return price, days


def _shape(agreement: Agreement, kind: str, price: int, days: Sequence[int]) -> terms.Shape:
    return terms.Shape(len(days), (lambda _: price) if kind == Kind.PRICE else terms.price_now(agreement))


@all_or_nothing
def answer(
    *,
    change: Change,
    membership: Membership,
    answer: str,
    by: Person,
    at: datetime,
    instead: Membership | None = None,
    pledge: Pledge | None = None,
    related: Relative | None = None,
) -> Change:
    """One payer's own answer; it may be changed until the question is over. Silence is never a yes.

    `accept`, `no` (leave it as signed); where somebody leaves: `replace` (`instead`: who takes the place), `shrink` (fewer visits), `close` (I stop).
    `pledge`, `related`: from who would take a place. Raises NotAllowed, NotNow, PromiseDoesNotFit, MayNotBuyThis, PledgeIsExhausted.
    """
    agreement, row = _lock(change)
    mine = row.answers.locked().select_related(
        "payer__person", "payer__agreement__enterprise", "payer__earmark", "payer__pledge__portion__budget__person"
    )
    answer_row = mine.filter(payer__membership_id=membership.pk).first()
    if answer_row is None or not policies.may_sign_for(by=by, payer=answer_row.payer, at=at):
        raise NotAllowed("Only the person who was asked can answer, or somebody who may decide for them.")
    answer_row.change = row
    answering.say(answer_row=answer_row, answer=answer, by=by, at=at, instead=instead, pledge=pledge, related=related)
    log(by=by, verb="answer_change", row=row, at=at, on_behalf_of=answer_row.payer.person, payer=answer_row.payer_id, answer=answer)
    rounds.conclude(change=row, agreement=agreement, by=by, at=at)
    return row


@all_or_nothing
def provider_sign(*, change: Change, by: Person, at: datetime) -> Change:
    """The provider's yes to the new terms. Raises NotAllowed, NotNow."""
    agreement, row = _lock(change)
    if not policies.may_speak_for_enterprise(by=by, enterprise=agreement.enterprise):
        raise NotAllowed("Only the provider can say yes here.")
    row.state = after(CHANGE, row.state, "provider_sign")
    if row.provider_has_signed or not row.needs_provider:
        raise NotNow("You have said yes already.")
    row.provider_signed_by, row.provider_signed_at = by, at
    row.save(update_fields=["state", "provider_signed_by", "provider_signed_at"])
    log(by=by, verb="sign_change", row=row, at=at)
    rounds.conclude(change=row, agreement=agreement, by=by, at=at)
    return row


@all_or_nothing
def refuse(*, change: Change, reason: str, by: Person, at: datetime) -> Change:
    """The provider's no: all stays as it was signed; where somebody leaves, those who stay are asked again without fewer visits."""
    agreement, row = _lock(change)
    if not policies.may_speak_for_enterprise(by=by, enterprise=agreement.enterprise):
        raise NotAllowed("Only the provider can say no here.")
    if not row.needs_provider:
        raise NotNow("This needs no yes of yours: it is what you signed.")
    rounds.say_no(change=row, agreement=agreement, reason=reason.strip()[:400] or "The provider said no this time.", by=by, at=at)
    return row


@all_or_nothing
def take_back(*, change: Change, by: Person, at: datetime) -> Change:
    """Who asked for it takes it back. What follows from somebody's leaving can't be. Raises NotAllowed, NotNow."""
    _, row = _lock(change)
    if row.proposed_by_id != by.pk:
        raise NotAllowed("Only who asked for this can take it back.")
    rounds.end(change=row, verb="take_back", reason="", by=by, at=at)
    return row


def advance_due(*, at: datetime) -> int:
    """Ends what was not answered in time. Returns how many questions ended."""
    over = Change.objects.asking().filter(closes_at__lte=at).order_by("pk").values_list("pk", flat=True)
    return one_by_one(over, lambda pk: _time_out(pk, at))


@all_or_nothing
def _time_out(pk: int, at: datetime) -> int:
    agreement, row = _lock(Change(pk=pk), must_be_open=False)
    if row.state != State.ASKING or at < row.closes_at:
        return 0
    rounds.close(change=row, agreement=agreement, at=at)
    return 1


def _lock(change: Change, *, must_be_open: bool = True) -> tuple[Agreement, Change]:
    agreement_id = Change.objects.values_list("agreement_id", flat=True).get(pk=change.pk)
    agreement = Agreement.objects.locked().select_related("enterprise").get(pk=agreement_id)
    row = Change.objects.locked().get(pk=change.pk)
    row.agreement = agreement
    if must_be_open and row.state != State.ASKING:
        raise NotNow("This question is over. Look at the page again.")
    return agreement, row
