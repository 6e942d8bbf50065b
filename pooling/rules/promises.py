"""What promises can cost, and what a call asks for."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from pooling.rules.figures import SMALLEST_ASK_PENCE


@dataclass(frozen=True, slots=True)
class Costs:
    """What a yes means, shown before it: the most it can cost, and the most still to pay after stopping today."""

    most_pence: int
    if_you_stop_pence: int


def costs(weekly_pence: int, weeks: int, notice_days: int) -> Costs:
    """The most a promise can cost, and what is at most still paid after saying stop: the weeks that the notice touches."""
    notice_weeks = -(-notice_days // 7)
    return Costs(most_pence=weekly_pence * weeks, if_you_stop_pence=weekly_pence * min(weeks, notice_weeks))


@dataclass(frozen=True, slots=True)
class Promised:
    """A promise's weeks: from `starts_on` for `weeks` weeks, so much each."""

    starts_on: date
    weeks: int
    weekly_pence: int

    @property
    def ends_on(self) -> date:
        """The last day."""
        return self.starts_on + timedelta(weeks=self.weeks, days=-1)


def most_promised_at_once(promises: Iterable[Promised], *, starts_on: date, ends_on: date) -> int:
    """The largest weekly sum that these promises reach together on any day from `starts_on` to `ends_on`."""
    near = [one for one in promises if one.starts_on <= ends_on and one.ends_on >= starts_on]
    days = [starts_on, *(one.starts_on for one in near if one.starts_on > starts_on)]
    return max(sum(one.weekly_pence for one in near if one.starts_on <= day <= one.ends_on) for day in days)


def to_ask(share_pence: int, free_pence: int) -> int:
    """What a call asks for: the share less what is free already, never between 1p and the smallest payment, never more than the share."""
    asked = max(0, share_pence - max(0, free_pence))
    return min(share_pence, max(asked, SMALLEST_ASK_PENCE)) if asked else 0
