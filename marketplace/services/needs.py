"""What people would like, kept as theirs; and what nobody offers, so that the council can see how much is missing and never who."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from django.db.models import Q

from audit.errors import NotAllowed, Refusal
from marketplace.models import Agreement, Need, PartOfWeek
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


class WishIsSilly(Refusal):
    """How often, or how much, is not possible; `field` says which."""

    code = "wish_not_possible"
    sentence = "Choose between 1 and 21 times a week."
    field = "times_a_week"


@dataclass(frozen=True, slots=True)
class Wishes:
    """How somebody would like it; all may be left out. `access`, `language`: slugs, the language counted only with its own tick.

    Pence are what they could pay a week, from and up to.
    """

    part_of_week: str = ""
    times_a_week: int | None = None
    access: tuple[str, ...] = ()
    language: str = ""
    language_counted: bool = False
    weekly_pence_low: int | None = None
    weekly_pence_high: int | None = None


NO_WISHES = Wishes()
SHAREABLE = ("words", "part_of_week", "times_a_week", "access", "language", "money")
"""What of a need its person may let the group read, one tick each; the kind of help is what sharing shares."""
MOST_TIMES = 21
MOST_WEEKLY_PENCE = 1_000_000


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
    wishes: Wishes = NO_WISHES,
) -> Need:
    """Keeps what a person would like, for them alone. `category`: vocabulary slug.

    Raises NotAllowed, NeedIsNotClear, WishIsSilly, UnknownOutcode.
    """
    need = _new(person, category, outcode, council_code, by, at, words, cluster, counted, wishes)
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
    wishes: Wishes = NO_WISHES,
) -> Need:
    """ "None of these is right", or the list near them is empty: kept as unmet, with why (a `Need.Reason`). Counted unless they say no."""
    need = _new(person, category, outcode, council_code, by, at, words, cluster, counted, wishes)
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
def share(*, need: Need, cluster: Cluster, by: Person, at: datetime, fields: Sequence[str] = ()) -> Need:
    """Lets the group see what kind of help it is, and each of `fields` (of SHAREABLE) that the person ticked. Raises NotAllowed, NotNow."""
    row = _mine(need, by, at)
    _is_in(row, cluster)
    row.state = after(NEED, row.state, "share")
    row.cluster, row.shared_at, row.shared_fields = cluster, at, [name for name in SHAREABLE if name in fields]
    row.save(update_fields=["state", "cluster", "shared_at", "shared_fields"])
    log(by=by, verb="share_need", row=row, at=at, on_behalf_of=row.person, fields=row.shared_fields)
    return row


@all_or_nothing
def retry(*, need: Need, by: Person, at: datetime, cluster: Cluster | None = None) -> Need:
    """Nothing was found, and the group tries again; `cluster` if it was not shared before. What was ticked stays ticked, nothing more."""
    return _again(need, "retry", by, at, cluster)


@all_or_nothing
def need_again(*, need: Need, by: Person, at: datetime, cluster: Cluster | None = None) -> Need:
    """It was found once, and is wanted again."""
    return _again(need, "need_again", by, at, cluster)


@all_or_nothing
def let_ask(*, need: Need, may: bool, by: Person, at: datetime) -> Need:
    """Whether the council's officer may send this person a question through us. Nobody is told who they are; a no any day."""
    row = _mine(need, by, at)
    row.state = after(NEED, row.state, "may_ask")
    row.may_ask = may
    row.save(update_fields=["may_ask"])
    log(by=by, verb="need_may_ask", row=row, at=at, on_behalf_of=row.person, may=may)
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
def met_freely(*, need: Need, by: Person, at: datetime, how: str = Need.MetHow.OTHER) -> Need:
    """Somebody they know, or something free, does it. `how`: a `Need.MetHow`, not `bought`. Raises NotAllowed, NotNow, NeedIsNotClear."""
    row = _mine(need, by, at)
    if how not in Need.MetHow.values or how in {Need.MetHow.NOT_YET, Need.MetHow.BOUGHT}:
        raise NeedIsNotClear("Tell us who does it: choose one.", field="how")
    row.state = after(NEED, row.state, "met_freely")
    row.met_at, row.met_how = at, how
    row.save(update_fields=["state", "met_at", "met_how"])
    log(by=by, verb="need_met_freely", row=row, at=at, on_behalf_of=row.person, how=how)
    return row


