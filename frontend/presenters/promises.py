"""What a promise costs, before and after it is made."""

from dataclasses import dataclass
from datetime import date, timedelta

from frontend.presenters.budgets import Part
from pooling import selectors
from pooling.models import Pledge
from pooling.services.clusters import current_charter
from pooling.services.pledges import costs


@dataclass(frozen=True, slots=True)
class PromiseCosts:
    """Sums in pence. `most_pence`: the most it can cost. `if_you_stop_pence`: the most still paid after giving notice today."""

    weekly_pence: int
    weeks: int
    starts_on: date
    ends_on: date
    comes_from: str
    notice_days: int
    most_pence: int
    if_you_stop_pence: int
    asked_when: str

    @property
    def notice_weeks(self) -> int:
        return self.notice_days // 7


def costs_of(pledge: Pledge, part: Part) -> PromiseCosts:
    """The page "Check before you promise", computed by the same function as everything else that says what it can cost."""
    notice = current_charter(pledge.membership.cluster).notice_days
    told = costs(pledge.weekly_pence, pledge.weeks, notice)
    ahead = selectors.mode_of(pledge.portion) == "ahead"
    return PromiseCosts(
        weekly_pence=pledge.weekly_pence,
        weeks=pledge.weeks,
        starts_on=pledge.starts_on,
        ends_on=pledge.starts_on + timedelta(weeks=pledge.weeks, days=-1),
        comes_from=part.title,
        notice_days=notice,
        most_pence=told.most_pence,
        if_you_stop_pence=told.if_you_stop_pence,
        asked_when="ahead" if ahead else "on_yes",
    )
