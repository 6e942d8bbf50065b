"""What `check_books` asks of this room: every week's shares add up, every share that moved money has its journal and its hold agrees."""

from collections import defaultdict
from collections.abc import Iterable

from django.db.models import Count, F, Q, Sum

from ledger.selectors import journal_exists
from marketplace.models import Booking, Milestone, MilestoneShare, Payer
from payments.models import Recovery, Remittance
from pooling.models import Hold, HoldMove, Membership


def proof(using: str = "default") -> list[str]:
    """Sentences of what differs; empty when all is well. Rows are read by the connection `using`, the book by everybody's."""
    found: list[str] = []
    by_milestone: dict[int, int] = defaultdict(int)
    by_hold: dict[int, list[MilestoneShare]] = defaultdict(list)
    for share in MilestoneShare.objects.using(using).order_by("pk").iterator():
        by_milestone[share.milestone_id] += share.pence
        if share.hold_id is not None:
            by_hold[share.hold_id].append(share)
        found += _share(share)
    for pk, pence in Milestone.objects.using(using).values_list("pk", "pence"):
        if by_milestone[pk] != pence:
            found.append(f"The shares of milestone {pk} are {by_milestone[pk]}p, not {pence}p.")
    for hold in Hold.objects.using(using).filter(pk__in=by_hold).order_by("pk"):
        found += _hold(hold, by_hold[hold.pk])
    whose = [*_unheld(using), *_not_theirs(using), *_to_others(using)]
    return [*found, *whose, *_moves_once(using), *_left_out(using), *_ceilings(using), *_weeks(using), *_bookings(using)]


def _share(share: MilestoneShare) -> Iterable[str]:
    if share.paid_pence and (share.release_journal is None or not journal_exists(share.release_journal)):
        yield f"Share {share.pk} says {share.paid_pence}p was paid, without its journal."
    if share.returned_pence and share.hold_id and (share.return_journal is None or not journal_exists(share.return_journal)):
        yield f"Share {share.pk} says {share.returned_pence}p came back, without its journal."
    if share.is_final and share.state != "dropped" and share.paid_pence + share.returned_pence != share.pence:
        yield f"Share {share.pk} is {share.state}, and {share.pence - share.paid_pence - share.returned_pence}p of it went nowhere."


def _hold(hold: Hold, shares: list[MilestoneShare]) -> Iterable[str]:
    claims = (
        ("placed", hold.placed_pence, sum(one.pence for one in shares)),
        ("released", hold.released_pence, sum(one.paid_pence for one in shares)),
        ("returned", hold.returned_pence, sum(one.returned_pence for one in shares)),
        ("disputed", hold.disputed_pence, sum(one.pence for one in shares if one.state == "questioned")),
    )
    for name, held, shared in claims:
        if held != shared:
            yield f"Hold {hold.pk} has {name} {held}p; its shares say {shared}p."


def _unheld(using: str) -> Iterable[str]:
    """Once the week is on, money that covers a part of it is held for it, until it is paid or comes back."""
    goes_on = Q(state="covered", milestone__state__in=["funded", "in_delivery", "overdue", "submitted"])
    rows = MilestoneShare.objects.using(using).filter(goes_on | Q(state__in=["asked", "with_helper", "questioned", "agreed"]))
    for pk in rows.filter(covered_by="money", hold=None).order_by("pk").values_list("pk", flat=True):
        yield f"Share {pk} is covered by money and holds nothing."


def _not_theirs(using: str) -> Iterable[str]:
    """What is asked for and held for a part is its own payer's, of the portion they chose."""
    rows = MilestoneShare.objects.using(using).order_by("pk")
    found: set[int] = set()
    for of in ("call", "hold"):
        same = {f"{of}__{name}": F(name) for name in ("membership", "portion")}
        found |= set(rows.exclude(**{of: None}).exclude(**same).values_list("pk", flat=True))
    yield from (f"Share {pk} is paid by somebody else's money." for pk in sorted(found))


