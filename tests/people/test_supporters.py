"""A helper decides only what is written down, only once confirmed by another, and only after seven days."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from audit import clock
from audit.errors import NotAllowed, Refusal
from audit.models import ClockOffset, Fact
from people.models import Person, Supporter
from people.policies import may_act_for
from people.services import supporters
from people.services.supporters import HelperIsThemselves, HelperIsThereAlready, HelperNeedsDecisions, HelperNeedsPaper
from tests import cast
from tests.cast import AT

pytestmark = pytest.mark.django_db
WEEK = timedelta(days=7)


def confirmed_helper() -> Supporter:
    amina, helper = cast.amina(), cast.stranger()
    asked = supporters.ask(person=amina, supporter=helper, kind="for", decisions=["payments", "visits"], source="court letter", by=helper, at=AT)
    return supporters.confirm(supporter=asked, by=cast.colin(), at=AT)


def test_oneself_may_always_and_the_system_never() -> None:
    amina = cast.amina()
    assert may_act_for(by=amina, person=amina, decision="payments", at=AT)
    assert not may_act_for(by=None, person=amina, decision="payments", at=AT)
    assert not may_act_for(by=cast.operator(), person=amina, decision="payments", at=AT)


def test_a_helper_reads_nothing_before_they_may_decide() -> None:
    """Seven days in which the person can still say no: they are not seen."""
    record, helper = confirmed_helper(), cast.stranger()
    assert set(Person.objects.visible_to(helper)) == {helper, record.person}
    to_come = clock.now() + timedelta(minutes=5)
    Supporter.objects.filter(pk=record.pk).update(starts_at=to_come)
    assert set(Person.objects.visible_to(helper)) == {helper}
    ClockOffset.objects.create(seconds=301)
    assert set(Person.objects.visible_to(helper)) == {helper, record.person}


def test_a_helper_decides_after_seven_days_what_was_named() -> None:
    confirmed_helper()
    amina, helper = cast.amina(), cast.stranger()
    assert not may_act_for(by=helper, person=amina, decision="payments", at=AT + WEEK - timedelta(seconds=1))
    assert may_act_for(by=helper, person=amina, decision="payments", at=AT + WEEK)
    assert not may_act_for(by=helper, person=amina, decision="promises", at=AT + WEEK)
    assert not may_act_for(by=amina, person=helper, decision="payments", at=AT + WEEK)


def test_a_helper_who_was_ended_decides_nothing() -> None:
    row = confirmed_helper()
    supporters.end(supporter=row, by=cast.amina(), at=AT + WEEK)
    assert not may_act_for(by=cast.stranger(), person=cast.amina(), decision="visits", at=AT + WEEK)


def test_an_unconfirmed_helper_decides_nothing() -> None:
    supporters.ask(person=cast.amina(), supporter=cast.stranger(), kind="for", decisions=["visits"], source="letter", by=cast.amina(), at=AT)
    assert not may_act_for(by=cast.stranger(), person=cast.amina(), decision="visits", at=AT + 5 * WEEK)


@pytest.mark.parametrize("who", ["stranger", "amina", "ruth", "priya"])
def test_who_gains_or_has_no_say_may_not_confirm(who: str) -> None:
    asked = supporters.ask(person=cast.amina(), supporter=cast.stranger(), kind="for", decisions=["visits"], source="letter", by=cast.amina(), at=AT)
    with pytest.raises(NotAllowed):
        supporters.confirm(supporter=asked, by=getattr(cast, who)(), at=AT)


def test_somebody_beside_begins_at_once_and_decides_nothing() -> None:
    amina, helper = cast.amina(), cast.stranger()
    row = supporters.ask(person=amina, supporter=helper, kind="beside", decisions=["payments"], by=amina, at=AT)
    assert (row.starts_at, row.decisions) == (AT, [])
    assert not may_act_for(by=helper, person=amina, decision="payments", at=AT + 5 * WEEK)


@pytest.mark.parametrize(
    ("wrong", "refusal"),
    [
        ({"decisions": []}, HelperNeedsDecisions),
        ({"decisions": ["everything"]}, HelperNeedsDecisions),
        ({"source": " "}, HelperNeedsPaper),
    ],
)
def test_a_helper_needs_paper_and_something_to_decide(wrong: dict[str, object], refusal: type[Refusal]) -> None:
    right: dict[str, object] = {"kind": "for", "decisions": ["visits"], "source": "letter"}
    with pytest.raises(refusal):
        supporters.ask(person=cast.amina(), supporter=cast.stranger(), by=cast.amina(), at=AT, **{**right, **wrong})  # type: ignore[arg-type]


def test_a_helper_is_another_person_and_recorded_once() -> None:
    amina = cast.amina()
    with pytest.raises(HelperIsThemselves):
        supporters.ask(person=amina, supporter=amina, kind="beside", by=amina, at=AT)
    supporters.ask(person=amina, supporter=cast.stranger(), kind="beside", by=amina, at=AT)
    with pytest.raises(HelperIsThereAlready):
        supporters.ask(person=amina, supporter=cast.stranger(), kind="beside", by=amina, at=AT)
    with pytest.raises(NotAllowed):
        supporters.ask(person=amina, supporter=cast.yusuf(), kind="beside", by=cast.stranger(), at=AT)


def test_the_database_refuses_a_helper_who_confirmed_themselves() -> None:
    row = confirmed_helper()
    with pytest.raises(IntegrityError, match="supporter_is_not_confirmed_by_themselves"), transaction.atomic():
        Supporter.objects.filter(pk=row.pk).update(confirmed_by=row.supporter)


def test_helpers_are_seen_by_the_two_and_operators() -> None:
    row = confirmed_helper()
    for person in (cast.amina(), cast.stranger(), cast.operator()):
        assert row in Supporter.objects.visible_to(person)
    assert not Supporter.objects.visible_to(cast.yusuf()).exists()
    assert not Supporter.objects.visible_to(None).exists()


def test_a_confirmed_helper_is_told_of_while_there_is_time_to_say_no() -> None:
    row = confirmed_helper()
    fact = Fact.objects.get(kind="people.supporter_confirmed")
    assert (fact.payload, fact.effective_at) == ({"supporter": row.pk, "person": row.person_id}, AT)
