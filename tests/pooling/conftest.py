"""A small town for pooling's tests: three people with three kinds of budget, who helps them, who looks after their money."""

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from people.models import Organisation, Person
from people.services import organisations, people
from tests.cast_pooling import SOUTHWARK, Bank

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Town:
    amina: Person
    yusuf: Person
    halima: Person
    ruth: Person
    sam: Person
    colin: Person
    operator: Person
    stranger: Person
    threads: Organisation
    council: Organisation
    at: datetime = AT

    @property
    def bank(self) -> Bank:
        return Bank(self.at)


def somebody(name: str, *, council: str = SOUTHWARK) -> Person:
    return people.register(full_name=name, email=f"{name.split()[0].lower()}@example.org", outcode="SE15", council_code=council, at=AT)


def build_town() -> Town:
    organisations.add_council(code=SOUTHWARK, name="Southwark", by=None, at=AT)
    threads = organisations.add_organisation(kind="isf_holder", name="Threads", council_code=SOUTHWARK, by=None, at=AT)
    council = organisations.add_organisation(kind="council", name="Southwark Council", council_code=SOUTHWARK, by=None, at=AT)
    names = ["Amina Yare", "Yusuf Ali", "Halima Noor", "Ruth Bello", "Sam Reed", "Colin Hart", "Olga Price", "Steve Grey"]
    amina, yusuf, halima, ruth, sam, colin, operator, stranger = [somebody(name) for name in names]
    organisations.give_role(person=ruth, kind="facilitator", council_code=SOUTHWARK, by=None, at=AT)
    organisations.give_role(person=sam, kind="holder_staff", organisation=threads, by=None, at=AT)
    organisations.give_role(person=colin, kind="holder_staff", organisation=council, by=None, at=AT)
    organisations.give_role(person=operator, kind="operator", by=None, at=AT)
    for person in (amina, yusuf, halima):
        people.vouch(person=person, level="seen", by=ruth, at=AT)
        person.refresh_from_db()
    return Town(amina, yusuf, halima, ruth, sam, colin, operator, stranger, threads, council)


@pytest.fixture
def town(db: None) -> Town:
    return build_town()


@pytest.fixture
def committed_town(transactional_db: None) -> Town:
    """The same, committed: for threads and locks."""
    return build_town()