def _to_others(using: str) -> Iterable[str]:
    """What a part paid is on its way to its own provider, to the penny, and no more is asked back than `payments` was told."""
    sent: dict[str, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for about, payee, pence in Remittance.objects.using(using).filter(about__startswith="share:").values_list("about", "payee", "pence"):
        sent[about][payee] += pence
    asked = dict(Recovery.objects.using(using).order_by().values_list("about").annotate(sum=Sum("pence")))
    paid = MilestoneShare.objects.using(using).filter(paid_pence__gt=0).order_by("pk")
    for pk, pence, back, payee in paid.values_list("pk", "paid_pence", "recover_pence", "milestone__agreement__enterprise__payee"):
        if sent[f"share:{pk}"] != {payee: pence}:
            yield f"Share {pk} was paid to somebody else than its provider, or another sum."
        if back > asked.get(f"share:{pk}", 0):
            yield f"Share {pk} says that {back}p are asked back; {asked.get(f'share:{pk}', 0)}p are."


def _weeks(using: str) -> Iterable[str]:
    """Nobody paid more for a week than they said yes to. Who came back after a stop said yes to later weeks only: the others say nothing."""
    rows = MilestoneShare.objects.using(using).filter(paid_pence__gt=0).values_list("payer", "payer__weeks_pence", "milestone__number")
    for payer, weeks, number, pence in rows.annotate(sum=Sum("paid_pence")).order_by("payer", "milestone__number"):
        agreed = weeks[number - 1] if number <= len(weeks) else 0
        if 0 < agreed < pence:
            yield f"Payer {payer} paid {pence}p for week {number}; they said yes to {agreed}p."


def _bookings(using: str) -> Iterable[str]:
    """What was called off, declined or fell away holds nobody's money, and a person's own place has one person in it."""
    over = Booking.objects.using(using).filter(state__in=["declined", "expired", "cancelled"], agreement__isnull=False).values("agreement")
    rows = MilestoneShare.objects.using(using).filter(milestone__agreement__in=over, state__in=["covered", "asked"], covered_by="money")
    for pk in rows.filter(milestone__state__in=["funded", "in_delivery"]).values_list("pk", flat=True):
        yield f"Share {pk} is held for a booking that is over."
    several = Membership.objects.using(using).filter(cluster__is_own=True).values("cluster").annotate(people=Count("person", distinct=True))
    for pk in several.filter(people__gt=1).values_list("cluster", flat=True):
        yield f"Cluster {pk} is one person's own, and has more than one."


def _left_out(using: str) -> Iterable[str]:
    """No more of a week was left out than the parts that were dropped."""
    dropped: dict[int, int] = defaultdict(int)
    for milestone_id, pence in MilestoneShare.objects.using(using).filter(state="dropped").values_list("milestone_id", "pence"):
        dropped[milestone_id] += pence
    for pk, pence in Milestone.objects.using(using).filter(left_out_pence__gt=0).values_list("pk", "left_out_pence"):
        if pence > dropped[pk]:
            yield f"Milestone {pk} leaves {pence}p out; its dropped shares are {dropped[pk]}p."


def _ceilings(using: str) -> Iterable[str]:
    """The most it can cost a payer is the sum of their weeks, and what is kept of their promise is at least that while it runs."""
    running = Payer.objects.using(using).filter(state="signed", agreement__state__in=["active", "suspended", "ending"]).select_related("earmark")
    for payer in running.order_by("pk"):
        if payer.ceiling_pence != sum(payer.weeks_pence):
            yield f"Payer {payer.pk} may be asked for {payer.ceiling_pence}p; their weeks are {sum(payer.weeks_pence)}p."
        if payer.earmark is not None and payer.earmark.state == "live" and payer.earmark.pence < payer.ceiling_pence:
            yield f"Payer {payer.pk} may be asked for {payer.ceiling_pence}p; only {payer.earmark.pence}p of their promise is kept."


def _moves_once(using: str) -> Iterable[str]:
    """Each released or paid share has exactly one payment of exactly its pence."""
    paid: dict[str, int] = defaultdict(int)
    times: dict[str, int] = defaultdict(int)
    for about, pence in HoldMove.objects.using(using).filter(kind__in=["release", "settle_pay"]).values_list("about", "pence"):
        paid[about] += pence
        times[about] += 1
    rows = dict(MilestoneShare.objects.using(using).filter(paid_pence__gt=0).values_list("pk", "paid_pence"))
    wanted = {f"share:{pk}": pence for pk, pence in rows.items()}
    for about in sorted(set(paid) | set(wanted)):
        if paid[about] != wanted.get(about, 0) or times[about] > 1:
            yield f"{about} was paid {times[about]} times, {paid[about]}p in all; its row says {wanted.get(about, 0)}p."
