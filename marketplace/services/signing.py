"""Each side's own yes or no to an agreement: to a purpose, a price and a ceiling (state-machines.md 1, "Two yeses")."""

from datetime import datetime
from typing import get_args

from audit.errors import Changed, NotAllowed, Refusal
from marketplace import policies
from marketplace.models import Agreement, Payer
from marketplace.rules.dates import LONDON
from marketplace.rules.tables import AGREEMENT, NotNow, after
from marketplace.selectors.buying import Work, purchase_verdict
from marketplace.selectors.checking import category_of
from marketplace.selectors.exits import frozen_visit_pence
from marketplace.services import awarding, booking_states
from marketplace.services.agreements import make_active, make_void
from marketplace.services.plans import NoPriceForSoMany, plans_for, set_plan
from marketplace.services.writing import log, tell
from people.models import Person
from people.services import approvals
from pooling.models import Membership, Pledge
from pooling.rules import Relative
from pooling.selectors import mode_of
from pooling.services import earmarks
from pooling.services.membership_records import must_go_on
from pooling.services.transactions import all_or_nothing
from providers.selectors import checks_live

RELATIVE_EXCEPTION = "marketplace.pay_relative"
"""What a funder's yes to paying a partner, or family in the same home, is called in `people.Approval`."""


class PriceHasChanged(Changed):
    """Signed from a page that showed an older version."""

    code = "price_has_changed"
    sentence = "The price has changed since you opened this page. Look at the new price, then say yes or no."


class PromiseDoesNotFit(Refusal):
    """The promise chosen is not this person's for this group, or too small."""

    code = "promise_does_not_fit"
    sentence = "Choose a promise you made to this group."
    field = "pledge"


class MayNotBuyThis(Refusal):
    """The budget may not pay for this; the sentence says why."""

    code = "may_not_buy"
    field = "pledge"


class ChecksAreNotLive(Refusal):
    """A check that the work needs is missing or has run out."""

    code = "checks_not_live"
    sentence = "A check you need is not in place. Look at your checks, then come back and say yes."


@all_or_nothing
def sign_as_payer(*, agreement: Agreement, pledge: Pledge, related: Relative, by: Person, at: datetime, version: int | None = None) -> Agreement:
    """One payer's own yes, from one promise: keeps the most it can cost them of that promise for this agreement. No money moves.

    `related`: none, elsewhere, same_home or partner: who works there to them. `version`: the one their page showed.
    Raises NotAllowed, NotNow, PriceHasChanged, PromiseDoesNotFit, MayNotBuyThis, `people`'s NeedsApproval (a relative the funder has not agreed to).
    """
    row = _open(agreement, version, at)
    pledge = Pledge.objects.select_related("portion__budget__person").get(pk=pledge.pk)
    payer = _payer(row, pledge.membership_id)
    if not policies.may_sign_for(by=by, payer=payer, at=at) or policies.is_linked_to(person=payer.person, enterprise=row.enterprise):
        raise NotAllowed("Only the person who pays can say yes, or somebody who may decide for them. Nobody who works for the provider can.")
    if payer.state == Payer.State.SIGNED:
        raise NotNow("This has a yes already.")
    if payer.state == Payer.State.DECLINED:
        # The others, and the provider, were asked again without them.
        raise NotNow("This has a no already, and the others have another price since. Ask them for new visits, with you in them.")
    _promise_fits(payer, pledge)
    _may_buy(row, payer, pledge, related, at)
    payer.earmark = awarding.keep(agreement=row, payer=payer, pledge=pledge, by=by, at=at)
    payer.pledge, payer.portion, payer.relative = pledge, pledge.portion, related
    payer.pays_at_yes = mode_of(pledge.portion) == "on_yes"
    payer.state = Payer.State.SIGNED
    payer.signed_by, payer.signed_at, payer.signed_version, payer.declined_at = by, at, row.version, None
    payer.save()
    log(by=by, verb="sign_as_payer", row=row, at=at, on_behalf_of=payer.person, payer=payer.pk, ceiling_pence=payer.ceiling_pence)
    _count_signatures(row, by, at)
    return row


