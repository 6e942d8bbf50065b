"""The brief's life (state-machines.md 7), and its figures. Pure.

Rows that follow the close are played by offers.
"""

from datetime import timedelta

BRIEF = {
    ("", "draft_brief"): "draft",
    ("draft", "edit"): "draft",
    ("draft", "drop"): "cancelled",
    ("draft", "check"): "checking",
    ("checking", "return"): "draft",
    # Somebody said no to paying: the others are asked for their new part, or not at all.
    ("checking", "share_again"): "checking",
    # The yeses are as old as they may be, and it was never published.
    ("checking", "run_out"): "draft",
    ("checking", "publish"): "open",
    ("open", "ask"): "open",
    ("open", "answer"): "open",
    ("open", "amend_brief"): "open",
    ("open", "withdraw_brief"): "withdrawn",
    ("open", "close_brief"): "closed",
    ("closed", "shortlist"): "evaluating",
    ("closed", "none_received"): "no_award",
    ("closed", "cancel_brief"): "cancelled",
    # Who would pay said no or left the group: nobody is left to sign anything.
    ("closed", "nobody_pays"): "cancelled",
    ("evaluating", "nobody_pays"): "cancelled",
    ("award_pending", "nobody_pays"): "cancelled",
    # Each part has a winner, or no offer left that could win it.
    ("evaluating", "choose"): "award_pending",
    ("evaluating", "none_suitable"): "no_award",
    ("award_pending", "stand_still"): "awarded",
    ("award_pending", "reconsider"): "evaluating",
    ("awarded", "agreement_void"): "evaluating",
}
# `awarded` opens again only when its agreement is void, so it is no end for the need's next brief either.
BRIEF_FINAL = frozenset({"withdrawn", "no_award", "cancelled"})

MOST_MUST_HAVES = 5
MOST_LOTS = 3
MOST_AMENDMENTS = 3
AMEND_DAYS = 3
KEPT_DAYS = 30
"""So long a yes is kept without a signed agreement; from the close on, the days begin again."""
OPEN_DAYS = ((100_000, 5), (500_000, 7), (2_000_000, 10))
LONGEST_OPEN_DAYS = 14
"""5 to 14 days by value: up to £1,000 five, up to £5,000 seven, up to £20,000 ten, above it fourteen."""
MOST_OPEN_DAYS = 28


def least_open_days(ceiling_pence: int) -> int:
    """For how many days providers must be able to answer, by the most it can cost."""
    return next((days for most, days in OPEN_DAYS if ceiling_pence <= most), LONGEST_OPEN_DAYS)


def halfway(open_days: int) -> timedelta:
    """How long after opening questions are taken: half of the days, so that every answer leaves time to use it."""
    return timedelta(days=open_days) / 2


def each_weekly(weekly_ceiling_pence: int, payers: int) -> int:
    """The most one of so many payers can be asked for a week: their equal part, rounded up to the penny.

    Spare pence go round (S1), so in some week each may be the one who pays it.
    """
    if payers < 1:
        raise ValueError("Somebody must pay.")
    return -(-weekly_ceiling_pence // payers)
