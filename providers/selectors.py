"""What pages and the market ask about providers: papers that count today, prices for so many together. Services near a place: `search.py`."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from audit.clock import london_date
from providers.models import CalendarLink, Check, Enterprise, Invitation, Listing, Worker
from providers.rules import OF_A_COMMUNITY, OF_THE_WORKER, ORDER, PROVED_BY, code_of, missing, needed, print_of
from vocabulary.models import Term


class CheckShown(NamedTuple):
    """What people see of a paper: which kind, and the day somebody of ours last saw it."""

    kind: str
    label: str
    seen_on: date


@dataclass(frozen=True, slots=True)
class CheckLeft:
    """One line of "what is left": the newest paper of its kind, if any. `state`: missing, waiting, seen_once, refused, live, run_out."""

    kind: str
    label: str
    state: str
    worker_id: int | None
    expires_on: date | None
    refused_reason: str


def price_pence(listing: Listing, people: int) -> int | None:
    """What `people` together pay per unit, in pence; one alone pays the listing's price. None: not sold for so many, or not for money at all.

    Reads `group_prices`: prefetch it for lists.
    """
    if listing.charge != Listing.Charge.PAID:
        return None
    if people == 1:
        return listing.price_pence
    return next((price.pence for price in listing.group_prices.all() if price.people == people), None)


def checks_needed(category: Term, works_alone: bool, people_count: int) -> list[str]:
    """The kinds of check that this work needs from whoever does it for pay, quickest first."""
    return needed(category.checks, is_regulated=category.regulated, works_alone=works_alone, people_count=people_count)


def checks_of(enterprise: Enterprise, category: Term) -> list[str]:
    """The kinds of check that this provider needs for this work, quickest first."""
    if enterprise.is_community:
        return list(OF_A_COMMUNITY)
    return checks_needed(category, enterprise.works_alone, enterprise.people_count)


def checks_live(*, enterprise: Enterprise, worker: Worker | None, category: Term, on: date) -> list[str]:
    """The kinds that are MISSING for this work on that day; an empty list means all is well.

    With `worker`: the enterprise's own papers and that worker's, and the worker works there now. Without: the enterprise's own only.
    """
    wanted = checks_of(enterprise, category)
    if worker is None:
        wanted = [kind for kind in wanted if kind not in OF_THE_WORKER]
    elif worker.enterprise_id != enterprise.pk or worker.state != Worker.State.ACTIVE:
        return wanted or ["identity"]
    return _missing(wanted, Check.objects.live(on).filter(enterprise=enterprise), worker.pk if worker else None)


def missing_to_publish(*, listing: Listing, on: date) -> list[str]:
    """The kinds still missing before the service may be shown: the enterprise's, and those of the worker who lacks fewest."""
    enterprise = listing.enterprise
    live = list(Check.objects.live(on).filter(enterprise=enterprise))
    return _missing_of(listing, Worker.objects.filter(enterprise=enterprise).active(), live)


def checks_shown(enterprise: Enterprise, *, on: date) -> tuple[CheckShown, ...]:
    """What anybody may know of its papers: which kinds count today, and when we last saw them."""
    return _shown(Check.objects.live(on).filter(enterprise=enterprise))


def what_is_left(enterprise: Enterprise, *, categories: Iterable[Term], on: date) -> list[CheckLeft]:
    """For the owner: every kind that these kinds of help need, per worker where it is personal, and how it stands."""
    wanted: set[str] = set()
    for category in categories:
        wanted.update(checks_of(enterprise, category))
    papers = sorted(enterprise.checks.all(), key=lambda paper: paper.pk)
    workers: list[int | None] = [worker.pk for worker in enterprise.workers.all() if worker.state == Worker.State.ACTIVE]
    owners = [(kind, owner) for kind in ORDER if kind in wanted for owner in (workers if kind in OF_THE_WORKER else [None])]
    return [_left(kind, owner, [paper for paper in papers if paper.worker_id == owner], on) for kind, owner in owners]


