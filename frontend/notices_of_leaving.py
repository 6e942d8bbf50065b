"""What we write about leaving: to who left, while something is theirs to say; to who looks after money, when somebody says that a person is gone.

Nobody is written to who died. The group is not written to: its page says that somebody has left, and never why.
"""

from datetime import datetime

from audit.clock import london_date
from frontend import words
from frontend.notices import _tell, _write, another_way, staff_of
from people.models import Organisation
from people.services import messages
from pooling.models import EndReport, Leaving, Portion, Removal, Statement


def _may_read(leaving: Leaving) -> bool:
    return leaving.why != Leaving.Why.DIED


def statement_sent(*, statement_id: int, at: datetime) -> int:
    """To who left: is it right? Or, when there is nothing to come back, what happened to their money."""
    row = Statement.objects.select_related("membership__person", "membership__cluster", "leaving").get(pk=statement_id)
    if row.state != Statement.State.SENT or not _may_read(row.leaving):
        return 0
    return _tell([row.membership.person], kind="statement", about=f"statement:{row.pk}", subject="What is left of your money", says=_says(row), at=at)


def _says(row: Statement) -> str:
    back = f"{words.pounds(row.payable_pence)} goes back to where it came from. " if row.payable_pence else ""
    group, by = row.membership.cluster.name, words.day(row.answer_by)
    says = f"You left {group}. We added up your money there. {back}Please look and say if it is right, by {by}."
    return f"{says} If you say nothing, it goes as the page says."


def statement_reminded(*, statement_id: int, times: int, at: datetime) -> int:
    """Asked again; the second time by another way than the first."""
    row = Statement.objects.select_related("membership__person", "membership__cluster", "leaving").get(pk=statement_id)
    if row.state != Statement.State.SENT or not _may_read(row.leaving):
        return 0
    person = row.membership.person
    first = messages.address_of(person)
    way = first if times == 1 else another_way(person, not_by=first[0])
    about = f"statement:{row.pk}/{times}"
    return int(_write(person, way, kind="statement_again", about=about, subject="What is left of your money", says=_says(row), at=at))


def more_came_free(*, leaving_id: int, pence: int, at: datetime) -> int:
    """To who left: more came free, and it is on its way. They are on no group's page any more, so nothing else tells them."""
    row = Leaving.objects.select_related("membership__person", "membership__cluster").get(pk=leaving_id)
    if not _may_read(row):
        return 0
    group = row.membership.cluster.name
    says = f"{words.pounds(pence)} more of your money in {group} came free. It is on its way back to where it came from. You need not do anything."
    about = f"leaving:{row.pk}/{pence}/{london_date(at)}"
    return _tell([row.membership.person], kind="trued_up", about=about, subject="More of your money is on its way back", says=says, at=at)


def end_reported(*, report_id: int, at: datetime) -> int:
    """To who looks after the person's money; where nobody does, to the council's own money team: please find out, and say how it is."""
    row = EndReport.objects.select_related("membership__person").get(pk=report_id)
    if row.state != EndReport.State.OPEN:
        return 0
    holders = Portion.objects.filter(budget__person=row.membership.person, holder__isnull=False).values_list("holder", flat=True).distinct()
    people = [one for holder in holders for one in staff_of(holder, at=at)]
    if not people:
        teams = Organisation.objects.filter(kind=Organisation.Kind.COUNCIL, council_code=row.council_code).order_by("pk")
        people = [one for team in teams for one in staff_of(team.pk, at=at)]
    says = f"Somebody told us that the support of {row.membership.person.full_name} may have ended. Please find out, and say how it is on your page."
    return _tell(people, kind="end_reported", about=f"report:{row.pk}", subject="Please find out about somebody", says=says, at=at)


def removal_asked(*, removal_id: int, at: datetime) -> int:
    """To the person the group is asked about: read why, and answer."""
    row = _removal(removal_id)
    if row.state != Removal.State.ASKED:
        return 0
    group = row.membership.cluster.name
    says = f"Somebody in {group} asks the group whether you should leave it. Your page says why. You can write an answer that everybody reads first."
    return _tell([row.membership.person], kind="removal_asked", about=f"removal:{row.pk}", subject="Your group is asked about you", says=says, at=at)


def removal_decided(*, removal_id: int, at: datetime) -> int:
    """To the person: the group said yes; they may ask for a second look."""
    row = _removal(removal_id)
    if row.state != Removal.State.DECIDED or row.appeal_by is None:
        return 0
    group, by = row.membership.cluster.name, words.day(row.appeal_by)
    says = f"{group} decided that you leave. Your last day is {by}. Until then nothing changes. You can ask us to look at it again, by {by}."
    return _tell([row.membership.person], kind="removal_decided", about=f"removal:{row.pk}", subject="Your group has decided", says=says, at=at)


def appeal_answered(*, removal_id: int, at: datetime) -> int:
    """To the person: what we decided, and that the reasons are on their page."""
    row = _removal(removal_id)
    what = "You stay in the group." if row.state == Removal.State.UPHELD else "The group’s decision stands."
    says = f"We looked again at what {row.membership.cluster.name} decided. {what} Your page says why."
    return _tell([row.membership.person], kind="appeal_answered", about=f"removal:{row.pk}", subject="We looked at it again", says=says, at=at)


def _removal(pk: int) -> Removal:
    return Removal.objects.select_related("membership__person", "membership__cluster").get(pk=pk)
