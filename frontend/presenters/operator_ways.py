"""Which ways to pay each council takes, in words."""

from dataclasses import dataclass

from payments.models import WaySwitch
from payments.rules import WAYS_ON
from people.models import Council

NAMES = {"card": "Card", "pay_by_bank": "In the bank’s app", "bank_transfer": "Bank transfer", "bacs": "Direct Debit"}


@dataclass(frozen=True, slots=True)
class WaysPage:
    columns: tuple[str, ...]
    rows: list[tuple[str, ...]]


def page() -> WaysPage:
    """A row a council, a column a way. Two queries."""
    chosen = {(one.council_code, one.kind): one.is_on for one in WaySwitch.objects.all()}
    rows = [
        (name, *("on" if chosen.get((code, kind), WAYS_ON[kind]) else "off" for kind in NAMES))
        for code, name in Council.objects.order_by("name").values_list("pk", "name")
    ]
    return WaysPage(("Council", *NAMES.values()), rows)
