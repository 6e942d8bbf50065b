"""Who may do what in the market. Each answers yes or no; services turn a no into a sentence."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db.models import Exists, OuterRef, Q

from marketplace.models import Agreement, Brief, Conflict, MilestoneShare, Offer, Payer, VisitPart
from people.models import Approval, Organisation, Person, Role, Supporter
from people.policies import may_act_for
from people.roles import COMMISSIONER, has_role
from pooling.models import Cluster
from pooling.policies import may_stop_group
from providers.models import Enterprise, Worker
from providers.policies import is_linked


def is_linked_to(*, person: Person, enterprise: Enterprise) -> bool:
    """Owns it, works for it, or ever did: they never say for a payer that it happened, and never decide about its pay."""
    return enterprise.owner_id == person.pk or Worker.objects.filter(enterprise=enterprise, person=person).exists()


def may_speak_for_enterprise(*, by: Person, enterprise: Enterprise) -> bool:
    """The owner signs, refuses and settles for it."""
    return by.is_active and enterprise.owner_id == by.pk


def may_record_visits(*, by: Person, enterprise: Enterprise) -> bool:
    """The owner and those who work there now."""
    return may_speak_for_enterprise(by=by, enterprise=enterprise) or (
        by.is_active and Worker.objects.filter(enterprise=enterprise, person=by, state="active").exists()
    )


def may_sign_for(*, by: Person, payer: Payer, at: datetime) -> bool:
    """The person, or a supporter with authority over promises. Nobody linked to the provider signs as a payer."""
    return may_act_for(by=by, person=payer.person, decision="promises", at=at) and not is_linked_to(person=by, enterprise=payer.agreement.enterprise)


def may_say_it_happened(*, by: Person, share: MilestoneShare, at: datetime) -> bool:
    """The payer; or their supporter with authority "visits", unless that supporter booked it for them or is linked to the provider (abuse.md 4)."""
    payer, agreement = share.payer, share.milestone.agreement
    if not may_act_for(by=by, person=payer.person, decision="visits", at=at) or is_linked_to(person=by, enterprise=agreement.enterprise):
        return False
    if by.pk == payer.person_id:
        return True
    return by.pk not in {payer.signed_by_id, agreement.proposed_by_id} and not is_linked(person=by, enterprise=agreement.enterprise)


def may_write_down_answer(*, by: Person, share: MilestoneShare, at: datetime) -> bool:
    """A named human who asked the person: who helps the group, who looks after that money, or a supporter. Nobody linked to the provider."""
    agreement = share.milestone.agreement
    if is_linked(person=by, enterprise=agreement.enterprise) or not by.is_active:
        return False
    if is_holder_of(person=by, share=share, at=at):
        return not holder_is_payee(share=share)
    booked_it = by.pk in {share.payer.signed_by_id, agreement.proposed_by_id}
    supports = Supporter.objects.live(at).filter(person=share.payer.person, supporter=by).exists()
    return agreement.cluster.facilitator_id == by.pk or (supports and not booked_it)


def is_holder_of(*, person: Person, share: MilestoneShare, at: datetime) -> bool:
    """Looks after the part of a budget that pays this share."""
    holder = share.portion.holder_id
    return holder is not None and Role.objects.live(at).filter(person=person, kind=Role.Kind.HOLDER_STAFF, organisation_id=holder).exists()


def holder_is_payee(*, share: MilestoneShare) -> bool:
    """The one who looks after the money is also the provider: their staff, or their parent's, own it or work there (abuse.md 7)."""
    holder = share.portion.holder
    return holder is not None and _is_payee(holder, share.milestone.agreement.enterprise)


def _is_payee(holder: Organisation, enterprise: Enterprise) -> bool:
    theirs = Worker.objects.filter(enterprise=enterprise, person__isnull=False).values("person_id")
    staff = Role.objects.filter(kind=Role.Kind.HOLDER_STAFF, organisation_id__in=[holder.pk, holder.parent_id], ends_at__isnull=True)
    return staff.filter(Q(person_id=enterprise.owner_id) | Q(person_id__in=theirs)).exists()


def has_an_interest(*, person: Person, share: MilestoneShare) -> bool:
    """Is a party or close to one: linked to the provider, in the group, a payer's supporter, or who booked it."""
    return _has_an_interest_in(person, share.milestone.agreement)


def _has_an_interest_in(person: Person, agreement: Agreement) -> bool:
    if is_linked(person=person, enterprise=agreement.enterprise) or person.pk == agreement.proposed_by_id:
        return True
    payers = Payer.objects.filter(agreement=agreement)
    in_group = agreement.cluster.memberships.filter(person=person).exists()
    return in_group or Supporter.objects.filter(supporter=person, person__in=payers.values("person_id")).exists()


def may_decide(*, by: Person, share: MilestoneShare, at: datetime) -> bool:
    """An operator, or who looks after that payer's money unless the payee is itself; never with an interest."""
    if has_an_interest(person=by, share=share):
        return False
    return (by.is_active and by.is_staff) or (is_holder_of(person=by, share=share, at=at) and not holder_is_payee(share=share))


