"""A provider's sealed offer: begun, sent in, changed and taken back before the brief closes; said yes to when it was chosen (state-machines.md 7).

Locks: the brief, then the offer. Whoever sends in and whoever closes take the brief's lock, so an offer is either there when the brief closes or
refused: never both, never neither.
"""

from datetime import datetime, time

from django.db.models import Q

from audit.errors import NotAllowed, Refusal
from marketplace import policies
from marketplace.models import Brief, BriefLot, Offer, OfferVersion
from marketplace.rules.briefs import BRIEF
from marketplace.rules.dates import LONDON, answer_by
from marketplace.rules.offering import ACCEPT_WORKING_DAYS, OFFER, Terms, most_visit_pence, wrong_terms
from marketplace.rules.tables import NEW, NotNow, after
from marketplace.selectors.offers import filled_in, may_work
from marketplace.services.signing import ChecksAreNotLive
from marketplace.services.writing import log, tell
from people.models import Person
from places.calendar import add_working_days
from pooling.services.transactions import all_or_nothing
from providers.models import Enterprise, Worker


class OfferIsNotComplete(Refusal):
    """Something is missing or does not fit the brief; `field` says which."""

    code = "offer_not_complete"
    sentence = "Something is missing."


class BriefIsClosed(Refusal):
    """The last moment has passed, or the brief is not open for another reason."""

    code = "brief_is_closed"
    sentence = "This is closed. No more offers can be sent in, changed or opened."


class OfferedAlready(Refusal):
    """This person, or somebody who works with them, offers already (abuse.md 17)."""

    code = "offered_already"
    sentence = "You, or somebody who works with you, offers for this already. One person offers once."


@all_or_nothing
def start_offer(*, lot: BriefLot, enterprise: Enterprise, by: Person, at: datetime) -> Offer:
    """Begins an offer, filled in from the provider's own service. Only its owner sees it.

    Raises NotAllowed, BriefIsClosed, ChecksAreNotLive, OfferedAlready.
    """
    brief = _open_brief(lot.brief_id, at)
    if not policies.may_speak_for_enterprise(by=by, enterprise=enterprise):
        raise NotAllowed("Only the provider can do this.")
    _is_ready(brief, enterprise, at)
    _is_alone(brief, lot, enterprise)
    terms, start_time = filled_in(brief=brief, lot=lot, enterprise=enterprise)
    offer = Offer(brief=brief, lot=lot, enterprise=enterprise, owner=by, council_code=brief.council_code, started_at=at)
    offer.state = after(OFFER, NEW, "start_offer")
    _fill_in(offer, terms, start_time)
    offer.save()
    log(by=by, verb="start_offer", row=offer, at=at, brief=brief.pk, lot=lot.pk)
    return offer


@all_or_nothing
def edit(*, offer: Offer, terms: Terms, by: Person, at: datetime, start_time: time | None = None) -> Offer:
    """Changes a draft. Nothing is asked of it yet. Raises NotAllowed, NotNow, BriefIsClosed."""
    brief, row = _mine(offer, by, at)
    row.state = after(OFFER, row.state, "edit")
    _fill_in(row, terms, start_time)
    row.save()
    log(by=by, verb="edit_offer", row=row, at=at, brief=brief.pk)
    return row


@all_or_nothing
def submit(*, offer: Offer, by: Person, at: datetime) -> Offer:
    """Sends it in, sealed until the brief closes. Raises NotAllowed, NotNow, BriefIsClosed, OfferIsNotComplete, ChecksAreNotLive, OfferedAlready."""
    brief, row = _mine(offer, by, at)
    row.state = after(OFFER, row.state, "submit", "This was sent in already.")
    _is_ready(brief, row.enterprise, at)
    _is_alone(brief, row.lot, row.enterprise, but=row.pk)
    _fits(brief, row, at)
    row.submitted_at = at
    row.save(update_fields=["state", "submitted_at"])
    _keep_version(row, by, at)
    log(by=by, verb="submit_offer", row=row, at=at, brief=brief.pk, version=row.version)
    tell(kind="offer_submitted", row=row, at=at, brief=brief.pk)
    return row


@all_or_nothing
def answer(*, lot: BriefLot, enterprise: Enterprise, by: Person, at: datetime) -> Offer:
    """One press: an offer from the provider's own service, begun and sent in as it is. Raises as `start_offer` and `submit`."""
    return submit(offer=start_offer(lot=lot, enterprise=enterprise, by=by, at=at), by=by, at=at)


