"""Named filters of people, their roles and supporters, approvals, concerns and messages."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Self

from django.contrib.auth.base_user import BaseUserManager
from django.db import models
from django.db.models import Q

from audit.database_clock import Moment

if TYPE_CHECKING:
    from people.models import Approval, Concern, Council, Message, Organisation, Person, Role, Supporter  # noqa: F401 - named in strings below


def is_operator(person: "Person | None") -> bool:
    """Runs this installation: sees what must be verified and resolved."""
    return person is not None and person.is_active and person.is_staff


class PersonQuerySet(models.QuerySet["Person"]):
    def visible_to(self, person: "Person | None") -> Self:
        """Oneself, those one helps (once it has begun), and for operators everybody. Fellow members: `pooling`, with first names only."""
        if person is None or not person.is_active:
            return self.none()
        if is_operator(person):
            return self
        helps = Q(supporters__supporter=person, supporters__starts_at__lte=Moment(), supporters__ends_at__isnull=True)
        return self.filter(Q(pk=person.pk) | helps).distinct()

    def locked(self) -> Self:
        return self.select_for_update(of=("self",))


class PersonManager(BaseUserManager["Person"]):
    """Makes people with e-mail and phone in the one form we store: `people.rules.clean_email`, `clean_phone`."""

    use_in_migrations = False

    def get_queryset(self) -> PersonQuerySet:
        return PersonQuerySet(self.model, using=self._db)

    def visible_to(self, person: "Person | None") -> PersonQuerySet:
        return self.get_queryset().visible_to(person)

    def locked(self) -> PersonQuerySet:
        return self.get_queryset().locked()

    def create_user(self, email: str | None = None, password: str | None = None, *, phone: str | None = None, **fields: Any) -> "Person":
        from people.rules import clean_email, clean_phone

        fields.setdefault("full_name", (email or phone or "Somebody").split("@")[0])
        fields.setdefault("known_as", str(fields["full_name"]).split()[0])
        if "channel" not in fields and not email:
            fields["channel"] = "text" if phone else "letter"
        person: Person = self.model(email=clean_email(email) if email else None, phone=clean_phone(phone) if phone else None, **fields)
        person.set_password(password)
        person.save(using=self._db)
        return person

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "Person":
        return self.create_user(email, password, **{"is_staff": True, "is_superuser": True, **fields})

    def get_by_natural_key(self, username: str | None) -> "Person":
        """Signs in by e-mail or by phone, however it is typed. Raises DoesNotExist, also for what is neither."""
        from people.rules import EmailIsNotOne, PhoneIsNotOne, clean_email, clean_phone

        typed = username or ""
        try:
            return self.get(email=clean_email(typed)) if "@" in typed else self.get(phone=clean_phone(typed))
        except (EmailIsNotOne, PhoneIsNotOne) as error:
            raise self.model.DoesNotExist from error


class CouncilQuerySet(models.QuerySet["Council"]):
    def visible_to(self, person: "Person | None") -> Self:
        """Everybody: councils are public."""
        return self


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    def visible_to(self, person: "Person | None") -> Self:
        """Everybody: a holder's name is public."""
        return self


class RoleQuerySet(models.QuerySet["Role"]):
    def visible_to(self, person: "Person | None") -> Self:
        """One's own; operators see all."""
        if is_operator(person):
            return self
        return self.filter(person=person) if person is not None else self.none()

    def live(self, at: datetime) -> Self:
        return self.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=at), starts_at__lte=at)


class SupporterQuerySet(models.QuerySet["Supporter"]):
    def visible_to(self, person: "Person | None") -> Self:
        """The person helped, the helper, and operators."""
        if person is None or not person.is_active:
            return self.none()
        if is_operator(person):
            return self
        return self.filter(Q(person=person) | Q(supporter=person))

    def locked(self) -> Self:
        return self.select_for_update(of=("self",))

    def reading(self) -> Self:
        """Those by which somebody may read now what is another's: begun and not ended. Until it begins the person can still say no."""
        return self.filter(starts_at__lte=Moment(), ends_at__isnull=True)

    def live(self, at: datetime) -> Self:
        return self.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=at), confirmed_at__isnull=False, starts_at__lte=at)


class ApprovalQuerySet(models.QuerySet["Approval"]):
    def visible_to(self, person: "Person | None") -> Self:
        """Who asked, who gave, operators, and staff of the council it concerns, who may answer it."""
        if person is None or not person.is_active:
            return self.none()
        if is_operator(person):
            return self
        councils = person.roles.filter(kind="holder_staff", organisation__kind="council", ends_at__isnull=True)
        of_theirs = ~Q(council_code="") & Q(council_code__in=councils.values("organisation__council_code"))
        return self.filter(Q(asked_by=person) | Q(given_by=person) | of_theirs)

    def to_answer(self, person: "Person", at: datetime) -> Self:
        """Open ones of others that this person may answer: `policies.may_answer_approval`, for lists."""
        waiting = self.visible_to(person).open(at).exclude(asked_by=person)
        if not person.is_active or person.is_operator:
            return waiting if person.is_active else waiting.none()
        works = person.roles.live(at).filter(kind="holder_staff", organisation__kind="council")
        return waiting.exclude(council_code="").filter(council_code__in=works.values("organisation__council_code"))

    def locked(self) -> Self:
        return self.select_for_update(of=("self",))

    def about(self, what: str, kind: str, about_id: object) -> Self:
        return self.filter(what=what, about_kind=kind, about_id=str(about_id))

    def open(self, at: datetime) -> Self:
        """Asked for, not answered, not run out."""
        return self.filter(given_at__isnull=True, refused_at__isnull=True, expires_at__gt=at)

    def given(self, at: datetime) -> Self:
        return self.filter(given_at__isnull=False, refused_at__isnull=True, expires_at__gt=at)


class ConcernQuerySet(models.QuerySet["Concern"]):
    def visible_to(self, person: "Person | None") -> Self:
        """Operators only; not even who wrote it, so that nobody beside them at the screen reads it back."""
        return self if is_operator(person) else self.none()

    def open(self) -> Self:
        """Nobody has written down yet what was done about them."""
        return self.filter(dealt_with_at=None)


class MessageQuerySet(models.QuerySet["Message"]):
    def visible_to(self, person: "Person | None") -> Self:
        """One's own; operators see all."""
        if person is None or not person.is_active:
            return self.none()
        if is_operator(person):
            return self
        return self.filter(person=person)

    def locked(self) -> Self:
        return self.select_for_update(of=("self",))


def is_away(away_until: date | None, on: date) -> bool:
    return away_until is not None and away_until >= on
