"""Who is in a simulation: two councils, in each three who pay with their own money, three whose money somebody looks after, and providers.

In one council that money is paid ahead, in the other by written order, after the person's yes.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from config.simulation.model.things import Payee, Purse, Wallet
from config.simulation.process import Stripe
from payments.services import operations
from payments.services import payees as payee_services
from people.models import Organisation, Person
from people.services import organisations
from people.services import people as persons
from pooling.models import Membership, Portion
from pooling.services import budgets, clusters, earmarks, memberships, pledges

BEGINS = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)  # a Monday
COUNCILS = {"E09000028": "Southwark", "E09000022": "Lambeth"}
WEEKLY_PENCE, WEEKS = 1_000_000, 52
WHOLE = WEEKLY_PENCE * WEEKS


@dataclass(frozen=True)
class Rows:
    """The rows that services are called with: people, places in groups and portions by id."""

    people: dict[int, Person]
    places: dict[int, Membership]
    portions: dict[int, Portion]
    operator: Person = field(default_factory=Person)
    second: Person = field(default_factory=Person)
    organisations: dict[int, Organisation] = field(default_factory=dict)


def arrive() -> tuple[Rows, list[Purse]]:
    """Everybody, through the services that the pages use."""
    rows, purses = Rows({}, {}, {}, _person("operator", "E09000028"), _person("second", "E09000028")), []
    for operator in (rows.operator, rows.second):
        organisations.give_role(person=operator, kind="operator", by=None, at=BEGINS)
    for number, (code, name) in enumerate(COUNCILS.items()):
        organisations.add_council(code=code, name=name, by=None, at=BEGINS)
        helper = _person(f"helper{number}", code)
        organisations.give_role(person=helper, kind="facilitator", council_code=code, by=None, at=BEGINS)
        met = [_person(f"payer{number}{letter}", code) for letter in "abc"]
        group = [persons.vouch(person=person, level="seen", by=helper, at=BEGINS) for person in met]
        for place in _group(group, name):
            portion = _budget(place.person, helper)
            rows.people[place.person_id], rows.places[place.pk], rows.portions[portion.pk] = place.person, place, portion
            purses.append(Purse(place.pk, portion.pk, code, number, place.person_id, place.person_id))
    return rows, purses


def _person(name: str, council: str) -> Person:
    return persons.register(full_name=name.title(), email=f"{name}@example.com", council_code=council, outcode="SE15", at=BEGINS)


def _group(people: list[Person], name: str) -> list[Membership]:
    first, *others = people
    cluster = clusters.start(
        name=f"Help at home, {name}",
        purpose="help_at_home",
        outcode="SE15",
        who_comes="Neighbours",
        cost_rule="equal",
        decision_rule="everyone",
        notice_days=28,
        by=first,
        at=BEGINS,
    )
    for person in others:
        place = memberships.invite(cluster=cluster, person=person, by=first, at=BEGINS)
        for voter in cluster.memberships.inside().exclude(person=first).select_related("person"):
            memberships.answer(membership=place, yes=True, by=voter.person, at=BEGINS)
        place = memberships.accept_charter(membership=place, by=person, at=BEGINS)
        for member in cluster.memberships.filter(state="active").select_related("person"):
            memberships.confirm(membership=place, by=member.person, at=BEGINS)
    return list(cluster.memberships.inside().select_related("person", "cluster").order_by("pk"))


def _budget(person: Person, helper: Person, holder: Organisation | None = None) -> Portion:
    budget = budgets.record(
        person=person,
        kind="agreed",
        amounts=budgets.Amounts(10_000_000, 0, 10_000_000),
        period=budgets.Period(BEGINS.date()),
        portions=[
            budgets.PortionDraft(route="isf" if holder else "direct_payment", weekly_pence=10_000_000, funder_name="The council", holder=holder)
        ],
        by=person,
        at=BEGINS,
    )
    budgets.vouch(budget=budget, level="confirmed" if holder else "seen", by=helper, at=BEGINS)
    return budget.portions.select_related("budget__person", "holder").get()


def promise(rows: Rows, purse: Purse, about: int, at: datetime) -> None:
    """A promise of a year, all of it kept for one thing. It moves no money."""
    person = rows.people[purse.person]
    pledge = pledges.promise(
        membership=rows.places[purse.member],
        portion=rows.portions[purse.portion],
        weekly_pence=WEEKLY_PENCE,
        weeks=WEEKS,
        starts_on=at.date() + timedelta(days=1),
        by=person,
        at=at,
    )
    purse.promised_from, purse.promised_weekly = pledge.starts_on.toordinal(), WEEKLY_PENCE
    purse.promised_until = (pledge.starts_on + timedelta(weeks=WEEKS, days=-1)).toordinal()
    kept = earmarks.earmark(pledge=pledge, about_kind="agreement", about_id=about, pence=pledge.pence, by=person, at=at)
    purse.pledge, purse.earmark, purse.earmark_left = pledge.pk, kept.pk, kept.pence


def holders(rows: Rows) -> tuple[Wallet, list[Purse]]:
    """An organisation that looks after the money of a group of three, and pays it ahead."""
    code = min(COUNCILS)
    home = organisations.add_organisation(kind="isf_holder", name="Together", council_code=code, by=None, at=BEGINS)
    staff, seer = _person("staff", code), _person("seer", code)
    organisations.give_role(person=staff, kind="holder_staff", organisation=home, by=None, at=BEGINS)
    organisations.give_role(person=seer, kind="facilitator", council_code=code, by=None, at=BEGINS)
    budgets.choose_mode(council_code=code, route="isf", mode="ahead", by=rows.operator, at=BEGINS)
    return _looked_after(rows, home, staff, seer, len(COUNCILS))


def who_orders(rows: Rows) -> tuple[Wallet, list[Purse]]:
    """An organisation that gives written orders for a group of three, and pays after each person's yes."""
    code = max(COUNCILS)
    home = organisations.add_organisation(kind="isf_holder", name="By order", council_code=code, by=None, at=BEGINS)
    staff, seer = _person("orderer", code), _person("orderseer", code)
    organisations.give_role(person=staff, kind="holder_staff", organisation=home, by=None, at=BEGINS)
    organisations.give_role(person=seer, kind="facilitator", council_code=code, by=None, at=BEGINS)
    return _looked_after(rows, home, staff, seer, len(COUNCILS) + 1)


