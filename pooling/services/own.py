"""A place of one's own: where somebody who books alone keeps their promise and their money, by the same rules as in a group of one.

It is never listed, joined or asked anything, and ends only when they do (a budget that ends, a death): nobody is "left alone" in it.
"""

from datetime import datetime

from audit.errors import NotAllowed
from audit.services import trail
from people.models import Person
from pooling import policies
from pooling.models import Charter, CharterSignature, Cluster, Membership
from pooling.rules import MEMBERSHIP, NEW, is_sure_enough, step
from pooling.rules.finding import CHARTER
from pooling.services.clusters import NotMetYet
from pooling.services.transactions import all_or_nothing
from vocabulary.models import Term

NAME = "Own visits"
"""What pages of money call it, beside the names of groups."""
NOTICE_DAYS = 0


@all_or_nothing
def own_place(*, person: Person, by: Person, at: datetime) -> Membership:
    """This person's own place, made at the first booking. `by`: themselves, or who may promise for them: it is no group.

    Raises NotAllowed, NotMetYet.
    """
    if not policies.may_decide(by=by, person=person, decision="promises", at=at):
        raise NotAllowed
    who = Person.objects.locked().get(pk=person.pk)  # two first bookings at once make one place
    there = Membership.objects.inside().filter(person=who, cluster__is_own=True).select_related("cluster", "person").first()
    if there is not None:
        return there
    if not is_sure_enough(who.sureness, "seen"):
        raise NotMetYet
    return _make(who, by, at)


def _make(person: Person, by: Person, at: datetime) -> Membership:
    cluster = Cluster.objects.create(
        name=NAME,
        purpose=Term.objects.filter(kind=Term.Kind.PURPOSE).order_by("pk")[0].slug,
        outcode=person.outcode,
        council_code=person.council_code,
        state=Cluster.State.ACTIVE,
        started_by=person,
        started_at=at,
        is_listed=False,
        is_own=True,
    )
    rules = {"what_for": NAME, "who_comes": NAME, "notice_days": NOTICE_DAYS}
    charter = Charter.objects.create(cluster=cluster, state=step(CHARTER, NEW, "found"), written_at=at, in_force_at=at, written_by=by, **rules)
    place = Membership.objects.create(
        cluster=cluster,
        person=person,
        council_code=cluster.council_code,
        state=step(MEMBERSHIP, NEW, "found"),
        strand=1,
        opened_at=at,
        joined_at=at,
    )
    CharterSignature.objects.create(charter=charter, membership=place, by=by, at=at)
    code = cluster.council_code
    trail.write(by=by, on_behalf_of=person, verb="pooling.own_place", about_kind="cluster", about_id=cluster.pk, at=at, council_code=code)
    return place
