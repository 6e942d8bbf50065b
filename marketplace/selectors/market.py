"""What of the market itself is kept beside a night's counts: providers are public; groups as `suppression` says."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count

from marketplace.models import Brief
from marketplace.rules.counting import bounds
from marketplace.rules.suppression import LEAST_GROUPS, told
from pooling.models import Cluster
from providers.models import Check, Enterprise, Listing

SOON = timedelta(days=31)
_GOING = (Brief.State.OPEN, Brief.State.CLOSED, Brief.State.EVALUATING, Brief.State.AWARD_PENDING)


@dataclass(frozen=True, slots=True)
class Market:
    """`new_providers`: live, begun in the quarter. `insurance_ends`: live providers whose insurance ends within a month. `only_one`: slugs of
    kinds that one provider alone sells. `folded`: groups that ended in the quarter; None for 1 to 7. `hour_pence`: the middle price of an hour,
    None with fewer than three providers. `asking`: slugs of kinds for which a group is asking providers now.
    """

    new_providers: int = 0
    insurance_ends: int = 0
    only_one: tuple[str, ...] = ()
    folded: int | None = 0
    hour_pence: int | None = None
    asking: tuple[str, ...] = ()


def market(council_code: str, *, quarter: date, today: date) -> Market:
    """Six queries. `quarter`: its first day."""
    first, after = bounds(quarter)
    live = Enterprise.objects.live().filter(council_code=council_code)
    ends = Check.objects.live(today).filter(kind=Check.Kind.INSURANCE, enterprise__in=live, expires_on__lte=today + SOON)
    later = Check.objects.live(today).filter(kind=Check.Kind.INSURANCE, expires_on__gt=today + SOON)
    on_sale = Listing.objects.on_sale().filter(council_code=council_code, charge=Listing.Charge.PAID)
    sellers = on_sale.order_by().values("category__slug").annotate(sellers=Count("enterprise", distinct=True))
    hours = list(on_sale.filter(unit=Listing.Unit.HOUR).order_by("price_pence").values_list("price_pence", "enterprise"))
    return Market(
        new_providers=live.filter(created_at__gte=first, created_at__lt=after).count(),
        insurance_ends=ends.exclude(enterprise__in=later.values("enterprise")).values("enterprise").distinct().count(),
        only_one=tuple(sorted(slug for slug, number in sellers.values_list("category__slug", "sellers") if number == 1)),
        folded=told(Cluster.objects.groups().filter(council_code=council_code, ended_at__gte=first, ended_at__lt=after).count()),
        hour_pence=hours[len(hours) // 2][0] if len({seller for _, seller in hours}) >= LEAST_GROUPS else None,
        asking=tuple(sorted(set(Brief.objects.filter(council_code=council_code, state__in=_GOING).values_list("category", flat=True)))),
    )
