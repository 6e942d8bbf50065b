"""Finding each other: interests before there is a group, what people have in common, versions of a group's rules (state-machines.md 3)."""

from collections.abc import Iterable, Mapping

NEW = ""

MATCH_SIZE = 3
INTEREST_DAYS = 90
FOUND_WITHIN_DAYS = 30

INTEREST = {
    (NEW, "would_like"): "interested",
    ("interested", "match"): "matched",
    ("matched", "introduce"): "introduced",
    ("introduced", "start_group"): "group",
    # Whoever met the founder signs the same first rules (docs/adr/0014).
    ("introduced", "join_founders"): "group",
    ("interested", "stop"): "ended",
    ("matched", "stop"): "interested",
    ("introduced", "stop"): "ended",
}
INTEREST_FINAL = frozenset({"group", "ended"})

CHARTER = {
    (NEW, "found"): "in_force",
    (NEW, "propose"): "proposed",
    ("proposed", "adopt"): "in_force",
    ("proposed", "drop"): "dropped",
    ("in_force", "replace"): "replaced",
}

FINDING_MACHINES = {"interest": INTEREST, "charter": CHARTER}

PARTS_OF_WEEK = {
    "weekday_morning": "Weekday mornings",
    "weekday_afternoon": "Weekday afternoons",
    "weekday_evening": "Weekday evenings",
    "weekend": "Weekends",
}

# What somebody may want in common, beside languages (vocabulary): special kinds of data (UK GDPR article 9), each with a consent of its own.
FAITHS = {
    "muslim": "Muslim",
    "christian": "Christian",
    "hindu": "Hindu",
    "sikh": "Sikh",
    "jewish": "Jewish",
    "buddhist": "Buddhist",
    "none": "No faith",
    "other_faith": "Another faith",
}
CONDITIONS = {
    "memory": "Memory loss or dementia",
    "learning": "A learning disability",
    "autism": "Autism",
    "low_mood": "Mood and mental health",
    "sight": "Seeing",
    "hearing": "Hearing",
    "moving": "Getting about",
    "long_illness": "A long illness",
    "caring": "I look after somebody",
}


def rank_by_common(people: Mapping[int, frozenset[str]]) -> list[int]:
    """Whoever shares most with the others first; ties by id. `people`: what each agreed may be used. Everybody stays in it (care-rules.md 2.9)."""

    def shared(one: int) -> int:
        return sum(len(people[one] & theirs) for other, theirs in people.items() if other != one)

    return sorted(people, key=lambda one: (-shared(one), one))


def parts_for_all(wishes: Iterable[Iterable[str]]) -> list[str]:
    """The parts of the week that suit everybody, in the week's order."""
    each = [set(wish) for wish in wishes]
    return [part for part in PARTS_OF_WEEK if each and all(part in wish for wish in each)]
