"""What we write to people who find each other: others would like the same, a meeting, the group they may sign into, new rules to sign."""

from collections.abc import Iterable
from datetime import datetime

from frontend import words
from frontend.notices import _tell
from people.models import Person, Role
from pooling.models import Charter, Interest, Introduction
from pooling.rules import is_sure_enough
from vocabulary.models import Term


def matched(*, interest_id: int, at: datetime) -> int:
    """To the person: others near them would like it too. To who helps groups there: somebody is to host a meeting."""
    row = Interest.objects.select_related("person").get(pk=interest_id)
    if row.state != Interest.State.MATCHED:
        return 0
    what = _what(row.category)
    says = f"You would like: {what}. Two or more people near {row.outcode} would like it too. Somebody who helps groups will ask you all to meet."
    if not is_sure_enough(row.person.sureness, "seen"):
        says += " They need to meet you first. Please call us, and have a letter that says who you are."
    about, subject = f"interest:{row.pk}/{row.since:%Y%m%d}", "Others near you would like the same"
    told = _tell([row.person], kind="interest_matched", about=about, subject=subject, says=says, at=at)
    hosts = [one for one in _helpers(row.council_code, at) if one.pk != row.person_id]
    says = f"Three or more people near {row.outcode} would like the same: {what}. Please host a meeting for them."
    about = f"match:{row.category}/{row.outcode}/{row.since:%Y%m%d}"
    return told + _tell(hosts, kind="match_to_host", about=about, subject="People to bring together", says=says, at=at)


def introduced(*, introduction_id: int, at: datetime) -> int:
    """To those who are asked to the meeting: when, where, with whom as host. No names of the others."""
    meeting = _meeting(introduction_id)
    when = f"{words.day(meeting.meets_at)} at {words.clock(meeting.meets_at)}"
    says = f"{meeting.facilitator.full_name} asks you to meet others who would like the same: {_what(meeting.category)}. {when}, {meeting.place}."
    says += " Nothing is decided there, and it costs nothing. Can’t you come? Open your page and say so."
    people = _asked(meeting, "introduced")
    return _tell(people, kind="introduced", about=f"introduction:{meeting.pk}", subject="Would you like to meet?", says=says, at=at)


def group_started(*, introduction_id: int, at: datetime) -> int:
    """To the others who were asked to the meeting: the group is there, and they may sign its first rules."""
    meeting = _meeting(introduction_id)
    if meeting.cluster is None:
        return 0
    says = (
        f"The people you were asked to meet have started a group: {meeting.cluster.name}. Read its rules. If you like them, sign. You have 30 days."
    )
    people = _asked(meeting, "introduced")
    return _tell(people, kind="group_started", about=f"introduction:{meeting.pk}", subject="Your group has started", says=says, at=at)


def rules_changed(*, charter_id: int, at: datetime) -> int:
    """To everybody in the group who has not signed: the rules are new."""
    charter = Charter.objects.select_related("cluster").get(pk=charter_id)
    if charter.state != Charter.State.IN_FORCE:
        return 0
    signed = set(charter.signatures.values_list("membership_id", flat=True))
    places = charter.cluster.memberships.inside().select_related("person").order_by("pk")
    people = [place.person for place in places if place.pk not in signed]
    says = f"{charter.cluster.name} agreed new rules. Read them, then sign them. Until you sign, you may leave the group at once."
    return _tell(people, kind="rules_changed", about=f"rules:{charter.pk}", subject="New rules to sign", says=says, at=at)


def _what(category: str) -> str:
    found = Term.objects.categories().filter(slug=category).first()
    return found.label if found else category


def _meeting(introduction_id: int) -> Introduction:
    return Introduction.objects.select_related("facilitator", "cluster").get(pk=introduction_id)


def _asked(meeting: Introduction, state: str) -> Iterable[Person]:
    return [row.person for row in meeting.interests.filter(state=state).select_related("person").order_by("pk")]


def _helpers(council_code: str, at: datetime) -> list[Person]:
    roles = Role.objects.live(at).filter(kind=Role.Kind.FACILITATOR, council_code=council_code).select_related("person")
    return [role.person for role in roles.order_by("pk")]
