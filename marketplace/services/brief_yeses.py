"""Before providers see a brief: the group's decision, and each payer's own yes to the most it can cost them. Promises, never money."""

from dataclasses import replace
from datetime import datetime, timedelta

from audit.clock import london_date
from audit.errors import NotAllowed, Refusal
from marketplace import policies_of_briefs as policies
from marketplace.models import Brief, BriefPayer, Need
from marketplace.rules.briefs import BRIEF, KEPT_DAYS
from marketplace.rules.tables import NEED, NotNow, after
from marketplace.selectors.briefs import is_covered
from marketplace.selectors.buying import purchase_facts
from marketplace.services.brief_drafts import forget_yeses, lock, plan_payers
from marketplace.services.brief_words import must_be_as_read
from marketplace.services.needs_together import move
from marketplace.services.signing import PriceHasChanged
from marketplace.services.writing import log, tell
from people.models import Person
from people.policies import may_act_for
from pooling.models import Pledge
from pooling.rules import may_buy, pounds
from pooling.services import earmarks, proposals
from pooling.services.transactions import all_or_nothing


class YesDoesNotFit(Refusal):
    """The promise is another person's, too small a week, or may not pay for this; the sentence says which."""

    code = "yes_does_not_fit"
    sentence = "Choose a promise of your own to this group."
    field = "pledge"


class GroupHasNotDecided(Refusal):
    code = "group_has_not_decided"
    sentence = "The group answers first whether to ask for this. Then each of you says yes or no for themselves."


@all_or_nothing
def ask_group(*, brief: Brief, by: Person, at: datetime) -> Brief:
    """Puts it to the group: shall we ask providers for this, up to so much? Their yes promises nobody's money. Raises NotAllowed, NotNow."""
    row = lock(brief)
    if not policies.may_write(by=by, cluster=row.cluster, category=row.category, at=at):
        raise NotAllowed
    if row.state != Brief.State.CHECKING:
        raise NotNow("Have it checked first.")
    if row.decision_id is not None:
        raise NotNow("The group was asked already.")
    after(NEED, row.need.state, "commission")
    asked = proposals.put_to_group(
        cluster=row.cluster,
        kind="commission",
        title=f"Shall we ask providers for this, for up to {pounds(row.ceiling_pence)} in all?",
        text=f"{row.problem}\n\n{row.people_words}\n\n{row.outcome_words}",
        about_kind="need",
        about_id=row.need_id,
        by=by,
        at=at,
        cost_pence=row.ceiling_pence,
        detail={"brief": row.pk, "version": row.version},
        payers={one.membership_id: one.ceiling_pence for one in row.payers.all()},
    )
    row.decision_id = asked.pk
    row.save(update_fields=["decision_id"])
    log(by=by, verb="ask_group_for_brief", row=row, at=at, proposal=asked.pk)
    return row


@all_or_nothing
def group_decided(*, proposal_id: int, need_id: int, outcome: str, at: datetime) -> None:
    """What the group said (`pooling.question_settled` of kind commission). Nothing to do when the words changed since."""
    found = Brief.objects.filter(need_id=need_id, decision_id=proposal_id, state=Brief.State.CHECKING, decided_at=None).first()
    if found is None:
        return
    row = lock(found)
    if row.decision_id != proposal_id or row.state != Brief.State.CHECKING or row.decided_at is not None:
        return
    if outcome != "enacted":
        row.decision_id = None
        row.comments = "The group did not say yes to asking for this. You can change it and ask again."
        row.save(update_fields=["decision_id", "comments"])
        log(by=None, verb="brief_not_wanted", row=row, at=at, outcome=outcome)
        return
    if row.need.state != Need.State.SHARED:
        return
    move(row.need, "commission", at)
    row.decided_at, row.decided_ceiling_pence, row.kept_until = at, row.ceiling_pence, at + timedelta(days=KEPT_DAYS)
    row.save(update_fields=["decided_at", "decided_ceiling_pence", "kept_until"])
    log(by=None, verb="brief_decided", row=row, at=at, proposal=proposal_id, ceiling_pence=row.ceiling_pence)
    tell(kind="brief_yes_asked", row=row, at=at)


