"""`check_books` and `reconcile` killed with SIGKILL at random statements, many times; then each runs once to its end and finds everything right."""

import contextlib
import io
import json
import os
import signal
from collections.abc import Callable
from random import Random
from typing import Any

from django.core.management import call_command
from django.db import connection, connections

from audit import clock
from config.torture import books, stripe, work
from config.torture.load import Press, counted, some_order
from config.torture.stage import Stage
from config.torture.town import Town, timers
from payments.models import Alarm, StripeLine

MOST_STATEMENTS = {"reconcile": 45, "check_books": 20}  # few enough that hardly a run comes to its end
PROVED = ("ledger", "payments", "stripe")  # the rooms above have no rows in this town


def run(stage: Stage, *, rounds: int, seed: int, say: Callable[[str], None]) -> dict[str, Any]:
    """`rounds` kills of each command, each at another of its statements."""
    dice, town = Random(seed), Town()  # noqa: S311 - the same seed is the same run
    with stage.running("stripe"):
        town.build()
        presses = _much_to_catch_up_with(town, dice)
        killed = {command: sum(_killed_in(command, dice) for _ in range(rounds)) for command in MOST_STATEMENTS}
        say(", ".join(f"{command} killed {count} times in the middle" for command, count in killed.items()))
        waiting = StripeLine.objects.filter(state="waiting").count()
        town.reconcile()
        left = StripeLine.objects.filter(state="waiting").count()
        say(f"the last run to its end matched {waiting - left} lines")
        town.settle()
        town.reconcile()
        verdict = books.judge(presses)
        verdict.doubled += _lines_twice()
        verdict.adrift += _check_books()
    for sentence in verdict.sentences():
        say(f"  {sentence}")
    found = {"lost": len(verdict.lost), "doubled": len(verdict.doubled), "adrift": len(verdict.adrift)}
    return {**{f"killed {name}": count for name, count in killed.items()}, **counted(presses), **found}


def _check_books() -> list[str]:
    """What the command itself says."""
    said = io.StringIO()
    with contextlib.suppress(SystemExit):
        call_command("check_books", "--json", stdout=said)
    parts = json.loads(said.getvalue())["differences"]
    return [sentence for name in PROVED for sentence in parts[name]]


def _much_to_catch_up_with(town: Town, dice: Random) -> list[Press]:
    """Everything half done and nothing read: payments typed and not told of, transfers and refunds whose answers were lost, hundreds of lines.

    Returns what was asked for and answered before the first kill.
    """
    presses = [Press(some_order(dice, town.payees)) for _ in range(40)]
    for press in presses:
        press.answer = work.do(press.order, at=clock.now())
    timers(at=clock.now())
    for path in ("/v1/transfers", "/v1/refunds"):
        stripe.fault("drop_after_commit", path, count=20)
    timers(at=clock.now())
    stripe.no_faults()
    town.type_cards()
    town.skip(seconds=400)
    with connection.cursor() as cursor:  # the first reading of all lines is the longest
        cursor.execute("delete from payments_reconcilecursor; delete from payments_stripeline")
    return presses


def _killed_in(command: str, dice: Random) -> bool:
    """Runs it in a process that kills itself at one statement, a little later each time it got through. False when it came to its end."""
    connections.close_all()
    at_statement = dice.randint(1, MOST_STATEMENTS[command])
    pid = os.fork()
    if pid == 0:
        _die_at(command, at_statement)
    return os.WTERMSIG(os.waitpid(pid, 0)[1]) == signal.SIGKILL


def _die_at(command: str, at_statement: int) -> None:
    """In the child: just after the nth statement was done, whatever was to come next."""
    seen = 0

    def count(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal seen
        seen += 1
        done = execute(sql, params, many, context)
        if seen == at_statement:
            os.kill(os.getpid(), signal.SIGKILL)
        return done

    try:
        with contextlib.ExitStack() as stack:
            for alias in connections:
                stack.enter_context(connections[alias].execute_wrapper(count))
            stack.enter_context(contextlib.redirect_stdout(io.StringIO()))
            call_command(command)
    except BaseException:
        os._exit(1)
    os._exit(0)


def _lines_twice() -> list[str]:
    """A line is one journal, and a trouble rings once."""
    keys = list(StripeLine.objects.exclude(journal_key=None).values_list("journal_key", flat=True))
    rings = list(Alarm.objects.open().values_list("kind", "about"))
    found = ["Two lines name one journal: twice."] if len(set(keys)) < len(keys) else []
    return found + (["The same alarm rings twice."] if len(set(rings)) < len(rings) else [])
