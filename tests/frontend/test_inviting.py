"""A provider invites somebody they help already: a code that leads to their page, tells of nobody else, and runs out."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from audit.errors import NotAllowed
from audit.models import Entry
from providers.models import Enterprise, Invitation
from providers.services import invitations
from providers.services.enterprises import suspend
from providers.services.listings import publish
from tests import cast
from tests.frontend.test_groups import _as, _text

pytestmark = pytest.mark.django_db


@pytest.fixture
def hodan(set_clock: Any) -> Client:
    set_clock(cast.AT)
    publish(listing=cast.home_visits(), by=cast.hodan(), at=cast.AT)
    return _as(cast.hodan())


def _code(client: Client) -> str:
    page = _text(client.post(reverse("provider-invite")))
    assert "We show it this once. It works until Monday 30 March." in page
    return re.search(r'money-xl">([2-9a-z]{4}-[2-9a-z]{4})<', page)[1]


def _at(code: str) -> str:
    return reverse("invited", args=[code])


def test_a_code_on_paper_leads_to_the_provider_and_to_nobody_else(hodan):
    code = _code(hodan)
    typed = Client().get(reverse("invited-code"), {"code": f" {code.upper().replace('-', ' ')} "})
    response = Client().get(typed.headers["Location"])
    page = _text(response)
    assert "Barwaaqo Care invites you" in page
    assert "£20.00 an hour for one person." in page
    assert "Make my own page with this on it" in page
    assert "Hodan" not in page  # nor anybody they help: the page knows what everybody may find, and no more
    assert (response["X-Robots-Tag"], "no-store" in response["Cache-Control"]) == ("noindex, nofollow", True)
    kept = Client()
    assert kept.post(reverse("near-picked"), {"pick": re.findall(r'name="pick" value="(s\d+)"', page), "do": "keep"}).headers["Location"] == reverse(
        "join"
    )
    mine = _text(_as(cast.amina()).get(_at(code)))
    assert "Book a time" in mine
    assert "Keep this on my page" in mine


def test_the_code_is_kept_as_a_print_and_nobody_writes_down_who_came(hodan):
    code = _code(hodan)
    row = Invitation.objects.get()
    _as(cast.amina()).get(_at(code))
    assert code.replace("-", "") not in str(vars(row))
    assert code not in _text(hodan.get(reverse("provider-invite")))
    assert f"Ends in <b>{code[-2:]}</b>" in _text(hodan.get(reverse("provider-invite")))
    assert [entry.by_id for entry in Entry.objects.filter(verb__startswith="providers.").filter(about_kind="invitation")] == [cast.hodan().pk]


def test_wrong_stopped_and_run_out_codes_are_the_same(hodan, set_clock):
    stopped, old = _code(hodan), _code(hodan)
    first = Invitation.objects.order_by("pk")[0]
    assert _as(cast.stranger()).post(reverse("provider-invite-stop", args=[first.pk])).status_code == 404
    with pytest.raises(NotAllowed):
        invitations.stop(invitation=first, by=cast.amina(), at=cast.AT)
    assert "is stopped." in _text(hodan.post(reverse("provider-invite-stop", args=[first.pk]), follow=True))
    assert Client().get(_at(old)).status_code == 200
    set_clock(cast.AT + timedelta(days=29))
    pages = {code: _text(Client().get(_at(code))).split('id="main"')[1].split("</main>")[0] for code in (stopped, old, "abcd-efgh")}
    answers = {page.replace(code, "") for code, page in pages.items()}
    assert len(answers) == 1
    assert len(answers) == 1
    assert "We don’t know this code." in answers.pop()


def test_whoever_is_stopped_or_not_ready_offers_nothing(hodan):
    code = _code(hodan)
    Enterprise.objects.update(state="draft")
    assert "Barwaaqo Care is not ready yet" in _text(Client().get(_at(code)))
    suspend(enterprise=Enterprise.objects.get(), reason="We look into it.", by=cast.operator(), at=cast.AT)
    assert Client().get(_at(code)).status_code == 404


def test_thirty_at_most_work_at_once(hodan):
    enterprise = Enterprise.objects.get()
    for _ in range(invitations.MOST):
        invitations.invite(enterprise=enterprise, by=cast.hodan(), at=cast.AT)
    refused = hodan.post(reverse("provider-invite"))
    assert refused.status_code == 422
    assert "30 invitations of yours work now." in _text(refused)


@pytest.mark.parametrize(("typed", "sentence"), [("", "Write an answer for “What is your code?”"), ("--", "We don’t know this code.")])
def test_no_code_at_all_gets_a_sentence(typed, sentence):
    response = Client().get(reverse("invited-code"), {"code": typed})
    assert response.status_code == 422
    assert sentence in _text(response)
