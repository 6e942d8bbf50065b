"""Writing what a group wants, for providers to read: guided words, the parts, who would pay, how it is chosen; the check for what gives people away.

Locks: the brief, then its need, then its payers, then what pooling locks.
"""

from collections.abc import Sequence
from datetime import datetime

from audit.errors import NotAllowed
from marketplace import policies_of_briefs as policies
from marketplace.models import Brief, BriefLot, BriefPayer, Need
from marketplace.rules.briefs import BRIEF, each_weekly
from marketplace.rules.tables import NEED, NEW, after
from marketplace.rules.wording import reading_age
from marketplace.services.brief_words import (
    CRITERIA,
    DEFAULT_WEIGHTS,
    BriefDraft,
    BriefIsNotComplete,
    LotDraft,
    is_complete,
    must_be_as_read,
    refuse_what_tells,
    texts_of,
)
from marketplace.services.needs_together import move
from marketplace.services.writing import log
from people.models import Person
from pooling.models import Membership
from pooling.services import earmarks, proposals
from pooling.services.transactions import all_or_nothing


@all_or_nothing
def draft_brief(*, need: Need, draft: BriefDraft, payers: Sequence[Membership], by: Person, at: datetime) -> Brief:
    """Begins a brief for a need that the group shares. `payers`: who would pay an equal part each. Promises and asks nothing yet.

    Raises NotAllowed, NotNow (the need is not shared), BriefIsNotComplete.
    """
    row = Need.objects.locked().select_related("cluster").get(pk=need.pk)
    if row.cluster is None or not policies.may_write(by=by, cluster=row.cluster, category=row.category, at=at):
        raise NotAllowed
    after(NEED, row.state, "commission")
    is_complete(draft, payers, row.cluster_id, at)
    if row.briefs.unended().exclude(state=Brief.State.AWARDED).exists():
        raise BriefIsNotComplete("Your group is writing this already. Go on with that one.")
    brief = Brief(
        cluster=row.cluster,
        need=row,
        category=row.category,
        outcode=row.outcode,
        council_code=row.cluster.council_code,
        state=after(BRIEF, NEW, "draft_brief"),
        created_at=at,
    )
    _write(brief, draft, payers, by, at)
    log(by=by, verb="draft_brief", row=brief, at=at, need=row.pk, ceiling_pence=brief.ceiling_pence)
    return brief


@all_or_nothing
def edit(*, brief: Brief, draft: BriefDraft, payers: Sequence[Membership], by: Person, at: datetime) -> Brief:
    """Writes it anew while it is a draft. What the group decided and each payer's yes were for other words: both are asked again.

    Raises NotAllowed, NotNow, BriefIsNotComplete.
    """
    row = lock(brief)
    if not policies.may_write(by=by, cluster=row.cluster, category=row.category, at=at):
        raise NotAllowed
    after(BRIEF, row.state, "edit")
    is_complete(draft, payers, row.cluster_id, at)
    forget_yeses(row, at)
    forget_decision(row, at)
    row.version += 1
    _write(row, draft, payers, by, at)
    log(by=by, verb="edit_brief", row=row, at=at, version=row.version, ceiling_pence=row.ceiling_pence)
    return row


@all_or_nothing
def edit_parts(*, brief: Brief, lots: Sequence[LotDraft], by: Person, at: datetime) -> Brief:
    """Writes its parts anew while it is a draft; everything else stays. Raises as `edit`."""
    said = {name: getattr(brief, name) for name in ("problem", "people_words", "outcome_words", "weeks", "starts_on", "together")}
    weights = {str(one["slug"]): int(one["weight"]) for one in brief.criteria}
    draft = BriefDraft(**said, must_haves=tuple(brief.must_haves), lots=tuple(lots), weights=weights)
    payers = [one.membership for one in brief.payers.select_related("membership").order_by("pk")]
    return edit(brief=brief, draft=draft, payers=payers, by=by, at=at)


@all_or_nothing
def drop(*, brief: Brief, by: Person, at: datetime) -> Brief:
    """A draft that nobody goes on with. Raises NotAllowed, NotNow."""
    row = lock(brief)
    if not policies.may_write(by=by, cluster=row.cluster, category=row.category, at=at):
        raise NotAllowed
    row.state = after(BRIEF, row.state, "drop")
    forget_yeses(row, at)
    forget_decision(row, at)
    row.ended_at, row.ended_reason = at, "Not gone on with."
    row.save(update_fields=["state", "ended_at", "ended_reason"])
    log(by=by, verb="drop_brief", row=row, at=at)
    return row


