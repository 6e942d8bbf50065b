"""What somebody reads whom a provider invited: the provider, what they do and what it costs, and nobody else."""

from dataclasses import dataclass
from datetime import date

from frontend.presenters.offers import Offer, offer_with
from providers.models import Enterprise, Listing
from providers.selectors import checks_shown


@dataclass(frozen=True, slots=True)
class InvitedPage:
    """`offers`: what anybody can find of them today; none while they are not ready."""

    name: str
    about: str
    offers: list[Offer]
    checks_said: str


def page(enterprise: Enterprise, *, on: date) -> InvitedPage:
    """Five queries, however much they do."""
    rows = Listing.objects.on_sale().filter(enterprise=enterprise).select_related("enterprise").order_by("pk")
    shown, checks = rows.prefetch_related("group_prices", "languages", "enterprise__workers"), checks_shown(enterprise, on=on)
    offers = [offer_with(row, 1, checks, None) for row in shown]
    return InvitedPage(enterprise.name, enterprise.about, offers, offers[0].checks_said if offers else "")
