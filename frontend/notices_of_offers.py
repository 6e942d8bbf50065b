"""What we write to people about offers: they can be read, one was chosen, why not the others, the choice is open again, an agreement waits."""

from datetime import datetime

from audit.clock import london_date
from frontend import words
from frontend.notices import _tell
from marketplace.models import Agreement, Brief, Offer
from marketplace.services.awarding import stands_from
from marketplace.services.offers import accept_by
from people.models import Person
from pooling.models import Cluster


def offers_open(*, brief_id: int, at: datetime) -> int:
    """To the group and who helps it: the offers can be read now. First each says whether they know somebody who offers."""
    brief = Brief.objects.select_related("cluster__facilitator").get(pk=brief_id)
    if brief.state != Brief.State.CLOSED:
        return 0
    says = f"{brief.cluster.name} has offers. Read them side by side. First tell us if you know anybody who offers."
    return _tell(_choosers(brief), kind="offers_open", about=f"brief:{brief.pk}", subject="Your offers are here", says=says, at=at)


def chosen(*, offer_id: int, at: datetime) -> int:
    """To the provider chosen: say yes in time. To the others of that part: another was chosen, and until when they may say it was unfair."""
    offer = _offer(offer_id)
    if not offer.is_winner or offer.picked_at is None:
        return 0
    about, day = f"offer:{offer.pk}/{offer.picked_at:%Y%m%d}", words.day(london_date(accept_by(picked_at=offer.picked_at)))
    says = f"A group near {offer.brief.outcode} chose your offer: {offer.lot.title}. Say yes or no before {day}."
    told = _tell([offer.enterprise.owner], kind="offer_chosen", about=about, subject="You were chosen", says=says, at=at)
    until = words.day(london_date(stands_from(picked_at=offer.picked_at)))
    for other in offer.lot.offers.filter(state="shortlisted").select_related("enterprise__owner"):
        says = f"The group chose another offer: {offer.lot.title}. Your page says why. If it was not fair, tell us before {until}."
        told += _tell([other.enterprise.owner], kind="offer_beside", about=about, subject="Another offer was chosen", says=says, at=at)
    return told


def not_chosen(*, offer_id: int, at: datetime) -> int:
    """To the provider: this time it was not theirs, and where to read why."""
    offer = _offer(offer_id)
    if offer.state != Offer.State.NOT_SELECTED:
        return 0
    ends = "The group did not choose your offer" if offer.picked_at is None else "It does not come about after all"
    says = f"{ends}: {offer.lot.title}. Your page says why."
    return _tell([offer.enterprise.owner], kind="offer_not_chosen", about=f"offer:{offer.pk}", subject="Not this time", says=says, at=at)


def lost(*, offer_id: int, at: datetime) -> int:
    """To the provider chosen: the time is over, or a check is not in place, so the group chooses again."""
    offer = _offer(offer_id)
    why = "You did not answer in time." if offer.state == Offer.State.EXPIRED else "A check that this work needs is not in place."
    says = f"{why} The group chooses again: {offer.lot.title}."
    return _tell([offer.enterprise.owner], kind="offer_lost", about=f"offer:{offer.pk}", subject="The group chooses again", says=says, at=at)


def challenged(*, offer_id: int, at: datetime) -> int:
    """To those who run the site: somebody says that a choice was unfair, and it waits for their answer."""
    offer = _offer(offer_id)
    if offer.challenge != Offer.Challenge.OPEN:
        return 0
    people = Person.objects.filter(is_staff=True, is_active=True).order_by("pk")
    says = "A provider says that a group’s choice was not fair. The choice waits for your answer."
    return _tell(people, kind="choice_challenged", about=f"offer:{offer.pk}", subject="A choice is called unfair", says=says, at=at)


def challenge_answered(*, offer_id: int, at: datetime) -> int:
    """To who said it, and who was chosen before."""
    offer = _offer(offer_id)
    ends = "The group chooses again." if offer.challenge == Offer.Challenge.UPHELD else "The choice stands."
    says = f"We looked at the choice: {offer.lot.title}. {ends} Your page says why."
    return _tell([offer.enterprise.owner], kind="challenge_answered", about=f"offer:{offer.pk}", subject="We looked at the choice", says=says, at=at)


