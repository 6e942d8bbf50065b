"""The audit trail: who did what, about what, for whom. Append-only."""

from datetime import datetime
from typing import Any

from audit.models import Entry


def write(
    *,
    by: Any,
    verb: str,
    about_kind: str,
    about_id: object,
    at: datetime,
    council_code: str = "",
    detail: dict[str, Any] | None = None,
    on_behalf_of: Any = None,
) -> Entry:
    """Adds one line, in the caller's transaction.

    `by` and `on_behalf_of` are people (anything with `pk`), or None: the system; nobody else. `verb` is `room.verb`.
    `detail` holds ids, pence, dates and slugs: never a name, never somebody's words.
    Acting for oneself is not "on behalf of": the same person twice is stored once.
    """
    by_id = by.pk if by is not None else None
    behalf = on_behalf_of.pk if on_behalf_of is not None else None
    return Entry.objects.create(
        at=at,
        by_id=by_id,
        on_behalf_of_id=None if behalf == by_id else behalf,
        verb=verb,
        about_kind=about_kind,
        about_id=str(about_id),
        council_code=council_code,
        detail=detail or {},
    )
