"""Starting a group, and asking a facilitator to stand beside it."""

from datetime import datetime
from typing import Any

from audit.errors import NotAllowed, Refusal
from audit.services import trail
from people.models import Person
from people.roles import has_role
from places.postcodes import outcode_of
from pooling import policies
from pooling.models import Charter, CharterSignature, Cluster, CostRule, DecisionRule, Membership
from pooling.rules import CLUSTER, MEMBERSHIP, MOST_LETTERS, NEW, SIZE_MAX, SIZE_MIN, is_sure_enough, step
from pooling.rules.finding import CHARTER
from pooling.services.transactions import all_or_nothing
from vocabulary.models import Term


class NotMetYet(Refusal):
    code = "not_met_yet"
    sentence = "We have not met you yet. Ask to meet us, and bring a letter that says who you are. Then you can do this."


class NameIsMissing(Refusal):
    code = "name_is_missing"
    sentence = "Give your group a name, of at most 60 letters."
    field = "name"


class AnswerIsMissing(Refusal):
    code = "answer_is_missing"
    sentence = "Say who comes. For example: women who speak Somali and live near SE15."
    field = "who_comes"


class AnswerIsTooLong(Refusal):
    code = "answer_is_too_long"
    sentence = f"Your answer is too long. Use at most {MOST_LETTERS} letters."


class RuleIsUnknown(Refusal):
    code = "rule_is_unknown"
    sentence = "Choose one of the answers on the page."


class SizeIsWrong(Refusal):
    code = "size_is_wrong"
    sentence = f"A group is {SIZE_MIN} to {SIZE_MAX} people. Choose how many it may grow to."
    field = "size_max"


class PurposeIsUnknown(Refusal):
    code = "purpose_is_unknown"
    sentence = "Choose what your group is for from the list."
    field = "purpose"


class NoticeIsTooLong(Refusal):
    code = "notice_is_too_long"
    sentence = "Choose a notice of 0 to 91 days. Four weeks is 28 days."
    field = "notice_days"


class NoSuchFacilitator(Refusal):
    code = "no_such_facilitator"
    sentence = "This person does not help groups here. Choose somebody from the list."
    field = "facilitator"


@all_or_nothing
def start(
    *,
    name: str,
    purpose: str,
    outcode: str,
    who_comes: str,
    cost_rule: str,
    decision_rule: str,
    notice_days: int,
    by: Person,
    at: datetime,
    person: Person | None = None,
    what_for: str = "",
    text: str = "",
    size_max: int = SIZE_MAX,
    is_listed: bool = True,
) -> Cluster:
    """A new group from the five answers (state-machines.md 3), with `person` (default: `by`) as its first member, charter version 1 signed.

    `outcode` may be typed as a whole postcode. Raises NotAllowed, NotMetYet, NameIsMissing, AnswerIsMissing, PurposeIsUnknown, NoticeIsTooLong,
    SizeIsWrong, RuleIsUnknown, AnswerIsTooLong, UnknownOutcode.
    """
    founder = person or by
    if not policies.may_decide(by=by, person=founder, decision="groups", at=at):
        raise NotAllowed
    if not is_sure_enough(founder.sureness, "seen"):
        raise NotMetYet
    _check(name, purpose, who_comes, notice_days, size_max)
    cluster = Cluster.objects.create(
        name=name.strip(),
        purpose=purpose,
        outcode=outcode_of(outcode),
        council_code=founder.council_code,
        size_max=size_max,
        state=step(CLUSTER, NEW, "start"),
        started_by=founder,
        started_at=at,
        is_listed=is_listed,
    )
    rules = {"cost_rule": cost_rule, "decision_rule": decision_rule, "notice_days": notice_days, "text": text}
    charter = _first_charter(cluster, by, at, what_for=what_for.strip() or cluster.name, who_comes=who_comes.strip(), **rules)
    _found(cluster, charter, founder, by, at)
    _trail(cluster, "pooling.start_group", by, at, on_behalf_of=founder)
    return cluster


def _first_charter(cluster: Cluster, by: Person, at: datetime, **said: Any) -> Charter:
    state = step(CHARTER, NEW, "found")
    charter = Charter(cluster=cluster, state=state, written_at=at, in_force_at=at, written_by=by, **said)
    check_charter(charter)
    return charter


def _check(name: str, purpose: str, who_comes: str, notice_days: int, size_max: int) -> None:
    if not 1 <= len(name.strip()) <= 60:
        raise NameIsMissing
    if not who_comes.strip():
        raise AnswerIsMissing
    if not 0 <= notice_days <= 91:
        raise NoticeIsTooLong
    if not SIZE_MIN <= size_max <= SIZE_MAX:
        raise SizeIsWrong
    if not Term.objects.filter(kind=Term.Kind.PURPOSE, slug=purpose).exists():
        raise PurposeIsUnknown


def check_charter(charter: Charter) -> None:
    """The five answers of any version. Raises AnswerIsTooLong, RuleIsUnknown."""
    for field in ("what_for", "who_comes"):
        if len(getattr(charter, field)) > MOST_LETTERS:
            raise AnswerIsTooLong(field=field)
    if charter.cost_rule not in CostRule.values:
        raise RuleIsUnknown(field="cost_rule")
    if charter.decision_rule not in DecisionRule.values:
        raise RuleIsUnknown(field="decision_rule")


def _found(cluster: Cluster, charter: Charter, founder: Person, by: Person, at: datetime) -> None:
    charter.save(force_insert=True)
    membership = Membership.objects.create(
        cluster=cluster,
        person=founder,
        council_code=cluster.council_code,
        state=step(MEMBERSHIP, NEW, "found"),
        strand=1,
        opened_at=at,
        joined_at=at,
    )
    CharterSignature.objects.create(charter=charter, membership=membership, by=by, at=at)


def activate_when_two(cluster: Cluster, at: datetime) -> None:
    """The group is going once two people who are in have signed the same charter. `cluster` is locked by the caller."""
    if cluster.state != Cluster.State.FORMING:
        return
    signed = CharterSignature.objects.filter(charter=current_charter(cluster), membership__in=cluster.memberships.inside()).count()
    if signed >= cluster.size_min:
        cluster.state = step(CLUSTER, cluster.state, "activate")
        cluster.save(update_fields=["state"])
        _trail(cluster, "pooling.group_active", None, at)


def current_charter(cluster: Cluster) -> Charter:
    """The rules in force: a newer version that the group is still being asked about is not."""
    return cluster.charters.get(state=Charter.State.IN_FORCE)


@all_or_nothing
def ask_facilitator(*, cluster: Cluster, facilitator: Person, by: Person, at: datetime) -> Cluster:
    """Somebody in the group asks a facilitator of its council to stand beside it. Raises NotAllowed, NoSuchFacilitator."""
    row = Cluster.objects.locked().get(pk=cluster.pk)
    if not policies.is_in(by=by, cluster=row):
        raise NotAllowed
    if not has_role(facilitator, "facilitator", council_code=row.council_code, at=at) or policies.is_in(by=facilitator, cluster=row):
        raise NoSuchFacilitator
    row.facilitator = facilitator
    row.save(update_fields=["facilitator"])
    _trail(row, "pooling.ask_facilitator", by, at, facilitator=facilitator.pk)
    return row


def _trail(cluster: Cluster, verb: str, by: Person | None, at: datetime, *, on_behalf_of: Person | None = None, **detail: int) -> None:
    trail.write(
        by=by,
        on_behalf_of=on_behalf_of,
        verb=verb,
        about_kind="cluster",
        about_id=cluster.pk,
        at=at,
        council_code=cluster.council_code,
        detail=detail,
    )
