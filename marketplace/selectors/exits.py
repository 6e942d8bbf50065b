"""What somebody who leaves may still be billed for by each agreement, and how they get out of it (state-machines.md S5).

A week is the break date: the provider may bill whole weeks that begin before the day on which they are out, and nothing after.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime

from marketplace.models import Agreement, MilestoneShare, Payer
from marketplace.rules.tables import SHARE_SETTLED
from marketplace.rules.weeks import visit_pence
from pooling.models import Membership
from pooling.rules.leaving import Term
from pooling.selectors import leaving as goodbyes

LIVE = ("active", "suspended", "ending")


def frozen_visit_pence(agreement: Agreement, people: int) -> int | None:
    """What a visit for so many together costs by the price list that was signed. None: no such price, or another price was agreed since."""
    frozen = agreement.frozen
    if frozen.get("varied") or "unit" not in frozen:
        return None
    whole = frozen.get("price_pence") if people == 1 else frozen.get("group_prices", {}).get(str(people))
    return None if whole is None else visit_pence(price_pence=int(whole), unit=frozen["unit"], minutes=agreement.minutes)


def route_of(agreement: Agreement, payer: Payer) -> str:
    """`shrink`: own visits, or there is a signed price for those who stay. `cover`: the others have taken it over. Else `run_off`."""
    others = agreement.payers.signed().filter(leaves_on__isnull=True).exclude(pk=payer.pk).count()
    if not agreement.together or frozen_visit_pence(agreement, others) is not None:
        return "shrink"
    taken_over = agreement.changes.filter(kind="payers", state="applied", answers__payer=payer, answers__new_weekly_pence=0)
    return "cover" if others and taken_over.exists() else "run_off"


def terms_for(membership: Membership, *, until: date) -> list[Term]:
    """One term for each running agreement of this person. `until`: the first day on which they are out. Two queries, and three an agreement."""
    payers = Payer.objects.signed().filter(membership=membership, agreement__state__in=LIVE).select_related("agreement").order_by("agreement_id")
    owed: dict[int, int] = defaultdict(int)
    rows = MilestoneShare.objects.filter(payer__in=payers, milestone__starts_on__lt=until).exclude(state__in=SHARE_SETTLED)
    for payer_id, pence in rows.values_list("payer_id", "pence"):
        owed[payer_id] += pence
    return [
        Term(payer.agreement_id, payer.portion_id, until, owed[payer.pk], route_of(payer.agreement, payer))
        for payer in payers
        if payer.portion_id is not None
    ]


@dataclass(frozen=True, slots=True)
class CostOfLeaving:
    """What stopping costs, in pence: the day on which they are out, what may still be billed and by which agreement, what comes back.

    `to_pay_in_pence`: what of the bill is not here yet. Notice given already: until that day; else as if it were given now.
    """

    until: date
    terms: tuple[Term, ...]
    bill_pence: int
    back_pence: int
    to_pay_in_pence: int


def cost_of_leaving(membership: Membership, *, at: datetime) -> CostOfLeaving:
    """Out of the function the statement comes from (state-machines.md S5), so that nobody is told another sum later."""
    leaving = goodbyes.open_leaving(membership)
    until = leaving.until if leaving is not None else goodbyes.last_day_if_told(membership, at)
    terms = terms_for(membership, until=until)
    settled = [one.settled for one in goodbyes.reckon(membership, terms)]
    return CostOfLeaving(
        until=until,
        terms=tuple(terms),
        bill_pence=sum(one.bill_pence for one in settled),
        back_pence=sum(one.payable_pence for one in settled),
        to_pay_in_pence=sum(one.to_pay_in_pence for one in settled),
    )
