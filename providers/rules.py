"""Which papers what work needs, how long each counts, and which prices make sense. No database here."""

from collections.abc import Iterable
from datetime import date, timedelta
from hashlib import sha256

# The order in which pages list them: what is quick and free first.
ORDER = ("identity", "insurance", "dbs_basic", "dbs_enhanced", "references", "cqc", "community")
OF_THE_WORKER = frozenset({"identity", "dbs_basic", "dbs_enhanced"})
# What else proves it: an enhanced record check holds all that a basic one does.
PROVED_BY = {"dbs_basic": frozenset({"dbs_basic", "dbs_enhanced"})}
# How long a paper counts when it says nothing itself. No law ends a DBS certificate; three years is the common practice of councils.
LASTS_DAYS = {"identity": None, "insurance": 366, "dbs_basic": 3 * 365, "dbs_enhanced": 3 * 365, "references": None, "cqc": 366, "community": 2 * 365}
# What becomes of a paper: (state, verb) to the next state; what is not here is refused. "see" is the first of two operators.
CHECK = {
    ("waiting", "see"): "seen_once",
    ("waiting", "confirm"): "confirmed",
    ("waiting", "refuse"): "refused",
    ("seen_once", "confirm"): "confirmed",
    ("seen_once", "refuse"): "refused",
}
WORDS = {
    "identity": "who you are",
    "insurance": "your insurance",
    "dbs_basic": "your record check (DBS)",
    "dbs_enhanced": "your enhanced record check (DBS)",
    "references": "two people who know your work",
    "cqc": "your Care Quality Commission (CQC) number",
    "community": "that we know your group",
}
# A community group takes no money: somebody of ours knows it, and that is all it has to show.
OF_A_COMMUNITY = ["community"]
LARGEST = 8  # people in a micro-enterprise (care-rules.md 2.8)
WEEKDAYS = frozenset(range(1, 8))
PARTS_OF_DAY = ("morning", "afternoon", "evening", "night")


def needed(category_checks: Iterable[str], *, is_regulated: bool, works_alone: bool, people_count: int) -> list[str]:
    """The kinds of check somebody must have live to sell in a category.

    Personal care by more than one person working together must be registered with the CQC; one person whom each holder directs need not
    (Health and Social Care Act 2008 (Regulated Activities) Regulations 2014; care-rules.md 2.8).
    """
    kinds = set(category_checks)
    if is_regulated and (not works_alone or people_count > 1):
        kinds.add("cqc")
    return [kind for kind in ORDER if kind in kinds]


def needs_two(kind: str, *, seen_before: bool) -> bool:
    """Whether two operators must see the original: who somebody is, as long as nobody has confirmed it before (a borrowed name, abuse.md 8)."""
    return kind == "identity" and not seen_before


def missing(kinds_needed: Iterable[str], kinds_live: Iterable[str]) -> list[str]:
    """Those needed that nothing live proves."""
    there = frozenset(kinds_live)
    return [kind for kind in kinds_needed if not PROVED_BY.get(kind, frozenset({kind})) & there]


def last_day(kind: str, issued_on: date, stated: date | None) -> date | None:
    """The day up to which a paper counts: what it says itself, and never longer than its kind lasts."""
    days = LASTS_DAYS[kind]
    longest = issued_on + timedelta(days=days) if days else None
    return min((day for day in (stated, longest) if day), default=None)


def in_words(kinds: Iterable[str]) -> str:
    """`who you are, your insurance and two people who know your work`."""
    words = [WORDS[kind] for kind in kinds]
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def print_of(secret: str) -> str:
    """What is kept of a secret address."""
    return sha256(secret.encode()).hexdigest()


def code_of(typed: str) -> str:
    """The code of an invitation however it was typed: "K7MP 4XQD" and "k7mp-4xqd" are one."""
    return "".join(letter for letter in typed.lower() if letter.isalnum())


def pounds(pence: int) -> str:
    """`£1,250.00`."""
    return f"£{pence // 100:,}.{pence % 100:02d}"


def price_problem(price_pence: int, group_prices: dict[int, int], charge: str = "paid") -> tuple[str, str] | None:
    """The first price that makes no sense, as (field, sentence); None when all do."""
    if charge != "paid":
        return ("price", "What is free or for time has no price. Leave the prices empty.") if price_pence or group_prices else None
    if not 100 <= price_pence <= 1_000_000:
        return "price", "Write your price in pounds and pence, between £1.00 and £10,000.00. For example, 20.00."
    for people, pence in sorted(group_prices.items()):
        if not 2 <= people <= LARGEST:
            return "group_prices", f"A price for people together is for 2 to {LARGEST} people."
        if pence < price_pence:
            said, alone = pounds(pence), pounds(price_pence)
            return "group_prices", f"For {people} people you wrote {said}. One person alone pays {alone}. Write the price for all {people} together."
        if pence > people * price_pence:
            said = pounds(pence)
            return "group_prices", f"For {people} people you wrote {said}. That is more than {people} times your price. Sharing must not cost more."
    return None
