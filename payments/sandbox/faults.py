"""Faults put in the way on purpose: which request they meet, and what they do to it."""

from fnmatch import fnmatchcase

from payments.sandbox.errors import StripeError, invalid
from payments.sandbox.store import Json, Store

# Before: nothing is done. After: all is done, and the answer is not what it should be.
BEFORE = {"500_before", "500_stored_before", "429", "409", "slow", "hang_before", "drop_before", "truncated_before"}
AFTER = {"500_stored_after", "429_after_commit", "409_after_commit", "slow_after_commit", "hang_after_commit", "drop_after_commit", "truncated"}
WAITS = {"slow", "slow_after_commit", "hang_before", "hang_after_commit"}
DROPS = {"hang_before", "drop_before", "drop_after_commit"}
CUTS = {"truncated_before", "truncated"}


def add(store: Store, fault: Json) -> Json:
    """Puts a fault in place. Keys: method, path (exact, template or with *), kind, count (default 1), seconds (slow and hang)."""
    if fault.get("kind") not in BEFORE | AFTER:
        raise invalid(f"A fault's kind is one of {', '.join(sorted(BEFORE | AFTER))}.", param="kind")
    kept = {"method": "*", "path": "*", "count": 1, "seconds": 3} | fault
    store.set("faults", [*store.setting("faults", []), kept])
    return kept


def take(store: Store, method: str, path: str, template: str) -> Json | None:
    """The first fault that meets this request, counted down."""
    faults = store.setting("faults", [])
    for fault in faults:
        if fault["method"] in ("*", method) and (fault["path"] == template or fnmatchcase(path, fault["path"])):
            fault["count"] -= 1
            store.set("faults", [each for each in faults if each["count"] > 0])
            return dict(fault)
    return None


def key_in_use(key: str) -> StripeError:
    """What Stripe answers while the first request under a key is at work. The SDK's IdempotencyError is for 400 alone; this is an APIError."""
    return StripeError(
        409, "idempotency_error", f"There is currently another in-progress request using this Idempotent Key: {key}", code="idempotency_key_in_use"
    )


def refusal(kind: str) -> StripeError | None:
    """What a fault answers in place of the truth. Only a 500 that is called stored is kept under the idempotency key."""
    if kind.startswith("500"):
        return StripeError(500, "api_error", "An unknown error occurred.")
    if kind.startswith("429"):
        return StripeError(429, "invalid_request_error", "Request rate limit exceeded.", code="rate_limit")
    if kind.startswith("409"):
        return key_in_use("")
    return None
