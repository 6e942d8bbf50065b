"""Groups of 3 to 8 people and their rules; some have more than one kind of funder."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice
from random import Random

from config.synthetic.agreements import Deal, agree, deal
from config.synthetic.batch import Batch
from config.synthetic.people import Holder
from config.synthetic.places import Town
from config.synthetic.providers import Sold
from config.synthetic.words import GROUP, LAST
from pooling.models import Charter, CharterSignature, Cluster, Membership

GROUPS, MIXED = 60, 0.12  # in a council; the share of them with more than one kind of funder
SIZES = (3, 3, 3, 4, 4, 4, 4, 5, 5, 6, 7, 8)  # median 4
LEAST_FREE_PENCE = 13_000
PURPOSES = ("help_at_home", "meals_together", "going_out", "company", "being_active", "garden")


def gather(
    batch: Batch, town: Town, draw: Random, at: datetime, *, facilitators: Sequence[int], holders: Sequence[Holder], sold: Sequence[Sold]
) -> None:
    """The council's groups, each with an agreement about something that is on sale there."""
    for number, people in enumerate(islice(_companies(holders, draw), GROUPS)):
        wanted = deal(draw, sold, len(people))
        cluster, places = _group(batch, town, draw, at, facilitators[number % len(facilitators)], people, wanted)
        agree(batch, wanted, at, town=town, cluster=cluster, places=places, people=people)


def _companies(holders: Sequence[Holder], draw: Random) -> Iterator[list[Holder]]:
    """People for one group after the other, nobody twice: with one funder, or (some) with two."""
    able = [one for one in holders if one.free_pence >= LEAST_FREE_PENCE]
    draw.shuffle(able)
    of_funder: dict[str, list[Holder]] = {}
    for one in able:
        of_funder.setdefault(one.funder, []).append(one)
    while len(left := [funder for funder, some in of_funder.items() if len(some) >= max(SIZES)]) > 1:
        funders = draw.sample(left, 2) if draw.random() < MIXED else [draw.choice(left)]
        yield [of_funder[funders[number % len(funders)]].pop() for number in range(draw.choice(SIZES))]


def _group(batch: Batch, town: Town, draw: Random, at: datetime, facilitator: int, people: Sequence[Holder], wanted: Deal) -> tuple[int, list[int]]:
    began, founder = at - timedelta(days=draw.randrange(60, 500)), people[0].person
    cluster = batch.add(
        Cluster,
        name=f"{LAST[int(draw.random() * len(LAST))]} {draw.choice(GROUP)}",
        purpose=draw.choice(PURPOSES),
        outcode=people[0].outcode,
        council_code=town.code,
        state="active",
        facilitator_id=facilitator,
        started_by_id=founder,
        started_at=began,
    )
    said = {"what_for": "Doing more together.", "who_comes": "People who live near us."}
    charter = batch.add(Charter, cluster_id=cluster, written_at=began, written_by_id=founder, in_force_at=began, **said)
    places = [
        batch.add(
            Membership,
            cluster_id=cluster,
            person_id=one.person,
            council_code=town.code,
            state="active",
            strand=strand,
            opened_at=began,
            joined_at=began,
            rounding_debt_numerator=plan.rounding_debt.numerator,
            rounding_debt_denominator=plan.rounding_debt.denominator,
        )
        for strand, (one, plan) in enumerate(zip(people, wanted.plans, strict=True), 1)
    ]
    for place, one in zip(places, people, strict=True):
        batch.link(CharterSignature, charter_id=charter, membership_id=place, by_id=one.person, at=began)
    return cluster, places
