"""What needs doing, for whoever looks: as a payer, a supporter, a provider, who helps the group, who looks after money, an operator."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from marketplace.models import Agreement, Milestone, MilestoneShare, Payer, Visit
from marketplace.querysets import enterprises_worked_for, holders_of, is_operator, people_seen_by
from people.models import Person


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to do. `kind` says which; `about_kind` and `about_id` which row; `by` when at the latest, if there is a day."""

    kind: str
    about_kind: str
    about_id: int
    title: str
    known_as: str
    pence: int
    by: date | None = None


def to_do(person: Person, *, today: date) -> list[Task]:
    """Everything of this room that waits for this person, in the order in which it matters. A fixed number of queries.

    Kinds: say_it_happened, sign, sign_as_provider, record_visit, send_week_in, reply, short_week, ask_person, second_person, decide, decide_late.
    """
    return [*_as_payer(person), *_as_provider(person, today), *to_help(person)]


def to_help(person: Person) -> list[Task]:
    """What waits for this person as somebody beside others: who helps the group, who looks after money, an operator. Two queries.

    Kinds: ask_person, second_person, decide; decide_late only for those who may look after that money or run the site.
    Whether they have an interest in it is asked again before each is done.
    """
    held = Q(portion__holder__in=holders_of(person))
    mine = held | Q(milestone__agreement__cluster__facilitator=person) & ~Q(state="queried_late")
    shares = MilestoneShare.objects.filter(Q(state__in=["with_helper", "questioned", "queried_late"]) | Q(waits_for="second_person"))
    shares = shares if is_operator(person) else shares.filter(mine).exclude(payer__person=person)
    rows = shares.select_related("milestone__agreement", "payer__person").order_by("pk").distinct()
    kinds = {"with_helper": "ask_person", "questioned": "decide", "queried_late": "decide_late"}
    return [_share_task("second_person" if one.waits_for == "second_person" else kinds[one.state], one) for one in rows]


def _share_task(kind: str, share: MilestoneShare) -> Task:
    return Task(kind, "share", share.pk, share.milestone.agreement.title, share.payer.person.known_as, share.pence)


def _shares(**filters: object) -> "list[MilestoneShare]":
    return list(MilestoneShare.objects.filter(**filters).select_related("milestone__agreement", "payer__person").order_by("pk"))


def _as_payer(person: Person) -> list[Task]:
    seen = people_seen_by(person)
    asked = _shares(state__in=["asked", "with_helper"], payer__person__in=seen)
    to_sign = (
        Payer.objects.filter(person__in=seen, state="asked", agreement__state__in=["with_parties", "half_signed"])
        .select_related("agreement", "person")
        .order_by("pk")
    )
    return [
        *(_share_task("say_it_happened", share) for share in asked),
        *(Task("sign", "agreement", one.agreement_id, one.agreement.title, one.person.known_as, one.weekly_pence) for one in to_sign),
    ]


def _as_provider(person: Person, today: date) -> list[Task]:
    owned = Agreement.objects.filter(enterprise__owner=person)
    worked = Q(milestone__agreement__enterprise__owner=person) | Q(milestone__agreement__enterprise__in=enterprises_worked_for(person))
    to_sign = [one for one in owned.open_to_sign().select_related("enterprise").order_by("pk") if one.provider_signed_version != one.version]
    visits = Visit.objects.filter(
        worked, state__in=["planned", "begun"], on__lte=today, milestone__state__in=["funded", "in_delivery", "overdue"]
    ).select_related("milestone__agreement")
    weeks = Milestone.objects.filter(agreement__enterprise__owner=person, state__in=["in_delivery", "overdue", "short"]).select_related("agreement")
    questions = _shares(state="questioned", reply="", milestone__agreement__enterprise__owner=person)
    return [
        *(Task("sign_as_provider", "agreement", one.pk, one.title, "", one.visit_pence * one.visits_per_week) for one in to_sign),
        *(Task("record_visit", "visit", one.pk, one.milestone.agreement.title, "", 0, one.on) for one in visits.order_by("on", "pk")),
        *(_week_task(one) for one in weeks.order_by("starts_on", "pk") if one.state == "short" or one.ends_on <= today),
        *(_share_task("reply", share) for share in questions),
    ]


def _week_task(milestone: Milestone) -> Task:
    kind = "short_week" if milestone.state == "short" else "send_week_in"
    return Task(kind, "milestone", milestone.pk, milestone.agreement.title, "", milestone.pence, milestone.ends_on)
