"""A process of its own that uses our ledger through Django as the product does: posts while told to, or proves the whole book.

`python -m config.bench.django_process single|set|prove`, with DATA_DIR saying which server. Posting: prints "ready", then for each line
"seconds" on its input posts for so long and prints {"count": transfers, "seconds": ..., "p50_ms": ..., "p99_ms": ...}.
Proving: prints one object a claim, {"claims": ..., "seconds": ..., "wrong": [...]}.
"""

import json
import os
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import django
from django.conf import settings

from config import postgres
from config.bench.book import ACCOUNTS, IN_A_SET
from config.bench.measuring import percentile
from config.environment import database

COUNCIL = "E09000028"
AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def main(what: str) -> None:
    """Sets Django up with the ledger alone, and does what it was started for."""
    folder = Path(os.environ["DATA_DIR"])
    logins = {"default": postgres.WEB, "owner": postgres.OWNER}
    settings.configure(
        DATABASES={alias: database(postgres.url(folder, role), alias) for alias, role in logins.items()},
        INSTALLED_APPS=["ledger"],
        USE_TZ=True,
    )
    django.setup()
    if what == "prove":
        _prove()
    else:
        _serve(_poster(what), IN_A_SET if what == "set" else 1)


def _poster(what: str) -> Callable[[], None]:
    from ledger.services.accounts import Account, open_accounts
    from ledger.services.journals import Journal, Posted, Transfer, new_key, post, post_many
    from ledger.services.retry import retrying

    draw = Random()  # noqa: S311
    # A process that has been at work for a while knows the accounts it posts to; hordak's has them at hand just so.
    known = [Account("SHARE", COUNCIL, f"member:{number}/portion:1") for number in range(1, ACCOUNTS + 1)]
    open_accounts(known)

    def journal() -> Journal:
        one, step = int(draw.random() * ACCOUNTS), 1 + int(draw.random() * (ACCOUNTS - 1))
        debit, credit = known[one], known[(one + step) % ACCOUNTS]
        return Journal(key=new_key(), kind="bench", council=COUNCIL, transfers=(Transfer(debit, credit, 5),), effective_at=AT, actor="bench")

    def single() -> None:
        post(journal())  # outside any transaction: the one statement is its own, as hordak's transfer is

    def in_sets() -> None:
        asked = [journal() for _ in range(IN_A_SET)]
        results = retrying(lambda: post_many(asked))
        if not all(isinstance(result, Posted) for result in results):
            raise RuntimeError("the book refused a journal of the bench")

    return in_sets if what == "set" else single


def _serve(deed: Callable[[], None], each: int) -> None:
    for _ in range(20):
        deed()
    _say("ready")
    for line in sys.stdin:
        times: list[float] = []
        begun = time.perf_counter()
        end = begun + int(line)
        while (before := time.perf_counter()) < end:
            deed()
            times.append(time.perf_counter() - before)
        took, ordered = time.perf_counter() - begun, sorted(times)
        p50, p99 = percentile(ordered, 50) * 1000, percentile(ordered, 99) * 1000
        _say(json.dumps({"count": len(times) * each, "seconds": took, "p50_ms": p50, "p99_ms": p99}))


def _prove() -> None:
    from ledger.services import proof

    took: dict[str, float] = {}
    wrong: dict[str, list[str]] = {}
    for part in proof.parts():
        before = time.perf_counter()
        wrong.setdefault(part.claims, []).extend(proof.prove_part(part))
        took[part.claims] = took.get(part.claims, 0) + time.perf_counter() - before
    for claims, seconds in took.items():
        _say(json.dumps({"claims": claims, "seconds": seconds, "wrong": wrong[claims][:3]}))


def _say(words: str) -> None:
    sys.stdout.write(words + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1])
