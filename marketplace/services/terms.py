"""What new terms mean in pence: which weeks they are for, each payer's old and new price, and the most it can cost them (state-machines.md S1)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction

from marketplace.models import Agreement, Change, ChangeAnswer, Milestone, MilestoneShare, Payer
from marketplace.rules.changes import ANSWER_WORKING_DAYS, WeekTerms, needs_own_yes, plan_terms
from marketplace.rules.dates import LONDON, answer_by, ask_funding_on
from marketplace.rules.tables import NotNow
from marketplace.selectors.buying import clearing_kinds
from marketplace.selectors.exits import frozen_visit_pence
from places.calendar import add_working_days


@dataclass(frozen=True, slots=True)
class Shape:
    """Visits a week, and a visit's price by how many come to it."""

    visits: int
    price: Callable[[int], int]


def closes_at(at: datetime) -> datetime:
    """Until when everybody may answer."""
    return answer_by(asked_at=at, working_days=ANSWER_WORKING_DAYS, add_working_days=add_working_days)


def first_open_week(agreement: Agreement, at: datetime) -> int:
    """The first week that is asked for only after everybody had time to answer. Raises NotNow when there is none."""
    closes_on = closes_at(at).astimezone(LONDON).date()
    portions = [payer.portion for payer in agreement.payers.signed().select_related("portion__holder") if payer.portion is not None]
    kinds = [*clearing_kinds(portions).values()]
    for week in planned_weeks(agreement, 1):
        if ask_funding_on(starts_on=week.starts_on, kinds=kinds, add_working_days=add_working_days) > closes_on:
            return week.number
    raise NotNow("There is no week left that could still be changed: everybody needs a few days to answer, and time to pay.")


def planned_weeks(agreement: Agreement, first: int) -> list[Milestone]:
    """Weeks that nobody was asked to pay for yet, from that number on."""
    return list(Milestone.objects.filter(agreement=agreement, number__gte=first, state=Milestone.State.PLANNED).order_by("number"))


def takes_part(payer: Payer, starts_on: date) -> bool:
    """Whether a week that begins then is this payer's."""
    return payer.leaves_on is None or starts_on <= payer.leaves_on


def price_now(agreement: Agreement) -> Callable[[int], int]:
    """A visit's price for so many: by the list that was signed, else what is signed now, whoever comes."""
    return lambda people: frozen_visit_pence(agreement, people) or agreement.visit_pence if agreement.together else agreement.visit_pence


def in_it(agreement: Agreement, newcomers: Sequence[Payer] = ()) -> list[Payer]:
    """Who pays now, and who would."""
    return [*agreement.payers.signed().select_related("membership").order_by("pk"), *newcomers]


def work_out(*, agreement: Agreement, weeks: Sequence[Milestone], shape: Shape, payers: Sequence[Payer]) -> dict[int, list[int]]:
    """Each payer's whole row of weeks, with these weeks under new terms; spare pence go on from what rounding owes each."""
    terms = []
    for week in weeks:
        there = tuple(payer.pk for payer in payers if takes_part(payer, week.starts_on))
        terms.append(WeekTerms(week.number, shape.price(len(there)) * shape.visits if there else 0, there))
    debts = {payer.pk: payer.membership.rounding_debt - rounding_of(payer, weeks) for payer in payers}
    planned = plan_terms(terms, together=agreement.together, debts=debts)
    rows = {}
    for payer in payers:
        row = list(payer.weeks_pence) or [0] * agreement.weeks
        for week, pence in zip(weeks, planned.weeks_pence[payer.pk], strict=True):
            row[week.number - 1] = pence
        rows[payer.pk] = row
    return rows


def rounding_of(payer: Payer, weeks: Sequence[Milestone]) -> Fraction:
    """What splitting these weeks to the penny, as they stand, owes this payer: exact less what they pay (S1)."""
    debt = Fraction(0)
    shares = MilestoneShare.objects.filter(milestone__in=weeks).exclude(state="dropped").values_list("milestone_id", "payer_id", "pence")
    by_week: dict[int, dict[int, int]] = {}
    for milestone_id, payer_id, pence in shares:
        by_week.setdefault(milestone_id, {})[payer_id] = pence
    for parts in by_week.values() if payer.agreement.together else ():
        if payer.pk in parts:
            debt += Fraction(sum(parts.values()), len(parts)) - parts[payer.pk]
    return debt


def write_answers(*, change: Change, rows: dict[int, list[int]], payers: Sequence[Payer], weeks: Sequence[Milestone]) -> list[ChangeAnswer]:
    """A row for each payer whose weeks, visits or place it touches: old and new price, and whether their own yes is needed."""
    numbers = [week.number - 1 for week in weeks]
    written = []
    is_shorter = change.kind == Change.Kind.PAYERS and change.needs_provider
    for payer in payers:
        row = rows[payer.pk]
        is_new = payer.state == Payer.State.COMING
        new = max((row[n] for n in numbers), default=0)
        old = 0 if is_new else max((payer.weeks_pence[n] for n in numbers), default=0)
        needs = is_new or needs_own_yes(
            # Fewer visits are other visits, also where that is because somebody leaves.
            kind=Change.Kind.VISITS if is_shorter and new else change.kind,
            agreed_weekly_pence=agreed_weekly_pence(payer),
            new_weekly_pence=new,
            signed_pence=payer.ceiling_pence,
            new_most_pence=sum(row),
        )
        answer = ChangeAnswer(change=change, payer=payer, council_code=payer.council_code, needs_yes=needs, weeks_pence=row)
        answer.old_weekly_pence, answer.new_weekly_pence = old, new
        answer.old_ceiling_pence, answer.new_ceiling_pence = (0 if is_new else payer.ceiling_pence), sum(row)
        answer.save()
        written.append(answer)
    return written


def agreed_weekly_pence(payer: Payer) -> int:
    """A week's price at this payer's own last yes: what a rise is measured from, so that small steps add up (abuse.md 16 and 17)."""
    weekly = payer.weekly_pence
    for answer in payer.change_answers.filter(change__state="applied").order_by("-pk"):
        if answer.answer == ChangeAnswer.Answer.ACCEPT:
            return answer.new_weekly_pence or weekly
        weekly = answer.old_weekly_pence or weekly
    return weekly
