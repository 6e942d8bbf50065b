"""What each would pay in a group of one to eight, before somebody joins it (care-rules.md 3.2, point 6)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Count, Q

from audit.clock import LONDON
from marketplace.models import Agreement
from marketplace.rules.weeks import visit_pence
from pooling.models import Cluster
from pooling.rules import SIZE_MAX

_NOT_PAYING = frozenset({"declined", "stopped", "coming"})
TELLS_A_PRICE = ("active", "suspended", "ending", "half_signed", "with_parties")


@dataclass(frozen=True, slots=True)
class SizeRow:
    """A group of `people`: what each pays a week at most, and for all the weeks that are left. None: the provider has no price for so many."""

    people: int
    each_weekly_pence: int | None
    most_pence: int | None


@dataclass(frozen=True, slots=True)
class PriceBySize:
    """Of one agreement of the group. `payers`: how many pay now; `with_one_more`: the row of somebody who comes in and pays with them."""

    agreement_id: int
    title: str
    visits_per_week: int
    minutes: int
    weeks_left: int
    payers: int
    together: bool
    rows: tuple[SizeRow, ...]

    @property
    def with_one_more(self) -> SizeRow:
        return self.rows[min(self.payers + 1, SIZE_MAX) - 1]


def prices_by_size(cluster: Cluster, *, on: date) -> list[PriceBySize]:
    """The group's agreements that still have weeks to come, each with its table. Two queries. Rounded up: nobody pays more than it says."""
    rows = Agreement.objects.filter(cluster=cluster, state__in=TELLS_A_PRICE).prefetch_related("payers").order_by("pk")
    return [_table(one, left) for one in rows if (left := _weeks_left(one, on)) > 0]


def about_weekly_pence(clusters: Collection[int], *, on: date) -> dict[int, int]:
    """By group: what a week of all that it has would cost one more, in pence, rounded up. One query. Left out: who has nothing on, or no price.

    Like the card's size it is of Monday morning: a price that changed on the day would tell who watches it that somebody came or went (abuse.md).
    """
    monday = on - timedelta(days=on.weekday())
    began = datetime.combine(monday, time(), LONDON)
    paying = Q(payers__signed_at__lt=began) & (Q(payers__state="signed") | Q(payers__state="stopped", payers__leaves_on__gte=monday))
    running = Agreement.objects.filter(cluster__in=clusters, state__in=("active", "suspended", "ending"), active_at__lt=began)
    found: dict[int, list[int | None]] = {}
    for one in running.annotate(paying=Count("payers", filter=paying)).order_by("pk"):
        left, now = _weeks_left(one, monday), vars(one)["paying"]
        if left:
            found.setdefault(one.cluster_id, []).append(_row(one, min(now + 1, SIZE_MAX), now, left).each_weekly_pence)
    return {cluster: sum(pence for pence in each if pence) for cluster, each in found.items() if None not in each}


def _weeks_left(agreement: Agreement, on: date) -> int:
    """Weeks that have not ended: the one that runs counts whole."""
    return min(agreement.weeks, max(0, agreement.weeks - (on - agreement.starts_on).days // 7))


def _table(agreement: Agreement, weeks_left: int) -> PriceBySize:
    payers = [one for one in agreement.payers.all() if one.state not in _NOT_PAYING]
    return PriceBySize(
        agreement_id=agreement.pk,
        title=agreement.title,
        visits_per_week=agreement.visits_per_week,
        minutes=agreement.minutes,
        weeks_left=weeks_left,
        payers=len(payers),
        together=agreement.together,
        rows=tuple(_row(agreement, people, len(payers), weeks_left) for people in range(1, SIZE_MAX + 1)),
    )


def _row(agreement: Agreement, people: int, payers: int, weeks_left: int) -> SizeRow:
    whole = agreement.visit_pence if people == payers or not agreement.together else _whole(agreement, people)
    if whole is None:
        return SizeRow(people, None, None)
    each = -(-whole * agreement.visits_per_week // (people if agreement.together else 1))
    return SizeRow(people, each, each * weeks_left)


def _whole(agreement: Agreement, people: int) -> int | None:
    """One visit for so many, by the price table as it was signed. None: not in it, or the price was changed since."""
    signed = agreement.frozen
    price = signed.get("price_pence") if people == 1 else signed.get("group_prices", {}).get(str(people))
    if price is None or "unit" not in signed or signed.get("varied"):
        return None
    return visit_pence(price_pence=price, unit=signed["unit"], minutes=agreement.minutes)
