"""One sum for many people, in words: what is here, what comes, who needs how much, what was done."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.shortcuts import get_object_or_404

from frontend.presenters import owed
from frontend.presenters.owed import OwedNote
from frontend.presenters.paying import stop_at_stripe
from payments.models import Payment
from payments.services import arrivals, cash
from people.models import Organisation
from pooling.books import Wallet
from pooling.models import WalletMove
from pooling.selectors.wallets import Moved, Need, WalletSeen, wallet_of


@dataclass(frozen=True, slots=True)
class WalletPage:
    """`seen`: the wallet. `instructions`: where to send the sum that is waited for. `over_pence`: sent, and nothing asked for it.

    `owed`: what a bank took back of such sums.
    """

    seen: WalletSeen
    instructions: dict[str, Any]
    payment_id: str
    come_pence: int
    over_pence: int
    owed: OwedNote

    @property
    def organisation(self) -> Organisation:
        return self.seen.organisation

    @property
    def here_pence(self) -> int:
        return self.seen.here_pence

    @property
    def needs(self) -> list[Need]:
        return [need for need in self.seen.needs if need.most_pence]

    @property
    def missing_pence(self) -> int:
        """What is needed and neither here nor on its way."""
        waited = self.seen.waiting.pence if self.seen.waiting else 0
        return max(0, self.seen.needed_pence - self.here_pence - self.seen.coming_pence - waited)

    @property
    def moves(self) -> list[Moved]:
        return self.seen.moves


def page(organisation: Organisation, *, today: date) -> WalletPage:
    """An organisation's wallet in its own council."""
    seen = wallet_of(organisation, organisation.council_code, today=today)
    waiting = seen.waiting
    told = waiting.instructions if waiting else {}
    come = waiting.pence - told.get("remaining_pence", waiting.pence) if waiting else 0
    payment_id = str(waiting.pk) if waiting else ""
    taken = OwedNote([one for one in owed.of_holder(organisation) if one.is_sum], for_staff=True)
    return WalletPage(seen, told, payment_id, come, cash.left_of(Wallet(organisation.pk, seen.council_code).payer), taken)


def ask_stripe(organisation: Organisation, at: datetime) -> None:
    """How the sum that is waited for stands by now. Raises AnswerLost, StripeIsBusy."""
    for payment in _waited_for(Wallet(organisation.pk, organisation.council_code)).filter(state="open"):
        arrivals.refresh(payment_id=payment.pk, at=at)


def carry_out_stop(organisation: Organisation, at: datetime, council_code: str = "") -> None:
    """Asks Stripe to wait no more, and what has come of it. When Stripe is slow, the timers do it."""
    wallet = Wallet(organisation.pk, council_code or organisation.council_code)
    stop_at_stripe([f"payment:{payment.pk}" for payment in _waited_for(wallet)], wallet.payer, at)


def _waited_for(wallet: Wallet) -> Any:
    return Payment.objects.filter(about=wallet.about, state__in=("started", "open"))


def move_of(organisation: Organisation, pk: int) -> WalletMove:
    return get_object_or_404(WalletMove, organisation=organisation, pk=pk)
