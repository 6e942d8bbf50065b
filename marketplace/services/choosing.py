"""The group's side of a choice (state-machines.md 7): ties said, a shortlist, scores with reasons, the question put to everybody.

Nobody here moves money. A helper suggests and writes; they never score, and do nothing at all where somebody who offers is linked to them.
Locks: the brief, then its offers.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from audit.errors import NotAllowed, Refusal
from marketplace import policies
from marketplace.models import Brief, Conflict, Offer, Score
from marketplace.rules.briefs import BRIEF
from marketplace.rules.dates import LONDON
from marketplace.rules.offering import MOST_POINTS, OFFER, weekly_pence
from marketplace.rules.tables import NotNow, after
from marketplace.selectors.offers import eligible
from marketplace.services.awarding import not_chosen
from marketplace.services.brief_clock import A_CHECK_IS_MISSING
from marketplace.services.offers import choose_again
from marketplace.services.writing import log, tell
from people.models import Person
from people.policies import may_act_for
from pooling.models import Membership, Proposal
from pooling.services import proposals
from pooling.services.transactions import all_or_nothing
from providers.policies import is_linked

MOST_FEEDBACK = 2_000


class SayYourTiesFirst(Refusal):
    """Before anybody shortlists, scores or asks the group, they say whether they know who offers."""

    code = "say_your_ties_first"
    sentence = "First tell the group if you know anybody who offers. Then you can go on."


class HasATie(Refusal):
    """Somebody who offers is family, a friend, or worked with them: others do this."""

    code = "has_a_tie"
    sentence = "You know somebody who offers, so the others do this part. You can still read everything."


class ReasonIsMissing(Refusal):
    """Whoever is not chosen reads why; every score has its reason."""

    code = "reason_is_missing"
    sentence = "Write why, for each one."
    field = "feedback"


class ScoreIsSilly(Refusal):
    """A criterion the brief has not, or points outside 0 to 5."""

    code = "score_is_silly"
    sentence = f"Give 0 to {MOST_POINTS} points for each line."
    field = "points"


class NotYetScored(Refusal):
    """Nobody scored one of the offers that stand to be chosen."""

    code = "not_yet_scored"
    sentence = "Somebody must give points to each offer first, and say why."


@all_or_nothing
def declare(*, brief: Brief, person: Person, ties: Mapping[int, str], by: Person, at: datetime) -> list[Conflict]:
    """Says, before choosing, whether this person has a tie to anybody who offers. `ties`: kind (`Conflict.Kind`) by offer; empty: none.

    A tie that was said stays said; more may be added. Raises NotAllowed, NotNow, ReasonIsMissing (an offer or a kind that is not there).
    """
    row = _after_the_close(brief)
    _chooses_for(row, person, by, at)
    offers = {one.pk: one for one in row.offers.ran()}
    kinds = set(Conflict.Kind.values) - {Conflict.Kind.NONE}
    if not set(ties) <= set(offers) or not set(ties.values()) <= kinds:
        raise ReasonIsMissing("Choose an offer and a tie from the list.", field="ties")
    wanted: list[tuple[int | None, str]] = [*sorted(ties.items())] or [(None, str(Conflict.Kind.NONE))]
    said = []
    for offer_id, kind in wanted:
        there = {"brief": row, "person": person, "offer_id": offer_id}
        fresh = {"council_code": row.council_code, "kind": kind, "said_by": by, "said_at": at}
        said.append(Conflict.objects.get_or_create(**there, defaults=fresh)[0])
    log(by=by, verb="declare_ties", row=row, at=at, on_behalf_of=person, offers=sorted(ties))
    return said


@all_or_nothing
def shortlist(*, brief: Brief, chosen: Sequence[Offer], feedback: Mapping[int, str], by: Person, at: datetime) -> Brief:
    """Which offers the group looks at closely. Who is left out reads why: `feedback` by offer. An offer whose checks are not live is left out.

    Raises NotAllowed, NotNow, SayYourTiesFirst, HasATie, ReasonIsMissing.
    """
    row = _after_the_close(brief)
    offers = list(row.offers.filter(state=Offer.State.SUBMITTED).locked().select_related("enterprise"))
    _may_handle(row, by, at)
    row.state = after(BRIEF, row.state, "shortlist")
    ready = {one.pk for one in eligible(row, on=at.astimezone(LONDON).date())}
    kept = {one.pk for one in chosen} & ready
    if not kept:
        raise NotNow("Keep one offer at least. To say no to all of them, ask the group.")
    row.save(update_fields=["state"])
    for offer in offers:
        if offer.pk in kept:
            offer.state, offer.shortlisted_at = after(OFFER, offer.state, "shortlist"), at
            offer.save(update_fields=["state", "shortlisted_at"])
        else:
            not_chosen(offer=offer, feedback=_why(feedback, offer) if offer.pk in ready else A_CHECK_IS_MISSING, by=by, at=at)
    log(by=by, verb="shortlist", row=row, at=at, offers=sorted(kept))
    tell(kind="brief_shortlisted", row=row, at=at)
    return row


@all_or_nothing
def score(*, offer: Offer, membership: Membership, points: Mapping[str, tuple[int, str]], by: Person, at: datetime) -> list[Score]:
    """One member's points, 0 to 5 with a reason, by each of the brief's criteria; given again, the newer ones count. The group reads them.

    Raises NotAllowed, NotNow, SayYourTiesFirst, HasATie, ScoreIsSilly, ReasonIsMissing.
    """
    brief = _after_the_close(Brief(pk=offer.brief_id))
    row = Offer.objects.locked().get(pk=offer.pk)
    person = membership.person
    if membership.cluster_id != brief.cluster_id or not membership.is_in:
        raise NotAllowed("Only people in the group give points.")
    _chooses_for(brief, person, by, at)
    _has_no_tie(brief, person)
    _has_no_tie(brief, by, said=False)
    if brief.state != Brief.State.EVALUATING or row.state != Offer.State.SHORTLISTED:
        raise NotNow("Points can be given while the group is choosing.")
    _are_points(brief, points)
    made = []
    for slug, (given, reason) in points.items():
        said = {"points": given, "reason": reason.strip(), "said_by": by, "said_at": at, "council_code": brief.council_code}
        made.append(Score.objects.update_or_create(offer=row, membership=membership, criterion=slug, defaults=said)[0])
    log(by=by, verb="score_offer", row=row, at=at, on_behalf_of=person, points={slug: given for slug, (given, _) in points.items()})
    return made


@all_or_nothing
def ask_to_choose(*, offer: Offer, feedback: Mapping[int, str], by: Person, at: datetime) -> Proposal:
    """Puts "choose this one?" to the group. `feedback`: why not, for each other offer of the same part; their providers read it.

    Who has a tie to it is not asked. Raises NotAllowed, NotNow, SayYourTiesFirst, HasATie, NotYetScored, ReasonIsMissing, what `proposals` raises.
    """
    brief = _after_the_close(Brief(pk=offer.brief_id))
    _may_handle(brief, by, at)
    rows = list(Offer.objects.filter(lot_id=offer.lot_id).locked().select_related("lot", "enterprise"))
    row = next(one for one in rows if one.pk == offer.pk)
    after(OFFER, row.state, "pick", "This one can't be chosen now.")
    others = [one for one in rows if one.state == Offer.State.SHORTLISTED and one.pk != row.pk]
    if brief.state != Brief.State.EVALUATING or any(one.is_winner for one in rows):
        raise NotNow("One was chosen already, or the group is not choosing now.")
    if not all(one.scores.exists() for one in [row, *others]):
        raise NotYetScored
    for other in others:
        other.feedback = _why(feedback, other)
        other.save(update_fields=["feedback"])
    lot, people = row.lot, brief.payers.taking_part().count()
    each_week = weekly_pence(visit_pence=row.visit_pence, visits_per_week=lot.visits_per_week, together=brief.together, people=people)
    log(by=by, verb="ask_to_choose", row=row, at=at, brief=brief.pk)
    return proposals.put_to_group(
        cluster=brief.cluster,
        kind="choose",
        title=f"Shall we choose {row.enterprise.name[:80]}?",
        text=f"It is for: {lot.title}. Every point and reason is on the page of the offers.",
        about_kind="offer",
        about_id=row.pk,
        cost_pence=each_week * brief.weeks,
        detail={"without": _tied(brief, row), "brief": brief.pk, "lot": lot.pk},
        by=by,
        at=at,
    )


@all_or_nothing
def ask_to_choose_nobody(*, brief: Brief, reasons: Mapping[int, str], why: str, by: Person, at: datetime) -> Proposal:
    """Puts to the group that no offer will do, with a reason for each provider; before anybody was shortlisted: that the group stops asking.

    Where some parts have their winner, it is about the others. Raises NotAllowed, NotNow, SayYourTiesFirst, HasATie, ReasonIsMissing, what
    `proposals` raises.
    """
    row = _after_the_close(brief)
    _may_handle(row, by, at)
    kind = "cancel_brief" if row.state == Brief.State.CLOSED else "none_suitable"
    after(BRIEF, row.state, kind, "The group is not choosing now.")
    if not why.strip():
        raise ReasonIsMissing("Write why.", field="why")
    running = list(row.offers.live().locked())
    for offer in (one for one in running if not one.is_winner):
        offer.feedback = _why(reasons, offer) if kind == "none_suitable" else _why({offer.pk: why}, offer)
        offer.save(update_fields=["feedback"])
    log(by=by, verb=f"ask_{kind}", row=row, at=at)
    others = "the other offers" if any(one.is_winner for one in running) else "every offer"
    title = "Shall we stop asking?" if kind == "cancel_brief" else f"Shall we say no to {others}?"
    return proposals.put_to_group(
        cluster=row.cluster, kind=kind, title=title, text=why.strip(), about_kind="brief", about_id=row.pk, detail={"brief": row.pk}, by=by, at=at
    )


@all_or_nothing
def answer_challenge(*, offer: Offer, upheld: bool, reason: str, by: Person, at: datetime) -> Offer:
    """An operator without any interest says whether the choice was fair. Upheld: who was chosen stands beside the others again, for a new decision.

    Raises NotAllowed, NotNow, ReasonIsMissing.
    """
    brief = _after_the_close(Brief(pk=offer.brief_id))
    row = Offer.objects.locked().select_related("enterprise").get(pk=offer.pk)
    chosen = Offer.objects.filter(lot_id=row.lot_id, agreement__isnull=True).winners()
    winners = list(chosen.locked().select_related("enterprise"))
    close = policies.chooses_in(by=by, cluster=brief.cluster, at=at) or any(is_linked(person=by, enterprise=o.enterprise) for o in [row, *winners])
    if not (by.is_active and by.is_staff) or close:
        raise NotAllowed("Somebody who runs this site, and has nothing to do with any of them, must answer.")
    if row.challenge != Offer.Challenge.OPEN:
        raise NotNow("This was answered already.")
    if not reason.strip():
        raise ReasonIsMissing("Write why. Both sides read it.", field="reason")
    row.challenge = Offer.Challenge.UPHELD if upheld else Offer.Challenge.REJECTED
    row.challenge_answer, row.challenge_answered_by, row.challenge_answered_at = reason.strip(), by, at
    row.save(update_fields=["challenge", "challenge_answer", "challenge_answered_by", "challenge_answered_at"])
    log(by=by, verb="answer_challenge", row=row, at=at, upheld=upheld)
    tell(kind="challenge_answered", row=row, at=at, brief=brief.pk, upheld=upheld)
    for winner in winners if upheld else ():
        _set_aside(winner, by, at)
        choose_again(brief=brief, offer=winner, why="unfair", by=by, at=at)
    return row


def _set_aside(winner: Offer, by: Person, at: datetime) -> None:
    winner.state = after(OFFER, winner.state, "set_aside")
    winner.accepted_at = winner.accepted_by = None
    winner.save(update_fields=["state", "accepted_at", "accepted_by"])
    log(by=by, verb="set_offer_aside", row=winner, at=at)


# --- who may ---


def _after_the_close(brief: Brief) -> Brief:
    row = Brief.objects.locked().select_related("cluster").get(pk=brief.pk)
    if row.state not in {Brief.State.CLOSED, Brief.State.EVALUATING, Brief.State.AWARD_PENDING}:
        raise NotNow("The offers are not open, or the choice is over.")
    return row


def _chooses_for(brief: Brief, person: Person, by: Person, at: datetime) -> None:
    """`person` is in the group, or helps it; `by` is them, or may decide for them about groups."""
    inside = brief.cluster.memberships.inside().filter(person=person).exists()
    if not (inside or brief.cluster.facilitator_id == person.pk) or not may_act_for(by=by, person=person, decision="groups", at=at):
        raise NotAllowed("Only people in the group can do this, each for themselves.")


def _may_handle(brief: Brief, by: Person, at: datetime) -> None:
    """Shortlists and asks the group: somebody in it, or who helps it, who said their ties and has none."""
    if not policies.chooses_in(by=by, cluster=brief.cluster, at=at):
        raise NotAllowed("Only people in the group, or who helps it, can do this.")
    _has_no_tie(brief, by)


def _has_no_tie(brief: Brief, person: Person, *, said: bool = True) -> None:
    if said and not policies.has_said_their_ties(person=person, brief=brief):
        raise SayYourTiesFirst
    if policies.has_a_tie(person=person, offers=list(brief.offers.live().select_related("enterprise"))):
        raise HasATie


def _tied(brief: Brief, offer: Offer) -> list[int]:
    """Places in the group that are not asked about this offer."""
    places = brief.cluster.memberships.inside().select_related("person").order_by("pk")
    return [one.pk for one in places if policies.has_a_tie(person=one.person, offers=[offer])]


def _why(feedback: Mapping[int, str], offer: Offer) -> str:
    said = feedback.get(offer.pk, "").strip()[:MOST_FEEDBACK]
    if not said:
        raise ReasonIsMissing
    return said


def _are_points(brief: Brief, points: Mapping[str, tuple[int, str]]) -> None:
    known = {str(one["slug"]) for one in brief.criteria}
    if set(points) != known or any(not 0 <= given <= MOST_POINTS for given, _ in points.values()):
        raise ScoreIsSilly
    if any(not reason.strip() for _, reason in points.values()):
        raise ReasonIsMissing("Write why you gave these points, for each line.", field="reason")
