"""A timer's items, one after the other, none in another's way."""

from collections.abc import Callable, Iterable
from typing import TypeVar

import structlog

from payments.gateways.shapes import AnswerLost, NotFound, StripeIsBusy

log = structlog.get_logger()
Item = TypeVar("Item")


def one_by_one(items: Iterable[Item], do: Callable[[Item], object]) -> int:
    """Does each; one that fails is logged and left for the next time. Returns how many said that something moved."""
    moved = 0
    for item in items:
        try:
            moved += bool(do(item))
        except Exception:
            # Whatever it is: the others' money must go on moving, and this must be seen.
            log.exception("item_failed", item=str(item))
    return moved


def ask_one_by_one(items: Iterable[Item], ask: Callable[[Item], object]) -> int:
    """As `one_by_one`, for what Stripe is asked about: what it gives no answer to, or does not know, is asked about the next time."""

    def asked(item: Item) -> object:
        try:
            return ask(item)
        except (AnswerLost, StripeIsBusy, NotFound):
            return False

    return one_by_one(items, asked)
