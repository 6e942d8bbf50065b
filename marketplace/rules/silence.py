"""When no answer may count as a yes, and when a human must ask (state-machines.md 8, "Silence rules")."""

from dataclasses import dataclass

YESES_FIRST = 3
MOST_PENCE = 6_000
MOST_PENCE_IN_28_DAYS = 12_000
NOTICES = 2
REACHING_CHANNELS = frozenset({"phone", "text", "letter"})
"""A notice by voice, text or letter: one at least, since e-mail may never be read."""
SILENCES_IN_A_ROW = 2
"""So many silent releases were the last: the next silence goes to a human, whatever the sum."""
ANSWER_WORKING_DAYS = 5
NOT_SURE_TIMES = 3


@dataclass(frozen=True, slots=True)
class SilenceFacts:
    """What is known of one share whose payer has not answered."""

    pence: int
    is_first_milestone: bool
    earlier_yeses: int
    all_recorded_at_the_time: bool
    silent_pence_in_28_days: int
    silences_in_a_row: int
    is_away: bool
    is_reachable: bool
    was_questioned: bool
    notice_channels: tuple[str, ...]


def why_silence_may_not_pay(facts: SilenceFacts) -> list[str]:
    """Slugs of the rules that silence breaks; empty: it may pay. Every rule is looked at, so that a helper sees all that is wrong."""
    broken = {
        "first_milestone": facts.is_first_milestone,
        "too_few_yeses": facts.earlier_yeses < YESES_FIRST,
        "not_recorded_at_the_time": not facts.all_recorded_at_the_time,
        "too_large": facts.pence > MOST_PENCE,
        "too_much_in_28_days": facts.silent_pence_in_28_days + facts.pence > MOST_PENCE_IN_28_DAYS,
        "third_in_a_row": facts.silences_in_a_row >= SILENCES_IN_A_ROW,
        "away": facts.is_away,
        "not_reachable": not facts.is_reachable,
        "questioned": facts.was_questioned,
        "too_few_notices": len(facts.notice_channels) < NOTICES,
        "no_notice_that_reaches": not REACHING_CHANNELS.intersection(facts.notice_channels),
    }
    return [slug for slug, is_broken in broken.items() if is_broken]
