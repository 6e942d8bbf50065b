"""A provider's money: what is coming, on its way, and paid; week by week."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet, Sum

from audit.one_question import Row, asked, by_list, rows
from marketplace.models import MilestoneShare
from payments.models import Remittance
from providers.models import Enterprise


@dataclass(frozen=True, slots=True)
class MoneyWeek:
    """One week: covered and waiting for a yes, said yes to and waiting, on its way, sent on, questioned, gone back."""

    starts_on: date
    coming_pence: int
    agreed_pence: int
    going_pence: int
    paid_pence: int
    questioned_pence: int
    returned_pence: int


@dataclass(frozen=True, slots=True)
class ProviderMoney:
    """All weeks together, and each of them, newest first.

    `by_order_pence`: of what is coming, promised by order and not paid in yet; `ordered_pence`: of what people said yes to, the same.
    """

    coming_pence: int
    by_order_pence: int
    ordered_pence: int
    agreed_pence: int
    going_pence: int
    paid_pence: int
    questioned_pence: int
    returned_pence: int
    weeks: tuple[MoneyWeek, ...]


def provider_money(enterprise: Enterprise) -> ProviderMoney:
    """Whole pence from the shares of this provider's weeks. One query."""
    return money_among(asked(shares_listed(enterprise)))


def shares_listed(enterprise: Enterprise) -> QuerySet[Any, Any]:
    """Those shares, to be asked for together with other lists."""
    shares = MilestoneShare.objects.to_enterprise(enterprise.pk).exclude(state__in=["planned", "dropped"])
    pence = {name: f"{name}_pence" for name in ("paid", "sent", "returned")}
    return rows(shares, "share_of_week", pence="pence", state="state", covered_by="covered_by", on="milestone__starts_on", **pence)


def money_among(found: Iterable[Row]) -> ProviderMoney:
    """What of it was asked, in sums."""
    weeks: dict[date, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    by_order = {"coming": 0, "agreed": 0}
    for share in by_list(found, "share_of_week"):
        week = weeks[date.fromisoformat(share["on"])]
        week["paid"] += share["sent"]
        week["going"] += share["paid"] - share["sent"]
        week["returned"] += share["returned"]
        rest = share["pence"] - share["paid"] - share["returned"]
        kind = {"questioned": "questioned", "agreed": "agreed", "decided": "agreed"}.get(share["state"], "coming")
        week[kind] += rest
        if share["covered_by"] == "order" and kind in by_order:
            by_order[kind] += rest
    lines = tuple(_line(day, weeks[day]) for day in sorted(weeks, reverse=True))
    return ProviderMoney(
        coming_pence=sum(one.coming_pence for one in lines),
        by_order_pence=by_order["coming"],
        ordered_pence=by_order["agreed"],
        agreed_pence=sum(one.agreed_pence for one in lines),
        going_pence=sum(one.going_pence for one in lines),
        paid_pence=sum(one.paid_pence for one in lines),
        questioned_pence=sum(one.questioned_pence for one in lines),
        returned_pence=sum(one.returned_pence for one in lines),
        weeks=lines,
    )


def _line(day: date, week: dict[str, int]) -> MoneyWeek:
    return MoneyWeek(
        starts_on=day,
        coming_pence=week["coming"],
        agreed_pence=week["agreed"],
        going_pence=week["going"],
        paid_pence=week["paid"],
        questioned_pence=week["questioned"],
        returned_pence=week["returned"],
    )


def paid_pence_about(*, about: str) -> int:
    """How much of what is owed `about` ("share:9") has left for the provider, over all its transfers."""
    # Kept back for what they owed counts as theirs; what was taken back later had reached them.
    reached = (Remittance.State.PAID, Remittance.State.SET_OFF, Remittance.State.REVERSED)
    paid = Remittance.objects.filter(about=about, state__in=reached).aggregate(sum=Sum("pence"))["sum"]
    return int(paid or 0)
