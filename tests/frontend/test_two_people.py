"""Two people end a question, and never one."""

import pytest
from django.urls import reverse

from marketplace.services import decisions, shares
from tests import cast, cast_market
from tests.frontend.test_helping import _as, _text
from tests.worlds import again, kept

pytestmark = pytest.mark.django_db

told = kept(cast_market.asked)


@pytest.fixture
def questioned(told, set_clock):
    story = again(told)
    set_clock(story.at)
    shares.question(share=story.share("Halima"), words="Nobody came on Thursday.", by=cast.halima(), at=story.at)
    return story


def test_of_a_written_order_nothing_goes_back_for_nobody_has_paid(questioned):
    shown = _text(_as(cast.halima()).get(reverse("question", args=[questioned.share("Halima").pk])))
    assert "if nobody has decided, it is not asked for." in shown


def test_of_what_two_people_hold_back_nobody_says_that_both_sides_may_settle_it(questioned):
    share = questioned.share("Halima")
    page, between = reverse("question-decide", args=[share.pk]), "both sides may still settle it between them"
    assert between in _text(_as(cast.operator()).get(page))
    type(share).objects.filter(pk=share.pk).update(held_back_at=questioned.at)
    assert between not in _text(_as(cast.operator()).get(page))


def test_two_people_end_a_question_and_never_one(questioned):
    page = reverse("question-decide", args=[questioned.share("Halima").pk])
    first, second = _as(cast.operator()), _as(cast.colin())
    assert "Nobody came on Thursday." in _text(first.get(page))
    asked = {"pay_pence": "9", "reason": "One visit is shown."}
    assert "Nothing moves yet" in _text(first.post(page, asked))
    first.post(page, {**asked, "_confirm": "yes"})
    assert "We wait for a second person" in _text(first.get(page))
    assert first.post(page, {"agree": "yes", "reason": "Me again"}).status_code == 200
    assert questioned.share("Halima").state == "questioned"
    shown = _text(second.get(page))
    assert "One visit is shown." in shown
    assert "£9.00" in shown
    assert '<input type="hidden" name="proposed_pence" value="900"' in shown
    refused = second.post(page, {"agree": "yes", "reason": "", "proposed_pence": "900"})
    assert refused.status_code == 422
    assert "Write why you agree." in _text(refused)
    assert "It is settled." in _text(second.post(page, {"agree": "yes", "reason": "I rang them both.", "proposed_pence": "900"}, follow=True))
    share = questioned.share("Halima")
    assert (share.state, share.decided_pence) == ("decided", 900)
    assert "I rang them both." in share.decided_reason


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"pay_pence": "lots"}, "Write an amount in pounds"),
        ({"pay_pence": "18.01"}, "£18.00"),
        ({"pay_pence": "-1"}, "Write an amount"),
        ({"reason": ""}, "Write an answer for “Why?”"),
    ],
)
def test_a_proposal_that_cannot_be_says_why(questioned, typed, sentence):
    page = reverse("question-decide", args=[questioned.share("Halima").pk])
    response = _as(cast.operator()).post(page, {"pay_pence": "9", "reason": "One visit is shown.", **typed})
    assert response.status_code == 422
    assert sentence in _text(response)
    assert "One visit is shown." in _text(response) or "reason" in typed


def test_a_page_left_open_agrees_to_nothing_that_was_proposed_since_and_then_shows_that(questioned):
    share = questioned.share("Halima")
    page, client = reverse("question-decide", args=[share.pk]), _as(cast.operator())
    decisions.propose_decision(share=share, pay_pence=0, reason="Nothing is shown.", by=cast.colin(), at=questioned.at)
    client.get(page)
    decisions.refuse_decision(share=share, by=cast.second_operator(), at=questioned.at)
    decisions.propose_decision(share=share, pay_pence=1_800, reason="She came.", by=cast.second_operator(), at=questioned.at)
    old = client.post(page, {"agree": "yes", "reason": "I rang her.", "proposed_pence": "0"})
    assert (old.status_code, questioned.share("Halima").state) == (422, "questioned")
    for shown in ("What is proposed has changed", "She came.", "I rang her.", '<input type="hidden" name="proposed_pence" value="1800"'):
        assert shown in _text(old)


def test_a_second_person_may_say_no(questioned):
    share = questioned.share("Halima")
    decisions.propose_decision(share=share, pay_pence=0, reason="Nothing is shown.", by=cast.colin(), at=questioned.at)
    page = reverse("question-decide", args=[share.pk])
    _as(cast.operator()).post(page, {"agree": "no", "proposed_pence": "0"})
    assert questioned.share("Halima").proposed_pence is None
    assert "How should this end?" in _text(_as(cast.operator()).get(page))


def test_who_looks_after_the_money_may_be_the_second_too(questioned):
    shares.question(share=questioned.share("Yusuf"), words="Nobody came.", by=cast.yusuf(), at=questioned.at)
    share = questioned.share("Yusuf")
    decisions.propose_decision(share=share, pay_pence=0, reason="Nothing is shown.", by=cast.operator(), at=questioned.at)
    page = reverse("question-decide", args=[share.pk])
    client = _as(cast.sam())
    assert f'href="{page}"' in _text(client.get(reverse("looking-after")))
    client.post(page, {"agree": "yes", "reason": "I rang Yusuf.", "proposed_pence": "0"})
    assert questioned.share("Yusuf").decided_pence == 0


def test_nobody_with_an_interest_decides(questioned):
    page = reverse("question-decide", args=[questioned.share("Halima").pk])
    for who in (cast.halima(), cast.amina(), cast.hodan(), cast.ruth(), cast.sam(), cast.stranger(), cast.priya()):
        assert _as(who).get(page).status_code == 404, who.full_name


def test_who_helps_the_group_is_told_to_help_them_talk(questioned):
    desk = _text(_as(cast.ruth()).get(reverse("helping")))
    assert "Help them talk" in desk
    assert reverse("question", args=[questioned.share("Halima").pk]) in desk
