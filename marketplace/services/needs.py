"""What people would like, kept as theirs; and what nobody offers, so that the council can see how much is missing and never who."""

from datetime import datetime

from audit.errors import NotAllowed, Refusal
from marketplace.models import Agreement, Need
from marketplace.rules.tables import NEED, NEW, after
from marketplace.services.writing import log
from people.models import Person
from people.policies import may_act_for
from places.postcodes import outcode_of
from pooling.models import Cluster
from pooling.services.transactions import all_or_nothing
from vocabulary.models import Term


class NeedIsNotClear(Refusal):
    """No such kind of help, or no reason given."""

    code = "need_not_clear"
    sentence = "Choose what would help from the list."
    field = "category"


@all_or_nothing
def note(
    *,
    person: Person,
    category: str,
    outcode: str,
    council_code: str,
    by: Person,
    at: datetime,
    words: str = "",
    cluster: Cluster | None = None,
    counted: bool = True,
) -> Need:
    """Keeps what a person would like, for them alone. `category`: vocabulary slug. Raises NotAllowed, NeedIsNotClear, UnknownOutcode."""
    need = _new(person, category, outcode, council_code, by, at, words, cluster, counted)
    log(by=by, verb="note_need", row=need, at=at, on_behalf_of=person, category=category)
    return need


@all_or_nothing
def note_unmet(
    *,
    person: Person,
    category: str,
    outcode: str,
    council_code: str,
    reason: str,
    by: Person,
    at: datetime,
    words: str = "",
    cluster: Cluster | None = None,
    counted: bool = True,
) -> Need:
    """ "None of these is right", or the list near them is empty: kept as unmet, with why (a `Need.Reason`). Counted unless they say no."""
    need = _new(person, category, outcode, council_code, by, at, words, cluster, counted)
    _not_found(need, reason, by, at)
    return need


@all_or_nothing
def note_unmet_unsigned(*, category: str, outcode: str, council_code: str, reason: str, at: datetime) -> Need:
    """As `note_unmet`, by somebody who is not signed in: only counted. Their words are not kept: nobody could ever read or withdraw them."""
    _check(category, reason)
    state = after(NEED, after(NEED, NEW, "note"), "not_found")
    need = Need.objects.create(
        category=category, outcode=outcode_of(outcode), council_code=council_code, state=state, reason=reason, created_at=at, unmet_at=at
    )
    log(by=None, verb="need_not_found", row=need, at=at, reason=reason)
    return need


@all_or_nothing
def not_found(*, need: Need, reason: str, by: Person, at: datetime) -> Need:
    """A need that was kept or being bought finds nothing."""
    row = _mine(need, by, at)
    _not_found(row, reason, by, at)
    return row


@all_or_nothing
def share(*, need: Need, cluster: Cluster, by: Person, at: datetime) -> Need:
    """Lets the group see it."""
    row = _mine(need, by, at)
    if not cluster.memberships.filter(person=row.person, state__in=["trial", "active"]).exists():
        raise NotAllowed("You are not in that group.")
    row.state = after(NEED, row.state, "share")
    row.cluster = cluster
    row.save(update_fields=["state", "cluster"])
    log(by=by, verb="share_need", row=row, at=at, on_behalf_of=row.person)
    return row


@all_or_nothing
def short_way(*, need: Need, agreement: Agreement, by: Person, at: datetime) -> Need:
    """The group picked a service for it."""
    row = _mine(need, by, at)
    row.state = after(NEED, row.state, "short_way")
    row.agreement = agreement
    row.save(update_fields=["state", "agreement"])
    log(by=by, verb="need_short_way", row=row, at=at, on_behalf_of=row.person, agreement=agreement.pk)
    return row


@all_or_nothing
def met_freely(*, need: Need, by: Person, at: datetime) -> Need:
    """Somebody they know, or something free, does it."""
    row = _mine(need, by, at)
    row.state = after(NEED, row.state, "met_freely")
    row.met_at = at
    row.save(update_fields=["state", "met_at"])
    log(by=by, verb="need_met_freely", row=row, at=at, on_behalf_of=row.person)
    return row


@all_or_nothing
def withdraw(*, need: Need, by: Person, at: datetime) -> Need:
    """No longer wanted; no longer counted."""
    row = _mine(need, by, at)
    row.state = after(NEED, row.state, "withdraw")
    row.save(update_fields=["state"])
    log(by=by, verb="withdraw_need", row=row, at=at, on_behalf_of=row.person)
    return row


def fulfil_for(*, agreement: Agreement, at: datetime) -> None:
    """An agreement became active: what it was picked for is met."""
    for need in Need.objects.locked().filter(agreement=agreement, state="buying").order_by("pk"):
        need.state = after(NEED, need.state, "fulfilled")
        need.met_at = at
        need.save(update_fields=["state", "met_at"])
        log(by=None, verb="need_fulfilled", row=need, at=at, agreement=agreement.pk)


def give_up_for(*, agreement: Agreement, at: datetime) -> None:
    """An agreement never came about: what it was picked for is unmet."""
    for need in Need.objects.locked().filter(agreement=agreement, state="buying").order_by("pk"):
        _not_found(need, Need.Reason.REFUSED, None, at)


def _new(
    person: Person,
    category: str,
    outcode: str,
    council_code: str,
    by: Person,
    at: datetime,
    words: str,
    cluster: Cluster | None,
    counted: bool,
) -> Need:
    if not may_act_for(by=by, person=person, decision="groups", at=at):
        raise NotAllowed
    _check(category)
    return Need.objects.create(
        person=person,
        cluster=cluster,
        category=category,
        outcode=outcode_of(outcode),
        council_code=council_code,
        words=words.strip(),
        counted=counted,
        state=after(NEED, NEW, "note"),
        created_at=at,
    )


def _check(category: str, reason: str = Need.Reason.NO_PROVIDER) -> None:
    if not Term.objects.filter(kind=Term.Kind.CATEGORY, slug=category).exists():
        raise NeedIsNotClear
    if reason not in Need.Reason.values or not reason:
        raise NeedIsNotClear("Tell us what is missing: choose one.", field="reason")


def _mine(need: Need, by: Person, at: datetime) -> Need:
    row = Need.objects.locked().get(pk=need.pk)
    if row.person is None or not may_act_for(by=by, person=row.person, decision="groups", at=at):
        raise NotAllowed
    return row


def _not_found(need: Need, reason: str, by: Person | None, at: datetime) -> None:
    _check(need.category, reason)
    need.state = after(NEED, need.state, "not_found")
    need.reason, need.unmet_at = reason, at
    need.save(update_fields=["state", "reason", "unmet_at"])
    log(by=by, verb="need_not_found", row=need, at=at, on_behalf_of=need.person if by is not None else None, reason=reason)
