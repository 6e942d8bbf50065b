"""The meeting that somebody hosts for people who would like the same, and the group that comes of it (state-machines.md 3).

Locks: the meeting first, then interests by id, then the group.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from audit.errors import NotAllowed, Refusal
from audit.services import facts
from people.models import Person
from people.roles import FACILITATOR, has_role
from pooling import policies
from pooling.models import CharterSignature, Cluster, Interest, Introduction, Membership
from pooling.rules import MEMBERSHIP, NEW, SIZE_MAX, SIZE_MIN, NotNow, is_sure_enough, step
from pooling.rules.finding import FOUND_WITHIN_DAYS, INTEREST
from pooling.services import clusters
from pooling.services.clusters import NotMetYet, activate_when_two, current_charter
from pooling.services.interests import fall_back, move, write_trail
from pooling.services.memberships import AlreadyHere, GroupIsFull
from pooling.services.transactions import all_or_nothing

MOST_DAYS_TO_MEETING = 60


class TooFewToMeet(Refusal):
    code = "too_few_to_meet"
    sentence = f"Choose {SIZE_MIN} to {SIZE_MAX} people from one list. Everybody must want the same thing, near the same place."
    field = "people"


class SomebodyIsNotMet(Refusal):
    code = "somebody_is_not_met"
    sentence = "Somebody you chose has not been met yet. Meet them first, with a letter that says who they are."
    field = "people"


class MeetingDayIsWrong(Refusal):
    code = "meeting_day_is_wrong"
    sentence = f"Choose a day and a time that are still to come, within {MOST_DAYS_TO_MEETING} days."
    field = "meets_on"


class PlaceIsMissing(Refusal):
    code = "place_is_missing"
    sentence = "Say where you meet, in at most 200 letters. For example: the library in Peckham, room 2."
    field = "place"


class GroupIsThere(Refusal):
    code = "group_is_there"
    sentence = "Somebody has started the group already. Open its page, and join it there."


class TooLateToFound(Refusal):
    code = "too_late_to_found"
    sentence = "The group has been going for a while now. Ask to meet it: everyone in it answers."


class PlaceHasALink(Refusal):
    code = "place_has_a_link"
    sentence = "Say in words where you meet. Our messages never carry a link."
    field = "place"


@all_or_nothing
def introduce(*, interests: Sequence[Interest], meets_at: datetime, place: str, by: Person, at: datetime) -> Introduction:
    """Somebody who helps groups in that council hosts a meeting for people who wait for the same; they hear by their own channel.

    Raises NotAllowed, TooFewToMeet, SomebodyIsNotMet, MeetingDayIsWrong, PlaceIsMissing,
    PlaceHasALink, NotNow.
    """
    ids = {one.pk for one in interests}
    rows = list(Interest.objects.locked().filter(pk__in=ids).select_related("person").order_by("pk"))
    if not rows or any(not has_role(by, FACILITATOR, council_code=row.council_code, at=at) or row.person_id == by.pk for row in rows):
        raise NotAllowed
    if not SIZE_MIN <= len(rows) <= SIZE_MAX or len({(row.council_code, row.category, row.outcode) for row in rows}) > 1:
        raise TooFewToMeet
    for row in rows:
        step(INTEREST, row.state, "introduce")
    if not all(is_sure_enough(row.person.sureness, "seen") for row in rows):
        raise SomebodyIsNotMet
    if not at < meets_at <= at + timedelta(days=MOST_DAYS_TO_MEETING):
        raise MeetingDayIsWrong
    if not 1 <= len(place.strip()) <= 200:
        raise PlaceIsMissing
    if "://" in place or "www." in place.lower():
        raise PlaceHasALink
    meeting = _meeting(rows, meets_at, place.strip(), by, at)
    fall_back(_left_of(rows[0]), at)
    return meeting


def _meeting(rows: Sequence[Interest], meets_at: datetime, place: str, by: Person, at: datetime) -> Introduction:
    same = {"council_code": rows[0].council_code, "category": rows[0].category, "outcode": rows[0].outcode}
    meeting = Introduction.objects.create(facilitator=by, meets_at=meets_at, place=place, made_at=at, **same)
    for row in rows:
        row.introduction = meeting
        move(row, "introduce", at)
        write_trail(row, verb="pooling.introduce", by=by, at=at, theirs=False)
    _tell("pooling.introduced", meeting, at)
    return meeting


def _left_of(row: Interest) -> list[Interest]:
    same = Interest.objects.waiting().filter(council_code=row.council_code, category=row.category, outcode=row.outcode)
    return list(same.locked().order_by("pk"))


@all_or_nothing
def start_group(*, introduction: Introduction, by: Person, at: datetime, person: Person | None = None, **answers: Any) -> Cluster:
    """One of those who met starts their group from the five answers (`clusters.start`); the others may sign the same rules (`join_founders`).

    The meeting's host does not stand beside it by that: whom to ask is the group's to say. Raises NotAllowed, NotNow, GroupIsThere and what
    `clusters.start` raises.
    """
    meeting = Introduction.objects.locked().get(pk=introduction.pk)
    who = person or by
    mine = _my_interest(meeting, who, by, at)
    step(INTEREST, mine.state, "start_group")
    if meeting.cluster_id is not None:
        raise GroupIsThere
    meeting.cluster = clusters.start(**answers, person=who, by=by, at=at)
    meeting.save(update_fields=["cluster"])
    move(mine, "start_group", at)
    write_trail(mine, verb="pooling.start_group_from_meeting", by=by, at=at)
    _tell("pooling.group_started", meeting, at, cluster=meeting.cluster.pk)
    return meeting.cluster


@all_or_nothing
def join_founders(*, introduction: Introduction, by: Person, at: datetime, person: Person | None = None) -> Membership:
    """Another of those who met signs the first rules, and is in without first days: they chose each other at the meeting.

    Only while the first rules are in force, and within 30 days of the start. Raises NotAllowed, NotNow, TooLateToFound, NotMetYet, GroupIsFull.
    """
    meeting = Introduction.objects.locked().get(pk=introduction.pk)
    who = person or by
    mine = _my_interest(meeting, who, by, at)
    step(INTEREST, mine.state, "join_founders")
    if meeting.cluster_id is None:
        raise NotNow
    group = Cluster.objects.locked().get(pk=meeting.cluster_id)
    charter = current_charter(group)
    if charter.version != 1 or at > group.started_at + timedelta(days=FOUND_WITHIN_DAYS):
        raise TooLateToFound
    if not is_sure_enough(who.sureness, "seen"):
        raise NotMetYet
    place = _found(group, who, at)
    CharterSignature.objects.create(charter=charter, membership=place, by=by, at=at)
    move(mine, "join_founders", at)
    write_trail(mine, verb="pooling.join_founders", by=by, at=at)
    activate_when_two(group, at)
    return place


def _found(group: Cluster, who: Person, at: datetime) -> Membership:
    if group.memberships.unended().of(who).exists():
        raise AlreadyHere
    taken = set(group.memberships.inside().values_list("strand", flat=True))
    free = [strand for strand in range(1, SIZE_MAX + 1) if strand not in taken]
    if len(taken) >= group.size_max or not free:
        raise GroupIsFull
    state = step(MEMBERSHIP, NEW, "found")
    return Membership.objects.create(
        cluster=group, person=who, council_code=group.council_code, state=state, strand=free[0], opened_at=at, joined_at=at
    )


def _my_interest(meeting: Introduction, who: Person, by: Person, at: datetime) -> Interest:
    """The interest of one of those who were asked to this meeting, locked. Raises NotAllowed."""
    if not policies.may_decide(by=by, person=who, decision="groups", at=at):
        raise NotAllowed
    row = Interest.objects.locked().filter(introduction=meeting).of(who).order_by("-pk").first()
    if row is None:
        raise NotAllowed
    return row


def _tell(kind: str, meeting: Introduction, at: datetime, **more: int) -> None:
    payload = {"introduction": meeting.pk, **more}
    facts.record(kind=kind, subject=f"introduction:{meeting.pk}", payload=payload, at=at, council_code=meeting.council_code)