@all_or_nothing
def revise(*, offer: Offer, terms: Terms, by: Person, at: datetime, start_time: time | None = None) -> Offer:
    """Changes what was sent in, until the brief closes. The old version is kept. Raises NotAllowed, NotNow, BriefIsClosed, OfferIsNotComplete."""
    brief, row = _mine(offer, by, at)
    row.state = after(OFFER, row.state, "revise", "Only an offer that was sent in can be changed like this.")
    _fill_in(row, terms, start_time)
    _fits(brief, row, at)
    row.version += 1
    row.save()
    _keep_version(row, by, at)
    log(by=by, verb="revise_offer", row=row, at=at, brief=brief.pk, version=row.version)
    return row


@all_or_nothing
def pull_out(*, offer: Offer, by: Person, at: datetime) -> Offer:
    """Takes it back, until the provider has said yes to being chosen. Who was chosen leaves the choice open again. Raises NotAllowed, NotNow."""
    brief, row = _locked(offer)
    _is_theirs(row, by)
    was_chosen = row.state == Offer.State.SELECTED
    row.state = after(OFFER, row.state, "pull_out", "You said yes already. Say no to the agreement instead, or ring us.")
    row.ended_at = at
    row.save(update_fields=["state", "ended_at"])
    log(by=by, verb="pull_out_offer", row=row, at=at, brief=brief.pk)
    if was_chosen:
        choose_again(brief=brief, offer=row, why="pulled_out", by=by, at=at)
    return row


@all_or_nothing
def accept(*, offer: Offer, by: Person, at: datetime) -> Offer:
    """The chosen provider's yes, within five working days. Nobody signs anything yet. Raises NotAllowed, NotNow, ChecksAreNotLive."""
    brief, row = _locked(offer)
    _is_theirs(row, by)
    row.state = after(OFFER, row.state, "accept", "This does not wait for your yes.")
    if row.picked_at is None or at >= accept_by(picked_at=row.picked_at):
        raise NotNow("The days to say yes are over. The group chooses again.")
    _is_ready(brief, row.enterprise, at)
    row.accepted_at, row.accepted_by = at, by
    row.save(update_fields=["state", "accepted_at", "accepted_by"])
    log(by=by, verb="accept_offer", row=row, at=at, brief=brief.pk)
    tell(kind="offer_accepted", row=row, at=at, brief=brief.pk)
    return row


@all_or_nothing
def reopen(*, offer: Offer, by: Person, at: datetime) -> Offer:
    """The choice is open again and the provider would still come: their offer stands beside the others once more, once. Raises NotAllowed, NotNow."""
    brief, row = _locked(offer)
    _is_theirs(row, by)
    row.state = after(OFFER, row.state, "reopen_offer", "This can't be opened again.")
    chosen_before = row.lot.offers.filter(picked_at__isnull=False).exists()
    if brief.state != Brief.State.EVALUATING or not chosen_before or row.reopened_at is not None or row.lot.offers.winners().exists():
        raise NotNow("The group is not choosing again, or you came back once already.")
    _is_ready(brief, row.enterprise, at)
    row.reopened_at, row.shortlisted_at, row.ended_at = at, row.shortlisted_at or at, None
    row.save(update_fields=["state", "reopened_at", "shortlisted_at", "ended_at"])
    log(by=by, verb="reopen_offer", row=row, at=at, brief=brief.pk)
    return row


@all_or_nothing
def challenge(*, offer: Offer, words: str, by: Person, at: datetime) -> Offer:
    """Who was not chosen says, in the days after the choice, why it was unfair. An operator answers. Raises NotAllowed, NotNow."""
    brief, row = _locked(offer)
    _is_theirs(row, by)
    lost = row.state in {Offer.State.SHORTLISTED, Offer.State.NOT_SELECTED} and row.challenge == Offer.Challenge.NONE
    # Also while other parts are being chosen; never about what became an agreement.
    is_chosen = row.lot.offers.winners().filter(agreement__isnull=True).exists()
    if brief.state not in {Brief.State.EVALUATING, Brief.State.AWARD_PENDING} or not is_chosen or not lost:
        raise NotNow("This can only be said once, in the days after the choice.")
    if not words.strip():
        raise OfferIsNotComplete("Write what was not fair.", field="words")
    row.challenge, row.challenge_words, row.challenged_at = Offer.Challenge.OPEN, words.strip(), at
    row.save(update_fields=["challenge", "challenge_words", "challenged_at"])
    log(by=by, verb="challenge_choice", row=row, at=at, brief=brief.pk)
    tell(kind="choice_challenged", row=row, at=at, brief=brief.pk)
    return row


def accept_by(*, picked_at: datetime) -> datetime:
    """Until when the chosen provider may say yes."""
    return answer_by(asked_at=picked_at, working_days=ACCEPT_WORKING_DAYS, add_working_days=add_working_days)


