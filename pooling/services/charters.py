"""New versions of a group's rules: written, asked of the group, in force, signed by each for themselves (state-machines.md 2, amend_charter).

Nobody is held by rules they did not sign: until then they may leave without notice (`selectors.groups.notice_days_for`).
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from audit.errors import NotAllowed, Refusal
from audit.services import facts, trail
from people.models import Person
from pooling import policies
from pooling.models import Charter, CharterSignature, Cluster, Membership, Proposal
from pooling.rules import NEW, NotNow, step
from pooling.rules.finding import CHARTER
from pooling.rules.points import MOST_POINT_LETTERS, POINTS, SLUGS
from pooling.services.clusters import AnswerIsMissing, NoticeIsTooLong, RuleIsUnknown, check_charter, current_charter
from pooling.services.membership_records import lock_place, write_trail
from pooling.services.proposal_records import place_of
from pooling.services.transactions import all_or_nothing

# What a new version may change, as it is asked of the group.
LABELS = {
    "what_for": "What it is for",
    "who_comes": "Who can come",
    "cost_rule": "How we split the cost",
    "decision_rule": "How we decide",
    "notice_days": "Days before leaving",
    "trial_days": "First days, to try it",
    "discussion_days": "Days to talk about a question",
    "answer_days": "Days to answer a question",
    "urgent_questions": "Urgent questions may be asked at once",
    "text": "Also",
}
KEPT = (*LABELS, "points")
MOST_TRIAL_DAYS, MOST_TEXT_LETTERS, MOST_QUESTION_LETTERS = 28, 5_000, 2_000


class NothingChanged(Refusal):
    code = "nothing_changed"
    sentence = "These are your rules now. Change something first, then ask the group."


class RulesAreAsked(Refusal):
    code = "rules_are_asked"
    sentence = "The group is being asked about new rules already. Answer that first."


class PointIsTooLong(Refusal):
    code = "point_is_too_long"
    sentence = f"Your answer is too long. Use at most {MOST_POINT_LETTERS} letters."


class TrialIsWrong(Refusal):
    code = "trial_is_wrong"
    sentence = f"Choose 7 to {MOST_TRIAL_DAYS} first days."
    field = "trial_days"


@all_or_nothing
def propose_new(*, cluster: Cluster, changes: Mapping[str, Any], by: Person, at: datetime) -> Charter:
    """Somebody in the group, or a supporter for groups, writes the next version, and the group is asked (a question of the kind `rules`).

    Alone in the group, it is in force at once. `changes`: of LABELS, and `points` ({slug of rules.points: words, or "" for the safe answer}).
    Raises NotAllowed, RulesAreAsked, NothingChanged, AnswerIsMissing, AnswerIsTooLong, RuleIsUnknown, NoticeIsTooLong, TrialIsWrong,
    PointIsTooLong.
    """
    group = Cluster.objects.locked().get(pk=cluster.pk)
    place = place_of(by=by, cluster=group, at=at)
    if place is None:
        raise NotAllowed
    if group.charters.filter(state=Charter.State.PROPOSED).exists():
        raise RulesAreAsked
    before = current_charter(group)
    after = _next(group, before, changes, by, at)
    after.save(force_insert=True)
    _trail(after, "pooling.propose_rules", by, at)
    if group.memberships.inside().count() == 1:
        _put_in_force(group, before, after, at)
        CharterSignature.objects.create(charter=after, membership=place, by=by, at=at)
    else:
        _ask(group, before, after, by, at)
    return after


def _next(group: Cluster, before: Charter, changes: Mapping[str, Any], by: Person, at: datetime) -> Charter:
    if set(changes) - set(KEPT):
        raise RuleIsUnknown
    version = max(group.charters.values_list("version", flat=True)) + 1
    said = {name: getattr(before, name) for name in KEPT}
    said.update({name: value.strip() if isinstance(value, str) else value for name, value in changes.items() if name != "points"})
    said["points"] = _points(before.points, changes.get("points", {}))
    after = Charter(cluster=group, version=version, state=step(CHARTER, NEW, "propose"), written_at=at, written_by=by, **said)
    _check(after)
    if all(getattr(before, name) == getattr(after, name) for name in KEPT):
        raise NothingChanged
    return after


def _points(before: Mapping[str, str], changes: Mapping[str, str]) -> dict[str, str]:
    if set(changes) - SLUGS:
        raise RuleIsUnknown
    if any(len(words) > MOST_POINT_LETTERS for words in changes.values()):
        raise PointIsTooLong
    merged = {**before, **{slug: words.strip() for slug, words in changes.items()}}
    return {slug: words for slug, words in merged.items() if words}


def _check(after: Charter) -> None:
    check_charter(after)
    for field in ("what_for", "who_comes"):
        if not getattr(after, field):
            raise AnswerIsMissing(field=field)
    if not 0 <= after.notice_days <= 91:
        raise NoticeIsTooLong
    if not 7 <= after.trial_days <= MOST_TRIAL_DAYS:
        raise TrialIsWrong
    if len(after.text) > MOST_TEXT_LETTERS:
        raise PointIsTooLong(field="text")
    if not (0 <= after.discussion_days <= 28 and 1 <= after.answer_days <= 28):
        raise RuleIsUnknown(field="answer_days")


def _ask(group: Cluster, before: Charter, after: Charter, by: Person, at: datetime) -> None:
    from pooling.services import proposals  # it enacts what this asks for

    title, text = "Shall we have new rules?", "\n".join(differences(before, after))[:MOST_QUESTION_LETTERS]
    proposals.put_to_group(cluster=group, kind="rules", title=title, text=text, about_kind="charter", about_id=after.pk, by=by, at=at)


def differences(before: Charter, after: Charter) -> list[str]:
    """What is new, a sentence each, old answer first."""
    said = []
    for name, label in LABELS.items():
        if (old := _shown(before, name)) != (new := _shown(after, name)):
            said.append(f"{label}: “{old}” becomes “{new}”." if old else f"{label}: “{new}”.")
    for point in POINTS:
        if (old := before.points.get(point.slug, "")) != (new := after.points.get(point.slug, "")):
            said.append(f"{point.label} “{new or point.safe}”")
    return said


def _shown(charter: Charter, name: str) -> str:
    value = getattr(charter, name)
    if isinstance(value, bool):
        return "yes" if value else "no"
    label = getattr(charter, f"get_{name}_display", None)
    return str(label() if label else value)


@all_or_nothing
def adopt(*, proposal: Proposal, at: datetime) -> Charter:
    """The group agreed: this version is in force, and each is asked to sign it. Safe to repeat. Raises NotNow when it was dropped before."""
    row = Charter.objects.get(pk=proposal.about_id or 0, cluster=proposal.cluster_id)
    group = Cluster.objects.locked().get(pk=row.cluster_id)
    row.refresh_from_db()
    if row.state != Charter.State.IN_FORCE:
        _put_in_force(group, current_charter(group), row, at)
        payload = {"cluster": group.pk, "charter": row.pk}
        facts.record(kind="pooling.rules_changed", subject=f"cluster:{group.pk}", payload=payload, at=at, council_code=group.council_code)
    return row


def _put_in_force(group: Cluster, before: Charter, after: Charter, at: datetime) -> None:
    state = step(CHARTER, after.state, "adopt")
    before.state = step(CHARTER, before.state, "replace")
    before.save(update_fields=["state"])
    after.state, after.in_force_at, after.cluster = state, at, group
    after.save(update_fields=["state", "in_force_at"])
    _trail(after, "pooling.adopt_rules", None, at)


@all_or_nothing
def drop(*, proposal: Proposal, at: datetime) -> Charter:
    """The group did not agree, or was not asked to the end. The rules stay as they are. Safe to repeat."""
    row = Charter.objects.get(pk=proposal.about_id or 0, cluster=proposal.cluster_id)
    Cluster.objects.locked().get(pk=row.cluster_id)
    row.refresh_from_db()
    if row.state == Charter.State.PROPOSED:
        row.state = step(CHARTER, row.state, "drop")
        row.save(update_fields=["state"])
        _trail(row, "pooling.drop_rules", None, at)
    return row


@all_or_nothing
def sign(*, charter: Charter, membership: Membership, by: Person, at: datetime) -> CharterSignature:
    """Somebody in the group signs the rules as they are now. Again: nothing happens. Raises NotAllowed, NotNow."""
    row = lock_place(membership)
    if not row.is_in or row.cluster_id != charter.cluster_id or not policies.may_decide(by=by, person=row.person, decision="groups", at=at):
        raise NotAllowed
    now = current_charter(row.cluster)
    if now.pk != charter.pk:
        raise NotNow
    signature, is_new = CharterSignature.objects.get_or_create(charter=now, membership=row, defaults={"by": by, "at": at})
    if is_new:
        write_trail(membership=row, verb="pooling.sign_rules", by=by, at=at, charter=now.pk)
    return signature


def _trail(charter: Charter, verb: str, by: Person | None, at: datetime) -> None:
    council_code = charter.cluster.council_code
    trail.write(by=by, verb=verb, about_kind="charter", about_id=charter.pk, at=at, council_code=council_code, detail={"version": charter.version})
