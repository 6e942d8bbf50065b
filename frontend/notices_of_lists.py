"""What we write about weekly lists: to who looks after the money, that one is ready; to whom part of the sum did not reach, what that means.

Where to send money is never in a message: it is on the page, after signing in.
"""

from datetime import datetime

from audit.clock import london_date
from frontend import words
from frontend.notices import _tell, staff_of
from frontend.presenters.paying import dues
from pooling.models import WeeklyList
from pooling.selectors import weekly as reading


def list_ready(*, weekly_list_id: int, at: datetime) -> int:
    """To those who look after money there. Who asked for it has it before them."""
    row = WeeklyList.objects.select_related("organisation").get(pk=weekly_list_id)
    if row.state != WeeklyList.State.READY or row.made_by_id is not None:
        return 0
    number = words.count(row.rows.values("membership__person").distinct().count(), "person", "people")
    says = f"Your list of this week is ready: {number}, all that is due until {words.day(row.covers_to)}. Look at it, then send it."
    staff = staff_of(row.organisation_id, at=at)
    return _tell(staff, kind="weekly_list", about=f"weekly_list:{row.pk}", subject="Your list of this week is ready", says=says, at=at)


def part_paid(*, weekly_list_id: int, at: datetime) -> int:
    """To each whose visits are not paid for yet, while there is time: by when, and that they need do nothing. Once for a row."""
    row = WeeklyList.objects.select_related("organisation").get(pk=weekly_list_id)
    if row.state != WeeklyList.State.SENT:
        return 0
    purse = reading.purse_of(row)
    left = reading.left_waiting(reading.rows_of(row), purse.here_pence + purse.coming_pence)
    first = {one.membership.person_id: one for one in reversed(left) if one.due_on >= london_date(at)}
    told = 0
    for one, due in zip(first.values(), dues([one.call for one in first.values()]), strict=True):
        says = (
            f"{row.organisation.name} looks after your money. They sent a part of it so far. The money for {due.what or due.group} is not here yet. "
            f"They have until {words.day(one.due_on)} to send the rest. Nothing changes for you now, and you need not do anything. "
            f"If it does not come by then, we tell you, and you pay nothing for these visits. You can ring {row.organisation.name} and ask."
        )
        about = f"weekly_row:{one.pk}"
        told += _tell([one.membership.person], kind="not_paid_yet", about=about, subject="Part of your money is not here yet", says=says, at=at)
    return told
