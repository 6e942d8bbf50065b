"""What people offered for a short week is over once that week goes on or never happens."""

from datetime import datetime

from marketplace.models import Milestone, ShortAnswer
from marketplace.services import ceilings


def forget(*, milestone: Milestone, at: datetime) -> None:
    """Ends every offer that was not used, and gives back what it kept of a promise. The week is locked by the caller."""
    for row in ShortAnswer.objects.live().locked().filter(milestone=milestone).select_related("payer__earmark"):
        row.ended_at = at
        row.save(update_fields=["ended_at"])
        ceilings.lower(payer=row.payer, at=at)