@all_or_nothing
def decline_as_payer(*, agreement: Agreement, membership: Membership, by: Person, at: datetime) -> Agreement:
    """One payer's no. The others see their new price and say yes again before anybody pays (state-machines.md 8, `payers_sign`)."""
    row = _open(agreement, None, at)
    payer = _payer(row, membership.pk)
    if not policies.may_sign_for(by=by, payer=payer, at=at):
        raise NotAllowed("Only the person who was asked can say no, or somebody who may decide for them.")
    if payer.state == Payer.State.DECLINED:
        raise NotNow("This has a no already.")
    _forget_signature(row, payer, at)
    awarding.let_go(agreement=row, payer=payer, at=at)
    payer.state, payer.declined_at = Payer.State.DECLINED, at
    payer.save()
    log(by=by, verb="decline_as_payer", row=row, at=at, on_behalf_of=payer.person, payer=payer.pk)
    _without(row, by, at)
    return row


@all_or_nothing
def sign_as_provider(*, agreement: Agreement, by: Person, at: datetime, version: int | None = None) -> Agreement:
    """The provider's yes. Its checks must be live today. Raises NotAllowed, NotNow, PriceHasChanged, ChecksAreNotLive, NoNewYes."""
    row = _open(agreement, version, at)
    if not policies.may_speak_for_enterprise(by=by, enterprise=row.enterprise):
        raise NotAllowed("Only the provider can say yes here.")
    if row.provider_signed_version == row.version:
        raise NotNow("You have said yes already.")
    must_go_on(row.cluster)
    if row.enterprise.state != "live" or checks_live(
        enterprise=row.enterprise, worker=None, category=category_of(row), on=at.astimezone(LONDON).date()
    ):
        raise ChecksAreNotLive
    row.provider_signed_by, row.provider_signed_at, row.provider_signed_version = by, at, row.version
    verb = "second_sign" if _all_payers_signed(row) else "provider_sign"
    _move(row, verb, by, at)
    return row


@all_or_nothing
def refuse_as_provider(*, agreement: Agreement, reason: str, by: Person, at: datetime) -> Agreement:
    """The provider's no: the agreement never comes about. `reason` is shown to the group."""
    row = _open(agreement, None, at)
    if not policies.may_speak_for_enterprise(by=by, enterprise=row.enterprise):
        raise NotAllowed("Only the provider can say no here.")
    make_void(agreement=row, verb="refuse", reason=reason.strip() or "The provider said no this time.", by=by, at=at)
    return row


@all_or_nothing
def ask_relative_exception(*, agreement: Agreement, membership: Membership, reason: str, by: Person, at: datetime) -> None:
    """Asks the funder whether this person's money may pay a relative it normally may not (SI 2014/2871, regulation 3)."""
    payer = _payer(agreement, membership.pk)
    if not policies.may_sign_for(by=by, payer=payer, at=at):
        raise NotAllowed
    approvals.ask(what=RELATIVE_EXCEPTION, about_kind="payer", about_id=payer.pk, by=by, reason=reason, at=at, council_code=payer.council_code)


# --- inside ---


def _open(agreement: Agreement, version: int | None, at: datetime) -> Agreement:
    row = Agreement.objects.locked().select_related("enterprise", "listing", "offer", "cluster").get(pk=agreement.pk)
    if not row.is_open_to_sign or booking_states.is_late(agreement=row, at=at):
        raise NotNow("This is not open for an answer any more.")
    if version is not None and version != row.version:
        raise PriceHasChanged
    awarding.lock_brief(agreement=row)
    return row


def _payer(agreement: Agreement, membership_id: int) -> Payer:
    payer = Payer.objects.locked().filter(agreement=agreement, membership_id=membership_id).select_related("person", "agreement__enterprise").first()
    if payer is None:
        raise PromiseDoesNotFit
    return payer


def _promise_fits(payer: Payer, pledge: Pledge) -> None:
    if pledge.membership_id != payer.membership_id or pledge.state != "pledged":
        raise PromiseDoesNotFit
    if pledge.weekly_pence < payer.weekly_pence:
        raise PromiseDoesNotFit("This costs more each week than you promised. Promise more, or say no this time.")


