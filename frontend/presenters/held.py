"""Of held money on an operator's page: who has to act before it moves, and where an operator does what they may."""

from dataclasses import dataclass
from datetime import datetime

from frontend import words
from frontend.navigation import address
from marketplace import policies
from marketplace.models import Milestone, MilestoneShare
from people.models import Person
from pooling.models import Hold

State, WaitsFor = MilestoneShare.State, MilestoneShare.WaitsFor
OVER = (State.DROPPED, State.RELEASED, State.QUERIED_LATE, State.RECOVERING, State.RETURNED)


@dataclass(frozen=True, slots=True)
class Act:
    """What one part of it waits for, in a sentence; and the page where this operator goes on, where there is one."""

    text: str
    label: str = ""
    url: str = ""


def acts(hold: Hold, by: Person, at: datetime) -> list[Act]:
    """One for each part of a week that the hold pays and that is not settled."""
    related = ("milestone__agreement__enterprise__owner", "milestone__agreement__cluster__facilitator", "payer__person", "portion__holder")
    shares = MilestoneShare.objects.visible_to(by).filter(hold=hold).exclude(state__in=OVER).select_related(*related).order_by("pk")
    return [_act(share, by, at) for share in shares]


def _act(share: MilestoneShare, by: Person, at: datetime) -> Act:
    name, much = share.payer.person.full_name, words.pounds(share.pence)
    if share.state == State.ASKED:
        return Act(f"{much} waits for {name}, who is asked whether it happened. If nobody answers, somebody who knows them asks.")
    if share.state == State.WITH_HELPER:
        said = f"{much} waits until {_who_asks(share)} asks {name} whether it happened. Ring them: an operator can’t write the answer down."
        return Act(said, "Questions to settle", address("operator-questions"))
    if share.state == State.QUESTIONED:
        said = f"{name} says that {much} is not right. Both sides may agree, or two people decide."
        if share.held_back_at:
            said = f"{much} of {name} is held back. Two people decide."
        return _if_may(policies.may_decide(by=by, share=share, at=at), said, "Look at the question", address("question-decide", share.pk))
    if share.state in (State.AGREED, State.DECIDED):
        return _agreed(share, by, at, f"{much} of {name} is said yes to")
    return _before(share, f"{much} of {name}")


def _agreed(share: MilestoneShare, by: Person, at: datetime, said: str) -> Act:
    provider = _reach(share)
    match share.waits_for:
        case WaitsFor.SECOND_PERSON:
            may = policies.may_be_second_person(by=by, share=share, at=at)
            return _if_may(may, f"{said}. A large sum needs a second person’s yes.", "Say yes or no", address("share-second", share.pk))
        case WaitsFor.CHECKS:
            return Act(f"{said}. A paper of {provider} is missing or over.", "Papers of providers", address("operator-papers"))
        case WaitsFor.PAYEE:
            return Act(f"{said}. Ask {provider} to say where their money goes.")
        case WaitsFor.GROUP:
            return Act(f"{said}. The group is stopped for now.", "Groups that are stopped", address("operator-groups"))
        case WaitsFor.MONEY:
            return Act(f"{said}. It goes on by itself when Stripe has the money.")
    return Act(f"{said}, and goes on by itself.", "Payments to providers", address("operator-going"))


def _before(share: MilestoneShare, said: str) -> Act:
    """Nobody was asked about it yet."""
    match share.milestone.state:
        case Milestone.State.IN_DELIVERY:
            return Act(f"{said} is for visits that go on until {words.day(share.milestone.ends_on)}. Then the provider tells us of them.")
        case Milestone.State.OVERDUE:
            return Act(f"{said} waits for {_reach(share)}, who has not told us about the visits. Ring them.")
        case Milestone.State.CLOSING:
            return Act(f"{said} is being settled: the week was called off or stopped.")
    return Act(f"{said} is for visits from {words.day(share.milestone.starts_on)}. Nobody needs to do anything before.")


def _if_may(may: bool, said: str, label: str, url: str) -> Act:
    return Act(said, label, url) if may else Act(f"{said} Another operator looks at it: you have an interest in it, or spoke for its payer.")


def _who_asks(share: MilestoneShare) -> str:
    helper, holder = share.milestone.agreement.cluster.facilitator, share.portion.holder
    return " or ".join(one for one in (helper and helper.full_name, holder and holder.name) if one) or "somebody who knows them"


def _reach(share: MilestoneShare) -> str:
    """The provider, and how its owner is reached."""
    enterprise = share.milestone.agreement.enterprise
    reached = enterprise.owner.phone or enterprise.owner.email
    return f"{enterprise.name} ({enterprise.owner.full_name}, {reached})" if reached else enterprise.name
