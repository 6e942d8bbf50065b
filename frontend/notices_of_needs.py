"""What we write to people about what a group asks providers for: their own yes is asked, it can be shown now, a provider asked something."""

from collections.abc import Iterable
from datetime import datetime

from frontend import words
from frontend.notices import _tell, staff_of
from marketplace.models import Brief, BriefPayer, BriefQuestion
from people.models import Person, Supporter
from pooling.models import Pledge


def yes_asked(*, brief_id: int, at: datetime) -> int:
    """To each who would pay and has not answered, and who may promise for them: how much at most, and that it is theirs to say."""
    brief = Brief.objects.select_related("cluster").get(pk=brief_id)
    if brief.state != Brief.State.CHECKING or brief.decided_at is None:
        return 0
    told = 0
    for payer in BriefPayer.objects.filter(brief=brief, state=BriefPayer.State.ASKED).select_related("person"):
        says = (
            f"{brief.cluster.name} wants to ask providers for help. The most it can cost you is {words.pounds(payer.ceiling_pence)}. "
            "Say yes or no for yourself. No money moves. You look again before you sign anything."
        )
        about = f"brief:{brief.pk}/{brief.version}/{payer.ceiling_pence}"
        told += _tell(_who_promises(payer.person, at), kind="brief_yes_asked", about=about, subject="Do you want to pay a part?", says=says, at=at)
    return told


def covered(*, brief_id: int, at: datetime) -> int:
    """To whoever may look it over and show it to providers: everybody who pays has said yes."""
    brief = Brief.objects.select_related("cluster__facilitator").get(pk=brief_id)
    if brief.state != Brief.State.CHECKING:
        return 0
    says = f"Everybody who would pay in {brief.cluster.name} has said yes. Please read once more what they want. Then you can show it to providers."
    about = f"brief:{brief.pk}/{brief.version}"
    return _tell(_second_eyes(brief, at), kind="brief_covered", about=about, subject="Ready to show to providers", says=says, at=at)


def question_asked(*, question_id: int, at: datetime) -> int:
    """To the one who helps the group, or, without one, to the group: a provider asked, and every provider will read the answer."""
    question = BriefQuestion.objects.select_related("brief__cluster__facilitator").get(pk=question_id)
    brief = question.brief
    if question.answer or brief.state != Brief.State.OPEN or brief.closes_at is None:
        return 0
    says = f"A provider asked something about what {brief.cluster.name} wants. Please answer before {words.day(brief.closes_at)}."
    helper = brief.cluster.facilitator
    people = [helper] if helper else [place.person for place in brief.cluster.memberships.inside().select_related("person")]
    return _tell(people, kind="brief_question", about=f"question:{question.pk}", subject="A provider asks you something", says=says, at=at)


def _who_promises(person: Person, at: datetime) -> list[Person]:
    helpers = Supporter.objects.live(at).filter(person=person, kind=Supporter.Kind.FOR, decisions__contains=["promises"])
    return [person, *(row.supporter for row in helpers.select_related("supporter"))]


def _second_eyes(brief: Brief, at: datetime) -> Iterable[Person]:
    holders = Pledge.objects.live().filter(membership__in=brief.payers.values("membership"), portion__holder__isnull=False)
    staff = [one for pk in sorted(set(holders.values_list("portion__holder_id", flat=True))) if pk for one in staff_of(pk, at=at)]
    helper = brief.cluster.facilitator
    if helper is not None and helper.pk != brief.written_by_id:
        return [helper]
    return staff or [place.person for place in brief.cluster.memberships.inside().select_related("person") if place.person_id != brief.written_by_id]
