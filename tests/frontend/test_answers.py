"""Saying that visits happened, questions and being away, as the people who use the pages."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from marketplace.models import MilestoneShare, VisitPart
from marketplace.rules.dates import start_of
from marketplace.services import decisions, shares
from people.services import supporters
from tests import cast, cast_market
from tests.signing_in import signed_in
from tests.worlds import again, kept

pytestmark = pytest.mark.django_db


def _as(person) -> Client:
    return signed_in(person)


def _text(response) -> str:
    return " ".join(response.content.decode().split())


told = kept(cast_market.asked)


@pytest.fixture
def story(told, set_clock) -> cast_market.Walk:
    """Both visits of the first week were made and sent in; it is that moment."""
    walk = again(told)
    set_clock(walk.at)
    return walk


def _typed(walk: cast_market.Walk, name: str, *answers: str, **more: str) -> dict[str, str]:
    parts = walk.parts(walk.share(name))
    return {f"visit_{part.pk}": answer for part, answer in zip(parts, answers, strict=True)} | more


def _page(walk: cast_market.Walk, name: str) -> str:
    return reverse("share-answer", args=[walk.share(name).pk])


def test_nothing_is_chosen_beforehand(story):
    page = _text(_as(cast.amina()).get(_page(story, "Amina")))
    assert "Did this week’s visits happen?" in page
    assert "Barwaaqo Care wrote down 2 visits to you. £18.00 of your money is held for them." in page
    assert "We cooked maraq." in page
    assert " checked" not in page
    assert "If you say nothing, it is not paid." in page


def test_two_yeses_are_checked_sent_and_paid(story):
    client, typed = _as(cast.amina()), _typed(story, "Amina", "yes", "yes")
    shown = _text(client.post(_page(story, "Amina"), typed))
    assert "Check your answer" in shown
    assert "£18.00" in shown
    assert story.share("Amina").state == "asked"
    done = _text(client.post(_page(story, "Amina"), {**typed, "_confirm": "yes"}, follow=True))
    assert "£18.00 goes to Barwaaqo Care" in done
    assert story.share("Amina").state == "released"


def test_a_part_is_paid_and_the_rest_waits(story):
    client = _as(cast.amina())
    first = story.parts(story.share("Amina"))[0]
    typed = _typed(story, "Amina", "part", "yes", words="She left early.") | {f"minutes_visit_{first.pk}": "30"}
    shown = _text(client.post(_page(story, "Amina"), typed))
    assert "30 minutes of it happened" in shown
    assert "£13.50" in shown
    assert "£4.50" in shown
    assert 'value="30"' in _text(client.post(_page(story, "Amina"), {**typed, "_change": "yes"}))
    done = _text(client.post(_page(story, "Amina"), {**typed, "_confirm": "yes"}, follow=True))
    assert "£4.50 waits while you and Barwaaqo Care talk about it." in done
    assert sorted((one.state, one.pence) for one in story.shares("Amina")) == [("questioned", 450), ("released", 1350)]


@pytest.mark.parametrize(
    ("answers", "more", "sentence"),
    [
        (("", "yes"), {}, "Pick one answer for “Tuesday 24 March”."),
        (("maybe", "yes"), {}, "Pick one of the answers we show for “Tuesday 24 March”."),
        (("no", "yes"), {}, "Write a few words, so that the provider knows what was not right."),
        (("part", "yes"), {"words": "She left early."}, "Pick how long Ifrah was there on"),
    ],
)
def test_a_wrong_answer_gets_a_sentence_and_keeps_the_rest(story, answers, more, sentence):
    response = _as(cast.amina()).post(_page(story, "Amina"), _typed(story, "Amina", *answers, **more))
    assert response.status_code == 422
    assert sentence in _text(response)
    assert 'value="yes"' in _text(response)
    assert " checked" in _text(response)
    assert "She left early." in _text(response) or not more
    assert story.share("Amina").state == "asked"


def test_a_length_that_is_not_offered_is_refused(story):
    first = story.parts(story.share("Amina"))[0]
    typed = _typed(story, "Amina", "part", "yes", words="Short.") | {f"minutes_visit_{first.pk}": "90"}
    response = _as(cast.amina()).post(_page(story, "Amina"), typed)
    assert "Pick one of the answers we show for “How long was Ifrah there?”" in _text(response)


def test_not_sure_is_asked_again_tomorrow(story):
    typed = _typed(story, "Amina", "yes", "not_sure", _confirm="yes")
    done = _text(_as(cast.amina()).post(_page(story, "Amina"), typed, follow=True))
    assert "We ask you again tomorrow" in done
    assert story.share("Amina").not_sure_count == 1


def test_an_answer_before_the_week_is_over_is_kept(set_clock):
    walk = cast_market.covered()
    walk.do_visits(only=[1], submit=False)
    set_clock(walk.at)
    client, page = _as(cast.amina()), _page(walk, "Amina")
    assert "Did Ifrah come on Tuesday 24 March?" in _text(client.get(page))
    done = _text(client.post(page, _typed(walk, "Amina", "yes", _confirm="yes"), follow=True))
    assert "We have kept your answer." in done
    assert VisitPart.objects.get(share=walk.share("Amina")).answer == "yes"


def test_a_week_by_order_says_who_pays_after_the_yes(story):
    page = _text(_as(cast.halima()).get(_page(story, "Halima")))
    assert "Southwark Council pays £18.00 for them after the yes." in page
    typed = _typed(story, "Halima", "yes", "yes", _confirm="yes")
    done = _text(_as(cast.halima()).post(_page(story, "Halima"), typed, follow=True))
    assert "It is paid as soon as the money from Southwark Council is here." in done


def test_a_week_is_nobody_elses_business(story):
    page = _page(story, "Amina")
    for other in (cast.yusuf(), cast.hodan(), cast.ruth(), cast.sam(), cast.stranger()):
        assert _as(other).get(page).status_code == 404, other
        assert _as(other).post(page, _typed(story, "Amina", "yes", "yes", _confirm="yes")).status_code == 404, other
    assert Client().get(page).status_code == 302
    assert story.share("Amina").state == "asked"


def test_somebody_who_sits_with_her_sees_it_and_cannot_answer(story):
    friend = cast.somebody("friend@example.com", "Faduma Friend")
    supporters.ask(person=cast.amina(), supporter=friend, kind="beside", by=cast.amina(), at=story.at)
    page = _text(_as(friend).get(_page(story, "Amina")))
    assert "Amina says what happened, or somebody who may for them." in page
    assert "Show me what that does" not in page
    _as(friend).post(_page(story, "Amina"), _typed(story, "Amina", "yes", "yes", _confirm="yes"))
    assert story.share("Amina").state == "asked"


def test_a_note_is_shown_as_words_not_as_markup(story):
    VisitPart.objects.filter(share=story.share("Amina")).update(note="<script>alert(1)</script>")
    page = _text(_as(cast.amina()).get(_page(story, "Amina")))
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


# --- questions ---


def _question(walk: cast_market.Walk) -> MilestoneShare:
    parts = walk.parts(walk.share("Amina"))
    answers = [(parts[0], "yes", None), (parts[1], "no", None)]
    shares.answer(share=walk.share("Amina"), answers=answers, words="Nobody came on Thursday.", by=cast.amina(), at=walk.at)
    return walk.share("Amina", state="questioned")


def test_both_sides_talk_and_agree(story):
    share = _question(story)
    page, split = reverse("question", args=[share.pk]), reverse("question-split", args=[share.pk])
    payer, provider = _as(cast.amina()), _as(cast.hodan())
    shown = _text(provider.get(page))
    assert "Nobody came on Thursday." in shown
    assert "it goes back to who paid it" in shown
    provider.post(reverse("question-reply", args=[share.pk]), {"words": "The bus broke down."})
    assert "The bus broke down." in _text(payer.get(page))
    assert "Nothing moves until they say the same" in _text(provider.post(split, {"pay_pence": "4.50"}))
    provider.post(split, {"pay_pence": "4.50", "_confirm": "yes"})
    shown = _text(payer.get(page))
    assert "Barwaaqo Care says: pay £4.50 of £9.00." in shown
    assert "It is settled at once" in _text(payer.post(split, {"pay_pence": "£4.50"}))
    done = _text(payer.post(split, {"pay_pence": "£4.50", "_confirm": "yes"}, follow=True))
    assert "You both agree. It is settled." in done
    assert "£4.50 goes to Barwaaqo Care. £4.50 went back to who paid it." in done
    share.refresh_from_db()
    assert (share.state, share.decided_pence) == ("decided", 450)


def test_what_two_people_hold_back_is_not_said_in_the_payers_name_and_both_sides_read_that_they_do_not_end_it(story):
    story.yes("Halima")
    share = story.share("Halima")
    decisions.propose_hold_back(share=share, reason="Fraud.", by=cast.operator(), at=story.at)
    decisions.confirm_hold_back(share=share, by=cast.second_operator(), at=story.at)
    page, split = reverse("question", args=[share.pk]), reverse("question-split", args=[share.pk])
    for who in (cast.halima(), cast.hodan()):
        shown = _text(_as(who).get(page))
        assert "Two people hold this money back while they look into something." in shown
        assert "It was not right." not in shown
        assert "Agree it between you" not in shown
        told = _text(_as(who).post(split, {"pay_pence": "0", "_confirm": "yes"}, follow=True))
        assert "Two people decide how it ends." in told
    assert "Give your answer" in _text(_as(cast.hodan()).get(page))


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [("", "Write an amount in pounds"), ("half", "Write an amount in pounds"), ("9.01", "Write £9.00 or less.")],
)
def test_a_sum_that_does_not_fit_is_explained(story, typed, sentence):
    share = _question(story)
    response = _as(cast.amina()).post(reverse("question-split", args=[share.pk]), {"pay_pence": typed})
    assert response.status_code == 422
    assert sentence in _text(response)
    assert f'value="{typed}"' in _text(response) or not typed


def test_an_empty_reply_is_explained(story):
    response = _as(cast.hodan()).post(reverse("question-reply", args=[_question(story).pk]), {"words": " "})
    assert "Write an answer for “What do you say happened?”" in _text(response)


def test_a_question_is_nobody_elses_business(story):
    share = _question(story)
    for name in ("question", "question-reply", "question-split"):
        assert _as(cast.yusuf()).get(reverse(name, args=[share.pk])).status_code == 404, name
        assert _as(cast.stranger()).get(reverse(name, args=[share.pk])).status_code == 404, name
        assert Client().get(reverse(name, args=[share.pk])).status_code == 302, name
    assert _as(cast.amina()).get(reverse("question-reply", args=[share.pk])).status_code == 404
    assert _as(cast.amina()).get(reverse("question", args=[story.share("Yusuf").pk])).status_code == 404


# --- who comes, and being away ---


def test_away_in_time_costs_nothing_and_late_costs_what_was_signed(set_clock):
    walk = cast_market.covered().until(date(2026, 3, 13))
    set_clock(walk.at)
    client, (tuesday, thursday) = _as(cast.amina()), walk.visits()
    share = walk.share("Amina")
    assert "You do not pay for this visit." in _text(client.get(reverse("visit-away", args=[thursday.pk, share.pk])))
    done = _text(client.post(reverse("visit-away", args=[thursday.pk, share.pk]), follow=True))
    assert "Barwaaqo Care sees now that you are away on Thursday 26 March." in done
    assert "You are away" in done
    walk.until(start_of(date(2026, 3, 24)) - timedelta(hours=3))
    set_clock(walk.at)
    late = _text(client.get(reverse("visit-away", args=[tuesday.pk, share.pk])))
    assert "Barwaaqo Care keeps a part" in late
    assert "£9.00" in late
    assert _as(cast.yusuf()).get(reverse("visit-away", args=[tuesday.pk, share.pk])).status_code == 404


def test_the_list_of_visits_asks_little(story, django_assert_max_num_queries):
    client = _as(cast.amina())
    with django_assert_max_num_queries(12):
        page = _text(client.get(reverse("visits")))
    assert "Say what happened" in page
    assert "Tuesday 31 March" in page
    assert Client().get(reverse("visits")).status_code == 302
