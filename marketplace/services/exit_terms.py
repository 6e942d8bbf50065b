"""What `pooling` hears of each agreement that a leaving person is in: what may still be billed for them, and how they get out of it."""

from datetime import date, datetime, timedelta

from marketplace.models import Agreement, Payer
from marketplace.selectors.exits import terms_for
from marketplace.services.writing import log, tell
from pooling.models import Leaving, Membership
from pooling.services import settlement


def set_last_day(*, payer: Payer, agreement: Agreement, last_day: date | None, at: datetime) -> None:
    """From then on no week is theirs; None: they stay after all. The agreement is locked by the caller."""
    payer.leaves_on = last_day
    payer.save(update_fields=["leaves_on"])
    verb = "payer_stays" if last_day is None else "payer_leaves"
    day = "" if last_day is None else str(last_day)
    log(by=None, verb=verb, row=agreement, at=at, payer=payer.pk, last_day=day)
    tell(kind="payer_leaving", row=agreement, at=at, payer=payer.pk, last_day=day)


def record(*, membership: Membership, until: date, at: datetime) -> None:
    """Tells `pooling` each term as it stands now. `until`: the first day on which they are out. Safe to repeat."""
    for term in terms_for(membership, until=until):
        portion = Payer.objects.select_related("portion").get(agreement_id=term.agreement_id, membership=membership).portion
        if portion is not None:
            settlement.record_exit_terms(
                membership=membership,
                portion=portion,
                agreement_id=term.agreement_id,
                until=until,
                bill_pence=term.bill_pence,
                route=term.route,
                at=at,
            )


def record_for(*, agreement: Agreement, at: datetime) -> None:
    """The others have said yes to something: how those who leave the group get out may be another way now."""
    for payer in agreement.payers.leaving().select_related("membership"):
        open_one = Leaving.objects.filter(membership=payer.membership, state=Leaving.State.BEGAN).first()
        if open_one is not None and payer.leaves_on == open_one.until - timedelta(days=1):
            record(membership=payer.membership, until=open_one.until, at=at)
