"""Which kind of work an agreement is, and whether the checks that it needs were live on a day that is over."""

from datetime import date

from django.db.models import Q

from marketplace.models import Agreement
from providers.models import Check, Enterprise, Worker
from providers.rules import missing
from providers.selectors import checks_needed
from vocabulary.models import Term


def checks_missing_then(*, enterprise: Enterprise, worker: Worker | None, category: Term, on: date) -> list[str]:
    """Kinds that were missing on the day of a visit. Unlike `providers.selectors.checks_live` it does not ask whether the worker is still there:

    somebody who left since was right to come then, and is still paid.
    """
    live = Check.objects.live(on).filter(Q(worker__isnull=True) | Q(worker=worker), enterprise=enterprise)
    wanted = checks_needed(category, enterprise.works_alone, enterprise.people_count)
    return missing(wanted, live.values_list("kind", flat=True))


def category_of(agreement: Agreement) -> Term:
    """The kind of work that was signed, whether it came from a service on sale or from an offer."""
    return Term.objects.get(kind=Term.Kind.CATEGORY, slug=agreement.category)
