"""The worker of a run: does what the timetable does for money, round and round, until it is killed. `python -m config.torture.worker`."""

import time

import django
from django.db import DatabaseError, InterfaceError, connection


def main() -> None:
    django.setup()
    from audit import clock
    from config.torture.town import timers

    while True:
        try:
            moved = timers(at=clock.now())
        except (DatabaseError, InterfaceError):
            moved = 0
        connection.close_if_unusable_or_obsolete()
        if not moved:
            time.sleep(0.02)


if __name__ == "__main__":
    main()
