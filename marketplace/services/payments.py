"""What has left for the provider, as `payments` says."""

from datetime import datetime

from marketplace.models import MilestoneShare
from marketplace.selectors.paying import paid_pence_about
from marketplace.services import money
from marketplace.services.writing import log
from pooling.services.transactions import all_or_nothing


@all_or_nothing
def count_sent(*, share_id: int, at: datetime) -> None:
    """Sets how much of a share was sent on to the provider, from all its transfers that were made: safe to repeat and in any order."""
    share = money.lock_share(MilestoneShare.objects.only("pk", "milestone_id").get(pk=share_id))
    sent = paid_pence_about(about=f"share:{share.pk}")
    if sent == share.sent_pence:
        return
    share.sent_pence = sent
    share.sent_at = at if sent == share.paid_pence else None
    share.save(update_fields=["sent_pence", "sent_at"])
    log(by=None, verb="count_sent", row=share, at=at, pence=sent)
