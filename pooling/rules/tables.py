"""Tables of transitions: {(state now, verb): state after}. A pair that is not there is refused."""

from audit.errors import Refusal

NEW = ""

CLUSTER = {
    (NEW, "start"): "forming",
    ("forming", "activate"): "active",
    ("forming", "abandon"): "cancelled",
    ("active", "freeze"): "frozen",
    ("frozen", "renew"): "frozen",
    ("frozen", "unfreeze"): "active",
    ("frozen", "run_out"): "active",
    ("active", "wind_down"): "winding_down",
    ("frozen", "wind_down"): "winding_down",
    ("winding_down", "close"): "closed",
}
CLUSTER_FINAL = frozenset({"cancelled", "closed"})

MEMBERSHIP = {
    (NEW, "found"): "active",
    (NEW, "invite"): "proposed",
    (NEW, "apply"): "applied",
    ("proposed", "approve"): "invited",
    ("proposed", "reject"): "declined",
    ("applied", "approve"): "invited",
    ("applied", "reject"): "declined",
    ("applied", "withdraw"): "withdrawn",
    ("invited", "decline"): "declined",
    ("invited", "expire"): "expired",
    # The group did not answer, all of it, in 30 days: neither who was named nor who asked waits for ever.
    ("proposed", "expire"): "expired",
    ("applied", "expire"): "expired",
    ("invited", "accept_charter"): "trial",
    ("trial", "confirm"): "active",
    ("trial", "leave_now"): "settling",
    ("active", "give_notice"): "notice",
    ("notice", "take_back_notice"): "active",
    ("active", "remove"): "removal_notice",
    ("removal_notice", "appeal_upheld"): "active",
    ("active", "eligibility_ended"): "settling",
    ("trial", "eligibility_ended"): "settling",
    ("notice", "eligibility_ended"): "settling",
    # Somebody may die, or lose their budget, while they wait for an appeal.
    ("removal_notice", "eligibility_ended"): "settling",
    ("notice", "effective"): "settling",
    ("removal_notice", "effective"): "settling",
    ("settling", "nothing_left"): "settled",
    ("settling", "issue_statement"): "statement_sent",
    ("statement_sent", "agree"): "settled",
    ("statement_sent", "silence"): "settled",
    ("statement_sent", "query"): "queried",
    ("queried", "resolve"): "statement_sent",
    # Money that comes free after the statement goes to its origin by itself, whatever is still being asked.
    ("statement_sent", "late_true_up"): "statement_sent",
    ("queried", "late_true_up"): "queried",
    ("settled", "late_true_up"): "settled",
    # The group ended, and every penny of theirs is where it belongs.
    ("trial", "group_closes"): "settled",
    ("active", "group_closes"): "settled",
}
MEMBERSHIP_IN = frozenset({"trial", "active", "notice", "removal_notice"})
MEMBERSHIP_FINAL = frozenset({"declined", "expired", "withdrawn", "settled"})

PLEDGE = {
    (NEW, "pledge"): "pledged",
    ("pledged", "earmark"): "pledged",
    ("pledged", "drop_earmark"): "pledged",
    ("pledged", "revise"): "pledged",
    ("pledged", "cancel"): "cancelled",
    ("pledged", "call"): "pledged",
    ("pledged", "finish"): "finished",
}

EARMARK = {
    (NEW, "earmark"): "live",
    ("live", "call"): "live",
    # Another ceiling: a higher one by its owner's own yes, a lower one when less is needed.
    ("live", "raise"): "live",
    ("live", "lower"): "live",
    ("live", "drop"): "dropped",
    ("live", "use_up"): "used",
}

CALL = {
    (NEW, "open_call"): "called",
    (NEW, "open_covered"): "funded",
    (NEW, "open_bill"): "ordered",
    ("called", "accept_order"): "ordered",
    ("called", "cover"): "funded",
    ("called", "drop_call"): "cancelled",
    ("called", "pay"): "clearing",
    ("called", "miss"): "missed",
    ("missed", "call_again"): "called",
    ("missed", "cover_again"): "funded",
    ("missed", "order_again"): "ordered",
    ("missed", "drop_call"): "cancelled",
    ("ordered", "bill"): "ordered",
    ("ordered", "cover_bill"): "funded",
    ("ordered", "pay"): "clearing",
    ("ordered", "overdue"): "missed",
    ("ordered", "drop_call"): "cancelled",
    ("clearing", "cleared"): "funded",
    ("clearing", "failed"): "called",
    ("clearing", "order_failed"): "ordered",
    ("clearing", "drop_call"): "clearing",
    ("clearing", "cleared_unwanted"): "cancelled",
    ("clearing", "failed_unwanted"): "cancelled",
    ("funded", "drop_call"): "cancelled",
    ("funded", "hold"): "consumed",
    # The payer's bank took the money back. It is whole again when the money came back; else, once that is settled, it was missed.
    ("funded", "chargeback"): "shortfall",
    ("consumed", "chargeback"): "shortfall",
    ("shortfall", "repaid"): "funded",
    ("shortfall", "repaid_when_used"): "consumed",
    ("shortfall", "miss"): "missed",
    ("shortfall", "drop_call"): "cancelled",
}
CALL_FINAL = frozenset({"cancelled", "consumed"})
CALL_WAITS_FOR_MONEY = frozenset({"called", "ordered", "clearing"})

WITHDRAWAL = {
    (NEW, "withdraw"): "returning",
    ("returning", "sent"): "returned",
    ("returning", "fail"): "failed",
    ("returning", "pay_debt"): "kept",  # before it went: it pays what its owner's bank took back
    ("returned", "fail"): "failed",
    ("failed", "sent"): "returned",
    ("failed", "keep"): "kept",
    ("kept", "fail"): "failed",  # another part of it, weeks after the first
    ("failed", "rest_sent"): "kept",
}

IDLE = {
    (NEW, "offer"): "offered",
    ("offered", "keep"): "kept",
    ("offered", "send"): "sent",
    ("kept", "send"): "sent",
    ("offered", "use_up"): "over",
    ("kept", "use_up"): "over",
}

MACHINES = {"idle": IDLE, "cluster": CLUSTER, "membership": MEMBERSHIP, "pledge": PLEDGE, "earmark": EARMARK, "call": CALL, "withdrawal": WITHDRAWAL}


class NotNow(Refusal):
    """The thing is not in a state where this can be done."""

    code = "not_now"
    sentence = "This changed since you opened the page. Look at it again, and choose from what it offers now."


def step(table: dict[tuple[str, str], str], state: str, verb: str, sentence: str | None = None) -> str:
    """The state after `verb`. Raises NotNow where the table has no such step."""
    try:
        return table[state, verb]
    except KeyError:
        raise NotNow(sentence) from None
