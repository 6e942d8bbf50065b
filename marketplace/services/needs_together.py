"""A need that a group works on: who else would like it, and which way the group goes."""

from datetime import datetime

from audit.errors import NotAllowed
from marketplace.models import Need, NeedJoin, PartOfWeek
from marketplace.policies_of_briefs import may_write
from marketplace.rules.tables import NEED, NotNow, after
from marketplace.services.needs import MOST_TIMES, WishIsSilly
from marketplace.services.writing import log
from people.models import Person
from people.policies import may_act_for
from pooling.models import Membership, Proposal
from pooling.services import proposals
from pooling.services.transactions import all_or_nothing
from vocabulary.models import Term


@all_or_nothing
def join_in(
    *,
    need: Need,
    membership: Membership,
    by: Person,
    at: datetime,
    words: str = "",
    part_of_week: str = "",
    times_a_week: int | None = None,
    counted: bool = True,
) -> NeedJoin:
    """Somebody in the same group would like it too, with their own wishes. Promises nothing. `counted`: their council may count that they do.

    Raises NotAllowed, NotNow, WishIsSilly.
    """
    row = Need.objects.locked().get(pk=need.pk)
    place = Membership.objects.select_related("person").get(pk=membership.pk)
    if place.cluster_id != row.cluster_id or not place.is_in or not may_act_for(by=by, person=place.person, decision="groups", at=at):
        raise NotAllowed("Only people in the group can join in.")
    after(NEED, row.state, "join_in")
    if place.person_id == row.person_id or row.joins.live().filter(person=place.person).exists():
        raise NotNow("You are in this already.")
    if part_of_week not in PartOfWeek.values or (times_a_week is not None and not 1 <= times_a_week <= MOST_TIMES):
        raise WishIsSilly
    wishes = {"words": words.strip(), "part_of_week": part_of_week, "times_a_week": times_a_week, "counted": counted}
    join = NeedJoin.objects.create(need=row, membership=place, person=place.person, council_code=place.council_code, joined_at=at, **wishes)
    log(by=by, verb="join_need", row=row, at=at, on_behalf_of=place.person)
    return join


@all_or_nothing
def leave_out(*, join: NeedJoin, by: Person, at: datetime) -> NeedJoin:
    """Not any more. Raises NotAllowed, NotNow."""
    need = Need.objects.locked().get(pk=join.need_id)
    row = NeedJoin.objects.select_related("person").get(pk=join.pk)
    if not may_act_for(by=by, person=row.person, decision="groups", at=at):
        raise NotAllowed
    after(NEED, need.state, "leave_out")
    if row.left_at is not None:
        raise NotNow("You took this back already.")
    row.left_at = at
    row.save(update_fields=["left_at"])
    log(by=by, verb="leave_need", row=need, at=at, on_behalf_of=row.person)
    return row


@all_or_nothing
def ask_route(*, need: Need, by: Person, at: datetime) -> Proposal:
    """Puts it to the group: shall we buy this from somebody we can find? Their yes buys nothing: each still says yes to a price of their own.

    Raises NotAllowed, NotNow (not shared, or asked already), and what `proposals` raises.
    """
    row = Need.objects.locked().select_related("cluster").get(pk=need.pk)
    if row.cluster is None or not may_write(by=by, cluster=row.cluster, category=row.category, at=at):
        raise NotAllowed("Only people in the group, or who helps it, can ask this. Nobody who sells this kind of help.")
    after(NEED, row.state, "choose_route")
    if Proposal.objects.open().filter(about_kind="need", about_id=row.pk).exists():
        raise NotNow("Your group is asked about this already. Look at the questions for you.")
    kind = Term.objects.categories().filter(slug=row.category).values_list("label", flat=True).first() or row.category
    log(by=by, verb="ask_route", row=row, at=at)
    return proposals.put_to_group(
        cluster=row.cluster,
        kind=Proposal.Kind.OTHER,
        title=f"Shall we buy this: {kind}?"[:120],
        text="We look at the list and choose somebody. A yes here buys nothing. Each of us sees the price first, and says yes or no alone.",
        about_kind="need",
        about_id=row.pk,
        by=by,
        at=at,
    )


@all_or_nothing
def choose_route(*, need_id: int, at: datetime) -> bool:
    """The group decided to buy from somebody it can find (`pooling.question_settled`). False: it is not shared any more."""
    row = Need.objects.locked().get(pk=need_id)
    if row.state != Need.State.SHARED:
        return False
    move(row, "choose_route", at)
    return True


def move(need: Need, verb: str, at: datetime, *, reason: str = "") -> None:
    """The group's own steps, with the need locked by the caller: choose_route, commission, take_back, no_award (with its `Need.Reason`)."""
    need.state = after(NEED, need.state, verb)
    if need.state == Need.State.UNMET:
        need.reason, need.unmet_at = reason, at
    need.save(update_fields=["state", "reason", "unmet_at"])
    log(by=None, verb=f"need_{verb}", row=need, at=at)
