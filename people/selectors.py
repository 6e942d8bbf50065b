"""Reads of people that pages and other rooms need."""

from datetime import datetime

from django.db.models import QuerySet

from audit.errors import Refusal
from audit.kept import answers
from people.models import Approval, Person, Supporter
from people.policies import may_vouch
from people.rules import clean_email, clean_phone


class NobodyByThatAddress(Refusal):
    """Said alike for an address nobody has and for one whose owner is no longer here: it tells nobody who has a page."""

    code = "nobody_by_that_address"
    sentence = "We can't ask anybody at this address. Check it with them. They need a page of their own here first."
    field = "reach"


def find_by_address(reach: str) -> Person:
    """The person who signs in with this e-mail address or phone number, however it is typed. Raises NobodyByThatAddress."""
    typed = reach.strip()
    try:
        found = Person.objects.filter(email=clean_email(typed)) if "@" in typed else Person.objects.filter(phone=clean_phone(typed))
    except (Refusal, ValueError):
        raise NobodyByThatAddress from None
    person = found.filter(is_active=True).first()
    if person is None:
        raise NobodyByThatAddress
    return person


def find_to_vouch(*, reach: str, full_name: str, by: Person, at: datetime) -> Person:
    """Somebody `by` just met and may mark as seen: their address and the name on their letter, as they stand on their page.

    A wrong name, a wrong address and somebody of another council get the same answer, which tells nobody who has a page.
    Raises NobodyByThatAddress.
    """
    nobody = NobodyByThatAddress("We don't find that name with that address here. Look at their own page with them.")
    try:
        person = find_by_address(reach)
    except NobodyByThatAddress:
        raise nobody from None
    same_name = " ".join(full_name.split()).casefold() == person.full_name.casefold()
    if not same_name or not may_vouch(by=by, person=person, level="seen", at=at):
        raise nobody
    return person


def people_decided_for(person: Person, *, decision: str, at: datetime) -> list[Person]:
    """Those for whom this supporter may make such a decision now, as `people.policies.may_act_for` says of one. One query."""
    records = decided_for_by(person, decision=decision, at=at)
    return list(Person.objects.filter(pk__in=records.values("person")).order_by("full_name", "pk"))


def decided_for_by(person: Person, *, decision: str, at: datetime) -> QuerySet[Supporter]:
    """The records of `people_decided_for`."""
    return Supporter.objects.live(at).filter(supporter=person, kind=Supporter.Kind.FOR, decisions__contains=[decision], person__is_active=True)


def approvals_to_answer(person: Person, *, at: datetime) -> list[Approval]:
    """What waits for this person's yes or no, oldest first; what they asked for themselves is not in it."""
    return answers(_to_answer, person, at)


def _to_answer(person: Person, at: datetime) -> QuerySet[Approval]:
    return Approval.objects.to_answer(person, at).select_related("asked_by").order_by("asked_at", "id")
