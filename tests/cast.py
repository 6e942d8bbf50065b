"""The people of our stories. Each function gives the one person, making them through the services the first time.

Amina pays with a council direct payment, Yusuf's money is looked after by Kasmo Together, Halima's by Southwark itself. Ruth helps their
group. Hodan owns Barwaaqo Care. Sam works for Kasmo Together, Colin for Southwark's money team, Priya plans for Southwark. Two operators
run the site. The stranger belongs nowhere; the neighbour is of another council.
"""

from datetime import UTC, date, datetime

from people.models import Council, Organisation, Person
from people.services import organisations, people
from providers.models import Check, Enterprise, Listing, Worker
from providers.services import checks, enterprises, listings
from vocabulary.models import Term

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)  # a Monday
SOUTHWARK, LAMBETH = "E09000028", "E09000022"
PASSWORD = "three words apart"


def southwark() -> Council:
    return organisations.add_council(code=SOUTHWARK, name="Southwark", day_phone="020 7525 3324", night_phone="020 7525 5000", by=None, at=AT)


def lambeth() -> Council:
    return organisations.add_council(code=LAMBETH, name="Lambeth", day_phone="020 7926 5555", night_phone="020 7926 1000", by=None, at=AT)


def kasmo() -> Organisation:
    """Yusuf's ISF organisation."""
    southwark()
    return organisations.add_organisation(kind="isf_holder", name="Kasmo Together", council_code=SOUTHWARK, by=None, at=AT)


def southwark_money() -> Organisation:
    """The council's own money team, which looks after Halima's."""
    southwark()
    return organisations.add_organisation(kind="council", name="Southwark Council", council_code=SOUTHWARK, by=None, at=AT)


def somebody(email: str, full_name: str, *, outcode: str = "SE15", council: str = SOUTHWARK, is_seen: bool = False) -> Person:
    """A person by e-mail address, made once; `is_seen` when a facilitator met them."""
    person = Person.objects.filter(email=email).first()
    if person is None:
        person = people.register(full_name=full_name, email=email, password=PASSWORD, outcode=outcode, council_code=council, at=AT)
    if is_seen and person.sureness == "said":
        person = people.vouch(person=person, level="seen", by=ruth(), at=AT)
    return person


def amina() -> Person:
    return somebody("amina@example.com", "Amina Farah", is_seen=True)


def yusuf() -> Person:
    return somebody("yusuf@example.com", "Yusuf Abdi", is_seen=True)


def halima() -> Person:
    return somebody("halima@example.com", "Halima Jama", is_seen=True)


def ruth() -> Person:
    return _with_role("ruth@example.com", "Ruth Bello", "facilitator")


def hodan() -> Person:
    return somebody("hodan@example.com", "Hodan Warsame")


def sam() -> Person:
    return _with_role("sam@example.com", "Sam Okafor", "holder_staff", kasmo())


def colin() -> Person:
    return _with_role("colin@example.com", "Colin Marsh", "holder_staff", southwark_money())


def priya() -> Person:
    return _with_role("priya@example.com", "Priya Nair", "commissioner")


def operator() -> Person:
    return _with_role("operator@example.com", "Olu Grant", "operator")


def second_operator() -> Person:
    return _with_role("second.operator@example.com", "Bea Lund", "operator")


def stranger() -> Person:
    return somebody("stranger@example.com", "Stan Stranger")


def neighbour() -> Person:
    """Lives over the border, in Lambeth."""
    lambeth()
    return somebody("neighbour@example.com", "Nadia Hill", outcode="SE24", council=LAMBETH)


def _with_role(email: str, full_name: str, kind: str, organisation: Organisation | None = None) -> Person:
    southwark()
    person = somebody(email, full_name)
    code = "" if kind == "operator" else SOUTHWARK
    organisations.give_role(person=person, kind=kind, organisation=organisation, council_code=code, by=None, at=AT)
    return person


def barwaaqo() -> Enterprise:
    """Hodan's business, with every paper seen: she and two others cook, help at home and take people out."""
    owner = hodan()
    enterprise = Enterprise.objects.filter(owner=owner).first()
    if enterprise is None:
        about = "Somali-speaking women who help at home."
        enterprise = enterprises.register(
            name="Barwaaqo Care", about=about, outcode="SE15", council_code=SOUTHWARK, works_alone=False, people_count=3, by=owner, at=AT
        )
        for kind in ("insurance", "references"):
            show_paper(enterprise, kind)
        for kind in ("identity", "dbs_enhanced"):
            show_paper(enterprise, kind, hodan_works())
    return enterprise


def hodan_works() -> Worker:
    """Hodan as the person who comes."""
    return Worker.objects.get(person=hodan())


def show_paper(
    enterprise: Enterprise, kind: str, worker: Worker | None = None, *, issued_on: date = date(2026, 2, 2), expires_on: date | None = None
) -> Check:
    """A paper that an operator has seen, two where it needs two; insurance runs a year."""
    until = expires_on or (date(2027, 2, 1) if kind == "insurance" else None)
    check = checks.ask(enterprise=enterprise, kind=kind, worker=worker, issued_on=issued_on, expires_on=until, by=enterprise.owner, at=AT)
    check = checks.confirm(check=check, how_seen="Held the paper at the hub.", by=operator(), at=AT)
    return check if check.confirmed_at else checks.confirm(check=check, how_seen="Met her with it.", by=second_operator(), at=AT)


def category(slug: str) -> Term:
    return Term.objects.get(kind="category", slug=slug)


def home_visits() -> Listing:
    """Barwaaqo's help at home: £20.00 an hour alone, £27.00 for three together, on sale."""
    enterprise = barwaaqo()
    listing = Listing.objects.filter(enterprise=enterprise).first()
    if listing is None:
        somali = Term.objects.get(kind="language", slug="somali")
        listing = listings.save(
            enterprise=enterprise,
            title="Help at home in Somali",
            category=category("home_jobs"),
            price_pence=2000,
            group_prices={2: 2400, 3: 2700},
            languages=[somali],
            weekdays=[1, 2, 3, 4, 5],
            parts_of_day=["morning", "afternoon"],
            by=enterprise.owner,
            at=AT,
        )
        listing = listings.publish(listing=listing, by=enterprise.owner, at=AT)
    return listing
