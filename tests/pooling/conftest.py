"""The cast of pooling's tests in one hand: three people with three kinds of budget, who helps them, who looks after their money."""

from dataclasses import dataclass
from typing import Any

import pytest

from people.models import Organisation, Person
from tests import cast, cast_leaving, cast_pooling
from tests.cast import AT
from tests.cast_leaving import Costs
from tests.cast_pooling import Bank

__all__ = ["AT", "Town"]


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
    neighbour: Person
    kasmo: Organisation
    council: Organisation

    @property
    def bank(self) -> Bank:
        return Bank(AT)


@pytest.fixture(autouse=True)
def _only_pooling_listens(settings: Any) -> None:
    """The shares and visits that these tests name are not there: what rooms above do with a fact is their tests' matter."""
    routes = {kind: [consumer for consumer in to if consumer.startswith("pooling.")] for kind, to in settings.FACT_ROUTES.items()}
    settings.FACT_ROUTES = routes
    settings.NEW_PAYEE_CEILING_PENCE = 10**12  # what ceilings do is payments' own tests' matter


def build_town() -> Town:
    return Town(
        amina=cast.amina(),
        yusuf=cast.yusuf(),
        halima=cast.halima(),
        ruth=cast.ruth(),
        sam=cast.sam(),
        colin=cast.colin(),
        operator=cast.operator(),
        stranger=cast.stranger(),
        neighbour=cast.neighbour(),
        kasmo=cast.kasmo(),
        council=cast.southwark_money(),
    )


@pytest.fixture
def town(db: None) -> Town:
    return build_town()


@pytest.fixture
def committed_town(transactional_db: None) -> Town:
    """The same, committed: for threads and locks."""
    return build_town()


@pytest.fixture
def four(town: Town) -> Costs:
    """S6: A £600, B £450, C £300, D £150, each their own direct payment."""
    dora = cast.somebody("dora@example.com", "Dora Day", is_seen=True)
    people = [town.amina, town.yusuf, town.halima, dora]
    _, places = cast_pooling.group(*people, at=AT, facilitator=town.ruth)
    paid = (60_000, 45_000, 30_000, 15_000)
    purses = {}
    for number, (place, pence) in enumerate(zip(places, paid, strict=True)):
        portion = cast_pooling.direct_payment(place.person, seen_by=town.ruth, at=AT, weekly_pence=100_000)
        purses["ABCD"[number]] = cast_leaving.purse(place, portion, at=AT, paid_pence=pence, number=number)
    return cast_leaving.costs(purses, AT)
