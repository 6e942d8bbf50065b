"""Amounts, dates, times and lists as people say them. Pure: no Django, no clock. Dates of moments are London's."""

import re
from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")
OWN_VISITS = "your own visits"
_NUMBERS = ("None", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine")


def pounds(pence: int) -> str:
    """125000 is "£1,250.00"; -1250 is "-£12.50". Always both decimals."""
    sign = "-" if pence < 0 else ""
    whole, rest = divmod(abs(int(pence)), 100)
    return f"{sign}£{whole:,}.{rest:02d}"


def in_pounds(sentence: str) -> str:
    """A sentence that counts in pence ("-700p"), for people ("-£7.00")."""
    return re.sub(r"\b(\d+)p\b", lambda found: pounds(int(found[1])), sentence)


def local_date(when: date | datetime) -> date:
    """The London date of a moment; a date stays as it is. A moment without a zone is refused."""
    if isinstance(when, datetime):
        if when.tzinfo is None:
            raise ValueError("a moment needs a time zone before it can be said")
        return when.astimezone(LONDON).date()
    return when


def day(when: date | datetime) -> str:
    """ "Tuesday 3 March"."""
    local = local_date(when)
    return f"{_DAYS[local.weekday()]} {local.day} {_MONTHS[local.month - 1]}"


def day_year(when: date | datetime) -> str:
    """ "Tuesday 3 March 2026", for statements and anything more than half a year away."""
    return f"{day(when)} {local_date(when).year}"


def short_day(when: date | datetime) -> str:
    """ "3 March", where the weekday stands beside it already."""
    local = local_date(when)
    return f"{local.day} {_MONTHS[local.month - 1]}"


def clock(when: time | datetime) -> str:
    """ "10am", "10:30am", "midday", "midnight"."""
    if isinstance(when, datetime):
        if when.tzinfo is None:
            raise ValueError("a moment needs a time zone before it can be said")
        when = when.astimezone(LONDON).time()
    if when.minute == 0 and when.hour in (0, 12):
        return "midday" if when.hour else "midnight"
    minutes = f":{when.minute:02d}" if when.minute else ""
    return f"{when.hour % 12 or 12}{minutes}{'am' if when.hour < 12 else 'pm'}"


def which_week(week: Any) -> str:
    """ "week 3" of an agreement; of one that is a single visit "Wednesday 18 March". `week`: a milestone with its agreement."""
    return day(week.starts_on) if week.agreement.is_once else f"week {week.number}"


def week_and_days(week: Any) -> str:
    """ "week 3: Monday 23 February to Sunday 1 March", or the day of a single visit."""
    return which_week(week) if week.agreement.is_once else f"week {week.number}: {day(week.starts_on)} to {day(week.ends_on)}"


def of_group(cluster: Any) -> str:
    """ "Thursday Kitchen", inside a sentence; of what somebody books alone, "your own visits"."""
    return OWN_VISITS if cluster.is_own else str(cluster.name)


def count(number: int, one: str, many: str = "") -> str:
    """ "1 visit", "2 visits"; `many` where adding an s is wrong."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def number(value: int) -> str:
    """ "Two" to "Nine" for the start of a sentence, figures from 10."""
    return _NUMBERS[value] if value < len(_NUMBERS) else str(value)


def duration(minutes: int) -> str:
    """150 is "2 hours 30 minutes"."""
    hours, rest = divmod(int(minutes), 60)
    said = [count(hours, "hour")] if hours else []
    return " ".join([*said, count(rest, "minute")] if rest or not hours else said)


def names(people: Iterable[object]) -> str:
    """ "Amina, Yusuf and Halima"."""
    said = [str(each) for each in people]
    return " and ".join([", ".join(said[:-1]), said[-1]]) if len(said) > 1 else "".join(said)


def greeting(when: datetime) -> str:
    """ "Good morning" until midday, "Good afternoon" until 6pm, then "Good evening"."""
    hour = when.astimezone(LONDON).hour
    return "Good morning" if hour < 12 else "Good afternoon" if hour < 18 else "Good evening"


def in_a_row(labels: Iterable[object]) -> str:
    """ "No steps, a toilet for wheelchair users": labels that each begin with a capital, as one line."""
    said = [str(each) for each in labels]
    return ", ".join([*said[:1], *(each[:1].lower() + each[1:] for each in said[1:])])


def most_hidden(phone: str) -> str:
    """ "07… 412" of +447700900412: enough for its owner to see that it is theirs, too little for who looks over their shoulder."""
    national = f"0{phone[3:]}" if phone.startswith("+44") else phone
    return f"{national[:2]}… {national[-3:]}"
