"""Who of a provider may come on a day: works there, and every paper this work needs counts that day; and when they can be booked."""

from collections.abc import Callable
from datetime import date, time

from providers.models import Check, Enterprise, Listing, Worker
from providers.rules import missing
from providers.rules_of_times import widest_week
from providers.selectors import checks_needed
from vocabulary.models import Term


def who_fits(enterprise: Enterprise, category: Term) -> Callable[[date], list[Worker]]:
    """For any day: those who may come, lowest number first, with their hours and days off. Four questions, however many days are asked about."""
    wanted = checks_needed(category, enterprise.works_alone, enterprise.people_count)
    workers = list(Worker.objects.filter(enterprise=enterprise).active().prefetch_related("hours", "days_off").order_by("pk"))
    papers = list(Check.objects.filter(enterprise=enterprise, confirmed_at__isnull=False))

    def on(day: date) -> list[Worker]:
        live = [one for one in papers if one.issued_on <= day and (one.expires_on is None or one.expires_on >= day)]
        return [who for who in workers if not missing(wanted, {one.kind for one in live if one.worker_id in (None, who.pk)})]

    return on


def week_of(worker: Worker) -> dict[int, tuple[time, time]]:
    """From when to when they can be booked now, by weekday (1 Monday to 7 Sunday): their own hours, or as wide as the services on sale say."""
    own = {row.weekday: (row.begins, row.ends) for row in worker.hours.all()}
    on_sale = Listing.objects.filter(enterprise=worker.enterprise_id, state=Listing.State.LIVE)
    return own or widest_week(on_sale.values_list("weekdays", "parts_of_day"))
