"""One payer's answer to a change: what each answer needs, and what it keeps of their promise."""

from datetime import datetime
from typing import get_args

from audit.errors import NotAllowed, Refusal
from marketplace import policies
from marketplace.models import Change, ChangeAnswer, Payer
from marketplace.rules.changes import CHANGE
from marketplace.rules.dates import LONDON
from marketplace.rules.tables import after
from marketplace.selectors.buying import Work, purchase_verdict
from marketplace.selectors.checking import category_of
from marketplace.services import ceilings
from marketplace.services.signing import MayNotBuyThis, PromiseDoesNotFit
from people.models import Person
from pooling.models import Membership, Pledge
from pooling.rules import Relative
from pooling.selectors import mode_of
from pooling.services import earmarks

Answer = ChangeAnswer.Answer
WHEN_SOMEBODY_LEAVES = frozenset({Answer.ACCEPT, Answer.REPLACE, Answer.SHRINK, Answer.CLOSE})
OTHERWISE = frozenset({Answer.ACCEPT, Answer.NO})


class AnswerIsNotPossible(Refusal):
    """Not one of the answers this question has, or no way to carry it out."""

    code = "answer_not_possible"
    sentence = "Choose one of the answers."
    field = "answer"


def say(
    *,
    answer_row: ChangeAnswer,
    answer: str,
    by: Person,
    at: datetime,
    instead: Membership | None = None,
    pledge: Pledge | None = None,
    related: Relative | None = None,
) -> None:
    """Writes an answer down. A yes keeps as much more of the promise as it may cost. The change and the row are locked by the caller."""
    change, payer = answer_row.change, answer_row.payer
    change.state = after(CHANGE, change.state, "answer")
    if answer not in answers_to(change, payer, needs_yes=answer_row.needs_yes):
        raise AnswerIsNotPossible
    if answer == Answer.REPLACE:
        _may_take_the_place(change, instead)
    if answer == Answer.ACCEPT:
        _promise(answer_row, pledge, related, by, at)
    answer_row.answer, answer_row.instead = answer, instead if answer == Answer.REPLACE else None
    answer_row.by, answer_row.at = by, at
    answer_row.save(update_fields=["answer", "instead", "by", "at"])
    if answer == Answer.ACCEPT:
        ceilings.raise_for(payer=payer, by=by, at=at)
    else:
        ceilings.lower(payer=payer, at=at)


def answers_to(change: Change, payer: Payer, *, needs_yes: bool = True) -> frozenset[str]:
    """Which answers this payer has."""
    if payer.state == Payer.State.COMING:
        return frozenset({Answer.ACCEPT, Answer.CLOSE})
    if not needs_yes:
        return frozenset({Answer.ACCEPT})
    if change.kind != Change.Kind.PAYERS:
        return frozenset(one.value for one in OTHERWISE)
    can_shrink = len(change.weekdays) > 1 and change.agreement.together and not _shrank_before(change)
    return frozenset(one.value for one in WHEN_SOMEBODY_LEAVES if can_shrink or one != Answer.SHRINK)


def _shrank_before(change: Change) -> bool:
    """Fewer visits were asked about already, for the same leaving: whatever came of it, it is not asked twice."""
    before = change.follows
    while before is not None:
        if before.answers.filter(answer=Answer.SHRINK).exists():
            return True
        before = before.follows
    return False


def _may_take_the_place(change: Change, instead: Membership | None) -> None:
    if instead is None or instead.cluster_id != change.agreement.cluster_id or not instead.is_in:
        raise AnswerIsNotPossible("Choose somebody who is in your group now.", field="instead")
    if Payer.objects.filter(agreement=change.agreement, membership=instead).exclude(state="declined").exists():
        # Who stopped has rows in these weeks, left out for good: the provider would come for the others' parts alone.
        raise AnswerIsNotPossible("They are in this already, or were. Choose somebody else.", field="instead")
    if ChangeAnswer.objects.filter(change__agreement=change.agreement, payer__membership=instead, answer=Answer.CLOSE).exists():
        raise AnswerIsNotPossible("They were asked already. Choose somebody else.", field="instead")


def _promise(answer_row: ChangeAnswer, pledge: Pledge | None, related: Relative | None, by: Person, at: datetime) -> None:
    """The promise fits the new price, and the budget may pay it; who takes a place keeps a part of a promise for it first."""
    payer = answer_row.payer
    is_new = payer.state == Payer.State.COMING
    kept = pledge if is_new else payer.pledge
    if is_new and policies.is_linked_to(person=payer.person, enterprise=payer.agreement.enterprise):
        raise NotAllowed("Nobody who works for the provider can pay for this.")
    if kept is None or kept.membership_id != payer.membership_id or kept.state != "pledged":
        raise PromiseDoesNotFit
    if kept.weekly_pence < answer_row.new_weekly_pence:
        raise PromiseDoesNotFit("This costs more each week than you promised. Promise more first, then say yes.")
    if answer_row.new_weekly_pence > answer_row.old_weekly_pence:
        _may_buy(answer_row, kept, related or payer.relative or None, at)
    if is_new:
        _keep_for_the_place(answer_row, kept, by, at)
        payer.pledge, payer.portion, payer.relative = kept, kept.portion, related or payer.relative
        payer.pays_at_yes = mode_of(kept.portion) == "on_yes"
        payer.save()


def _keep_for_the_place(answer_row: ChangeAnswer, pledge: Pledge, by: Person, at: datetime) -> None:
    """Of the promise they said last, and of no other: what was kept of another is free again."""
    payer = answer_row.payer
    earmark = payer.earmark
    if earmark is not None and earmark.pledge_id == pledge.pk and earmark.state == earmark.State.LIVE:
        return
    if payer.pledge is not None:
        earmarks.drop(about_kind="agreement", about_id=payer.agreement_id, pledge=payer.pledge, at=at)
    pence = answer_row.new_ceiling_pence
    payer.earmark = earmarks.earmark(pledge=pledge, about_kind="agreement", about_id=payer.agreement_id, pence=pence, by=by, at=at)


def _may_buy(answer_row: ChangeAnswer, pledge: Pledge, said: str | None, at: datetime) -> None:
    agreement = answer_row.payer.agreement
    related = next((one for one in get_args(Relative) if one == said), None)
    if related is None:
        raise MayNotBuyThis("Tell us whether somebody who works there is family.", field="related")
    verdict = purchase_verdict(
        portion=pledge.portion,
        weekly_pence=answer_row.new_weekly_pence,
        free_weekly_pence=pledge.weekly_pence,
        work=Work(agreement.enterprise, category_of(agreement)),
        related=related,
        on=at.astimezone(LONDON).date(),
    )
    if verdict.answer == "no" or (verdict.answer == "with_approval" and answer_row.payer.state == Payer.State.COMING):
        raise MayNotBuyThis(" ".join(verdict.reasons))


def still_wait(change: Change) -> bool:
    """Whether anybody whose yes is needed has not answered."""
    return any(row.needs_yes and not row.answer for row in change.answers.all())
