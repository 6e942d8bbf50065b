"""Wanted near you, a provider's sealed offer, and the group's pages after the close: pressed from the first page to the signing."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from marketplace.models import Agreement, Conflict, Offer, Score
from marketplace.services import offers
from people.models import Person
from pooling.models import Proposal
from tests import cast, cast_market, cast_offers
from tests.cast_offers import Asking
from tests.signing_in import signed_in
from tests.worlds import again, kept

pytestmark = pytest.mark.django_db
BARWAAQO, HANDS = "Barwaaqo Care", "Peckham Hands"
LIST_QUERIES = 12


def _as(person: Person) -> Client:
    return signed_in(person)


def _text(response: Any) -> str:
    return " ".join(response.content.decode().split())


# --- before the close (worlds of their own) ---


def test_a_provider_answers_in_one_press_changes_it_and_takes_it_back(set_clock: Any, django_assert_max_num_queries: Any) -> None:
    asking = cast_offers.opened()
    set_clock(asking.at)
    cast.home_visits()
    cast_market.enterprise()
    client, brief, lot = _as(cast.hodan()), asking.brief, asking.lot
    assert "Wanted near you" in _text(client.get(reverse("provider")))
    with django_assert_max_num_queries(LIST_QUERIES):
        listed = _text(client.get(reverse("provider-wanted")))
    assert reverse("wanted-brief", args=[brief.pk]) in listed
    assert reverse("offer-ready", args=[brief.pk]) in _text(client.get(reverse("wanted-brief", args=[brief.pk])))
    ready = _text(client.get(reverse("offer-ready", args=[brief.pk])))
    assert "£27.00" in ready
    assert "Send this offer" in ready
    client.post(reverse("offer-answer", args=[lot.pk]))
    offer = Offer.objects.get()
    assert offer.state == "submitted"
    change = reverse("offer-change", args=[offer.pk])
    said = {"visit_pence": "26.00", "starts_on": "14 April 2026", "weekdays": ["2", "4"], "words": "We cook.", "people_words": "Ifrah"}
    wrong = client.post(change, {**said, "visit_pence": "99.00", "milestones_words": "From week one."})
    assert wrong.status_code == 422
    assert "The most they can pay for one visit is £30.00." in _text(wrong)
    assert "We cook." in _text(wrong)
    client.post(change, {**said, "milestones_words": "From week one."})
    offer.refresh_from_db()
    assert (offer.version, offer.visit_pence) == (2, 2_600)
    assert "Sent in. Nobody reads it" in _text(client.get(reverse("offer", args=[offer.pk])))
    assert _as(cast.ruth()).get(reverse("offers", args=[brief.pk])).status_code == 404
    client.post(reverse("offer-out", args=[offer.pk]))
    offer.refresh_from_db()
    assert offer.state == "withdrawn"
    client.post(reverse("offer-begin", args=[lot.pk]))
    draft = Offer.objects.get(state="draft")
    assert "Not sent in yet" in _text(client.get(reverse("offer", args=[draft.pk])))
    client.post(reverse("offer-send", args=[draft.pk]))
    draft.refresh_from_db()
    assert draft.state == "submitted"


def test_the_group_says_ties_keeps_some_and_who_is_left_out_reads_why(set_clock: Any) -> None:
    asking = cast_offers.closed()
    set_clock(asking.at)
    amina, page = _as(cast.amina()), reverse("offers", args=[asking.brief.pk])
    first, second = asking.offers[BARWAAQO].pk, asking.offers[HANDS].pk
    assert reverse("offers", args=[asking.brief.pk]) in _text(amina.get(reverse("start")))
    assert "do you know anybody who offers?" in _text(amina.get(page))
    amina.post(reverse("offers-ties", args=[asking.brief.pk]), {f"tie_{first}": "none", f"tie_{second}": "none"})
    assert Conflict.objects.get().kind == "none"
    closely = reverse("offers-closely", args=[asking.brief.pk])
    wrong = amina.post(closely, {"keep": [str(first)]})
    assert wrong.status_code == 422
    assert "Write why, for each one." in _text(wrong)
    amina.post(closely, {"keep": [str(first)], f"why_{second}": "Too far from us."})
    assert asking.seen(HANDS).state == "not_selected"
    owner = _as(asking.seen(HANDS).enterprise.owner)
    assert "Too far from us." in _text(owner.get(reverse("offer", args=[second])))
    assert "Too far from us." not in _text(_as(cast.hodan()).get(reverse("offer", args=[first])))


ready = kept(cast_offers.scored)


@pytest.fixture
def asking(ready: Asking, set_clock: Any) -> Asking:
    set_clock(ready.at)
    made: Asking = again(ready)
    return made


def test_the_offers_stand_side_by_side_with_points_and_reasons(asking: Asking, django_assert_max_num_queries: Any) -> None:
    client, page = _as(cast.halima()), reverse("offers", args=[asking.brief.pk])
    with django_assert_max_num_queries(LIST_QUERIES):  # however many offers there are
        text = _text(client.get(page))
    for words in ("Side by side", "£18.00", "£54.00", "90 of 100", "50 of 100", "They know our food."):
        assert words.lower() in text.lower()
    for who in ("hodan", "stranger", "operator", "priya", "colin"):
        assert _as(getattr(cast, who)()).get(page).status_code == 404


def test_everybody_is_asked_about_one_only_when_each_has_points(asking: Asking) -> None:
    client, page = _as(cast.halima()), reverse("offers", args=[asking.brief.pk])
    ask = reverse("offers-ask", args=[asking.brief.pk, asking.offers[BARWAAQO].pk])
    assert ask in client.get(page).content.decode()
    Score.objects.filter(offer=asking.offers[HANDS]).delete()
    waits = client.get(page).content.decode()
    assert ask not in waits
    assert "You can ask everybody when each one you look at closely has points." in waits


def test_points_need_their_reasons_and_keep_what_was_typed(asking: Asking) -> None:
    client = _as(cast.halima())
    page = reverse("offers-points", args=[asking.brief.pk, asking.offers[BARWAAQO].pk])
    slugs = [one["slug"] for one in asking.brief.criteria]
    wrong = client.post(page, {f"points_{slug}": "9" for slug in slugs} | {f"reason_{slug}": "Kind people" for slug in slugs})
    assert wrong.status_code == 422
    assert "Kind people" in _text(wrong)
    client.post(page, {f"points_{slug}": "5" for slug in slugs} | {f"reason_{slug}": "Kind people" for slug in slugs})
    assert Score.objects.filter(membership=asking.walk.places["Halima"]).count() == len(slugs)


def test_from_asking_everybody_to_the_signing(asking: Asking, set_clock: Any) -> None:
    ruth, hodan = _as(cast.ruth()), _as(cast.hodan())
    ask = reverse("offers-ask", args=[asking.brief.pk, asking.offers[BARWAAQO].pk])
    assert ruth.post(ask, {}).status_code == 422
    assert "Why not Peckham Hands?" in _text(ruth.get(ask))
    gone = ruth.post(ask, {f"why_{asking.offers[HANDS].pk}": "Another knows our food."})
    question = Proposal.objects.get(kind="choose")
    assert gone["Location"] == reverse("group-question", args=[question.pk])
    asking.answer(question)
    set_clock(asking.at)
    offer = reverse("offer", args=[asking.offers[BARWAAQO].pk])
    assert offer in _text(hodan.get(reverse("provider")))
    assert "Yes, we will come" in _text(hodan.get(offer))
    hodan.post(reverse("offer-yes", args=[asking.offers[BARWAAQO].pk]))
    loser = asking.seen(HANDS)
    assert "Another knows our food." in _text(_as(loser.enterprise.owner).get(reverse("offer", args=[loser.pk])))
    asking.later(days=8)
    set_clock(asking.at)
    agreement = Agreement.objects.get()
    assert hodan.get(reverse("provider-agreement", args=[agreement.pk])).status_code == 404
    send = reverse("agreement-send", args=[agreement.pk])
    assert send in _text(ruth.get(reverse("offers", args=[asking.brief.pk])))
    assert ruth.post(send, {"who_to_ring": "Ruth"}).status_code == 422
    ruth.post(send, {"who_to_ring": "Ruth, 020 7525 0001", "what_i_want": "Ring me."})
    agreement.refresh_from_db()
    assert agreement.state == "with_parties"
    assert "Will you come?" in _text(hodan.get(reverse("provider-agreement", args=[agreement.pk])))
    assert "£18.00" in _text(_as(cast.amina()).get(reverse("agreement-yes", args=[agreement.pk])))


def test_asking_for_nobody_needs_a_reason_for_each(asking: Asking) -> None:
    page, client = reverse("offers-nobody", args=[asking.brief.pk]), _as(cast.ruth())
    assert client.post(page, {"why": "None."}).status_code == 422
    client.post(page, {"why": "None.", **{f"why_{one.pk}": "Not for us." for one in asking.offers.values()}})
    assert Proposal.objects.filter(kind="none_suitable").exists()


def test_who_was_not_chosen_objects_and_an_operator_answers(asking: Asking, set_clock: Any) -> None:
    asking.choose(BARWAAQO)
    set_clock(asking.at)
    loser = asking.seen(HANDS)
    owner = _as(loser.enterprise.owner)
    assert reverse("offer-unfair", args=[loser.pk]) in _text(owner.get(reverse("offer", args=[loser.pk])))
    owner.post(reverse("offer-unfair", args=[loser.pk]), {"reason": "Their cousin chose."})
    operator = _as(cast.operator())
    assert reverse("operator-choice", args=[loser.pk]) in _text(operator.get(reverse("operator-choices")))
    assert "Their cousin chose." in _text(operator.get(reverse("operator-choice", args=[loser.pk])))
    assert _as(cast.ruth()).get(reverse("operator-choice", args=[loser.pk])).status_code == 404
    operator.post(reverse("operator-choice", args=[loser.pk]), {"upheld": "yes", "reason": "A tie was not said."})
    asking.brief.refresh_from_db()
    assert asking.brief.state == "evaluating"
    assert "A tie was not said." in _text(owner.get(reverse("offer", args=[loser.pk])))


def test_who_was_not_chosen_may_come_back_when_the_choice_is_open(asking: Asking, set_clock: Any) -> None:
    asking.award(BARWAAQO)
    asking.later(days=22)
    set_clock(asking.at)
    loser = asking.seen(HANDS)
    owner = _as(loser.enterprise.owner)
    assert "They choose again" in _text(owner.get(reverse("offer", args=[loser.pk])))
    owner.post(reverse("offer-again", args=[loser.pk]))
    assert asking.seen(HANDS).state == "shortlisted"


def test_a_lapsed_offer_says_so(asking: Asking, set_clock: Any) -> None:
    chosen = asking.choose(BARWAAQO)
    asking.later(days=9)
    set_clock(asking.at)
    client = _as(cast.hodan())
    refused = client.post(reverse("offer-yes", args=[chosen.pk]), follow=True)
    assert "You did not answer in time." in _text(refused)
    assert chosen.picked_at is not None
    assert offers.accept_by(picked_at=chosen.picked_at) < asking.at
