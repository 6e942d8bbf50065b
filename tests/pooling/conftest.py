"""The cast of pooling's tests in one hand: three people with three kinds of budget, who helps them, who looks after their money."""

from dataclasses import dataclass
from typing import Any

import pytest

from people.models import Organisation, Person
from tests import cast
from tests.cast import AT
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