@all_or_nothing
def say_yes(*, payer: BriefPayer, pledge: Pledge, by: Person, at: datetime, most_pence: int | None = None, version: int | None = None) -> BriefPayer:
    """One payer's own yes to the most it can cost them: kept on their promise for 30 days or until they sign. No money moves.

    `most_pence`, `version`: the most it could cost, and the words, on the page they read. Raises NotAllowed, NotNow, GroupHasNotDecided,
    PriceHasChanged, BriefHasChanged, YesDoesNotFit, and what `pooling.services.earmarks.earmark` raises.
    """
    brief, row = _locked(payer)
    if not may_act_for(by=by, person=row.person, decision="promises", at=at):
        raise NotAllowed
    if brief.state != Brief.State.CHECKING:
        raise NotNow("This is not asked any more. Look at the page again.")
    if brief.decided_at is None:
        raise GroupHasNotDecided
    if row.state == BriefPayer.State.YES:
        raise NotNow("This has a yes already.")
    if most_pence is not None and most_pence != row.ceiling_pence:
        raise PriceHasChanged
    must_be_as_read(brief, version)
    _fits(brief, row, pledge, at)
    row.earmark = earmarks.earmark(pledge=pledge, about_kind="brief", about_id=brief.pk, pence=row.ceiling_pence, by=by, at=at)
    row.pledge, row.state, row.said_by, row.said_at = pledge, BriefPayer.State.YES, by, at
    row.save(update_fields=["pledge", "earmark", "state", "said_by", "said_at"])
    log(by=by, verb="brief_yes", row=brief, at=at, on_behalf_of=row.person, payer=row.pk, ceiling_pence=row.ceiling_pence)
    if is_covered(brief):
        tell(kind="brief_covered", row=brief, at=at)
    return row


@all_or_nothing
def say_no(*, payer: BriefPayer, by: Person, at: datetime) -> BriefPayer:
    """Not this time, or not any more: nobody pays who does not want to. A yes may be taken back until the agreement. Raises NotAllowed, NotNow."""
    brief, row = _locked(payer)
    if not may_act_for(by=by, person=row.person, decision="promises", at=at):
        raise NotAllowed
    if brief.is_over or brief.state == Brief.State.AWARDED:
        raise NotNow
    if row.state == BriefPayer.State.NO:
        raise NotNow("This has a no already.")
    if row.pledge is not None:
        earmarks.drop(about_kind="brief", about_id=brief.pk, pledge=row.pledge, at=at)
    row.state, row.said_by, row.said_at, row.pledge, row.earmark = BriefPayer.State.NO, by, at, None, None
    row.save(update_fields=["state", "said_by", "said_at", "pledge", "earmark"])
    log(by=by, verb="brief_no", row=brief, at=at, on_behalf_of=row.person, payer=row.pk)
    tell(kind="brief_uncovered", row=brief, at=at)
    return row


@all_or_nothing
def share_again(*, brief: Brief, by: Person, at: datetime) -> Brief:
    """Somebody said no: the others are asked for the whole, each an equal part, and each says yes to the new most it can cost them.

    Raises NotAllowed, NotNow (nobody said no, or nobody is left).
    """
    row = lock(brief)
    if not policies.may_write(by=by, cluster=row.cluster, category=row.category, at=at):
        raise NotAllowed
    after(BRIEF, row.state, "share_again")
    left = [one.membership for one in row.payers.exclude(state=BriefPayer.State.NO).select_related("membership") if one.membership.is_in]
    if not left or len(left) == row.payers.count():
        raise NotNow("There is nobody to leave out." if left else "Nobody is left who would pay.")
    kept_until = row.kept_until
    forget_yeses(row, at)
    plan_payers(row, left)
    row.kept_until = kept_until
    row.save(update_fields=["kept_until"])
    log(by=by, verb="share_brief_again", row=row, at=at, payers=[one.pk for one in left])
    tell(kind="brief_yes_asked", row=row, at=at)
    return row


def _locked(payer: BriefPayer) -> tuple[Brief, BriefPayer]:
    brief = lock(Brief.objects.get(pk=payer.brief_id))
    row = BriefPayer.objects.locked().filter(pk=payer.pk).select_related("person", "pledge").first()
    if row is None:
        raise NotNow("Who would pay changed. Look at the page again.")
    return brief, row


def _fits(brief: Brief, payer: BriefPayer, pledge: Pledge, at: datetime) -> None:
    if pledge.membership_id != payer.membership_id or pledge.state != Pledge.State.PLEDGED:
        raise YesDoesNotFit
    if pledge.weekly_pence < payer.weekly_pence:
        raise YesDoesNotFit("This can cost more each week than you promised. Promise more, or say no this time.")
    facts = purchase_facts(
        portion=pledge.portion,
        weekly_pence=payer.weekly_pence,
        free_weekly_pence=pledge.weekly_pence,
        work=None,
        related=None,
        on=london_date(at),
    )
    verdict = may_buy(replace(facts, category=brief.category))
    if not verdict.is_yes:
        raise YesDoesNotFit(" ".join(verdict.reasons))
