"""Named filters of money in the wallets of organisations."""

from typing import TYPE_CHECKING, Self

from django.db import models

from pooling.querysets import _of_organisation, _of_payer

if TYPE_CHECKING:
    from people.models import Person
    from pooling.models import WalletMove, WalletSlice  # noqa: F401 - named in strings below


class WalletMoveQuerySet(models.QuerySet["WalletMove"]):
    def visible_to(self, person: "Person | None") -> Self:
        """Who works for the organisation whose money it is; operators."""
        return _of_organisation(self, person)

    def locked(self) -> Self:
        return self.select_for_update(of=("self",))


class WalletSliceQuerySet(models.QuerySet["WalletSlice"]):
    def visible_to(self, person: "Person | None") -> Self:
        """The payer, their supporters, who looks after the portion, operators."""
        return _of_payer(self, person)
