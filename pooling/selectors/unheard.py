"""Who has not been heard of for long: rules they did not sign, and nothing at all for six weeks while money is promised. Two questions each time."""

from datetime import datetime, timedelta

from django.db.models import CharField, Exists, F, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Cast, Coalesce, Concat, Greatest

from audit.models import Entry, Fact
from pooling.models import Charter, CharterSignature, EndReport, Membership, Pledge
from pooling.rules import QUIET_DAYS, UNSIGNED_DAYS

SUBJECT = Concat(Value("membership:"), Cast(OuterRef("pk"), CharField()))


def unsigned_places(*, times: int, at: datetime) -> QuerySet[Membership]:
    """Places whose person has not signed newer rules for so long that they are told of it for the `times`th time, and were not yet."""
    rules = Charter.objects.filter(cluster=OuterRef("cluster"), state=Charter.State.IN_FORCE, version__gt=1)
    told = Fact.objects.filter(subject=SUBJECT, kind="pooling.rules_unsigned", payload__times=times, effective_at__gte=OuterRef("since"))
    places = Membership.objects.inside().filter(cluster__state__in=("forming", "active"))
    dated = places.annotate(since=Subquery(rules.values("in_force_at")), rules=Subquery(rules.values("pk")))
    late = dated.filter(since__lte=at - timedelta(days=UNSIGNED_DAYS[times - 1]))
    signed = CharterSignature.objects.filter(membership=OuterRef("pk"), charter=OuterRef("rules"))
    return late.exclude(Exists(signed)).exclude(Exists(told)).order_by("pk")


def quiet_places(*, at: datetime) -> QuerySet[Membership]:
    """Places with a promise, of people who did nothing themselves for six weeks, that nobody was told of in this time (abuse.md 19).

    The trail is asked for each person's newest line only. Where somebody has reported that they are gone, who should act knows.
    """
    since = at - timedelta(days=QUIET_DAYS)
    newest = Entry.objects.filter(by_id=OuterRef("person_id")).order_by("-pk").values("at")[:1]
    promises = Pledge.objects.live().filter(membership=OuterRef("pk"))
    told = Fact.objects.filter(subject=SUBJECT, kind="pooling.person_quiet", effective_at__gt=since)
    reported = EndReport.objects.open().filter(membership=OuterRef("pk"))
    places = Membership.objects.inside().filter(Exists(promises), joined_at__lte=since)
    heard = places.annotate(heard=Greatest(F("joined_at"), Coalesce(Subquery(newest), F("joined_at"))))
    return heard.filter(heard__lte=since).exclude(Exists(told)).exclude(Exists(reported)).order_by("pk")
