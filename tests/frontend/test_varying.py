"""Changing visits that are on, stopping, and a short week, as pages: each sees their own old and new price, and nobody else's."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from frontend import notices_of_varying
from marketplace.models import Change, ShortAnswer
from marketplace.services import changing, exits
from people.models import Message
from pooling.models import Proposal
from tests import cast, cast_market
from tests.cast_market import Walk
from tests.signing_in import signed_in
from tests.worlds import again, kept

pytestmark = pytest.mark.django_db


def _covered() -> Walk:
    story = cast_market.running()
    story.pay("Amina", "Yusuf")
    return story


world = kept(_covered)


@pytest.fixture
def story(world: Walk, set_clock) -> Walk:
    mine = again(world)
    set_clock(mine.at)
    return mine


def _as(person) -> Client:
    return signed_in(person)


def text(response) -> str:
    return response.content.decode().replace("&#x27;", "’")


def test_a_payer_asks_for_other_days_and_sees_every_price_before(story: Walk) -> None:
    client, page = _as(story.person("Amina")), reverse("agreement-change", args=[story.agreement.pk])
    assert page in text(client.get(reverse("agreement", args=[story.agreement.pk])))
    refused = client.post(page, {"kind": "visits", "weekdays": ["2", "4"], "why": "I would like more"})
    assert (refused.status_code, "other days than now" in text(refused), "I would like more" in text(refused)) == (422, True, True)
    check = text(client.post(page, {"kind": "visits", "weekdays": ["2"]}))
    assert "£9.00" in check
    assert "Check before you ask" in check
    assert not Change.objects.exists()
    client.post(page, {"kind": "visits", "weekdays": ["2"], "_confirm": "yes"})
    change = Change.objects.get()
    assert (change.state, change.answers.get(payer=story.payer("Amina")).answer) == ("asking", "accept")
    assert client.get(page).status_code == 404


def test_everybody_answers_on_the_page_and_the_provider_too(story: Walk) -> None:
    change = changing.propose(agreement=story.agreement, kind="price", visit_pence=3_000, by=story.person("Amina"), at=story.at)
    page = reverse("change", args=[change.pk])
    yusuf, hodan = _as(story.person("Yusuf")), _as(cast.hodan())
    shown = text(yusuf.get(page))
    assert all(sum_ in shown for sum_ in ("£18.00", "£20.00", "£216.00", "£236.00"))
    assert page in text(yusuf.get(reverse("start")))
    assert yusuf.post(page, {}).status_code == 422
    assert yusuf.post(page, {"answer": "accept"}).status_code == 302
    assert _as(story.person("Halima")).post(page, {"answer": "accept"}).status_code == 302
    assert "£20.00" not in text(hodan.get(page))
    hodan.post(reverse("change-yes", args=[change.pk]))
    change.refresh_from_db()
    assert change.state == "applied"
    assert hodan.get(reverse("change-no", args=[change.pk])).status_code == 404


def test_a_provider_says_no_and_who_asked_takes_it_back(story: Walk) -> None:
    asked = {"agreement": story.agreement, "kind": "price", "visit_pence": 2_000, "by": story.person("Amina"), "at": story.at}
    change = changing.propose(**asked)
    _as(cast.hodan()).post(reverse("change-no", args=[change.pk]), {"reason": "Too little"})
    change.refresh_from_db()
    assert (change.state, change.ended_reason) == ("refused", "Too little")
    other = changing.propose(**asked)
    _as(story.person("Yusuf")).post(reverse("change-take-back", args=[other.pk]))
    _as(story.person("Amina")).post(reverse("change-take-back", args=[other.pk]))
    other.refresh_from_db()
    assert other.state == "withdrawn"


def test_stopping_says_what_it_costs_and_asks_the_others(story: Walk) -> None:
    client, page = _as(story.person("Yusuf")), reverse("agreement-stop", args=[story.agreement.pk])
    shown = text(client.get(page))
    assert "If you stop today, the most you still pay" in shown
    assert "£36.00" in shown, "two weeks begin by Thursday 2 April"
    assert client.post(page, {}).status_code == 422
    client.post(page, {"who": "me"})
    assert "You stop." in text(client.get(reverse("agreement", args=[story.agreement.pk])))
    amina, change = _as(story.person("Amina")), Change.objects.get()
    shown = text(amina.get(reverse("change", args=[change.pk])))
    assert "Fewer visits, so that it costs no more" in shown
    amina.post(reverse("change", args=[change.pk]), {"answer": "shrink"})
    assert change.answers.get(payer=story.payer("Amina")).answer == "shrink"


def test_asking_everybody_to_end_it(story: Walk) -> None:
    client = _as(story.person("Yusuf"))
    client.post(reverse("agreement-stop", args=[story.agreement.pk]), {"who": "all", "why": "Too dear"})
    assert (Change.objects.get().kind, Change.objects.get().why) == ("end", "Too dear")


def test_a_short_week_offers_what_each_may_do(story: Walk, set_clock) -> None:
    while story.week().state != "short":
        story.at += timedelta(days=3)
        story.run()
    set_clock(story.at)
    page, amina = reverse("week-short", args=[story.week().pk]), _as(story.person("Amina"))
    assert page in text(amina.get(reverse("agreement", args=[story.agreement.pk])))
    assert "costs £54.00. £18.00 is missing." in text(amina.get(page))
    assert "Up to £18.00." in text(amina.get(page))
    assert amina.post(page, {"choice": "over", "pence": "18.01"}).status_code == 422
    amina.post(page, {"choice": "over", "pence": "10"})
    assert ShortAnswer.objects.live().get().pence == 1_000
    assert "You take over £10.00." in text(amina.get(page))
    amina.post(page, {"choice": "back"})
    amina.post(reverse("week-short-ask", args=[story.week().pk]))
    assert Proposal.objects.get(kind="leave_out").about_id == story.call("Halima").pk
    halima = text(_as(story.person("Halima")).get(page))
    assert "Your part is paid in" not in halima
    for name in ("Amina", "Yusuf"):
        _as(story.person(name)).post(page, {"choice": "fewer"})
    hodan, short = _as(cast.hodan()), reverse("provider-week-short", args=[story.week().pk])
    assert "Come for 1 visit" in text(hodan.get(short))
    hodan.post(short, {"choice": "fewer"})
    assert (story.week().state, story.week().visits_planned) == ("funded", 1)


def test_messages_say_the_sum_once_and_never_whose_part_is_missing(story: Walk) -> None:
    exits.stop(agreement=story.agreement, membership=story.places["Yusuf"], by=story.person("Yusuf"), at=story.at)
    change = Change.objects.get()
    assert notices_of_varying.change_asked(change_id=change.pk, at=story.at) == 2
    bodies = " ".join(Message.objects.filter(kind="change_asked").values_list("body", flat=True))
    assert notices_of_varying.change_asked(change_id=change.pk, at=story.at) == 0
    assert "£24.00 a week instead of £18.00" in bodies
    assert notices_of_varying.keep_going(agreement_id=story.agreement.pk, why="short", milestone_id=story.week().pk, at=story.at) == 4
    assert "Halima" not in Message.objects.filter(kind="keep_going").latest("pk").body


def test_an_outsider_finds_none_of_it(story: Walk) -> None:
    change = changing.propose(agreement=story.agreement, kind="price", visit_pence=3_000, by=story.person("Amina"), at=story.at)
    stranger = _as(cast.stranger())
    for name, pk in (("change", change.pk), ("agreement-change", story.agreement.pk), ("agreement-stop", story.agreement.pk)):
        assert stranger.get(reverse(name, args=[pk])).status_code == 404
