"""Routes of a portion, and figures: each a choice that a council may want otherwise."""

OWN_ROUTES = frozenset({"direct_payment", "phb_direct", "self_funded", "top_up"})
"""The money is in the person's own hands: they pay by card or from their bank."""
HELD_ROUTES = frozenset({"isf", "council_managed", "phb_third_party", "phb_notional"})
"""An organisation looks after the money and pays."""
OWN_MONEY_ROUTES = frozenset({"self_funded", "top_up"})

DEFAULT_MODES = {
    "direct_payment": "ahead",
    "phb_direct": "ahead",
    "self_funded": "ahead",
    "top_up": "ahead",
    "isf": "on_yes",
    "council_managed": "on_yes",
    "phb_third_party": "on_yes",
    "phb_notional": "on_yes",
}
"""When money comes (money.md 2, "Two modes"); a council may choose otherwise for each route (`FundingMode`)."""

INVITATION_DAYS = 30
TRIAL_DAYS = 14
TRIAL_CAP_WEEKLY_PENCE = 6_000
"""The most somebody in their first two weeks with a group may promise it each week."""
MISS_WORKING_DAYS = 10
ORDER_PAID_WITHIN_DAYS = 30
SMALLEST_ASK_PENCE = 30
"""Stripe takes no card payment below 30p: a smaller rest is asked for as 30p, and less of the free money is used."""
SIZE_MIN, SIZE_MAX = 2, 8
MOST_WEEKLY_PENCE = 1_000_000
MOST_WEEKS = 52
MOST_DAYS_AHEAD = 366
MOST_BUDGET_WEEKLY_PENCE = 10_000_000
MOST_LETTERS = 400


def pounds(pence: int) -> str:
    """£1,234.05"""
    return f"£{pence // 100:,}.{pence % 100:02d}"
