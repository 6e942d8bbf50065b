"""Two people: one asks, another says yes, and the yes is good for one act."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from audit.errors import NotAllowed
from people.models import Approval
from people.selectors import NobodyByThatAddress, approvals_to_answer, find_to_vouch
from people.services import approvals
from people.services.approvals import ApprovalIsOver, NeedsApproval, ReasonIsMissing
from tests import cast
from tests.cast import AT, LAMBETH, SOUTHWARK

pytestmark = pytest.mark.django_db
THING = {"what": "remittance.give_up", "about_kind": "remittance", "about_id": 9}


def asked() -> Approval:
    return approvals.ask(**THING, reason="Their bank said no twice.", council_code=SOUTHWARK, by=cast.operator(), at=AT)


def test_a_yes_by_another_lets_it_happen_once() -> None:
    approval = asked()
    with pytest.raises(NeedsApproval) as caught:
        approvals.require(**THING, at=AT)
    assert caught.value.approval == approval
    approvals.give(approval=approval, by=cast.second_operator(), at=AT)
    assert approvals.is_given(**THING, at=AT)
    assert approvals.require(**THING, at=AT) == approval
    with pytest.raises(NeedsApproval) as caught:
        approvals.require(**THING, at=AT)
    assert caught.value.approval is None


def test_who_asked_may_not_say_yes() -> None:
    with pytest.raises(NotAllowed, match="another person"):
        approvals.give(approval=asked(), by=cast.operator(), at=AT)
    with pytest.raises(IntegrityError, match="approval_is_given_by_another"), transaction.atomic():
        Approval.objects.update(given_by=cast.operator(), given_at=AT)


@pytest.mark.parametrize("who", ["stranger", "ruth", "sam", "priya"])
def test_who_has_no_say_may_not_answer(who: str) -> None:
    with pytest.raises(NotAllowed):
        approvals.give(approval=asked(), by=getattr(cast, who)(), at=AT)


def test_the_council_s_own_staff_answer_about_their_council_only() -> None:
    approvals.give(approval=asked(), by=cast.colin(), at=AT)
    elsewhere = approvals.ask(**{**THING, "about_id": 10}, reason="x", council_code=LAMBETH, by=cast.operator(), at=AT)
    with pytest.raises(NotAllowed):
        approvals.give(approval=elsewhere, by=cast.colin(), at=AT)


def test_a_no_is_final() -> None:
    approval = asked()
    approvals.refuse(approval=approval, by=cast.second_operator(), at=AT)
    with pytest.raises(ApprovalIsOver):
        approvals.give(approval=approval, by=cast.second_operator(), at=AT)
    assert not approvals.is_given(**THING, at=AT)


def test_it_runs_out() -> None:
    approval, later = asked(), AT + timedelta(days=14)
    with pytest.raises(ApprovalIsOver):
        approvals.give(approval=approval, by=cast.second_operator(), at=later)
    given = approvals.give(approval=asked(), by=cast.second_operator(), at=AT)
    assert given.given_at == AT
    with pytest.raises(NeedsApproval):
        approvals.require(**THING, at=later)


def test_asking_twice_is_asking_once_and_says_why() -> None:
    assert asked() == asked()
    with pytest.raises(ReasonIsMissing):
        approvals.ask(**THING, reason=" ", by=cast.operator(), at=AT)


def test_a_yes_to_one_thing_is_no_yes_to_another() -> None:
    approvals.give(approval=asked(), by=cast.second_operator(), at=AT)
    with pytest.raises(NeedsApproval):
        approvals.require(**{**THING, "about_id": 10}, at=AT)
    with pytest.raises(NeedsApproval):
        approvals.require(**{**THING, "what": "remittance.hold"}, at=AT)


def test_an_approval_is_seen_by_its_people_and_operators() -> None:
    approval = approvals.ask(**THING, reason="x", by=cast.colin(), at=AT)
    assert approval in Approval.objects.visible_to(cast.colin())
    assert approval in Approval.objects.visible_to(cast.operator())
    assert not Approval.objects.visible_to(cast.sam()).exists()
    assert not Approval.objects.visible_to(cast.priya()).exists()
    assert not Approval.objects.visible_to(None).exists()


def test_what_waits_for_whom_leaves_out_what_they_asked_for() -> None:
    approval = asked()
    elsewhere = approvals.ask(**{**THING, "about_id": 10}, reason="x", council_code=LAMBETH, by=cast.operator(), at=AT)
    assert approvals_to_answer(cast.operator(), at=AT) == []
    assert approvals_to_answer(cast.second_operator(), at=AT) == [approval, elsewhere]
    assert approvals_to_answer(cast.colin(), at=AT) == [approval]
    assert approvals_to_answer(cast.sam(), at=AT) == []
    assert approvals_to_answer(cast.second_operator(), at=AT + timedelta(days=14)) == []


def test_a_room_may_know_others_who_may_answer_but_never_who_asked() -> None:
    asked = approvals.ask(what="room.act", about_kind="thing", about_id=1, reason="Why not.", by=cast.operator(), at=AT, council_code=SOUTHWARK)
    with pytest.raises(NotAllowed):
        approvals.give(approval=asked, by=cast.ruth(), at=AT)
    with pytest.raises(NotAllowed):
        approvals.give(approval=asked, by=cast.operator(), at=AT, room_says_may=True)
    assert approvals.give(approval=asked, by=cast.ruth(), at=AT, room_says_may=True).given_by == cast.ruth()


def test_who_just_met_somebody_finds_them_by_address_and_name_together() -> None:
    mary = cast.somebody("mary@example.com", "Mary Ann Reed")
    cast.somebody("nora@example.com", "Nora Hill", council=LAMBETH)
    sentences = set()
    for reach, name in (("mary@example.com", "Maria"), ("nobody@example.com", "Mary Ann Reed"), ("nora@example.com", "Nora Hill"), ("?", "x")):
        with pytest.raises(NobodyByThatAddress) as refused:
            find_to_vouch(reach=reach, full_name=name, by=cast.ruth(), at=AT)
        sentences.add(refused.value.sentence)
    assert len(sentences) == 1
    assert find_to_vouch(reach="Mary@example.com", full_name="mary  ann reed", by=cast.ruth(), at=AT) == mary
