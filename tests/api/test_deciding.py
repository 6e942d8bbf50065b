"""Questions of a group through the API: asked, answered with a receipt, challenged and judged; a group stopped by one and going on by two."""

from typing import Any

import pytest

from people.models import Approval
from people.services import organisations
from tests import cast, cast_pooling
from tests.api.conftest import Api

pytestmark = pytest.mark.django_db
TUESDAYS = {"kind": "other", "title": "Shall we meet on Tuesdays?", "urgent": True}
YES = {"answer": "yes", "version": 1}


def test_a_question_is_decided_and_a_group_is_stopped(set_clock: Any) -> None:
    set_clock(cast.AT)
    cluster, places = cast_pooling.group(cast.amina(), cast.yusuf(), cast.halima(), at=cast.AT, facilitator=cast.ruth())
    amina, yusuf, halima, ruth = (Api(person) for person in (cast.amina(), cast.yusuf(), cast.halima(), cast.ruth()))
    made = amina.post("proposals/", {**TUESDAYS, "cluster": cluster.pk}, 201)
    where = f"proposals/{made['id']}/"
    assert (made["state"], made["answers"], made["may_answer"], made["answered"]) == ("voting", ["yes", "no", "aside", "object"], 3, 0)
    Api(cast.stranger()).post("proposals/", {**TUESDAYS, "cluster": cluster.pk}, 400)  # the group is not there for them
    assert ruth.post(f"{where}answer/", {**YES, "membership": places[0].pk}, 403)["code"] == "helper_never_answers"
    assert yusuf.post(f"{where}answer/", {**YES, "answer": "object"}, 422)["code"] == "objection_needs_reason"
    yusuf.post(f"{where}answer/", {"answer": "yes"}, 400)  # to which words?
    assert yusuf.post(f"{where}answer/", {**YES, "version": 2}, 409)["code"] == "words_have_changed"
    said = yusuf.post(f"{where}answer/", YES)
    assert (said["answer"], len(said["receipt"])) == ("yes", 14)
    assert amina.post(f"{where}answer/", {**YES, "membership": places[1].pk}, 403)
    assert [row["answer"] for row in yusuf.rows("ballots/")] == ["yes"]
    for person in (amina, halima):
        person.post(f"{where}answer/", {**YES, "answer": "aside"})
    assert amina.get(where)["state"] == "passed"
    assert halima.post(f"{where}challenge/", {"reason": "I was not told."}, 201)["state"] == "open"
    operator, second = Api(cast.operator()), Api(cast.second_operator())
    assert operator.post(f"{where}reject-challenge/", {"answer": "You were told on Monday."})["state"] == "passed"
    assert amina.rows("challenges/")[0]["answer"] == "You were told on Monday."
    group = f"stoppable-groups/{cluster.pk}/"
    assert operator.post(f"{group}freeze/", {"reason": "A worry."})["state"] == "frozen"
    operator.post(f"{group}renew/", None, 403)
    operator.post(f"{group}propose-unfreeze/", {"reason": "Cleared up."})
    # Given alone it would let nothing go on, and be gone; and nobody in the group says a word to it.
    roles = {"kind": "holder_staff", "organisation": cast.southwark_money(), "council_code": cast.SOUTHWARK, "by": None, "at": cast.AT}
    organisations.give_role(person=cast.halima(), **roles)
    asked = f"approvals/{Approval.objects.get().pk}/"
    assert second.post(f"{asked}give/", None, 409)["code"] == "answer_it_where_it_is"
    for verb in ("give", "refuse"):
        Api(cast.halima()).post(f"{asked}{verb}/", None, 404)
    assert second.post(f"{group}unfreeze/")["state"] == "active"
