"""What we write when something waited too long: to who may still act on it, and to who waited."""

from datetime import datetime, timedelta

from audit.clock import london_date
from frontend import words
from frontend.notices import _tell, _write, another_way, staff_of
from marketplace import policies as market
from marketplace.models import MilestoneShare
from marketplace.rules.dates import CLOCK_OUT_DAYS
from people.models import Organisation, Person
from people.services import messages
from places.calendar import add_working_days
from pooling import policies
from pooling.models import Membership, Portion, Removal
from pooling.rules import APPEAL_ANSWER_WORKING_DAYS, QUIET_DAYS
from pooling.selectors.groups import name_for, rules_to_sign


def place_ran_out(*, membership_id: int, was: str, at: datetime) -> int:
    """To who asked to join, or would have asked somebody in: the group did not answer. Who let their own invitation run out knows."""
    place = _place(membership_id)
    group, about = place.cluster.name, f"membership:{place.pk}"
    if was == Membership.State.APPLIED:
        says = f"You asked to join {group}. Not everybody there answered in 30 days. That is not a no. You can ask again, or look at other groups."
        return _tell([place.person], kind="not_answered", about=about, subject="The group did not answer", says=says, at=at)
    if was != Membership.State.PROPOSED or place.invited_by is None:
        return 0
    says = f"You would like {place.person.known_as} to come to {group}. Not everybody there answered in 30 days. You can ask the group again."
    return _tell([place.invited_by], kind="not_answered", about=about, subject="The group did not answer", says=says, at=at)


# --- a second look ---


def appeal_to_answer(*, removal_id: int, times: int, at: datetime) -> int:
    """To the operators who may answer: by which day."""
    row = _removal(removal_id)
    if row.state != Removal.State.APPEALED or row.appealed_at is None:
        return 0
    staff = Person.objects.filter(is_staff=True, is_active=True).order_by("pk")
    people = [one for one in staff if policies.may_answer_appeal(by=one, removal=row, membership=row.membership, at=at)]
    by = words.day(add_working_days(london_date(row.appealed_at), APPEAL_ANSWER_WORKING_DAYS))
    says = f"Somebody asks us to look again at what {row.membership.cluster.name} decided about them. Please answer by {by}. After that they stay."
    return _tell(people, kind="appeal", about=f"removal:{row.pk}/{times}", subject="Please look again at a group’s decision", says=says, at=at)


def appeal_ran_out(*, removal_id: int, at: datetime) -> int:
    """To the person: they stay. To who asked the group, if they are still in it: why, and what they can do."""
    row = _removal(removal_id)
    if row.state != Removal.State.UNANSWERED:
        return 0
    group, about, subject = row.membership.cluster.name, f"removal:{row.pk}", "We did not answer in time"
    says = f"You asked us to look again at what {group} decided. We did not answer in time. So you stay in the group."
    told = _tell([row.membership.person], kind="appeal_ran_out", about=about, subject=subject, says=says, at=at)
    if not policies.is_in(by=row.asked_by, cluster=row.membership.cluster):
        return told
    says = f"{row.membership.person.known_as} asked us to look again at what {group} decided. We did not answer in time, so they stay. We are sorry."
    says += " You can ask the group again."
    return told + _tell([row.asked_by], kind="appeal_ran_out", about=about, subject=subject, says=says, at=at)


# --- a question that nobody decided ---


def question_to_decide(*, share_id: int, times: int, at: datetime) -> int:
    """To who looks after that payer's money, else to who runs the site; from the second time to all of them. Only who may decide it."""
    share = MilestoneShare.objects.select_related("milestone__agreement__enterprise", "payer__person", "portion__holder").get(pk=share_id)
    if share.state != MilestoneShare.State.QUESTIONED or share.questioned_at is None:
        return 0
    site = list(Person.objects.filter(is_staff=True, is_active=True).order_by("pk"))
    staff = staff_of(share.portion.holder_id, at=at) if share.portion.holder_id else []
    people = [one for one in (staff or site) if market.may_decide(by=one, share=share, at=at)] if times == 1 else []
    people = people or [one for one in {*staff, *site} if market.may_decide(by=one, share=share, at=at)]
    agreement, last_day = share.milestone.agreement, london_date(share.questioned_at) + timedelta(days=CLOCK_OUT_DAYS)
    why = "Two people hold it back while they look into something." if share.held_back_at else "It is in question."
    says = (
        f"{words.pounds(share.pence)} for {agreement.title}, {words.which_week(share.milestone)}, waits since {words.day(share.questioned_at)}. {why}"
    )
    says += " Nobody has decided yet how it ends. Please look at it, with a second person."
    says += f" If nobody decides by {words.day(last_day)}, it ends by itself."
    about = f"share:{share.pk}/{times}"
    return _tell(sorted(people, key=lambda one: one.pk), kind="question_waits", about=about, subject="Please decide a question", says=says, at=at)


# --- rules, and people nobody heard of ---


def rules_unsigned(*, membership_id: int, times: int, at: datetime) -> int:
    """To the person: the choice that is theirs. The second time by another way, and to who helps the group: talk about it with them."""
    place = _place(membership_id)
    if place not in rules_to_sign(place.person):
        return 0
    person, group, about = place.person, place.cluster.name, f"membership:{place.pk}/{london_date(at)}"
    says = f"{group} has new rules, and you have not signed them. You choose. Sign them and stay, or leave the group without waiting."
    says += " Nobody chooses for you, and until you do, nothing changes for you."
    first = messages.address_of(person)
    way = first if times == 1 else another_way(person, not_by=first[0])
    told = int(_write(person, way, kind="rules_unsigned", about=about, subject="New rules wait for you", says=says, at=at))
    if times == 1 or place.cluster.facilitator is None:
        return told
    says = f"{name_for(place, None)} has not signed the new rules of {group}. Please talk about them together. They may sign, or leave at once."
    helper = [place.cluster.facilitator]
    return told + _tell(helper, kind="rules_unsigned", about=about, subject="Somebody has not signed the rules", says=says, at=at)


def person_quiet(*, membership_id: int, about: str, at: datetime) -> int:
    """To who looks after the money they promised and to who helps the group; where there is neither, to the council's own money team."""
    place = _place(membership_id)
    if not place.is_in:
        return 0
    subject, weeks = "Please ask how somebody is", QUIET_DAYS // 7
    holders = Portion.objects.filter(pledges__membership=place, holder__isnull=False).order_by("holder").values_list("holder", flat=True).distinct()
    staff = [one for holder in holders for one in staff_of(holder, at=at)]
    helper = [place.cluster.facilitator] if place.cluster.facilitator else []
    if not staff and not helper:
        teams = Organisation.objects.filter(kind=Organisation.Kind.COUNCIL, council_code=place.council_code).order_by("pk")
        staff = [one for team in teams for one in staff_of(team.pk, at=at)]
    says = f"{place.person.full_name} has done nothing here themselves for {weeks} weeks. Please ring them, and ask how they are."
    told = _tell(staff, kind="person_quiet", about=about, subject=subject, says=says, at=at)
    says = f"{name_for(place, None)} in {place.cluster.name} has done nothing here themselves for {weeks} weeks. Please ask how they are."
    return told + _tell(helper, kind="person_quiet", about=about, subject=subject, says=says, at=at)


def _place(pk: int) -> Membership:
    return Membership.objects.select_related("person", "cluster__facilitator", "invited_by").get(pk=pk)


def _removal(pk: int) -> Removal:
    return Removal.objects.select_related("membership__person", "membership__cluster", "asked_by").get(pk=pk)
