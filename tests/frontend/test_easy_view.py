"""The easy view: where somebody decides about money, one idea a line with a picture beside it, and no sum of the page is lost."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from marketplace.models import Visit
from people.services import people
from pooling.models import Call
from tests import cast, cast_market
from tests.frontend.test_groups import _as
from tests.worlds import again, kept

pytestmark = pytest.mark.django_db
told = kept(cast_market.asked)
LONGEST = 24  # words in a sentence
TEMPLATES = Path(__file__).resolve().parent.parent.parent / "frontend" / "templates"
# Where people with a budget decide about it. In these folders each page with something to press has its own short text, or is named here.
OF_MONEY = ("agreement", "booking", "budget", "deciding", "group", "leaving", "money", "offers", "question", "varying", "visit", "wants")
NO_MONEY = {
    "its own page, one press further, decides": """agreement/show booking/show booking/held booking/times group/show group/mine
        varying/_offered wants/show""",
    "tells us of a budget, and moves nothing": "budget/add budget/change",
    "people, rules and words, never a sum": """agreement/family deciding/challenge deciding/give_up deciding/new deciding/stop deciding/words
        group/answer group/helper group/invite group/join group/meet group/start leaving/end leaving/gone leaving/remove leaving/told wants/answer
        wants/back wants/change wants/part wants/stop wants/write offers/ask offers/nobody offers/points offers/shortlist offers/ties""",
    "read by providers and those who work here": """booking/day_off booking/hours booking/hours_change leaving/answer leaving/resolve offers/change
        offers/judge offers/mine offers/ready offers/send offers/unfair question/reply varying/refuse varying/suspend wants/for_provider""",
}


@pytest.fixture
def story(told, set_clock) -> cast_market.Walk:
    walk = again(told)
    set_clock(walk.at + timedelta(minutes=1))
    return walk


def main_of(answer: Any) -> str:
    source = str(answer.content.decode())
    return source[source.index("<main") : source.index("</main>")]


def both(story: cast_market.Walk, path: str, data: dict[str, str] | None = None) -> tuple[str, str]:
    """A page as Amina sees it in full view and in easy view."""
    amina, seen = cast.amina(), []
    for easy in (False, True):
        people.set_easy_view(person=amina, easy_view=easy, by=amina, at=story.at)
        answer = _as(amina).post(path, data) if data else _as(amina).get(path)
        assert answer.status_code == 200, path
        seen.append(main_of(answer))
    return seen[0], seen[1]


def pages(story: cast_market.Walk) -> list[tuple[str, dict[str, str] | None]]:
    share = story.share("Amina")
    promise = {"portion": str(story.portions["Amina"].pk), "weekly_pence": "5", "weeks": "4", "starts_on": "6 April 2026"}
    answers = {f"visit_{part.pk}": "no" for part in share.visit_parts.all()} | {"words": "Nobody came."}
    return [
        (reverse("promise", args=[story.cluster.pk]), promise),
        (reverse("share-answer", args=[share.pk]), None),
        (reverse("share-answer", args=[share.pk]), answers),
        *[(reverse("payment", args=[call.pk]), None) for call in Call.objects.filter(membership__person=cast.amina(), state="called")[:1]],
        (reverse("promise", args=[story.cluster.pk]), None),
        (reverse("group-leave", args=[story.cluster.pk]), None),
        (reverse("agreement-change", args=[share.milestone.agreement_id]), None),
        (reverse("agreement-change", args=[share.milestone.agreement_id]), {"kind": "price", "visit_pence": "25", "why": ""}),
        (reverse("agreement-stop", args=[share.milestone.agreement_id]), None),
        *[(reverse("visit-away", args=[visit.pk, share.pk]), None) for visit, share in _to_come()],
    ]


def _to_come() -> list[tuple[Visit, Any]]:
    visits = Visit.objects.filter(payer__person=cast.amina(), state="planned").order_by("on")[:1]
    return [(visit, visit.milestone.shares.get(payer=visit.payer)) for visit in visits]


def test_each_page_that_decides_about_money_has_a_short_text_of_its_own():
    named = {f"{name}.html" for names in NO_MONEY.values() for name in names.split()}
    asking = {str(page.relative_to(TEMPLATES)): text for page in TEMPLATES.rglob("*.html") if _asks(text := page.read_text())}
    without = {name for name, text in asking.items() if name.split("/")[0] in OF_MONEY and 'include "easy/' not in text}
    assert sorted(without) == sorted(named)


def _asks(text: str) -> bool:
    return 'method="post"' in text or "base_question.html" in text


def test_each_short_text_stands_on_a_page():
    pages = "".join(page.read_text() for page in TEMPLATES.rglob("*.html"))
    assert [each.name for each in (TEMPLATES / "easy").iterdir() if f'include "easy/{each.name}"' not in pages] == []


def test_it_is_remembered_and_each_line_has_a_picture_and_every_sum_is_still_said(story):
    for path, data in pages(story):
        full, easy = both(story, path, data)
        assert 'class="ideas"' not in full
        lines = re.findall(r'<li><span class="idea">(.*?)</span><p>(.*?)</p></li>', easy, re.DOTALL)
        assert len(lines) >= 2, path
        assert all("<svg" in picture and 'aria-hidden="true"' in picture for picture, _ in lines)
        assert set(re.findall(r"£[\d,.]+\d", full)) <= set(re.findall(r"£[\d,.]+\d", easy)), path
        for sentence in re.split(r"[.?:]\s", re.sub(r"<[^>]+>", "", " ".join(text for _, text in lines))):
            assert len(sentence.split()) <= LONGEST, sentence


def test_the_same_can_be_pressed_in_both(story):
    for path, data in pages(story):
        full, easy = both(story, path, data)
        pressed = [re.findall(r'<button[^>]*name="([^"]*)"', one) for one in (full, easy)]
        assert pressed[0] == pressed[1], path
