"""Tables of transitions (state-machines.md 7 and 8), each {(state now, verb): state after}. A pair that is not there is refused."""

from audit.errors import Refusal
from marketplace.rules.briefs import BRIEF
from marketplace.rules.changes import CHANGE
from marketplace.rules.offering import OFFER

NEW = ""

NEED = {
    (NEW, "note"): "private",
    ("private", "share"): "shared",
    ("private", "not_found"): "unmet",
    ("shared", "not_found"): "unmet",
    ("buying", "not_found"): "unmet",
    ("shared", "join_in"): "shared",
    ("shared", "leave_out"): "shared",
    ("private", "met_freely"): "met",
    ("shared", "met_freely"): "met",
    ("unmet", "met_freely"): "met",
    ("private", "short_way"): "buying",
    ("shared", "short_way"): "buying",
    # The group said that it buys from somebody it can find; whom, it says afterwards.
    ("shared", "choose_route"): "buying",
    ("buying", "short_way"): "buying",
    ("shared", "commission"): "commissioning",
    # The group took its question to providers back, or its yeses ran out: it is theirs again, as it was.
    ("commissioning", "take_back"): "shared",
    ("commissioning", "no_award"): "unmet",
    ("buying", "fulfilled"): "met",
    ("commissioning", "fulfilled"): "met",
    ("unmet", "retry"): "shared",
    ("unmet", "may_ask"): "unmet",
    ("met", "need_again"): "shared",
    ("private", "withdraw"): "withdrawn",
    ("shared", "withdraw"): "withdrawn",
    ("unmet", "withdraw"): "withdrawn",
}

AGREEMENT = {
    (NEW, "build"): "drafting",
    ("drafting", "send"): "with_parties",
    # An agreement from an offer that nobody sends: the group may choose again.
    ("drafting", "time_out"): "void",
    ("with_parties", "provider_sign"): "half_signed",
    ("with_parties", "payers_sign"): "half_signed",
    ("half_signed", "second_sign"): "active",
    # Somebody said no and the price for those left is another: everybody looks again.
    ("with_parties", "price_again"): "with_parties",
    ("half_signed", "price_again"): "with_parties",
    ("with_parties", "refuse"): "void",
    ("half_signed", "refuse"): "void",
    ("with_parties", "time_out"): "void",
    ("half_signed", "time_out"): "void",
    ("active", "suspend"): "suspended",
    # A worry takes the place of a missing check: then it does not go on by itself.
    ("suspended", "suspend"): "suspended",
    ("suspended", "resume"): "active",
    # New terms that all who must have said yes to; where somebody leaves, also while it is stopped or in its last weeks.
    ("active", "vary"): "active",
    ("suspended", "vary"): "suspended",
    ("ending", "vary"): "ending",
    ("active", "end_early"): "ending",
    ("suspended", "end_early"): "ending",
    ("active", "finish"): "completed",
    ("ending", "close_out"): "terminated",
}

BOOKING = {
    (NEW, "hold_slot"): "slot_held",
    ("slot_held", "time_out"): "lapsed",
    ("slot_held", "let_go"): "lapsed",
    ("slot_held", "request"): "requested",
    ("requested", "accept"): "confirmed",
    ("requested", "decline"): "declined",
    ("requested", "take_back"): "cancelled",
    ("requested", "no_answer"): "expired",
    ("confirmed", "move"): "confirmed",
    ("confirmed", "cancel_early"): "cancelled",
    ("confirmed", "cancel_late"): "cancelled",
    ("confirmed", "provider_cancel"): "cancelled",
    # Its money did not come in time, or its visit was called off in another way: nobody comes.
    ("confirmed", "fall_away"): "cancelled",
    ("confirmed", "happen"): "delivered",
    ("confirmed", "unclaimed"): "query",
    ("delivered", "ask_shares"): "asking",
    ("asking", "all_final"): "paid_out",
    # A series is over with its last week.
    ("confirmed", "finish"): "paid_out",
    ("query", "resume"): "delivered",
    ("query", "no_show"): "cancelled",
    # A first meeting: no money, so it is over when both have said that it happened.
    ("confirmed", "met"): "met",
    ("confirmed", "not_met"): "cancelled",
}

