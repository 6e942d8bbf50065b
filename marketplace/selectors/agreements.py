"""One agreement as one person may see it: their own pence, the total, and how many pay."""

from dataclasses import dataclass
from datetime import date

from django.db.models import F, Q, Sum

from marketplace.models import Agreement, MilestoneShare, Payer
from marketplace.querysets import people_seen_by
from marketplace.rules.dates import last_day_of_notice
from marketplace.rules.tables import SHARE_SETTLED
from marketplace.rules.weeks import costs_of
from people.models import Person


@dataclass(frozen=True, slots=True)
class OwnPart:
    """One payer's part: theirs, or of somebody they support."""

    payer_id: int
    membership_id: int
    person_id: int
    known_as: str
    is_own: bool
    state: str
    weekly_pence: int
    most_pence: int
    if_you_stop_pence: int
    pays_at_yes: bool


@dataclass(frozen=True, slots=True)
class AgreementView:
    """What everybody in it sees, and in `mine` what only they see."""

    agreement: Agreement
    payers: int
    signed: int
    weekly_pence: int
    most_pence: int
    by_order_pence: int
    provider_has_signed: bool
    mine: tuple[OwnPart, ...]


def agreement_view(agreement: Agreement, person: Person, *, today: date) -> AgreementView:
    """`weekly_pence` and `most_pence`: all payers together. `by_order_pence`: a week's sum that comes only after the yes: the provider's risk."""
    payers = list(Payer.objects.filter(agreement=agreement).taking_part().select_related("person").order_by("pk"))
    seen = set(people_seen_by(person).values_list("pk", flat=True))
    mine = [payer for payer in payers if payer.person_id in seen]
    owed = _if_they_stop(agreement, mine, today) if agreement.is_live else {}
    return AgreementView(
        agreement=agreement,
        payers=len(payers),
        signed=sum(payer.state == Payer.State.SIGNED for payer in payers),
        weekly_pence=agreement.visit_pence * agreement.visits_per_week * (1 if agreement.together else len(payers)),
        most_pence=sum(payer.ceiling_pence for payer in payers),
        by_order_pence=sum(payer.weekly_pence for payer in payers if payer.pays_at_yes),
        provider_has_signed=agreement.provider_signed_version == agreement.version,
        mine=tuple(_own(agreement, payer, person, owed.get(payer.pk, 0) if agreement.is_live else None) for payer in mine),
    )


def _if_they_stop(agreement: Agreement, payers: list[Payer], today: date) -> dict[int, int]:
    """By payer: what of theirs is not settled of the weeks that begin by the last day of their notice, given today. One query.

    The same weeks that `exits.stop` leaves to be paid: a week that is over and waits for their answer is one of them.
    """
    last_day = last_day_of_notice(today, agreement.notice_days)
    rows = MilestoneShare.objects.filter(payer__in=payers, milestone__starts_on__lte=last_day).exclude(state__in=SHARE_SETTLED)
    theirs = rows.filter(Q(payer__leaves_on__isnull=True) | Q(milestone__starts_on__lte=F("payer__leaves_on")))
    return dict(theirs.values_list("payer").annotate(Sum("pence")).order_by())


def _own(agreement: Agreement, payer: Payer, looks: Person, if_you_stop_pence: int | None) -> OwnPart:
    costs = costs_of(payer.weeks_pence, notice_days=agreement.notice_days)
    return OwnPart(
        payer_id=payer.pk,
        membership_id=payer.membership_id,
        person_id=payer.person_id,
        known_as=payer.person.known_as,
        is_own=payer.person_id == looks.pk,
        state=payer.state,
        weekly_pence=payer.weekly_pence,
        most_pence=costs.most_pence,
        if_you_stop_pence=costs.if_you_stop_pence if if_you_stop_pence is None else if_you_stop_pence,
        pays_at_yes=payer.pays_at_yes,
    )