def papers_of(enterprise: Enterprise, category: Term, *, on: date) -> tuple[list[str], tuple[CheckShown, ...]]:
    """The kinds MISSING for this work that day, the enterprise's and of the worker who lacks fewest; and what anybody may know of its papers.

    For lists of many providers: no query when `checks` and `workers` are prefetched.
    """
    live = [check for check in enterprise.checks.all() if _is_live(check, on)]
    workers = [worker for worker in enterprise.workers.all() if worker.state == Worker.State.ACTIVE]
    return _missing_at(enterprise, category, workers, live), _shown(live)


def checks_to_look_at() -> list[Check]:
    """For operators: papers that wait for somebody to see the original, oldest first."""
    return list(Check.objects.waiting().select_related("enterprise", "worker").order_by("asked_at", "id"))


def calendar_link(enterprise: Enterprise) -> CalendarLink | None:
    """The link that works now, if there is one."""
    return CalendarLink.objects.live().filter(enterprise=enterprise).first()


def enterprise_of_calendar(secret: str) -> Enterprise | None:
    """Whose calendar an address is; None for a wrong one and for one that was stopped, which are the same to whoever asks."""
    found = CalendarLink.objects.live().select_related("enterprise").filter(address_print=print_of(secret)).first()
    return found.enterprise if found else None


def enterprise_of_invitation(code: str, *, at: datetime) -> Enterprise | None:
    """Who invites with this code, however it was typed. None: wrong, stopped or run out, which are the same to whoever asks."""
    found = Invitation.objects.live(at).select_related("enterprise").filter(code_print=print_of(code_of(code))).first()
    return found.enterprise if found else None


def _left(kind: str, worker_id: int | None, papers: list[Check], on: date) -> CheckLeft:
    label = str(Check.Kind(kind).label)
    proofs = [paper for paper in papers if paper.kind in PROVED_BY.get(kind, {kind})]
    # One that counts today says it; else the newest of this very kind.
    check = next((paper for paper in proofs if _is_live(paper, on)), None) or next((paper for paper in reversed(papers) if paper.kind == kind), None)
    if check is None:
        return CheckLeft(kind, label, "missing", worker_id, None, "")
    if check.refused_at:
        return CheckLeft(kind, label, "refused", worker_id, None, check.refused_reason)
    if not check.confirmed_at:
        return CheckLeft(kind, label, check.state, worker_id, check.expires_on, "")
    return CheckLeft(kind, label, "live" if _is_live(check, on) else "run_out", worker_id, check.expires_on, "")


def _is_live(check: Check, on: date) -> bool:
    """`CheckQuerySet.live`, for rows already read."""
    return check.confirmed_at is not None and check.issued_on <= on and (check.expires_on is None or check.expires_on >= on)


def _missing(wanted: list[str], live: Iterable[Check], worker_id: int | None) -> list[str]:
    return missing(wanted, {check.kind for check in live if check.worker_id in (None, worker_id)})


def _missing_of(listing: Listing, workers: Iterable[Worker], live: list[Check]) -> list[str]:
    return _missing_at(listing.enterprise, listing.category, workers, live)


def _missing_at(enterprise: Enterprise, category: Term, workers: Iterable[Worker], live: list[Check]) -> list[str]:
    wanted = checks_of(enterprise, category)
    each = [_missing(wanted, live, worker.pk) for worker in workers]
    return min(each, key=len, default=wanted or ["identity"])


def _shown(live: Iterable[Check]) -> tuple[CheckShown, ...]:
    """Each kind once, with the day it was last seen."""
    seen: dict[str, date] = {}
    for check in live:
        if check.confirmed_at is not None:
            day = london_date(check.confirmed_at)
            seen[check.kind] = max(day, seen.get(check.kind, day))
    return tuple(CheckShown(kind, str(Check.Kind(kind).label), seen[kind]) for kind in ORDER if kind in seen)
