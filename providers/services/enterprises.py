"""Making a provider's page, who works there, and stopping one when something is wrong."""

from datetime import datetime
from typing import Any

from django.db import transaction

from audit.errors import NotAllowed, Refusal
from audit.services import trail
from people.models import Person
from places.postcodes import outcode_of
from providers.models import Enterprise, Listing, Worker
from providers.policies import may_run
from providers.rules import LARGEST
from providers.services import search_rows


class NameIsMissing(Refusal):
    code = "name_is_missing"
    sentence = "Write the name that people will see. Your own name is fine."
    field = "name"


class TooManyPeople(Refusal):
    code = "too_many_people"
    sentence = f"This place is for small providers: up to {LARGEST} people. Write how many you are, from 1 to {LARGEST}."
    field = "people_count"


class AlreadyHasAProviderPage(Refusal):
    code = "already_has_a_provider_page"
    sentence = "You already have a page as a provider. Sign in to it to change what you do."


class RadiusIsWrong(Refusal):
    code = "radius_is_wrong"
    sentence = "Write how far you go in miles, from 1 to 60."
    field = "radius_miles"


class WorkerIsThereAlready(Refusal):
    code = "worker_is_there_already"
    sentence = "This person already works with you."
    field = "known_as"


class ReasonIsMissing(Refusal):
    code = "reason_is_missing"
    sentence = "Say why. The provider will read it."
    field = "reason"


def register(
    *,
    name: str,
    outcode: str,
    council_code: str,
    by: Person,
    at: datetime,
    about: str = "",
    radius_miles: int = 3,
    works_alone: bool = True,
    people_count: int = 1,
    cqc_number: str = "",
    kind: str = "micro",
) -> Enterprise:
    """Makes a provider's page for `by`, who becomes its owner and its first worker. It is not shown until a service is published.

    `kind`: "micro", or "community" for a group that gives what it has for nothing or for time.
    Raises NameIsMissing, UnknownOutcode, TooManyPeople, RadiusIsWrong, AlreadyHasAProviderPage.
    """
    fields = _clean(name=name, outcode=outcode, radius_miles=radius_miles, works_alone=works_alone, people_count=people_count)
    with transaction.atomic():
        owner = Person.objects.locked().get(pk=by.pk)
        if not owner.is_active:
            raise NotAllowed
        if Enterprise.objects.filter(owner=owner).exists():
            raise AlreadyHasAProviderPage
        enterprise = Enterprise.objects.create(
            **fields,
            kind=Enterprise.Kind(kind),
            about=about.strip(),
            council_code=council_code,
            cqc_number=cqc_number.strip()[:20],
            owner=owner,
            created_at=at,
        )
        Worker.objects.create(enterprise=enterprise, person=owner, known_as=owner.known_as, photo_figure=owner.figure, joined_at=at)
        _note(enterprise, "register", by, at)
    return enterprise


def change(
    *,
    enterprise: Enterprise,
    by: Person,
    at: datetime,
    name: str,
    about: str,
    outcode: str,
    radius_miles: int,
    works_alone: bool,
    people_count: int,
    cqc_number: str = "",
) -> Enterprise:
    """Changes what the page says. Being more people may need more papers: services that lack them stop being found that day."""
    fields = _clean(name=name, outcode=outcode, radius_miles=radius_miles, works_alone=works_alone, people_count=people_count)
    with transaction.atomic():
        row = _owned(enterprise, by)
        for key, value in {**fields, "about": about.strip(), "cqc_number": cqc_number.strip()[:20]}.items():
            setattr(row, key, value)
        row.save()
        _found_anew(row)
        _note(row, "change", by, at)
    return row


def add_worker(*, enterprise: Enterprise, known_as: str, by: Person, at: datetime, person: Person | None = None, photo_figure: str = "") -> Worker:
    """Somebody else who comes to people; their own papers must be shown before they do. Raises NameIsMissing, WorkerIsThereAlready, TooManyPeople."""
    if not known_as.strip():
        raise NameIsMissing(field="known_as")
    with transaction.atomic():
        row = _owned(enterprise, by)
        there = Worker.objects.filter(enterprise=row).active()
        if person is not None and there.filter(person=person).exists():
            raise WorkerIsThereAlready
        if there.count() >= row.people_count:
            raise TooManyPeople("Your page says how many of you there are. Change that number first, then add this person.")
        worker = Worker.objects.create(enterprise=row, person=person, known_as=known_as.strip()[:40], photo_figure=photo_figure, joined_at=at)
        _found_anew(row)
        _note(row, "add_worker", by, at, worker=worker.pk)
    return worker


