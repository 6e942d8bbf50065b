"""What nobody answered, and people nobody heard of, for long: somebody is told. Nothing else changes by it.

New rules that somebody has not signed: they sign, or may leave without notice, whichever they choose (state-machines.md 2). People whose money
is promised and who did nothing themselves for six weeks (abuse.md 19). Locks: the group, the place in it.
"""

from datetime import datetime

from django.db.models import QuerySet

from audit.services import facts
from payments.services.one_by_one import one_by_one
from pooling.models import Membership
from pooling.rules import UNSIGNED_DAYS
from pooling.selectors import unheard as reading
from pooling.services.membership_records import lock_place, write_trail
from pooling.services.transactions import all_or_nothing


def advance_due(*, at: datetime) -> int:
    """Facts: `pooling.rules_unsigned`, twice at most for one version; `pooling.person_quiet`, once in six weeks. Returns how many were told of."""
    told = 0
    for times in range(1, len(UNSIGNED_DAYS) + 1):
        told += _tell("pooling.rules_unsigned", reading.unsigned_places(times=times, at=at), at, times=times)
    return told + _tell("pooling.person_quiet", reading.quiet_places(at=at), at)


def _tell(kind: str, due: QuerySet[Membership], at: datetime, **more: int) -> int:
    """Of each in `due` that is still so once the place is locked."""

    @all_or_nothing
    def tell(place: Membership) -> bool:
        row = lock_place(place)
        if not due.filter(pk=row.pk).exists():
            return False
        write_trail(membership=row, verb=kind, by=None, at=at, **more)
        payload = {"membership": row.pk, **more}
        facts.record(kind=kind, subject=f"membership:{row.pk}", payload=payload, at=at, council_code=row.council_code)
        return True

    return one_by_one(list(due), tell)
