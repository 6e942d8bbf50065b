"""What each alarm means, and what an operator does about it. docs/operating.md shows the same; a test keeps every alarm in here."""

MEANS = {
    "amount_differs": "Stripe took another sum, or other money, than we asked for. Look at the payment at Stripe, then at ours. Nobody is credited.",
    "automatic_payouts": "Stripe would pay our balance out by itself. Set that to manual in Stripe’s settings. It closes by itself.",
    "book_is_behind": "A backup was put back, and Stripe has done more since. Nothing goes out. Open Lines to explain: which of ours was each?",
    "cash_not_returned": "Money sent to us by bank that nobody asked for could not go back. Ring the payer’s bank or the payer.",
    "dispute": "A payer’s bank took a payment back, or asks about it. Open Disputes. Answer the bank at Stripe before its day.",
    "event_parked": "Stripe told us something ten times and we could not work on it. Open What Stripe told us, and press Try again.",
    "float_short": "Our own money at Stripe can’t pay Stripe’s fees. Put more in. Payments wait until then, and go on by themselves.",
    "line_differs": "Stripe’s balance says another sum than our book, so no provider is paid. Open Lines to explain. Two people say why.",
    "line_failed": "A line of Stripe’s balance could not be worked on, so no provider is paid. Tell who runs this software. It closes by itself.",
    "lot_too_old": "Somebody’s money is here for more than 90 days. Open Old money. Two people say what happens to it.",
    "made_twice": "Stripe has two things where we asked for one. Undo one of them at Stripe, then run the check again.",
    "money_nobody_asked_for": "Money came by bank and belongs to no payment. Find out whose it is. It goes back if nobody needs it.",
    "not_covered": "There is less at Stripe than people are owed. Nothing goes out until our own money covers it. Put more in.",
    "repaid_for_nothing": "A payer paid back what their bank then gave up. Pay it to them by hand. Explain that line as a repayment of this dispute.",
    "reversal_refused": "Stripe would not take money back from a provider. It is kept back from what they are paid next.",
    "transfer_refused": "Stripe would not send money to a provider. It is tried again every hour. Look at their account at Stripe.",
    "unexplained_line": "Stripe’s balance moved and we don’t know why. Open Lines to explain. Two people say what it was.",
}
# Where it is put right: a list of the console, by kind; the page of the platform's own money is one of its own.
LISTS = {
    "automatic_payouts": "reconciliation",
    "book_is_behind": "lines",
    "dispute": "disputes",
    "event_parked": "inbox",
    "lot_too_old": "old-money",
    "repaid_for_nothing": "disputes",
    "reversal_refused": "negative-providers",
    "unexplained_line": "lines",
}
LINE_ENDS = "Nobody closes this alarm. It closes by itself when we know what the line is, or two people have said what it was."
STANDING_ENDS = (
    "Nobody closes this alarm. It closes by itself once this is no longer so."
    " We look every hour, and at once when you press “Check against Stripe now” in Checks against Stripe."
)
OTHER = "Read the sentence, and look at what it names."


def meaning(kind: str) -> str:
    """What an alarm of this kind means and what to do."""
    return MEANS.get(kind, OTHER)