MILESTONE = {
    (NEW, "plan"): "planned",
    ("planned", "ask_funding"): "funding_due",
    ("planned", "vary"): "planned",
    ("planned", "drop_milestone"): "cancelled",
    ("funding_due", "fund"): "funded",
    ("funding_due", "fall_short"): "short",
    ("funding_due", "drop_milestone"): "cancelled",
    ("short", "fund"): "funded",
    # Those whose part is covered take over what is missing, or come to fewer visits: each by their own yes.
    ("short", "take_over"): "short",
    ("short", "fewer"): "short",
    ("short", "go_ahead"): "funded",
    ("short", "drop_milestone"): "cancelled",
    ("funded", "begin"): "in_delivery",
    ("in_delivery", "begin"): "in_delivery",
    ("funded", "overdue"): "overdue",
    ("in_delivery", "overdue"): "overdue",
    ("in_delivery", "submit"): "submitted",
    ("overdue", "submit"): "submitted",
    # Every visit of a week was called off before any began.
    ("funded", "call_off"): "closing",
    ("overdue", "call_off"): "closing",
    ("in_delivery", "stop_work"): "closing",
    ("submitted", "all_final"): "closed",
    ("closing", "all_final"): "closed",
}

SHARE = {
    (NEW, "plan"): "planned",
    ("planned", "cover"): "covered",
    ("planned", "drop"): "dropped",
    ("planned", "vary"): "planned",
    ("covered", "away"): "returned",
    ("covered", "band"): "agreed",
    ("covered", "give_back"): "returned",
    # More of a short week by one's own yes: asked for again, with what is here already.
    ("covered", "take_more"): "planned",
    ("covered", "fewer"): "covered",
    ("covered", "ask"): "asked",
    # Money of 88 days goes home (docs/adr/0012): a week not held yet is asked for again; what is held and not answered is not paid from it.
    ("covered", "ask_again"): "planned",
    ("asked", "lapse"): "returned",
    ("with_helper", "lapse"): "returned",
    ("agreed", "lapse"): "returned",
    ("asked", "yes"): "agreed",
    ("asked", "part_yes"): "agreed",
    ("asked", "question"): "questioned",
    ("asked", "not_sure"): "asked",
    ("asked", "silence"): "agreed",
    ("asked", "ask_person"): "with_helper",
    ("with_helper", "yes"): "agreed",
    ("with_helper", "part_yes"): "agreed",
    ("with_helper", "question"): "questioned",
    ("with_helper", "no_answer"): "questioned",
    ("agreed", "release"): "released",
    ("agreed", "hold_back"): "questioned",
    ("questioned", "settle"): "decided",
    ("questioned", "decide"): "decided",
    ("questioned", "remind"): "questioned",
    ("questioned", "clock_out"): "decided",
    # Paid by silence, and the person says afterwards that it was wrong. The money stays where it is.
    ("released", "query_late"): "queried_late",
    ("queried_late", "dismiss"): "released",
    # Two people found that it should not have been paid: it is asked back from the provider, once.
    ("released", "recover"): "recovering",
    ("queried_late", "recover"): "recovering",
    ("recovering", "recovered"): "released",
    # The payer's bank took the money back: what is not held yet is not covered any more (as of who is out of the group); what was held goes back,
    # and with it the visit's pay.
    ("covered", "uncover"): "planned",
    ("covered", "fall_short"): "returned",
    ("asked", "fall_short"): "returned",
    ("with_helper", "fall_short"): "returned",
    ("agreed", "fall_short"): "returned",
}

MACHINES = {
    "need": NEED,
    "brief": BRIEF,
    "offer": OFFER,
    "agreement": AGREEMENT,
    "milestone": MILESTONE,
    "share": SHARE,
    "change": CHANGE,
    "booking": BOOKING,
}

AGREEMENT_FINAL = frozenset({"void", "completed", "terminated"})
BOOKING_FINAL = frozenset({"lapsed", "declined", "expired", "cancelled", "paid_out", "met"})
MILESTONE_FINAL = frozenset({"closed", "cancelled"})
SHARE_FINAL = frozenset({"dropped", "returned", "decided"})
"""No way out of these."""
SHARE_SETTLED = SHARE_FINAL | {"released", "queried_late", "recovering"}
"""Its money has moved for good, as far as the week is concerned: a late question keeps no week open."""


class NotNow(Refusal):
    """The thing is not in a state from which this can be done."""

    code = "not_now"
    sentence = "This can't be done now. Look at the page again: something has changed."


def after(machine: dict[tuple[str, str], str], state: str, verb: str, sentence: str | None = None) -> str:
    """The state after `verb`. Raises NotNow, with `sentence` if given, when the table has no such row."""
    try:
        return machine[(state, verb)]
    except KeyError:
        raise NotNow(sentence) from None
