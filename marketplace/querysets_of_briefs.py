"""Named filters of briefs and what hangs on them, and who may see each."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q

from marketplace.querysets import enterprises_worked_for, is_operator, people_seen_by
from marketplace.rules.briefs import BRIEF_FINAL
from people.models import Person, Role
from pooling.rules import MEMBERSHIP_IN
from providers.models import Enterprise
from providers.rules import OF_THE_WORKER, missing
from providers.selectors import checks_needed
from vocabulary.models import Term

if TYPE_CHECKING:
    from marketplace.models import Brief, BriefAmendment, BriefLot, BriefPayer, BriefQuestion  # noqa: F401 - named in strings below


class BriefQuerySet(models.QuerySet["Brief"]):
    def visible_to(self, person: Person | None) -> Self:
        """Those in the group, their supporters, who helps it, who looks after a payer's money; operators once it is written.

        Providers see open ones through `visible_to_enterprise`, as cards that name no group.
        """
        if person is None or not person.is_active:
            return self.none()
        if is_operator(person):
            return self.exclude(state="draft")
        from pooling.models import Membership

        inside = Membership.objects.filter(cluster=OuterRef("cluster"), state__in=MEMBERSHIP_IN, person__in=people_seen_by(person))
        return self.filter(Exists(inside) | Q(cluster__facilitator=person) | Exists(_payers_looked_after_by(person)))

    def visible_to_enterprise(self, enterprise: Enterprise, on: date) -> Self:
        """Open ones of the kinds of help for which this provider is live and its own papers count on that day (abuse.md, "Data and control").

        Whoever comes is named in the offer; their own papers are asked for then. Two queries besides the rows'.
        """
        if enterprise.state != "live":
            return self.none()
        kinds = Term.objects.filter(kind=Term.Kind.CATEGORY, slug__in=self.model.objects.filter(state="open").values("category"))
        live = set(enterprise.checks.live(on).filter(worker=None).values_list("kind", flat=True))
        ready = [term.slug for term in kinds if not missing(_own_papers(enterprise, term), live)]
        return self.filter(state="open", category__in=ready)

    def locked(self) -> Self:
        return self.select_for_update(of=("self",))

    def unended(self) -> Self:
        return self.exclude(state__in=BRIEF_FINAL)

    def to_close(self, at: datetime) -> Self:
        return self.filter(state="open", closes_at__lte=at)

    def without_payers(self) -> Self:
        """After the close and before an agreement: who would pay said no or left the group."""
        from marketplace.models import BriefPayer

        payers = BriefPayer.objects.taking_part().filter(brief=OuterRef("pk"), membership__state__in=MEMBERSHIP_IN)
        return self.filter(~Exists(payers), state__in=["closed", "evaluating", "award_pending"])

    def kept_too_long(self, at: datetime) -> Self:
        """The yeses behind it are older than they may be without a signed agreement; also where another part of it has one."""
        return self.unended().filter(kept_until__lte=at)


class BriefLotQuerySet(models.QuerySet["BriefLot"]):
    def visible_to(self, person: Person | None) -> Self:
        """As their brief."""
        from marketplace.models import Brief

        return self.filter(brief__in=Brief.objects.visible_to(person).values("pk"))


class BriefPayerQuerySet(models.QuerySet["BriefPayer"]):
    def visible_to(self, person: Person | None) -> Self:
        """Oneself, those one supports, who helps the group, who looks after that person's money. The others see how many."""
        if person is None or not person.is_active:
            return self.none()
        return self.filter(
            Q(person__in=people_seen_by(person)) | Q(brief__cluster__facilitator=person) | Q(pledge__portion__holder__in=_organisations_of(person))
        )

    def locked(self) -> Self:
        return self.select_for_update(of=("self",)).order_by("pk")

    def taking_part(self) -> Self:
        """Everybody who did not say no."""
        return self.exclude(state="no")

    def who_said_yes(self) -> Self:
        return self.filter(state="yes")


class BriefQuestionQuerySet(models.QuerySet["BriefQuestion"]):
    def visible_to(self, person: Person | None) -> Self:
        """Those who may see the brief, and the provider who asked. Other providers read them on the brief's card."""
        if person is None or not person.is_active:
            return self.none()
        from marketplace.models import Brief

        asked = Q(enterprise__owner=person) | Q(enterprise__in=enterprises_worked_for(person))
        return self.filter(asked | Q(brief__in=Brief.objects.visible_to(person).values("pk")))

    def locked(self) -> Self:
        return self.select_for_update(of=("self",))

    def unanswered(self) -> Self:
        return self.filter(answer="")


class BriefAmendmentQuerySet(models.QuerySet["BriefAmendment"]):
    def visible_to(self, person: Person | None) -> Self:
        """As their brief."""
        from marketplace.models import Brief

        return self.filter(brief__in=Brief.objects.visible_to(person).values("pk"))


def _organisations_of(person: Person) -> models.QuerySet[Role, int]:
    return Role.objects.filter(person=person, kind=Role.Kind.HOLDER_STAFF, ends_at__isnull=True).values_list("organisation_id", flat=True)


def _payers_looked_after_by(person: Person) -> "models.QuerySet[BriefPayer]":
    """The payers of a brief whose promise, given to it or to its group, is of money that this person's organisation looks after."""
    from marketplace.models import BriefPayer

    return BriefPayer.objects.filter(
        brief=OuterRef("pk"), membership__pledges__state="pledged", membership__pledges__portion__holder__in=_organisations_of(person)
    )


def _own_papers(enterprise: Enterprise, kind: Term) -> list[str]:
    """The papers that this help needs of the provider itself, whoever comes."""
    return [one for one in checks_needed(kind, enterprise.works_alone, enterprise.people_count) if one not in OF_THE_WORKER]
