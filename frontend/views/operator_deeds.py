"""What an operator may do about one thing of a list: ask for a second yes with a reason, or press a button that can do no harm."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from audit.services import deliveries
from frontend.forms import Form
from frontend.forms.operator_lists import ExplainForm, LotForm, RecoverForm, RerouteForm, WriteOffForm
from marketplace.services import recovering
from payments.services import ages, disputes, inbox, recoveries, suspense
from payments.services.ages import Wish
from payments.services.rerouting import REROUTE
from people.models import Person
from pooling.services import rerouting

ASKED = "We have asked a second person. Nothing changes until they agree."
Said = Mapping[str, Any]


@dataclass(frozen=True)
class Deed:
    """Asking for a second person's yes. `may(row, at)`; `do(row, said, by, at)` returns what is said afterwards. `begins(row)`: what stands in
    the form at first.
    """

    title: str
    button: str
    form: type[Form]
    may: Callable[[Any, datetime], bool]
    do: Callable[[Any, Said, Person, datetime], str]
    begins: Callable[[Any], dict[str, str]] = lambda row: {}


@dataclass(frozen=True)
class Press:
    """One button. `may(row)`; `do(row, by, at)` returns what is said afterwards."""

    button: str
    may: Callable[[Any], bool]
    do: Callable[[Any, Person, datetime], str]


def _lot(row: Any, said: Said, by: Person, at: datetime) -> str:
    wish = Wish(kind=said["kind"], reason=said["reason"], until=said["until"], advice=said["advice"])
    ages.propose(payment=row, wish=wish, by=by, at=at)
    return ASKED


def _explain(row: Any, said: Said, by: Person, at: datetime) -> str:
    suspense.propose(line_id=row.pk, kind=said["kind"], about=said["about"], reason=said["reason"], by=by, at=at)
    return ASKED


def _write_off_dispute(row: Any, said: Said, by: Person, at: datetime) -> str:
    disputes.propose_write_off(dispute_id=row.pk, reason=said["reason"], by=by, at=at)
    return ASKED


def _write_off_recovery(row: Any, said: Said, by: Person, at: datetime) -> str:
    recoveries.propose_write_off(recovery_id=row.pk, reason=said["reason"], by=by, at=at)
    return ASKED


def _reroute(row: Any, said: Said, by: Person, at: datetime) -> str:
    rerouting.propose(refund_id=row.pk, to_owner=rerouting.goes_to(row), reference=said["reference"], reason=said["reason"], by=by, at=at)
    return ASKED


def _recover(row: Any, said: Said, by: Person, at: datetime) -> str:
    recovering.propose_recovery(share=row, pence=said["pence"], reason=said["reason"], by=by, at=at)
    return ASKED


def _try_event(row: Any, by: Person, at: datetime) -> str:
    inbox.retry(event_id=row.pk, by=by, at=at)
    return "It is tried again now. If it fails again, it comes back here."


def _bring_again(row: Any, by: Person, at: datetime) -> str:
    deliveries.retry(delivery=row, by=by, at=at)
    return "It is tried again now. If it fails again, it comes back here."


def _touched(line: Any) -> dict[str, str]:
    kinds = {"payment": "refund_by_hand", "payee": "transfer_by_hand"}
    what = line.touched.partition(":")[0]
    # What a bank takes back of a top-up is the platform's own, and nobody was given it.
    is_out = what in kinds and line.unknown_pence < 0 and not line.source.startswith("tu_")
    return {"about": line.touched, "kind": kinds[what]} if is_out else {}


ASKS = {
    "old-money": ages.DECIDE,
    "lines": suspense.EXPLAIN,
    "disputes": disputes.WRITE_OFF,
    "negative-providers": recoveries.WRITE_OFF,
    "refunds": REROUTE,
    "paid-weeks": recovering.RECOVER,
}
DEEDS = {
    "old-money": Deed("What should happen to what is left?", "Ask a second person", LotForm, lambda row, at: ages.age_days(row, at) >= 60, _lot),
    "lines": Deed("What was it?", "Ask a second person", ExplainForm, lambda row, at: row.state == "suspense", _explain, _touched),
    "disputes": Deed(
        "The payer will not pay it back?",
        "Ask a second person",
        WriteOffForm,
        lambda row, at: row.state == "lost" and row.owed_pence > 0,
        _write_off_dispute,
    ),
    "negative-providers": Deed(
        "They will not pay it back?", "Ask a second person", WriteOffForm, lambda row, at: row.state == "owed", _write_off_recovery
    ),
    "refunds": Deed("Pay it by hand?", "Ask a second person", RerouteForm, lambda row, at: row.state == "failed", _reroute),
    "paid-weeks": Deed(
        "Should it come back?",
        "Ask a second person",
        RecoverForm,
        lambda row, at: row.state in ("queried_late", "released") and row.recover_pence < row.paid_pence,
        _recover,
    ),
}
PRESSES = {
    "inbox": Press("Try again", lambda row: row.state == "parked", _try_event),
    "news": Press("Try again", lambda row: row.state == "parked", _bring_again),
}