def worker_leaves(*, worker: Worker, by: Person, at: datetime) -> Worker:
    """They no longer come to people. What they did stays. Raises NotAllowed."""
    with transaction.atomic():
        row = Worker.objects.locked().select_related("enterprise").get(pk=worker.pk)
        if not may_run(by=by, enterprise=row.enterprise) and row.person_id != by.pk and not by.is_operator:
            raise NotAllowed
        if row.state == Worker.State.ACTIVE:
            row.state = Worker.State.LEFT
            row.save(update_fields=["state"])
            _found_anew(row.enterprise)
            _note(row.enterprise, "worker_leaves", by, at, worker=row.pk)
    return row


def suspend(*, enterprise: Enterprise, reason: str, by: Person, at: datetime) -> Enterprise:
    """An operator stops it: no new agreements, no new visits, until `resume`. Raises NotAllowed, ReasonIsMissing."""
    if not by.is_operator:
        raise NotAllowed
    if not reason.strip():
        raise ReasonIsMissing
    return _set_state(enterprise, Enterprise.State.SUSPENDED, reason.strip(), "suspend", by, at)


def resume(*, enterprise: Enterprise, by: Person, at: datetime) -> Enterprise:
    """An operator lets it go on; its services must be published again. Raises NotAllowed."""
    if not by.is_operator or enterprise.owner_id == by.pk:
        raise NotAllowed
    return _set_state(enterprise, Enterprise.State.DRAFT, "", "resume", by, at)


def note_payee(*, enterprise_id: int, payee_id: int, can_be_paid: bool, at: datetime) -> None:
    """Stripe says whether money can be sent to them."""
    with transaction.atomic():
        row = Enterprise.objects.locked().filter(pk=enterprise_id).first()
        if row is None or (row.payee_id, row.can_be_paid) == (payee_id, can_be_paid):
            return
        row.payee_id, row.can_be_paid = payee_id, can_be_paid
        row.save(update_fields=["payee", "can_be_paid"])
        _note(row, "note_payee", None, at, can_be_paid=can_be_paid)


def _clean(*, name: str, outcode: str, radius_miles: int, works_alone: bool, people_count: int) -> dict[str, Any]:
    if not name.strip():
        raise NameIsMissing
    count = 1 if works_alone else people_count
    if not 1 <= count <= LARGEST or (not works_alone and count < 2):
        raise TooManyPeople(None if works_alone or count > 1 else f"You said that you work with others. Write how many you are, from 2 to {LARGEST}.")
    if not 1 <= radius_miles <= 60:
        raise RadiusIsWrong
    return {
        "name": " ".join(name.split())[:120],
        "outcode": outcode_of(outcode),
        "radius_miles": radius_miles,
        "works_alone": works_alone,
        "people_count": count,
    }


def _owned(enterprise: Enterprise, by: Person) -> Enterprise:
    row = Enterprise.objects.locked().get(pk=enterprise.pk)
    if not may_run(by=by, enterprise=row):
        raise NotAllowed
    return row


def _set_state(enterprise: Enterprise, state: str, reason: str, verb: str, by: Person, at: datetime) -> Enterprise:
    with transaction.atomic():
        row = Enterprise.objects.locked().get(pk=enterprise.pk)
        if verb == "resume" and row.state != Enterprise.State.SUSPENDED:
            return row
        row.state, row.suspended_reason = state, reason
        row.save(update_fields=["state", "suspended_reason"])
        _found_anew(row)
        _note(row, verb, by, at)
    return row


def _found_anew(enterprise: Enterprise) -> None:
    search_rows.refresh(listings=Listing.objects.filter(enterprise=enterprise))


def _note(enterprise: Enterprise, verb: str, by: Person | None, at: datetime, **detail: Any) -> None:
    trail.write(
        by=by,
        verb=f"providers.{verb}",
        about_kind="enterprise",
        about_id=enterprise.pk,
        at=at,
        council_code=enterprise.council_code,
        detail=detail,
    )