@all_or_nothing
def check(*, brief: Brief, by: Person, at: datetime, version: int | None = None) -> Brief:
    """Nothing in it gives anybody away, and it is ready for a second pair of eyes and for the group. `version`: the one they read.

    Raises NotAllowed, NotNow, BriefHasChanged, TellsTooMuch.
    """
    row = lock(brief)
    if not policies.may_check(by=by, brief=row, at=at):
        raise NotAllowed
    state = after(BRIEF, row.state, "check")
    must_be_as_read(row, version)
    refuse_what_tells(row, texts_of(row))
    row.state, row.checked_by, row.checked_at, row.comments = state, by, at, ""
    row.save(update_fields=["state", "checked_by", "checked_at", "comments"])
    log(by=by, verb="check_brief", row=row, at=at, version=row.version, reading_age=row.reading_age)
    return row


@all_or_nothing
def return_(*, brief: Brief, comments: str, by: Person, at: datetime) -> Brief:
    """The second pair of eyes sends it back to be written again, and says why. Raises NotAllowed, NotNow, BriefIsNotComplete."""
    row = lock(brief)
    if not policies.may_return(by=by, brief=row, at=at):
        raise NotAllowed
    state = after(BRIEF, row.state, "return")
    if not comments.strip():
        raise BriefIsNotComplete("Write what should be changed.", field="comments")
    back_to_draft(row, state, comments.strip(), at)
    log(by=by, verb="return_brief", row=row, at=at)
    return row


# --- for the other verbs of a brief ---


def lock(brief: Brief) -> Brief:
    """The brief and its need, locked in this order, with its group."""
    row = Brief.objects.locked().select_related("cluster").get(pk=brief.pk)
    row.need = Need.objects.locked().get(pk=row.need_id)
    return row


def back_to_draft(row: Brief, state: str, comments: str, at: datetime) -> None:
    """To be written again: each yes is free again, and the group is asked again."""
    forget_yeses(row, at)
    forget_decision(row, at)
    row.state, row.comments = state, comments
    row.save(update_fields=["state", "comments"])


def forget_yeses(row: Brief, at: datetime) -> None:
    """What each promised for it is free again. Nobody who said no is asked again by this; a new draft asks whom it names."""
    earmarks.drop(about_kind="brief", about_id=row.pk, at=at)
    for payer in BriefPayer.objects.locked().filter(brief=row, state=BriefPayer.State.YES):
        payer.state = BriefPayer.State.ASKED
        payer.pledge = payer.earmark = payer.said_by = payer.said_at = None
        payer.save(update_fields=["state", "pledge", "earmark", "said_by", "said_at"])
    if row.pk and row.kept_until is not None:
        row.kept_until = None
        row.save(update_fields=["kept_until"])


def forget_decision(row: Brief, at: datetime) -> None:
    """The group's yes was to other words. What it wants is shared again, as before."""
    proposals.call_off(about_kind="need", about_id=row.need_id, kinds=["commission"], why="It is being written again. You are asked anew.", at=at)
    if row.need.state == Need.State.COMMISSIONING:
        move(row.need, "take_back", at)
    row.decision_id = row.decided_at = row.decided_ceiling_pence = None
    row.save(update_fields=["decision_id", "decided_at", "decided_ceiling_pence"])


def plan_payers(row: Brief, payers: Sequence[Membership]) -> None:
    """Writes who would pay, each an equal part, rounded up: nobody has said yes to it yet."""
    weekly = each_weekly(row.weekly_ceiling_pence, len(payers))
    BriefPayer.objects.filter(brief=row).exclude(membership__in=payers).delete()
    for place in payers:
        fresh = {"person_id": place.person_id, "council_code": place.council_code, "weekly_pence": weekly, "ceiling_pence": weekly * row.weeks}
        BriefPayer.objects.update_or_create(brief=row, membership=place, defaults={**fresh, "state": BriefPayer.State.ASKED})


def _write(row: Brief, draft: BriefDraft, payers: Sequence[Membership], by: Person, at: datetime) -> None:
    row.problem, row.people_words, row.outcome_words = draft.problem.strip(), draft.people_words.strip(), draft.outcome_words.strip()
    row.must_haves = [one.strip() for one in draft.must_haves if one.strip()]
    weights = draft.weights or DEFAULT_WEIGHTS
    row.criteria = [{"slug": slug, "label": label, "weight": weights[slug]} for slug, label in CRITERIA.items() if weights.get(slug)]
    row.together, row.weeks, row.starts_on = draft.together, draft.weeks, draft.starts_on
    row.weekly_ceiling_pence = draft.weekly_ceiling_pence
    row.ceiling_pence = draft.weekly_ceiling_pence * draft.weeks
    row.reading_age = reading_age(" ".join([row.problem, row.people_words, row.outcome_words]))
    row.written_by, row.written_at = by, at
    row.save()
    BriefLot.objects.filter(brief=row).delete()
    for number, lot in enumerate(draft.lots, 1):
        BriefLot.objects.create(
            brief=row,
            council_code=row.council_code,
            number=number,
            title=lot.title.strip(),
            visits_per_week=lot.visits_per_week,
            minutes=lot.minutes,
            weekdays=sorted(set(lot.weekdays)),
            parts_of_day=list(lot.parts_of_day),
            weekly_ceiling_pence=lot.weekly_ceiling_pence,
        )
    plan_payers(row, payers)
