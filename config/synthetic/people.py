"""One council's people: who works for it, and who holds a budget, by route."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import exp, log
from random import Random

from config.synthetic.batch import Batch
from config.synthetic.places import Town
from config.synthetic.words import FIRST, LAST
from people.models import Organisation, Person, Role
from pooling.models import Budget, Portion

ADDRESS = "simulated.{}@example.com"
# One medium council (an assumption): how many hold a budget by which route.
HOLDERS = {"direct_payment": 800, "isf": 56, "phb_direct": 150, "phb_notional": 100, "self_funded": 1500}
MEDIAN_PENCE, SPREAD = 21_000, log(1100 / 210) / 1.645  # a week; log-normal: 5 % at about £40, 95 % at about £1,100
FACILITATORS = 6


@dataclass(frozen=True, slots=True)
class Staff:
    """Who looks at papers for the whole of England: two operators."""

    sees: int
    confirms: int


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody with a budget of one portion. `free_pence`: what of a week they have not spent elsewhere."""

    person: int
    portion: int
    route: str
    funder: str
    outcode: str
    free_pence: int


def somebody(batch: Batch, draw: Random, at: datetime, **values: object) -> int:
    """One person, marked as made up, who can't sign in until somebody gives them a password. Returns their key."""
    first, last = FIRST[int(draw.random() * len(FIRST))], LAST[int(draw.random() * len(LAST))]
    key = batch.key(Person)
    names = {"full_name": f"{first} {last}", "known_as": first, "email": ADDRESS.format(key)}
    return batch.add(Person, id=key, password="!", joined_at=at, **names, **values)  # noqa: S106


def staff(batch: Batch, draw: Random, at: datetime) -> Staff:
    """The operators, once for all councils."""
    sees, confirms = (somebody(batch, draw, at, is_staff=True) for _ in range(2))
    for one in (sees, confirms):
        batch.link(Role, person_id=one, kind="operator", starts_at=at)
    return Staff(sees, confirms)


def inhabit(batch: Batch, town: Town, draw: Random, at: datetime) -> tuple[list[int], list[Holder]]:
    """Facilitators and holders of one council."""
    here = {"council_code": town.code, "outcode": town.outcodes[0]}
    officer, finance = (somebody(batch, draw, at, **here) for _ in range(2))
    facilitators = [somebody(batch, draw, at, **here) for _ in range(FACILITATORS)]
    batch.link(Role, person_id=officer, kind="commissioner", council_code=town.code, starts_at=at)
    for one in facilitators:
        batch.link(Role, person_id=one, kind="facilitator", council_code=town.code, starts_at=at)
    council = batch.add(Organisation, kind="council", name=f"{town.name} money {finance}", council_code=town.code)
    holder = batch.add(Organisation, kind="isf_holder", name=f"{town.name} circle {finance}", council_code=town.code)
    for organisation in (council, holder):
        batch.link(Role, person_id=finance, kind="holder_staff", organisation_id=organisation, council_code=town.code, starts_at=at)
    keeps = {"isf": holder, "phb_notional": council}
    return facilitators, list(_holders(batch, town, draw, at, facilitators, finance, keeps))


def _holders(batch: Batch, town: Town, draw: Random, at: datetime, facilitators: list[int], finance: int, keeps: dict[str, int]) -> Iterator[Holder]:
    year = date(at.year - (at.month < 4), 4, 1)
    for route, count in HOLDERS.items():
        for number in range(count):
            outcode = town.outcodes[int(draw.random() * len(town.outcodes))]
            met = at - timedelta(days=draw.randrange(30, 400))
            met_by = facilitators[number % FACILITATORS]
            person = somebody(batch, draw, met, council_code=town.code, outcode=outcode, sureness="seen", sureness_by_id=met_by, sureness_at=met)
            weekly = weekly_pence(draw)
            elsewhere = weekly * draw.randrange(0, 60) // 100
            own = weekly if route == "self_funded" else 0
            budget = batch.add(
                Budget,
                person_id=person,
                kind="agreed",
                council_code=town.code,
                weekly_cost_pence=weekly,
                weekly_contribution_pence=own,
                weekly_funder_pence=weekly - own,
                starts_on=year,
                ends_on=year.replace(year=year.year + 2),
                sureness="confirmed",
                sureness_by_id=finance,
                sureness_at=met,
                recorded_at=met,
            )
            funder = "Themselves" if own else "The NHS" if route.startswith("phb") else town.name
            portion = batch.add(
                Portion,
                budget_id=budget,
                route=route,
                funder_name=funder,
                holder_id=keeps.get(route),
                weekly_pence=weekly,
                spent_elsewhere_weekly_pence=elsewhere,
                council_code=town.code,
            )
            yield Holder(person, portion, route, funder, outcode, weekly - elsewhere)


def weekly_pence(draw: Random) -> int:
    """What a budget is a week, to the whole pound."""
    return max(10, round(MEDIAN_PENCE * exp(SPREAD * draw.gauss(0, 1)) / 100)) * 100
