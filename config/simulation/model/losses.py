"""What must come of a loss: one operator says that it will not be paid, another agrees, and the platform's own money bears what is still owed."""

from typing import Any

from config.simulation.model.book import Entry, Key, Move
from config.simulation.model.debts import Dispute, Recovery
from config.simulation.model.state import Model, Plan
from config.simulation.model.taken_back import costs_now

LASTS_SECONDS = 14 * 86_400
Loss = Dispute | Recovery


def name(model: Model, loss: Loss) -> str:
    """What operators call it: by the number of our row."""
    if isinstance(loss, Recovery):
        return f"recovery:{loss.id}"
    return f"dispute:{next(number for number, case in model.dispute_rows.items() if case is loss)}"


def can_be_borne(loss: Loss) -> bool:
    """Only what is decided and still owed."""
    return loss.state == "owed" if isinstance(loss, Recovery) else loss.state == "lost" and loss.owed > 0


def owed(loss: Loss) -> int:
    """What the platform would bear of it now: the sum that both say yes to."""
    return loss.left if isinstance(loss, Recovery) else loss.owed


def is_asked(model: Model, loss: Loss) -> bool:
    """The first one's word stands for a fortnight."""
    return model.to_bear.get(name(model, loss), 0) > model.now


def ask(model: Model, loss: Loss, *, is_operator: bool) -> Plan:
    """The first one: nothing moves. Said again, it is the same question."""
    if not can_be_borne(loss):
        return Plan("nothing_is_owed")

    def apply(_: Any) -> list[Entry]:
        if not is_asked(model, loss):
            model.to_bear[name(model, loss)] = model.now + LASTS_SECONDS
        return []

    return Plan("" if is_operator else "not_allowed", apply)


def agree(model: Model, loss: Loss, *, is_operator: bool, has_asked: bool) -> Plan:
    """The second one, who is another: all that is owed now, once, and never more than FLOAT has."""
    if not is_operator:
        return Plan("not_allowed")
    if not is_asked(model, loss):
        return Plan("needs_approval")
    if has_asked:
        return Plan("not_allowed")
    if not can_be_borne(loss):
        return Plan("nothing_is_owed")
    pence, council = owed(loss), loss.council if isinstance(loss, Recovery) else loss.purse.council
    if pence > model.book.holds("FLOAT", council):
        return Plan("float_is_short")
    return Plan(apply=lambda _: _borne(model, loss, pence, council))


def _borne(model: Model, loss: Loss, pence: int, council: str) -> list[Entry]:
    del model.to_bear[name(model, loss)]
    lost, own = (Key(code, council) for code in ("LOSS", "FLOAT"))
    if isinstance(loss, Recovery):
        kind, owes = "recovery_written_off", Key("RECEIVABLE", council, loss.owner)
        loss.come, loss.state = loss.pence, "recovered"
    else:
        kind, owes = "written_off", loss.purse.key("RECEIVABLE")
        loss.borne, loss.state = loss.borne + pence, "settled"
    return [Entry(kind, council, (Move(lost, owes, pence), Move(own, lost, pence))), *costs_now(model, council, less=pence)]
