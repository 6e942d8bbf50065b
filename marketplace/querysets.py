"""Named filters of agreements, weeks, shares, visits and needs, and who may see each."""

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q

from marketplace.rules.dates import HELD_BACK_REMIND_DAYS, LONGEST_LEAD, LONGEST_SHORT, NO_ANSWER_DAYS, REMIND_DAYS
from marketplace.rules.silence import ANSWER_WORKING_DAYS
from marketplace.rules.tables import MILESTONE_FINAL, SHARE_SETTLED
from people.models import Person, Role, Supporter
from pooling.rules import MEMBERSHIP_IN

if TYPE_CHECKING:
    from marketplace.models import Agreement, Milestone, MilestoneShare, Need, NeedJoin, Payer, Visit, VisitPart, VisitShown  # noqa: F401 - named in strings below

GROUP_SEES = ("shared", "buying", "commissioning")
"""States in which a need that was shared is open to its group."""


def is_operator(person: Person | None) -> bool:
    return person is not None and person.is_active and person.is_staff


def helped_by(person: Person) -> models.QuerySet[Supporter]:
    """Rows that make `person` a supporter of somebody now."""
    return Supporter.objects.reading().filter(supporter=person)


def people_seen_by(person: Person) -> models.QuerySet[Person]:
    """Oneself and those one is a confirmed supporter of."""
    return Person.objects.filter(Q(pk=person.pk) | Q(pk__in=helped_by(person).values("person_id")))


def holders_of(person: Person) -> models.QuerySet[Role, Any]:
    """Organisations for which this person looks after money."""
    return Role.objects.filter(person=person, kind=Role.Kind.HOLDER_STAFF, ends_at__isnull=True).values("organisation_id")


class AgreementQuerySet(models.QuerySet["Agreement"]):
    def visible_to(self, person: Person | None) -> Self:
        """Those who pay or were asked to, their supporters, the provider's people, the group's helper, who looks after a payer's money, operators."""
        if person is None or not person.is_active:
            return self.none()
        if is_operator(person):
            return self
        from marketplace.models import Payer

        payers = Payer.objects.filter(agreement=OuterRef("pk")).filter(
            Q(person__in=people_seen_by(person)) | Q(portion__holder__in=holders_of(person))
        )
        # Whom to visit is not the provider's business before it is sent to be signed.
        theirs = of_enterprise_people(person, "enterprise") & ~Q(state="drafting")
        return self.filter(Exists(payers) | Q(proposed_by=person) | Q(cluster__facilitator=person) | theirs)

    def locked(self) -> Self:
        return self.select_for_update(of=("self",))

    def open_to_sign(self) -> Self:
        return self.filter(state__in=["with_parties", "half_signed"])

    def over(self) -> Self:
        """Running, with no week left to come or to settle."""
        from marketplace.models import Milestone

        left = Milestone.objects.filter(agreement=OuterRef("pk")).exclude(state__in=MILESTONE_FINAL)
        return self.filter(~Exists(left), state__in=["active", "ending"])


class PayerQuerySet(models.QuerySet["Payer"]):
    def visible_to(self, person: Person | None) -> Self:
        """Oneself, those one supports or looks after money for, who helps the group, operators. Not the other payers: they see how many."""
        if person is None or not person.is_active:
            return self.none()
        if is_operator(person):
            return self
        return self.filter(
            Q(person__in=people_seen_by(person)) | Q(portion__holder__in=holders_of(person)) | Q(agreement__cluster__facilitator=person)
        )

    def locked(self) -> Self:
        return self.select_for_update(of=("self",))

    def taking_part(self) -> Self:
        return self.exclude(state__in=["declined", "coming", "stopped"])

    def signed(self) -> Self:
        return self.filter(state="signed")

    def leaving(self) -> Self:
        """Still paying, with a last day."""
        return self.filter(state="signed", leaves_on__isnull=False)


class MilestoneQuerySet(models.QuerySet["Milestone"]):
    def visible_to(self, person: Person | None) -> Self:
        """As their agreement."""
        from marketplace.models import Agreement

        return self.filter(agreement__in=Agreement.objects.visible_to(person).values("pk"))

    def locked(self) -> Self:
        return self.select_for_update(of=("self",))

    def due(self, today: date) -> Self:
        """Weeks that the clock may move today: what their dates allow, or where nothing is left to settle. The timer looks closer, under the lock."""
        from marketplace.models import MilestoneShare

        settled = ~Exists(MilestoneShare.objects.unsettled().filter(milestone=OuterRef("pk")))
        return self.filter(
            Q(state="planned", starts_on__lte=today + LONGEST_LEAD, agreement__state__in=["active", "ending"])
            | Q(state__in=["funding_due", "short"], starts_on__lte=today + LONGEST_SHORT)
            | Q(state="funded") & (Q(ends_on__lt=today) | settled)
            | Q(state__in=["in_delivery", "overdue"], ends_on__lt=today)
            | Q(state__in=["submitted", "closing"]) & settled
        )


