"""How much of what somebody was paid may still be asked back, and where it is written that its payer has it again.

Both by lot and thing paid for, not by row: when a part of a waiting payment is kept back for an older debt, the rest waits on as a row of its
own (`setting_off`), and what was asked of the first may be more than the first is now.
"""

import uuid
from collections import Counter
from collections.abc import Iterator, Sequence

from django.db.models import F, Sum

from payments.models import Recovery, Remittance


def parts(rows: Sequence[Remittance], pence: int) -> Iterator[tuple[Remittance, int]]:
    """What of so much is asked back by which of these locked payments, in their order. Less than that when they are short of it."""
    said = Recovery.objects.filter(remittance__in=rows).values_list("remittance").annotate(sum=Sum("pence"))
    asked = {pk: total for pk, total in said if pk is not None}
    left = Counter[tuple[uuid.UUID, int]]()
    for row in rows:
        left[row.payment_id, row.payee_id] += row.pence - asked.get(row.pk, 0)
    for row in rows:
        part = min(row.pence - asked.get(row.pk, 0), left[row.payment_id, row.payee_id], pence)
        if part > 0:
            left[row.payment_id, row.payee_id] -= part
            pence -= part
            yield row, part


def note_recovered(recovery: Recovery) -> None:
    """Its payment has it back; what does not fit goes with what was split off from it."""
    sent = Remittance.objects.get(recoveries=recovery)
    same = Remittance.objects.filter(payment=sent.payment_id, payee=sent.payee_id, about=sent.about)
    left = recovery.pence
    # Locked newest first, as whoever asks back does; it is the oldest that have it first, after the one that was asked.
    for one in sorted(same.order_by("-pk").locked(), key=lambda one: (one.pk != sent.pk, one.pk)):
        part = min(one.pence - one.recovered_pence, left)
        one.recovered_pence += part
        one.save(update_fields=["recovered_pence"])
        left -= part
    if left:
        # The database says no to it: it would be more than was ever paid.
        Remittance.objects.filter(pk=sent.pk).update(recovered_pence=F("recovered_pence") + left)
