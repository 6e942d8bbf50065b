"""Questions a group decides (state-machines.md 5): the table, who may answer how, how answers are counted. Pure.

A decision opens each person's own yes. It moves nobody's money.
"""

from dataclasses import dataclass

from pooling.rules.tables import NEW

PROPOSAL = {
    (NEW, "write"): "draft",
    ("draft", "discuss"): "discussion",
    ("draft", "withdraw"): "withdrawn",
    ("discussion", "amend"): "discussion",
    ("discussion", "open"): "voting",
    ("discussion", "withdraw"): "withdrawn",
    ("voting", "cast"): "voting",
    ("voting", "withdraw"): "withdrawn",
    ("voting", "extend"): "voting",
    ("voting", "pass"): "passed",
    ("voting", "fail"): "failed",
    ("voting", "object"): "reworking",
    ("reworking", "reopen"): "discussion",
    ("reworking", "drop"): "withdrawn",
    ("passed", "enact"): "enacted",
    ("passed", "cannot_enact"): "lapsed",
    ("passed", "challenge"): "challenged",
    ("challenged", "uphold"): "voided",
    ("challenged", "reject_challenge"): "passed",
}
PROPOSAL_FINAL = frozenset({"withdrawn", "failed", "enacted", "lapsed", "voided"})

DISCUSSION_DAYS, ANSWER_DAYS, CHALLENGE_DAYS, EXTEND_DAYS, REWORK_DAYS = 3, 5, 3, 3, 30
MOST_REWORKS = 2
FEWEST_ANSWER_DAYS, MOST_ANSWER_DAYS = 1, 28
FEWEST_TO_REMOVE = 2
"""With two people in a group, one cannot send the other away: either may leave."""

CONSENT, MOST, TWO_THIRDS, EVERYONE = "consent", "most", "two_thirds", "everyone"
ANSWERS = {
    CONSENT: ("yes", "aside", "object"),
    MOST: ("yes", "no", "aside"),
    TWO_THIRDS: ("yes", "no", "aside"),
    EVERYONE: ("yes", "no", "aside", "object"),
}
"""What may be answered under each rule. `aside`: I can live with it. `object`: it would do harm, or is not what the group is for; says why."""

GRAVE = frozenset({"rules", "wind_down"})
"""Where most is not enough: two thirds."""


@dataclass(frozen=True, slots=True)
class Tally:
    """The answers of one frozen electorate. `affected_says_yes`: None when the question names nobody's own support."""

    size: int
    yes: int = 0
    no: int = 0
    aside: int = 0
    objects: int = 0
    affected_says_yes: bool | None = None

    @property
    def answered(self) -> int:
        return self.yes + self.no + self.aside + self.objects


def rule_for(kind: str, group_rule: str) -> str:
    """The rule of a question of this kind in a group that decides by `group_rule`. Removing somebody is always two thirds of the others."""
    if kind == "remove":
        return TWO_THIRDS
    return TWO_THIRDS if kind in GRAVE and group_rule == MOST else group_rule


def quorum_of(rule: str, size: int) -> int:
    """How many of `size` people must answer: of two both, of three two; two thirds or everyone where the rule needs that many yeses anyway."""
    if size <= 2 or rule == EVERYONE:
        return size
    return -(-2 * size // 3) if rule == TWO_THIRDS else size // 2 + 1


def close(rule: str, tally: Tally, quorum: int, *, extended: bool, reworks: int) -> str:
    """The verb that the end of the answering time brings: pass, fail, object (talk again) or extend. Silence is never yes; a tie fails."""
    if tally.answered < quorum:
        return "fail" if extended else "extend"
    if tally.objects and reworks < MOST_REWORKS:
        return "object"
    if tally.affected_says_yes is False:
        return "fail"
    return "pass" if _agreed(rule, tally) else "fail"


def _agreed(rule: str, tally: Tally) -> bool:
    if tally.size <= 2:
        return tally.yes == tally.size
    if rule == MOST:
        return tally.yes > tally.no
    if rule == EVERYONE:
        return tally.yes > 0 and tally.yes + tally.aside == tally.size
    if rule == CONSENT and not tally.objects:
        return tally.yes > 0
    # Two thirds of everybody who can answer; also what ends a question that somebody still objects to after two rounds of talking.
    return tally.yes * 3 >= tally.size * 2


def explain(rule: str, tally: Tally, quorum: int, verb: str) -> str:
    """The result in words, with why: stored with it, and read by everybody in the group."""
    counts = [(tally.yes, "said yes"), (tally.no, "said no"), (tally.aside, "can live with it"), (tally.objects, "objected")]
    said = ", ".join(f"{number} {words}" for number, words in counts if number) or "nobody answered"
    silent = tally.size - tally.answered
    head = f"{tally.size} could answer: {said}{f', {silent} did not answer' if silent and tally.answered else ''}."
    return f"{head} {_because(rule, tally, quorum, verb)}"


def _because(rule: str, tally: Tally, quorum: int, verb: str) -> str:
    if tally.answered < quorum:
        more = "Everybody gets some more days" if verb == "extend" else "So it is not decided, and nothing changes"
        return f"Too few answered: {quorum} are needed. {more}."
    if verb == "object":
        return "Somebody can't live with it, so you talk about it again."
    if tally.affected_says_yes is False:
        return "It is about one person's own support, and that person did not say yes. So the answer is no."
    return f"{_needed(rule, tally)} {'So the answer is yes.' if verb == 'pass' else 'So the answer is no.'}"


def _needed(rule: str, tally: Tally) -> str:
    if tally.size <= 2:
        return "With two people, both must say yes." if tally.size == 2 else "One person could answer, and must say yes."
    if rule == CONSENT and not tally.objects:
        return "Nobody must object, and somebody must say yes."
    needed = {MOST: "More must say yes than no.", EVERYONE: "Everyone must agree."}
    return needed.get(rule, "Two thirds of all who can answer must say yes.")
