"""django-hordak, used as its own documentation says, in a process of its own and in an environment made for it alone.

Knows nothing of this project. `python hordak_process.py prepare|single HOST PORT USER PASSWORD NAME`; speaks as django_process does.
"""

import json
import sys
import time
from random import Random

import django
from django.conf import settings

ACCOUNTS = 1_000  # fewer than ours have: its accounts are a tree, slow to make


def main(what: str, host: str, port: str, user: str, password: str, name: str) -> None:
    """Sets Django up with hordak alone; makes its tables and accounts, or posts while told to."""
    database = {"ENGINE": "django.db.backends.postgresql", "HOST": host, "PORT": port, "USER": user, "PASSWORD": password, "NAME": name}
    settings.configure(
        DATABASES={"default": database},
        INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "djmoney", "mptt", "hordak"],
        DEFAULT_AUTO_FIELD="django.db.models.AutoField",
        DEFAULT_CURRENCY="GBP",
        CURRENCIES=["GBP"],
        HORDAK_INTERNAL_CURRENCY="GBP",
        USE_TZ=True,
    )
    django.setup()
    if what == "prepare":
        _prepare()
    else:
        _serve()


def _prepare() -> None:
    from django.core.management import call_command
    from hordak.models import Account  # type: ignore[import-not-found]

    call_command("migrate", verbosity=0)
    with Account.objects.delay_mptt_updates():
        for number in range(ACCOUNTS):
            Account.objects.create(name=f"member {number}", code=str(number), type="LI", currencies=["GBP"])


def _serve() -> None:
    from hordak.models import Account
    from moneyed import Money  # type: ignore[import-not-found]

    accounts = list(Account.objects.all())
    draw = Random()  # noqa: S311

    def deed() -> None:
        one, other = draw.sample(accounts, 2)
        one.transfer_to(other, Money("0.05", "GBP"))

    for _ in range(20):
        deed()
    _say("ready")
    for line in sys.stdin:
        times = []
        begun = time.perf_counter()
        end = begun + int(line)
        while (before := time.perf_counter()) < end:
            deed()
            times.append(time.perf_counter() - before)
        took, times = time.perf_counter() - begun, sorted(times)
        p50, p99 = (times[min(len(times) * part // 100, len(times) - 1)] * 1000 for part in (50, 99))
        _say(json.dumps({"count": len(times), "seconds": took, "p50_ms": p50, "p99_ms": p99}))


def _say(words: str) -> None:
    sys.stdout.write(words + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
