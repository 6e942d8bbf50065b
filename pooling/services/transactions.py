"""All or nothing, and again when only the timing was wrong."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import transaction

from ledger.services.retry import retrying

Params = ParamSpec("Params")
Result = TypeVar("Result")


def all_or_nothing(service: Callable[Params, Result]) -> Callable[Params, Result]:
    """Runs a service in a transaction: whatever it raises, none of its rows stand, also inside a caller's own transaction.

    Outermost, it runs again on a deadlock or a serialization failure.
    """

    @wraps(service)
    def run(*args: Params.args, **kwargs: Params.kwargs) -> Result:
        def once() -> Result:
            with transaction.atomic():
                return service(*args, **kwargs)

        return retrying(once)

    return run
