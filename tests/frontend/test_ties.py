"""An operator who runs a provider, or works for it, is told on each page and over the API that two others say what becomes of its money."""

from uuid import uuid4

import pytest
from django.urls import reverse

from ledger.services import journals
from ledger.services.accounts import Account
from payments.models import Payee, Recovery, Remittance, StripeLine
from payments.services import recoveries, suspense
from people.models import Approval
from people.services import organisations
from tests import cast, cast_market
from tests.api.conftest import Api
from tests.frontend.reading import read_and_press
from tests.frontend.test_groups import _as, _text

pytestmark = pytest.mark.django_db
CLOSE = "You run this provider, work for it, or are close to who runs it."


@pytest.fixture
def going(set_clock):
    """Amina's yes is owed to Hodan's provider, and not out yet; Hodan runs the site as well."""
    story = cast_market.asked()
    story.yes("Amina")
    story.run()
    set_clock(story.at)
    organisations.give_role(person=cast.hodan(), kind="operator", organisation=None, council_code="", by=None, at=story.at)
    return Remittance.objects.get()


@pytest.fixture
def owed(going):
    payee = Payee.objects.get(owner=f"enterprise:{cast.barwaaqo().pk}")
    return Recovery.objects.create(
        payee=payee, pence=700, credited_pence=700, council_code=payee.council_code, about="line:txn_1", state="owed", opened_at=cast.AT
    )


def is_refused(answer) -> bool:
    return answer.status_code == 422 and CLOSE in _text(answer)


def test_what_their_provider_owes_is_borne_by_two_others(owed):
    close, other = _as(cast.hodan()), _as(cast.operator())
    page = reverse("operator-thing", args=["negative-providers", owed.pk])
    assert is_refused(close.post(page, {"reason": "We closed down."}))
    assert other.post(page, {"reason": "They closed down."}).status_code == 302
    asked = Approval.objects.get(what=recoveries.WRITE_OFF)
    answer = reverse("approval", args=[asked.pk])
    assert answer not in close.get(reverse("operator-approvals")).content.decode()
    assert answer in _as(cast.second_operator()).get(reverse("operator-approvals")).content.decode()
    assert is_refused(read_and_press(close, answer, agree="yes"))
    assert is_refused(read_and_press(close, answer, agree="no"))
    asked.refresh_from_db()
    assert (asked.given_at, asked.refused_at) == (None, None)
    waits = [one["id"] for one in Api(cast.hodan()).get("approvals/to-answer/")["results"]]
    assert asked.pk not in waits
    assert asked.pk in [one["id"] for one in Api(cast.second_operator()).get("approvals/to-answer/")["results"]]


def test_what_goes_to_their_provider_is_stopped_and_let_go_by_two_others(going):
    close, other = _as(cast.hodan()), _as(cast.operator())
    page = reverse("operator-stop", args=[going.pk])
    assert is_refused(close.post(page, {"what": "remittance.give_up", "reason": "Send it another way."}))
    refused = Api(cast.hodan()).post(f"remittances/{going.pk}/ask/", {"act": "hold", "reason": "So."}, 403)
    assert refused["detail"].startswith(CLOSE)
    other.post(page, {"what": "remittance.hold", "reason": "Somebody rang."})
    asked = Approval.objects.get(what="remittance.hold")
    assert is_refused(read_and_press(close, reverse("approval", args=[asked.pk]), agree="no"))
    for say in ("give", "refuse"):
        assert Api(cast.hodan()).post(f"approvals/{asked.pk}/{say}/", {}, 403)["detail"].startswith(CLOSE)
    read_and_press(_as(cast.second_operator()), reverse("approval", args=[asked.pk]), agree="yes")
    going.refresh_from_db()
    assert going.state == "on_hold"


def test_what_two_others_said_yes_to_over_the_api_is_carried_out_by_one_of_them(going):
    asked = Api(cast.operator()).post(f"remittances/{going.pk}/ask/", {"act": "give_up", "reason": "Another way."}, 200)
    Api(cast.second_operator()).post(f"approvals/{asked['approval']}/give/", {}, 200)
    assert Api(cast.hodan()).post(f"remittances/{going.pk}/give-up/", {}, 403)["detail"].startswith(CLOSE)
    assert Api(cast.operator()).post(f"remittances/{going.pk}/give-up/", {}, 200)["state"] == "cancelled"


def test_what_a_line_of_their_provider_was_is_said_by_two_others(going):
    key, council = uuid4(), going.council_code
    left = journals.Transfer(Account("SUSPENSE", council), Account("BANK", council), 1500)
    journals.post(journals.Journal(key, "line_unexplained", council, (left,), cast.AT))
    seen = {
        "pence": -1500,
        "fee_pence": 0,
        "net_pence": -1500,
        "currency": "gbp",
        "is_available": True,
        "available_on": cast.AT,
        "created_at": cast.AT,
    }
    line = StripeLine.objects.create(id="txn_1", kind="transfer", state="suspense", council_code=council, journal_key=key, **seen)
    page, said = reverse("operator-thing", args=["lines", line.pk]), {"about": f"payee:{going.payee_id}", "reason": "By hand."}
    assert is_refused(_as(cast.hodan()).post(page, {"kind": "transfer_by_hand", **said}))
    assert _as(cast.operator()).post(page, {"kind": "transfer_by_hand", **said}).status_code == 302
    answer = reverse("approval", args=[Approval.objects.get(what=suspense.EXPLAIN).pk])
    assert is_refused(read_and_press(_as(cast.hodan()), answer, agree="no"))
    read_and_press(_as(cast.second_operator()), answer, agree="no")
    assert line.explanations.get().refused_at is not None
