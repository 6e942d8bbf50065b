"""What is known of a share whose payer has not answered."""

from datetime import datetime, timedelta

from django.db.models import Sum

from marketplace.models import MilestoneShare, ShareNotice, VisitPart
from marketplace.rules.dates import LONDON
from marketplace.rules.silence import SilenceFacts
from people.models import Channel, Person

YES_STATES = ("agreed", "released")


def silence_facts(*, share: MilestoneShare, at: datetime) -> SilenceFacts:
    """Facts for `rules.silence.why_silence_may_not_pay`. Counted per payer and provider; silent sums per payer, over every provider.

    While they say that an earlier payment to this provider was wrong, silence pays it nothing more.
    """
    person = share.payer.person
    enterprise_id = share.milestone.agreement.enterprise_id
    theirs = MilestoneShare.objects.of(person.pk)
    yeses = theirs.to_enterprise(enterprise_id).about_visits().filter(state__in=YES_STATES, by_silence=False, answered_by__isnull=False)
    family = theirs.filter(milestone_id=share.milestone_id, payer_id=share.payer_id)
    silent = theirs.filter(by_silence=True, agreed_at__gt=at - timedelta(days=28)).aggregate(sum=Sum("pence"))["sum"]
    late = theirs.to_enterprise(enterprise_id).filter(state="queried_late")
    parts = VisitPart.objects.filter(share=share, is_away=False)
    return SilenceFacts(
        pence=share.pence,
        is_first_milestone=share.milestone.number == 1,
        earlier_yeses=yeses.exclude(milestone_id=share.milestone_id).values("milestone_id").distinct().count(),
        all_recorded_at_the_time=parts.exists() and not parts.filter(visit__recorded_at_the_time=False).exists(),
        silent_pence_in_28_days=silent or 0,
        silences_in_a_row=_silences_in_a_row(person.pk, enterprise_id),
        is_away=_was_away(person, share, at),
        is_reachable=can_be_reached(person),
        was_questioned=family.filter(questioned_at__isnull=False).exists() or late.exists(),
        notice_channels=tuple(ShareNotice.objects.filter(share__in=family).order_by("at", "pk").values_list("channel", flat=True)),
    )


def can_be_reached(person: Person) -> bool:
    """Whether their own channel has somewhere to go."""
    where = {Channel.EMAIL: person.email, Channel.TEXT: person.phone, Channel.PHONE: person.phone, Channel.LETTER: person.letter_address}
    return person.is_active and bool(where[Channel(person.channel)])


def _was_away(person: Person, share: MilestoneShare, at: datetime) -> bool:
    """Away now, or at any time since they were asked."""
    since = (share.asked_at or at).astimezone(LONDON).date()
    return person.away_until is not None and person.away_until >= since


def _silences_in_a_row(person_id: int, enterprise_id: int) -> int:
    """How many of the latest agreed weeks, back from the last, were paid by silence."""
    weeks = MilestoneShare.objects.of(person_id).to_enterprise(enterprise_id).about_visits().filter(agreed_at__isnull=False)
    count = 0
    for by_silence in weeks.order_by("-agreed_at", "-pk").values_list("by_silence", flat=True)[:10]:
        if not by_silence:
            break
        count += 1
    return count
