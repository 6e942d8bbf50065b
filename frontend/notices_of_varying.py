"""What we write when an agreement that runs is to change, somebody stops, or a week is short. As in `notices`: once, and never a link.

Nobody is told whose part of a week is missing, or why somebody leaves.
"""

from datetime import date, datetime

from frontend import words
from frontend.notices import _tell
from marketplace.models import Agreement, Change, ChangeAnswer, Milestone, MilestoneShare, Payer

WHY_KEEP_GOING = {
    "suspended": "There are no new visits for now.",
    "short": "Not all of the money for a week is here.",
    "ending": "These visits will end.",
    "called_off": "A week of visits was called off.",
    "stopped": "Somebody stops, and visits may change.",
}


def change_asked(*, change_id: int, at: datetime) -> int:
    """To each payer whose own yes it needs, and to the provider where theirs is missing: the old and the new price."""
    change = _change(change_id)
    if change.state != Change.State.ASKING:
        return 0
    about, told, title = f"change:{change.pk}", 0, change.agreement.title
    by_when = f"Please answer by {words.day(change.closes_at)}."
    for answer in change.answers.select_related("payer__person").filter(needs_yes=True, answer=""):
        subject = "Something would change. It needs your answer"
        says = f"{title}: {_what(change, answer)} Nothing changes for you without your own yes. {by_when}"
        told += _tell([answer.payer.person], kind="change_asked", about=about, subject=subject, says=says, at=at)
    if change.needs_provider and not change.provider_has_signed:
        says = f"{title}: the group asks you for a change. Look at it, and say yes or no. {by_when}"
        told += _tell([change.agreement.enterprise.owner], kind="change_asked", about=about, subject="A group asks for a change", says=says, at=at)
    return told


def _what(change: Change, answer: ChangeAnswer) -> str:
    if change.kind == Change.Kind.END:
        return "somebody asks that these visits end."
    old, new, most = (words.pounds(pence) for pence in (answer.old_weekly_pence, answer.new_weekly_pence, answer.new_ceiling_pence))
    if answer.payer.state == Payer.State.COMING:
        return f"would you like to take a place? You would pay {new} a week, {most} at most."
    return f"you would pay {new} a week instead of {old}. The most it could cost you is {most}."


def change_applied(*, change_id: int, at: datetime) -> int:
    """To everybody in it: what is agreed, and from which week. Who leaves reads it on their own page."""
    change = _change(change_id)
    if change.kind == Change.Kind.END:
        return 0
    week = Milestone.objects.filter(agreement=change.agreement, number__gte=change.first_week).order_by("number").first()
    since = f" from {words.day(week.starts_on)}" if week is not None else ""
    about, told = f"change:{change.pk}", 0
    for answer in change.answers.select_related("payer__person").filter(new_weekly_pence__gt=0):
        says = f"{change.agreement.title} changes{since}. You pay {words.pounds(answer.new_weekly_pence)} a week."
        told += _tell([answer.payer.person], kind="change_applied", about=about, subject="A change is agreed", says=says, at=at)
    says = f"{change.agreement.title} changes{since}. Your page says what is new."
    return told + _tell([change.agreement.enterprise.owner], kind="change_applied", about=about, subject="A change is agreed", says=says, at=at)


def change_ended(*, change_id: int, at: datetime) -> int:
    """To who asked for it: everything stays as it was signed. Where another question follows, that one is told instead."""
    change = _change(change_id)
    if change.state == Change.State.OVERTAKEN or change.proposed_by is None:
        return 0
    says = f"{change.agreement.title} stays as it was signed. {change.ended_reason}".strip()
    return _tell([change.proposed_by], kind="change_ended", about=f"change:{change.pk}", subject="Nothing changes", says=says, at=at)


def payer_leaving(*, agreement_id: int, payer_id: int, last_day: str, at: datetime) -> int:
    """To the provider and the person: until when they pay, or that they stay after all."""
    agreement = _agreement(agreement_id)
    payer, title = Payer.objects.select_related("person").get(pk=payer_id), agreement.title
    about = f"payer:{payer.pk}:{last_day}:{at.date()}"
    if not last_day:
        mine, theirs = f"{title}: you go on as before.", f"{title}: {payer.person.known_as} goes on as before."
    else:
        day = words.day(date.fromisoformat(last_day))
        mine = f"{title}: the last week you pay for begins by {day}. You pay nothing for later weeks."
        theirs = f"{title}: the last week {payer.person.known_as} pays for begins by {day}. You hear from us what the others say."
    told = _tell([payer.person], kind="payer_leaving", about=about, subject="Your visits", says=mine, at=at)
    return told + _tell([agreement.enterprise.owner], kind="payer_leaving", about=about, subject="Somebody stops", says=theirs, at=at)


