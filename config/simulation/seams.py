"""Where the simulator takes hold of the running process: chance that can be repeated, workers that die, facts that wake nobody by themselves."""

import logging
import random
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from django.conf import settings
from django.db import connection
from uuid_utils import compat

from audit.services import deliveries, facts
from config.simulation.process import KEY, SECRET, Stripe
from payments.gateways import stripe_gateway
from payments.services import one_by_one, operations


class Died(BaseException):
    """The process is gone at this moment: nothing after it happens, and no code of ours can catch it."""


@contextmanager
def replaced(where: Any, name: str, thing: Any) -> Iterator[Any]:
    """Puts something else in the place of a name for a while; gives what was there."""
    before = getattr(where, name)
    setattr(where, name, thing)
    try:
        yield before
    finally:
        setattr(where, name, before)


class Ears:
    """Stands in for a log where a timer would only note that an item failed: in a simulation that is a finding."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    def warning(self, event: str, **more: Any) -> None:
        self.heard.append(f"{event} {more}")

    def exception(self, event: str, **more: Any) -> None:
        import sys

        error = sys.exc_info()[1]
        self.heard.append(f"{event} {more}: {type(error).__name__} {error}")


@contextmanager
def taken_hold(seed: int, stripe: Stripe) -> Iterator[Ears]:
    """The process as a simulation needs it: this sandbox, ids from the seed, only the consumers of the rooms that are played."""
    chance = random.Random(f"ids {seed}")  # noqa: S311 - chance that can be repeated is the point
    ears = Ears()
    routes = {kind: [name for name in names if name.startswith("pooling.")] for kind, names in settings.FACT_ROUTES.items()}
    ours: dict[str, Any] = {"STRIPE_SECRET_KEY": KEY, "STRIPE_API_BASE": stripe.url, "STRIPE_WEBHOOK_SECRET_PLATFORM": SECRET, "FACT_ROUTES": routes}
    # Ceilings and days of risk of cards have tests of their own; here money goes on as soon as it may.
    ours |= dict.fromkeys(("NEW_PAYEE_RISK_DAYS", "NEW_PAYEE_LONG_RISK_DAYS"), 0)
    ours |= dict.fromkeys(("NEW_PAYEE_CEILING_PENCE", "BANK_CHANGE_CAP_PENCE"), 10**12)
    with ExitStack() as stack:
        for name, value in ours.items():
            stack.enter_context(replaced(settings, name, value))
        for room, name in ((uuid, "uuid4"), (compat, "uuid7")):
            stack.enter_context(replaced(room, name, lambda: uuid.UUID(int=chance.getrandbits(128), version=4)))
        stack.enter_context(replaced(operations, "monotonic_ns", lambda: 0))  # how long a round lasts is the machine's, not the seed's
        stack.enter_context(replaced(facts, "_wake_the_worker", lambda: None))
        stack.enter_context(replaced(one_by_one, "log", ears))
        stack.enter_context(replaced(deliveries, "log", ears))
        logging.disable(logging.CRITICAL)
        try:
            with connection.cursor() as cursor:
                cursor.execute("set synchronous_commit = off")
            yield ears
        finally:
            logging.disable(logging.NOTSET)


@contextmanager
def dies_at_statement(number: int) -> Iterator[None]:
    """The process dies before its nth statement reaches PostgreSQL, which then undoes what was not committed."""
    left = number

    def count(execute: Callable[..., Any], *what: Any) -> Any:
        nonlocal left
        left -= 1
        if left <= 0:
            raise Died
        return execute(*what)

    with connection.execute_wrapper(count):
        yield


@contextmanager
def dies_after_stripe() -> Iterator[None]:
    """The process dies between Stripe's commit and ours."""
    make = stripe_gateway.make

    def made(*what: Any) -> Any:
        make(*what)
        raise Died

    with replaced(stripe_gateway, "make", made):
        yield
