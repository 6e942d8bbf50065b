"""The two lines that every verb of this room ends with: who did it, and what the rooms above should know."""

from datetime import datetime
from typing import Any

from django.db import models

from audit.services import facts, trail
from people.models import Person


def log(*, by: Person | None, verb: str, row: models.Model, at: datetime, on_behalf_of: Person | None = None, **detail: object) -> None:
    """Adds a line to the audit trail about `row`. `detail`: ids, pence, dates, slugs."""
    trail.write(
        by=by,
        verb=f"marketplace.{verb}",
        about_kind=str(row._meta.model_name),
        about_id=row.pk,
        council_code=getattr(row, "council_code", ""),
        at=at,
        detail=dict(detail),
        on_behalf_of=on_behalf_of,
    )


def tell(*, kind: str, row: models.Model, at: datetime, **payload: Any) -> None:
    """Records a fact about `row`, whose own id is in the payload under its model's short name."""
    name = {"milestoneshare": "share"}.get(str(row._meta.model_name), str(row._meta.model_name))
    facts.record(
        kind=f"marketplace.{kind}",
        subject=f"{name}:{row.pk}",
        payload={name: row.pk, **payload},
        at=at,
        council_code=getattr(row, "council_code", ""),
    )