def resumed(*, agreement_id: int, at: datetime) -> int:
    """To everybody who pays, who helps their group, and the provider: visits go on."""
    agreement = _agreement(agreement_id)
    if agreement.state != Agreement.State.ACTIVE:
        return 0
    payers = Payer.objects.signed().filter(agreement=agreement).select_related("person").order_by("pk")
    people = [*(payer.person for payer in payers), *([agreement.cluster.facilitator] if agreement.cluster.facilitator else [])]
    about, says = f"agreement:{agreement.pk}:{at:%Y%m%d%H%M}", f"{agreement.title}: visits can go on as you signed them."
    return _tell([*people, agreement.enterprise.owner], kind="agreement_resumed", about=about, subject="Visits go on", says=says, at=at)


def suspended(*, agreement_id: int, at: datetime) -> int:
    """To the provider: no new visits, and why. Those who pay read what they wrote down for such a day."""
    agreement = _agreement(agreement_id)
    if agreement.state != Agreement.State.SUSPENDED:
        return 0
    says = f"{agreement.title}: no new visits for now. {agreement.ended_reason} What was done is still paid. Call us to talk about it."
    about = f"agreement:{agreement.pk}:{at:%Y%m%d%H%M}"
    return _tell([agreement.enterprise.owner], kind="agreement_suspended", about=about, subject="No new visits for now", says=says, at=at)


def keep_going(*, agreement_id: int, why: str, milestone_id: int | None, at: datetime) -> int:
    """The same day, to everybody who pays and who helps their group: what each wrote down for such a day."""
    agreement = _agreement(agreement_id)
    payers = Payer.objects.signed().filter(agreement=agreement).select_related("person").order_by("pk")
    people = [payer.person for payer in payers] + ([agreement.cluster.facilitator] if agreement.cluster.facilitator else [])
    plan = agreement.keep_going
    says = (
        f"{agreement.title}: {WHY_KEEP_GOING[why]} What you wrote down for such a day: {plan.get('what_i_want', '')} "
        f"Ring {plan.get('who_to_ring', '')}. If you are in danger, ring 999."
    )
    about = f"agreement:{agreement.pk}:{why}:{milestone_id or at.date()}"
    return _tell(people, kind="keep_going", about=about, subject="If they can’t come", says=says, at=at)


def fewer_wished(*, milestone_id: int, visits: int, at: datetime) -> int:
    """To the provider: those whose part is covered would like fewer visits in a short week."""
    week = _week(milestone_id)
    often = words.count(visits, "visit")
    says = f"{week.agreement.title}: for the week from {words.day(week.starts_on)} people ask for {often}. Say yes or no on its page."
    who = [week.agreement.enterprise.owner]
    return _tell(who, kind="fewer_wished", about=f"milestone:{week.pk}", subject="People ask for fewer visits", says=says, at=at)


def go_ahead_wished(*, milestone_id: int, at: datetime) -> int:
    """To the provider: the group asks them to come for those whose part is covered."""
    week = _week(milestone_id)
    says = f"{week.agreement.title}: the group asks you to come for those who are covered in the week from {words.day(week.starts_on)}."
    who = [week.agreement.enterprise.owner]
    return _tell(who, kind="go_ahead_wished", about=f"milestone:{week.pk}", subject="Will you come for fewer people?", says=says, at=at)


def short_to_payers(*, milestone_id: int, at: datetime) -> int:
    """To those whose part of a shared week is covered: what they can do, if they like."""
    week = _week(milestone_id)
    if week.state != Milestone.State.SHORT or not week.agreement.together:
        return 0
    shares = MilestoneShare.objects.filter(milestone=week, state="covered", split_from__isnull=True).select_related("payer__person").order_by("pk")
    says = (
        f"{week.agreement.title}: not all of the week from {words.day(week.starts_on)} is covered. Your part is. "
        "You can take over some of the rest, or ask for fewer visits. You do not have to."
    )
    who = [share.payer.person for share in shares]
    return _tell(who, kind="short_to_payers", about=f"milestone:{week.pk}", subject="A week is not all covered", says=says, at=at)


def _change(change_id: int) -> Change:
    return Change.objects.select_related("agreement__enterprise__owner", "proposed_by").get(pk=change_id)


def _agreement(agreement_id: int) -> Agreement:
    return Agreement.objects.select_related("enterprise__owner", "cluster__facilitator").get(pk=agreement_id)


def _week(milestone_id: int) -> Milestone:
    return Milestone.objects.select_related("agreement__enterprise__owner").get(pk=milestone_id)
