"""One visit is written down once, however often it is pressed or sent."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from rest_framework.authtoken.models import Token
from rest_framework.test import APIClient

from marketplace.rules.dates import start_of
from marketplace.services import visits
from marketplace.services.visits import VisitIsThere
from tests import cast, cast_market
from tests.cast_market import Walk
from tests.frontend.test_provider import _as, _worker
from tests.worlds import again, kept

pytestmark = pytest.mark.django_db

TUESDAY = date(2026, 3, 24)

told = kept(lambda: cast_market.covered(weeks=2).until(start_of(TUESDAY) + timedelta(hours=1)))


@pytest.fixture
def story(told: Walk) -> Walk:
    return again(told)


def states(story: Walk) -> list[str]:
    return [visit.state for visit in story.visits()]


def test_i_am_here_twice_begins_one_visit(story: Walk) -> None:
    visits.begin(milestone=story.week(), worker=story.worker(), by=cast.hodan(), at=story.at)
    with pytest.raises(VisitIsThere):
        visits.begin(milestone=story.week(), worker=story.worker(), by=cast.hodan(), at=story.at + timedelta(seconds=5))
    assert states(story) == ["begun", "planned"]


def test_the_same_hour_is_written_down_once(story: Walk) -> None:
    times = {"started": story.at, "finished": story.at + timedelta(hours=1)}
    later = story.at + timedelta(hours=2)
    visits.record_later(milestone=story.week(), worker=story.worker(), by=cast.hodan(), at=later, **times)
    with pytest.raises(VisitIsThere):
        visits.record_later(milestone=story.week(), worker=story.worker(), by=cast.hodan(), at=later, **times)
    half = story.at + timedelta(minutes=30)
    with pytest.raises(VisitIsThere):
        visits.record_later(milestone=story.week(), worker=story.worker(), started=half, finished=later, by=cast.hodan(), at=later)
    assert states(story) == ["done", "planned"]
    visits.record_later(milestone=story.week(), worker=story.worker(), started=times["finished"], finished=later, by=cast.hodan(), at=later)
    assert states(story) == ["done", "done"]


def test_a_visit_that_nobody_finished_yesterday_keeps_nobody_from_beginning_today(story: Walk) -> None:
    visits.begin(milestone=story.week(), worker=story.worker(), by=cast.hodan(), at=story.at)
    visits.begin(milestone=story.week(), worker=story.worker(), by=cast.hodan(), at=story.at + timedelta(days=1))
    assert states(story) == ["begun", "begun"]


def test_i_am_here_pressed_twice_on_the_page_does_not_end_the_visit(story: Walk, set_clock) -> None:
    set_clock(story.at)
    client, page = _as(cast.hodan()), reverse("provider-visit", args=[story.visits()[0].pk])
    there = [str(story.share(name).pk) for name in story.places]
    for _ in range(2):
        client.post(page, {"worker": _worker("Ifrah"), "there": there})
    assert states(story) == ["begun", "planned"]


def test_a_program_that_sends_it_again_gets_the_first_answer(story: Walk, set_clock) -> None:
    set_clock(story.at + timedelta(hours=2))
    client, token = APIClient(), Token.objects.get_or_create(user=cast.hodan())[0]
    client.credentials(HTTP_AUTHORIZATION=f"Token {token.key}")
    said = {"milestone": story.week().pk, "worker": story.worker().pk}
    times = {"started": story.at.isoformat(), "finished": (story.at + timedelta(hours=1)).isoformat()}
    for path, body in {"record-later": said | times, "begin": said}.items():
        sent = [client.post(f"/api/v1/visits/{path}/", body, headers={"Idempotency-Key": path}, format="json") for _ in range(2)]
        assert [one.status_code for one in sent] == [201, 201], sent[1].content
        assert sent[0].json()["id"] == sent[1].json()["id"]
    assert states(story) == ["done", "begun"]