def choose_again(*, brief_id: int, fact_id: int, at: datetime) -> int:
    """To the group and who helps it: the one chosen is gone. To those not chosen before: they may come back, if they like."""
    brief = Brief.objects.select_related("cluster__facilitator").get(pk=brief_id)
    if brief.state != Brief.State.EVALUATING:
        return 0
    says = f"The provider that {brief.cluster.name} chose is not coming. You can choose again. It needs a new answer from all of you."
    told = _tell(_choosers(brief), kind="choose_again", about=f"fact:{fact_id}", subject="You can choose again", says=says, at=at)
    says = "A group that did not choose you chooses again. If you would still come, say so on your page."
    back = brief.offers.filter(state="not_selected", reopened_at__isnull=True, shortlisted_at__isnull=False).select_related("enterprise__owner")
    owners = [one.enterprise.owner for one in back]
    return told + _tell(owners, kind="may_come_back", about=f"fact:{fact_id}", subject="The group chooses again", says=says, at=at)


def agreement_built(*, agreement_id: int, at: datetime) -> int:
    """To who helps the group, or without one to the group: say what happens if nobody can come, and send it to be signed."""
    agreement = Agreement.objects.select_related("cluster__facilitator", "enterprise").get(pk=agreement_id)
    if agreement.state != Agreement.State.DRAFTING:
        return 0
    says = f"{agreement.enterprise.name} said yes. Write what should happen if they can’t come. Then everybody is asked to sign."
    about, subject = f"agreement:{agreement.pk}", "It is ready to be signed"
    return _tell(_helper_or_group(agreement.cluster), kind="agreement_built", about=about, subject=subject, says=says, at=at)


def brief_ended(*, brief_id: int, why: str, at: datetime) -> int:
    """To the group and who helps it, where they did not decide it themselves: nobody offered, or nobody is left who would pay. Offerers read why."""
    brief = Brief.objects.select_related("cluster__facilitator").prefetch_related("lots").get(pk=brief_id)
    title = brief.lots.all()[0].title
    ends = {
        "none_received": ("No offer came", f"{brief.ended_reason} What you asked for was: {title}."),
        "nobody_pays": ("It does not go on", f"Nobody is left in {brief.cluster.name} who would pay for this: {title}. We have told who offered."),
    }
    if why not in ends:
        return 0
    subject, says = ends[why]
    says += " Nothing that was promised for it is kept any more. You can ask again when you like."
    return _tell(_choosers(brief), kind="brief_ended", about=f"brief:{brief.pk}", subject=subject, says=says, at=at)


def brief_amended(*, brief_id: int, at: datetime) -> int:
    """To who is offering: the words changed, and there is more time."""
    brief = Brief.objects.prefetch_related("lots").get(pk=brief_id)
    if brief.state != Brief.State.OPEN or brief.closes_at is None:
        return 0
    says = f"A group near {brief.outcode} changed its words: {brief.lots.all()[0].title}. Look at your offer again. You have until "
    says += f"{words.day(london_date(brief.closes_at))}."
    rows = brief.offers.filter(state__in=["draft", "submitted"]).select_related("enterprise__owner").order_by("pk")
    owners = list(dict.fromkeys(one.enterprise.owner for one in rows))
    about = f"brief:{brief.pk}/{brief.version}"
    return _tell(owners, kind="brief_amended", about=about, subject="What they ask for has changed", says=says, at=at)


def _offer(offer_id: int) -> Offer:
    return Offer.objects.select_related("enterprise__owner", "lot", "brief").get(pk=offer_id)


def _choosers(brief: Brief) -> list[Person]:
    inside = [place.person for place in brief.cluster.memberships.inside().select_related("person").order_by("pk")]
    helper = brief.cluster.facilitator
    return [*inside, *([helper] if helper else [])]


def _helper_or_group(cluster: Cluster) -> list[Person]:
    if cluster.facilitator is not None:
        return [cluster.facilitator]
    return [place.person for place in cluster.memberships.inside().select_related("person").order_by("pk")]
