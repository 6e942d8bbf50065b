"""Which function answers which operation of Stripe's."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from payments.sandbox.errors import invalid
from payments.sandbox.store import Json
from payments.sandbox.world import PLATFORM, World


@dataclass(frozen=True)
class Call:
    """One request: typed parameters, the ids in its path, and the account it acts as."""

    world: World
    params: dict[str, Any]
    ids: dict[str, str]
    account: str = PLATFORM
    path: str = ""

    def param(self, name: str, default: Any = None) -> Any:
        return self.params.get(name, default)

    def metadata(self, before: dict[str, str] | None = None) -> dict[str, str]:
        """The metadata after this request: an empty value takes a key away, an empty whole takes all."""
        given = self.params.get("metadata", {})
        if given == "":
            return {}
        return {key: value for key, value in {**(before or {}), **given}.items() if value != ""}

    def amount(self, *, default: int | None = None) -> int:
        """The amount in pence. Raises Stripe's refusal of nothing, nought and silly sums."""
        amount = self.params.get("amount", default)
        if not isinstance(amount, int):
            raise invalid("Missing required param: amount.", code="parameter_missing", param="amount")
        if amount < 1:
            raise invalid("This value must be greater than or equal to 1.", code="parameter_invalid_integer", param="amount")
        if amount > 99_999_999:
            raise invalid("Amount must be no more than £999,999.99", code="amount_too_large", param="amount")
        return amount

    def pounds(self) -> str:
        """The currency, which the sandbox keeps to pounds."""
        currency = str(self.params.get("currency", "gbp")).lower()
        if currency != "gbp":
            raise invalid(f"Invalid currency: {currency}. The sandbox knows gbp alone.", param="currency")
        return currency


Operation = Callable[[Call], Json]
OPERATIONS: dict[tuple[str, str], Operation] = {}


def operation(method: str, template: str) -> Callable[[Operation], Operation]:
    """Registers a function as the answer to `method template`; the contract is read for exactly these."""

    def register(function: Operation) -> Operation:
        OPERATIONS[(method, template)] = function
        return function

    return register


def page_of(call: Call, kind: str, account: str = "", *, more: str = "", values: tuple[object, ...] = (), **where: object) -> Json:
    """A page of a list, newest first, by Stripe's cursors and `created` filters."""
    size = call.param("limit", 10)
    if not 1 <= size <= 100:
        raise invalid("This value must be between 1 and 100.", code="parameter_invalid_integer", param="limit")
    more, values = _created(call.param("created"), more, values)
    newest = "ending_before" not in call.params
    cursor = call.param("starting_after") or call.param("ending_before")
    if cursor:
        place = call.world.store.rows("SELECT seq FROM objects WHERE id = ?", cursor)
        if not place:
            raise invalid(f"No such {kind}: '{cursor}'", code="resource_missing", param="starting_after" if newest else "ending_before")
        more += f" AND seq {'<' if newest else '>'} ?"
        values = (*values, place[0][0])
    found = call.world.store.find(kind, account, more=more, values=values, newest=newest, limit=size + 1, **where)
    data = found[:size] if newest else found[:size][::-1]
    return {"object": "list", "data": data, "has_more": len(found) > size, "url": call.path}


def _created(wanted: Any, more: str, values: tuple[object, ...]) -> tuple[str, tuple[object, ...]]:
    signs = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}
    bounds = {"exact": wanted} if isinstance(wanted, int) else dict(wanted or {})
    for name, value in bounds.items():
        more += f" AND created {signs.get(name, '=')} ?"
        values = (*values, value)
    return more, values


def inline_list(data: list[Json], url: str) -> Json:
    """The list that stands inside another object."""
    return {"object": "list", "data": data, "has_more": False, "url": url}