class ShareQuerySet(models.QuerySet["MilestoneShare"]):
    def visible_to(self, person: Person | None) -> Self:
        """The payer, their supporters, who looks after their money, who helps the group, the provider's people, operators. Never other payers."""
        if person is None or not person.is_active:
            return self.none()
        if is_operator(person):
            return self
        return self.filter(
            Q(payer__person__in=people_seen_by(person))
            | Q(portion__holder__in=holders_of(person))
            | Q(milestone__agreement__cluster__facilitator=person)
            | of_enterprise_people(person, "milestone__agreement__enterprise")
        )

    def locked(self) -> Self:
        return self.select_for_update(of=("self",)).order_by("pk")

    def unsettled(self) -> Self:
        """Its money may still move: `MilestoneShare.is_final` is False."""
        return self.exclude(state__in=SHARE_SETTLED, waits_for="")

    def paid_silently(self) -> Self:
        """Paid because the person did not answer, whatever they said of it afterwards."""
        return self.filter(by_silence=True, state__in=["released", "queried_late"])

    def due(self, at: datetime) -> Self:
        """Shares that the clock may move now. The timer looks closer, under the lock."""
        paid_in = ~Q(waits_for="money") | Q(call__state="funded")
        return self.filter(
            Q(state="asked") & (Q(ask_again_on__lte=at.date() + timedelta(days=1)) | Q(asked_at__lte=at - timedelta(days=ANSWER_WORKING_DAYS)))
            | Q(state="with_helper", asked_at__lte=at - timedelta(days=NO_ANSWER_DAYS))
            | Q(state="questioned", questioned_at__lte=at - timedelta(days=REMIND_DAYS[0]))
            | Q(state="questioned", held_back_at__lte=at - timedelta(days=HELD_BACK_REMIND_DAYS[0]))
            | Q(state="questioned", pay_decided_at__isnull=False)
            | Q(state="agreed") & paid_in
            | Q(state="decided", waits_for="money", call__state="funded")
        )

    def of(self, person_id: int) -> Self:
        return self.filter(payer__person_id=person_id)

    def to_enterprise(self, enterprise_id: int) -> Self:
        return self.filter(milestone__agreement__enterprise_id=enterprise_id)

    def about_visits(self) -> Self:
        """Rows that somebody was asked about: not what is kept of a visit that was called off late, which is nobody's yes that it happened."""
        from marketplace.models import VisitPart

        return self.filter(Exists(VisitPart.objects.filter(share=OuterRef("pk"), is_away=False)))


class VisitQuerySet(models.QuerySet["Visit"]):
    def visible_to(self, person: Person | None) -> Self:
        """As their agreement; somebody's own visits only by them, their supporters, who helps the group, the provider's people and operators."""
        from marketplace.models import Agreement

        mine = self.filter(milestone__agreement__in=Agreement.objects.visible_to(person).values("pk"))
        if person is None or is_operator(person):
            return mine
        return mine.filter(
            Q(payer__isnull=True)
            | Q(payer__person__in=people_seen_by(person))
            | Q(milestone__agreement__cluster__facilitator=person)
            | of_enterprise_people(person, "milestone__agreement__enterprise")
        )

    def locked(self) -> Self:
        return self.select_for_update(of=("self",))

    def between(self, first: date, last: date) -> Self:
        return self.filter(on__gte=first, on__lte=last)


class VisitPartQuerySet(models.QuerySet["VisitPart"]):
    def visible_to(self, person: Person | None) -> Self:
        """The person visited, their supporters, and the provider's people who wrote the note. Nobody else, not operators: notes are private."""
        if person is None or not person.is_active:
            return self.none()
        return self.filter(
            Q(share__payer__person__in=people_seen_by(person)) | of_enterprise_people(person, "visit__milestone__agreement__enterprise")
        )

    def locked(self) -> Self:
        return self.select_for_update(of=("self",)).order_by("pk")


class VisitShownQuerySet(models.QuerySet["VisitShown"]):
    def visible_to(self, person: Person | None) -> Self:
        """Nobody: it is the calendar's own memory."""
        return self.none()


class NeedQuerySet(models.QuerySet["Need"]):
    def visible_to(self, person: Person | None) -> Self:
        """One's own, those one supports; shared ones by those in the group and who helps it. Not operators, not commissioners: they see counts."""
        if person is None or not person.is_active:
            return self.none()
        return self.filter(
            Q(person__in=people_seen_by(person))
            | Q(state__in=GROUP_SEES, cluster__memberships__person__in=people_seen_by(person), cluster__memberships__state__in=MEMBERSHIP_IN)
            | Q(state__in=GROUP_SEES, cluster__facilitator=person)
        ).distinct()

    def locked(self) -> Self:
        return self.select_for_update(of=("self",))

    def counted_for(self, council_code: str) -> Self:
        """What a council may count: what its owner did not say no to. One that is no longer wanted counts as dropped."""
        return self.filter(council_code=council_code, counted=True)


class NeedJoinQuerySet(models.QuerySet["NeedJoin"]):
    def visible_to(self, person: Person | None) -> Self:
        """As the need that they joined."""
        from marketplace.models import Need

        return self.filter(need__in=Need.objects.visible_to(person).values("pk"))

    def counted_for(self, council_code: str) -> Self:
        """Who joined in, did not take it back, and did not say no to being counted. What became of it is what became of the whole."""
        return self.live().filter(council_code=council_code, counted=True)

    def live(self) -> Self:
        return self.filter(left_at__isnull=True)


def of_enterprise_people(person: Person, path: str) -> Q:
    """Rows whose enterprise `person` owns or works for."""
    return Q(**{f"{path}__owner": person}) | Q(**{f"{path}__in": enterprises_worked_for(person)})


def enterprises_worked_for(person: Person) -> models.QuerySet[Any, Any]:
    from providers.models import Worker

    return Worker.objects.filter(person=person, state="active").values("enterprise_id")