def _may_buy(agreement: Agreement, payer: Payer, pledge: Pledge, related: Relative, at: datetime) -> None:
    if related not in get_args(Relative):
        raise MayNotBuyThis("Tell us whether somebody who works there is family.", field="related")
    verdict = purchase_verdict(
        portion=pledge.portion,
        weekly_pence=payer.weekly_pence,
        free_weekly_pence=pledge.weekly_pence,
        work=Work(agreement.enterprise, category_of(agreement)),
        related=related,
        on=at.astimezone(LONDON).date(),
    )
    if verdict.answer == "no":
        raise MayNotBuyThis(" ".join(verdict.reasons))
    allowed = approvals.is_given(what=RELATIVE_EXCEPTION, about_kind="payer", about_id=payer.pk, at=at)
    if verdict.answer == "with_approval" and not allowed:
        raise approvals.NeedsApproval(" ".join(verdict.reasons))


def _all_payers_signed(agreement: Agreement) -> bool:
    states = set(Payer.objects.filter(agreement=agreement).taking_part().values_list("state", "signed_version"))
    return states == {("signed", agreement.version)}


def _count_signatures(agreement: Agreement, by: Person, at: datetime) -> None:
    if _all_payers_signed(agreement):
        _move(agreement, "second_sign" if agreement.provider_signed_version == agreement.version else "payers_sign", by, at)


def _move(agreement: Agreement, verb: str, by: Person, at: datetime) -> None:
    agreement.state = after(AGREEMENT, agreement.state, verb)
    if verb == "second_sign":
        make_active(agreement=agreement, by=by, at=at)
        return
    agreement.save(update_fields=["state", "provider_signed_by", "provider_signed_at", "provider_signed_version"])
    log(by=by, verb=verb, row=agreement, at=at, version=agreement.version)
    tell(kind="agreement_half_signed", row=agreement, at=at, version=agreement.version)


def _forget_signature(agreement: Agreement, payer: Payer, at: datetime) -> None:
    if payer.pledge is not None and payer.earmark is not None:
        earmarks.drop(about_kind="agreement", about_id=agreement.pk, pledge=payer.pledge, at=at)
    payer.earmark = payer.pledge = payer.portion = None
    payer.state = Payer.State.ASKED
    payer.signed_by = payer.signed_at = payer.signed_version = None


def _without(agreement: Agreement, by: Person, at: datetime) -> None:
    """Somebody is not taking part: a new price for the others when they go together, and a new total for the provider."""
    left = list(Payer.objects.locked().filter(agreement=agreement).taking_part().select_related("membership").order_by("pk"))
    if not left:
        make_void(agreement=agreement, verb="refuse", reason="Nobody took part this time.", by=by, at=at)
        return
    try:
        price = _price(agreement, len(left))
    except NoPriceForSoMany:
        make_void(agreement=agreement, verb="refuse", reason="They have no price for so few people.", by=by, at=at)
        return
    agreement.state = after(AGREEMENT, agreement.state, "price_again")
    agreement.provider_signed_by = agreement.provider_signed_at = agreement.provider_signed_version = None
    agreement.visit_pence = price
    if agreement.together:
        _price_again(agreement, left, at)
    agreement.save()
    log(by=by, verb="price_again", row=agreement, at=at, version=agreement.version, payers=len(left))
    tell(kind="agreement_sent", row=agreement, at=at, version=agreement.version)
    _count_signatures(agreement, by, at)


def _price(agreement: Agreement, people: int) -> int:
    """What one visit costs now that so many take part: by the price list that was sent to everybody, whatever the provider asks others since.

    An offer was for the whole visit, whoever comes to it; own visits are each person's own.
    """
    if agreement.listing is None or not agreement.together:
        return agreement.visit_pence
    price = frozen_visit_pence(agreement, people)
    if price is None:
        raise NoPriceForSoMany
    return price


def _price_again(agreement: Agreement, left: list[Payer], at: datetime) -> None:
    agreement.version += 1
    plans = plans_for(agreement=agreement, memberships=[one.membership for one in left])
    for payer, plan in zip(left, plans, strict=True):
        _forget_signature(agreement, payer, at)
        approvals.lapse(what=RELATIVE_EXCEPTION, about_kind="payer", about_id=payer.pk, at=at)
        set_plan(payer=payer, plan=plan)
        payer.save()
