"""The most that an agreement may cost each payer, kept of their promise: what they signed, and what they have said yes to since. Never more."""

from datetime import datetime

from django.db.models import Sum

from marketplace.models import ChangeAnswer, Payer, ShortAnswer
from people.models import Person
from pooling.services import earmarks


def said_yes_to(payer: Payer) -> int:
    """The ceiling: what is signed, what they would pay more under terms they said yes to, and what they would take over in short weeks."""
    if payer.state == Payer.State.STOPPED:
        return 0
    pence = payer.ceiling_pence if payer.state == Payer.State.SIGNED else 0
    answer = ChangeAnswer.objects.filter(payer=payer, change__state="asking", answer="accept").select_related("change").first()
    if answer is not None:
        first = answer.change.first_week - 1
        pence += max(0, sum(answer.weeks_pence[first:]) - sum(payer.weeks_pence[first:]))
    taken = ShortAnswer.objects.live().filter(payer=payer).aggregate(sum=Sum("pence"))["sum"]
    return pence + (taken or 0)


def raise_for(*, payer: Payer, by: Person, at: datetime) -> None:
    """Keeps as much of the promise as they have said yes to. Raises NotAllowed, PledgeIsExhausted."""
    if payer.earmark is not None:
        earmarks.raise_to(earmark=payer.earmark, pence=said_yes_to(payer), by=by, at=at)


def lower(*, payer: Payer, at: datetime) -> None:
    """What is kept and not needed any more is free in the promise again."""
    if payer.earmark is not None:
        earmarks.lower_to(earmark=payer.earmark, pence=said_yes_to(payer), at=at)