def choose_again(*, brief: Brief, offer: Offer, why: str, by: Person | None, at: datetime) -> None:
    """A winner is gone before the award: the brief is with the group again. `brief` is locked. The next in rank needs a new decision."""
    if brief.state == Brief.State.AWARD_PENDING:
        brief.state = after(BRIEF, brief.state, "reconsider")
        brief.save(update_fields=["state"])
    log(by=by, verb="reconsider", row=brief, at=at, offer=offer.pk, why=why)
    tell(kind="brief_open_again", row=brief, at=at, offer=offer.pk)


# --- inside ---


def _open_brief(pk: int, at: datetime) -> Brief:
    brief = Brief.objects.locked().get(pk=pk)
    if brief.state != Brief.State.OPEN or brief.closes_at is None or at >= brief.closes_at:
        raise BriefIsClosed
    return brief


def _locked(offer: Offer) -> tuple[Brief, Offer]:
    brief = Brief.objects.locked().get(pk=offer.brief_id)
    row = Offer.objects.locked().select_related("lot", "enterprise").get(pk=offer.pk)
    row.brief = brief
    return brief, row


def _mine(offer: Offer, by: Person, at: datetime) -> tuple[Brief, Offer]:
    """For its owner, before the close."""
    brief = _open_brief(offer.brief_id, at)
    row = Offer.objects.locked().select_related("lot", "enterprise").get(pk=offer.pk)
    _is_theirs(row, by)
    return brief, row


def _is_theirs(offer: Offer, by: Person) -> None:
    if not policies.may_speak_for_enterprise(by=by, enterprise=offer.enterprise):
        raise NotAllowed("Only the provider can do this.")


def _is_ready(brief: Brief, enterprise: Enterprise, at: datetime) -> None:
    """Live, with every check that this kind of work needs: its own, and of at least one who comes."""
    if not may_work(enterprise, category=brief.category, on=at.astimezone(LONDON).date()):
        raise ChecksAreNotLive


def _is_alone(brief: Brief, lot: BriefLot, enterprise: Enterprise, but: int = 0) -> None:
    """One person, one enterprise per brief: owner, everybody who works or worked there, and the bank account (abuse.md 17)."""
    others = Offer.objects.filter(brief=brief).exclude(pk=but).exclude(state=Offer.State.WITHDRAWN)
    people = {enterprise.owner_id, *Worker.objects.filter(enterprise=enterprise, person__isnull=False).values_list("person_id", flat=True)}
    bank = enterprise.payee.bank_fingerprint if enterprise.payee else ""
    same = Q(enterprise__owner__in=people) | Q(enterprise__workers__person__in=people)
    same |= Q(enterprise__payee__bank_fingerprint=bank) if bank else Q()
    if others.filter(enterprise=enterprise, lot=lot).exists() or others.exclude(enterprise=enterprise).filter(same).exists():
        raise OfferedAlready


def _fits(brief: Brief, offer: Offer, at: datetime) -> None:
    lot = offer.lot
    wrong = wrong_terms(
        terms_of(offer),
        visits_per_week=lot.visits_per_week,
        days_wanted=lot.weekdays,
        most_pence=most_visit_pence(
            weekly_ceiling_pence=lot.weekly_ceiling_pence,
            visits_per_week=lot.visits_per_week,
            together=brief.together,
            people=brief.payers.taking_part().count(),
        ),
        soonest=brief.starts_on,
        today=at.astimezone(LONDON).date(),
    )
    if wrong is not None:
        name, sentence = wrong
        raise OfferIsNotComplete(sentence, field=name)


def terms_of(offer: Offer) -> Terms:
    """What the row says, as `Terms`."""
    return Terms(
        visit_pence=offer.visit_pence,
        starts_on=offer.starts_on,
        weekdays=tuple(offer.weekdays),
        words=offer.words,
        people_words=offer.people_words,
        milestones_words=offer.milestones_words,
    )


def _fill_in(offer: Offer, terms: Terms, start_time: time | None) -> None:
    offer.visit_pence = max(terms.visit_pence, 1)
    offer.starts_on, offer.weekdays, offer.start_time = terms.starts_on, sorted(set(terms.weekdays)), start_time
    offer.words, offer.people_words = terms.words.strip(), terms.people_words.strip()
    offer.milestones_words = terms.milestones_words.strip()


def _keep_version(offer: Offer, by: Person, at: datetime) -> None:
    names = ("visit_pence", "starts_on", "weekdays", "start_time", "words", "people_words", "milestones_words")
    said = {name: getattr(offer, name) for name in names}
    OfferVersion.objects.create(offer=offer, council_code=offer.council_code, number=offer.version, by=by, at=at, **said)