def may_answer_about(*, by: Person, approval: Approval, at: datetime) -> bool:
    """Who may say yes or no to somebody's request about something of this room has no interest in it; of a share, they may decide about it."""
    if approval.about_kind == "payer":
        return not _has_an_interest_in(by, Payer.objects.select_related("agreement__enterprise").get(pk=int(approval.about_id)).agreement)
    if approval.about_kind == "milestone_share":
        rows = MilestoneShare.objects.select_related("milestone__agreement__enterprise", "portion__holder")
        return may_decide(by=by, share=rows.get(pk=int(approval.about_id)), at=at)
    if approval.about_kind == "cluster":
        return may_stop_group(by=by, cluster=Cluster(pk=int(approval.about_id)), at=at)
    return True


def those_with_an_interest(*, person: Person, payers: Iterable[int]) -> set[int]:
    """Which of these payers' agreements this person has an interest in, as `may_answer_about` says of one. One query."""
    beside = Payer.objects.filter(agreement=OuterRef("agreement"), person__supporters__supporter=person)
    close = Q(agreement__enterprise__in=Enterprise.objects.linked_to(person)) | Q(agreement__proposed_by=person) | Exists(beside)
    there = Cluster.objects.filter(memberships__person=person).values("pk")
    return set(Payer.objects.filter(close | Q(agreement__cluster__in=there), pk__in=list(payers)).values_list("pk", flat=True))


def has_spoken_for_payer(*, person: Person, share: MilestoneShare) -> bool:
    """Is the payer, or said any of it for them: of one visit, of the whole, or how much of a question should be paid."""
    said = {share.payer.person_id, share.answered_by_id, share.settle_by_id}
    return person.pk in said or VisitPart.objects.filter(share=share, answered_by=person).exists()


def may_be_second_person(*, by: Person, share: MilestoneShare, at: datetime) -> bool:
    """Whose yes a large payment needs beside the payer's: who helps the group, who looks after the money, a supporter, or an operator."""
    agreement = share.milestone.agreement
    if not by.is_active or has_spoken_for_payer(person=by, share=share) or is_linked(person=by, enterprise=agreement.enterprise):
        return False
    if by.is_staff or agreement.cluster.facilitator_id == by.pk:
        return True
    if is_holder_of(person=by, share=share, at=at):
        return not holder_is_payee(share=share)
    return Supporter.objects.live(at).filter(person=share.payer.person, supporter=by).exists()


def chooses_in(*, by: Person, cluster: Cluster, at: datetime) -> bool:
    """Is in the group, may speak for somebody who is, or helps the group."""
    places = cluster.memberships.inside().select_related("person")
    return by.is_active and (
        cluster.facilitator_id == by.pk or any(may_act_for(by=by, person=one.person, decision="groups", at=at) for one in places)
    )


def has_a_tie(*, person: Person, offers: Sequence[Offer]) -> bool:
    """To any of these: said that they have one, or is linked to who offers, whether they said so or not (abuse.md 5). One query."""
    said = Exists(Conflict.objects.filter(person=person, offer=OuterRef("pk")))
    linked = Q(enterprise__in=Enterprise.objects.linked_to(person))
    return Offer.objects.filter(said | linked, pk__in=[one.pk for one in offers]).exists()


def has_said_their_ties(*, person: Person, brief: Brief) -> bool:
    """Said, before scoring or choosing, whether they have a tie to anybody who offers."""
    return Conflict.objects.filter(brief=brief, person=person).exists()


def is_helper_of(*, by: Person, agreement: Agreement) -> bool:
    """The person who helps the group."""
    return by.is_active and agreement.cluster.facilitator_id == by.pk


def may_manage(*, by: Person, agreement: Agreement, at: datetime) -> bool:
    """Stop new visits and end what is stopped: operators, and who looks after a payer's money unless the provider is their own (abuse.md 6 and 7).

    Nobody with an interest in it.
    """
    return by.is_active and (by.is_staff or bool(_holders_in(agreement, by, at))) and not _has_an_interest_in(by, agreement)


def may_resume(*, by: Person, agreement: Agreement, at: datetime) -> bool:
    """Operators; who looks after a payer's money where somebody of theirs stopped it."""
    if not may_manage(by=by, agreement=agreement, at=at):
        return False
    stopped_by = Role.objects.filter(
        person=agreement.suspended_by_id, kind=Role.Kind.HOLDER_STAFF, organisation_id__in=_holders_in(agreement, by, at)
    )
    return by.is_staff or stopped_by.exists()


def _holders_in(agreement: Agreement, person: Person, at: datetime) -> set[int]:
    """Organisations this person works for that look after a payer's money, and are not the provider themselves."""
    holders = {payer.portion.holder for payer in agreement.payers.signed().select_related("portion__holder") if payer.portion is not None}
    theirs = set(Role.objects.live(at).filter(person=person, kind=Role.Kind.HOLDER_STAFF).values_list("organisation_id", flat=True))
    return {one.pk for one in holders if one is not None and one.pk in theirs and not _is_payee(one, agreement.enterprise)}


def may_plan_for(*, by: Person, council_code: str, at: datetime) -> bool:
    """Who plans for that council now."""
    return by.is_active and has_role(by, COMMISSIONER, council_code=council_code, at=at)
