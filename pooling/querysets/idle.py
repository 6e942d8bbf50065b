"""Named filters of money that nothing needs and that is offered back."""

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q

from pooling.querysets import _held, _of_payer

if TYPE_CHECKING:
    from people.models import Person
    from pooling.models import IdleOffer  # noqa: F401 - named in strings below


class IdleOfferQuerySet(models.QuerySet["IdleOffer"]):
    def visible_to(self, person: "Person | None") -> Self:
        """The payer, their supporters, who looks after the portion, operators."""
        return _of_payer(self, person)

    def answered_by(self, person: "Person") -> Self:
        """What this person may say something about: their own, of those they help with payments, of money they look after."""
        from people.models import Supporter

        live = Supporter.objects.reading().filter(supporter=person, kind="for")
        helped = live.filter(decisions__contains=["payments"]).values("person")
        mine = Q(membership__person=person) | Q(membership__person__in=helped) | _held(person, "portion__holder")
        return self.filter(mine).select_related("membership__person", "membership__cluster", "portion__holder", "portion__budget")

    def open(self) -> Self:
        """Not sent, not used."""
        return self.filter(state__in=("offered", "kept"))

    def locked(self) -> Self:
        return self.select_for_update(of=("self",))