def _looked_after(rows: Rows, home: Organisation, staff: Person, seer: Person, group: int) -> tuple[Wallet, list[Purse]]:
    code, purses = home.council_code, []
    rows.people[staff.pk], rows.organisations[home.pk] = staff, home
    met = [persons.vouch(person=_person(f"held{group}{letter}", code), level="seen", by=seer, at=BEGINS) for letter in "abc"]
    for place in _group(met, f"held{group}"):
        portion = _budget(place.person, staff, home)
        rows.people[place.person_id], rows.places[place.pk], rows.portions[portion.pk] = place.person, place, portion
        mode = "ahead" if code == min(COUNCILS) else "on_yes"
        purses.append(Purse(place.pk, portion.pk, code, group, place.person_id, staff.pk, is_held=True, mode=mode))
    return Wallet(0, 0, code, 0, 0, staff.pk, holder=home.pk), purses


def payees(stripe: Stripe) -> list[Payee]:
    """Two providers with an account at Stripe, set up by themselves."""
    made = []
    for number, council in enumerate(COUNCILS):
        payee = payee_services.open_payee(owner=f"enterprise:{number + 1}", council_code=council, by=None, at=BEGINS)
        operations.perform(payee.operation_id, at=BEGINS)
        payee.refresh_from_db()
        assert payee.stripe_account_id
        stripe.act("onboard", account=payee.stripe_account_id)
        payee = payee_services.refresh(payee=payee, at=BEGINS)
        made.append(Payee(payee.pk, str(payee.stripe_account_id), council))
    return made