@all_or_nothing
def withdraw(*, need: Need, by: Person, at: datetime) -> Need:
    """No longer wanted: counted as dropped, if it was counted."""
    row = _mine(need, by, at)
    row.state = after(NEED, row.state, "withdraw")
    row.save(update_fields=["state"])
    log(by=by, verb="withdraw_need", row=row, at=at, on_behalf_of=row.person)
    return row


def fulfil_for(*, agreement: Agreement, at: datetime) -> None:
    """An agreement became active: what it was picked for, or what its offer answered, is met."""
    picked = Q(agreement=agreement, state=Need.State.BUYING)
    answered = Q(briefs__offers__agreement=agreement, state=Need.State.COMMISSIONING)
    for pk in Need.objects.filter(picked | answered).order_by("pk").values_list("pk", flat=True).distinct():
        need = Need.objects.locked().get(pk=pk)
        need.state = after(NEED, need.state, "fulfilled")
        need.agreement, need.met_at, need.met_how = agreement, at, Need.MetHow.BOUGHT
        need.save(update_fields=["state", "agreement", "met_at", "met_how"])
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
    wishes: Wishes,
) -> Need:
    if not may_act_for(by=by, person=person, decision="groups", at=at):
        raise NotAllowed
    _check(category)
    _is_sensible(wishes)
    return Need.objects.create(
        **(asdict(wishes) | {"access": list(wishes.access)}),
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


def _is_sensible(wishes: Wishes) -> None:
    low, high = wishes.weekly_pence_low, wishes.weekly_pence_high
    slugs = [(Term.Kind.ACCESS, one) for one in wishes.access] + [(Term.Kind.LANGUAGE, wishes.language)] * bool(wishes.language)
    wrong = [
        (wishes.part_of_week not in PartOfWeek.values, "part_of_week", "Choose a part of the week from the list."),
        (wishes.times_a_week is not None and not 1 <= wishes.times_a_week <= MOST_TIMES, "times_a_week", WishIsSilly.sentence),
        ((low is None) != (high is None), "weekly_pence_high", "Write both sums: from, and up to."),
        (
            low is not None and high is not None and not 1 <= low <= high <= MOST_WEEKLY_PENCE,
            "weekly_pence_high",
            "Write the smaller sum first. For example, from 15.00 up to 20.00.",
        ),
        (any(not Term.objects.filter(kind=kind, slug=slug).exists() for kind, slug in slugs), "language", "Choose from the list."),
    ]
    for is_wrong, field, sentence in wrong:
        if is_wrong:
            raise WishIsSilly(sentence, field=field)


def _is_in(need: Need, cluster: Cluster) -> None:
    if not cluster.memberships.inside().filter(person=need.person).exists():
        raise NotAllowed("You are not in that group.")


def _again(need: Need, verb: str, by: Person, at: datetime, cluster: Cluster | None) -> Need:
    row = _mine(need, by, at)
    state, group = after(NEED, row.state, verb), cluster or row.cluster
    if group is None:
        raise NeedIsNotClear("Choose the group that tries with you.", field="cluster")
    _is_in(row, group)
    row.state, row.cluster, row.shared_at, row.agreement = state, group, at, None
    row.reason, row.unmet_at, row.met_at, row.met_how = Need.Reason.NONE, None, None, Need.MetHow.NOT_YET
    row.save(update_fields=["state", "cluster", "shared_at", "agreement", "reason", "unmet_at", "met_at", "met_how"])
    log(by=by, verb=verb, row=row, at=at, on_behalf_of=row.person)
    return row


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
