"""Questions for us: asked, answered with a receipt, taken back, challenged and judged on pages; groups stopped and given up."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audit import clock
from audit.services.deliveries import deliver_due
from people.models import Approval, Message, Person
from pooling.models import Challenge, Cluster, Proposal
from pooling.services import endings, proposals
from tests import cast, cast_pooling
from tests.signing_in import signed_in
from tests.worlds import again, kept

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
WORDS = {"kind": "other", "title": "Shall we meet on Tuesdays?", "text": "At the library.", "cost": "", "urgent": "yes"}


def browser(person: Person) -> Client:
    return signed_in(person)


def _group() -> Cluster:
    cluster, _ = cast_pooling.group(cast.amina(), cast.yusuf(), cast.halima(), at=cast.AT, facilitator=cast.ruth())
    cast.operator()
    cast.second_operator()
    cast.sam()
    return cluster


made = kept(_group)


@pytest.fixture
def group(made: Cluster) -> Cluster:
    cluster: Cluster = again(made)
    return cluster


def ask(cluster: Cluster, **changes: Any) -> Proposal:
    words = {"kind": "other", "title": "Shall we meet on Tuesdays?", "text": "", "urgent": True, **changes}
    return proposals.put_to_group(cluster=cluster, by=cast.amina(), at=clock.now(), **words)


def test_a_question_is_asked_found_from_home_answered_and_its_receipt_kept(group: Cluster) -> None:
    amina, yusuf = browser(cast.amina()), browser(cast.yusuf())
    made = amina.post(reverse("group-question-new", args=[group.pk]), WORDS)
    question = Proposal.objects.get()
    page = reverse("group-question", args=[question.pk])
    assert made["Location"] == page
    for address in (reverse("start"), reverse("group", args=[group.pk]), reverse("group-questions", args=[group.pk])):
        assert page in yusuf.get(address).content.decode()
    assert "checked" not in yusuf.get(page).content.decode()  # nothing is chosen beforehand
    refused = yusuf.post(page, {"answer": "object", "reason": "", "version": "1"})
    assert refused.status_code == 422
    assert "Say what harm it would do" in refused.content.decode()
    yusuf.post(page, {"answer": "yes", "reason": "I like Tuesdays", "version": "1"})
    ballot = question.ballots.get(membership__person=cast.yusuf())
    assert (ballot.answer, ballot.by) == ("yes", cast.yusuf())
    assert ballot.receipt
    assert ballot.receipt in yusuf.get(page).content.decode()
    seen = amina.get(page).content.decode()
    assert ballot.receipt not in seen
    assert "I like Tuesdays" not in seen


def test_an_answer_is_a_post_after_sign_in_and_a_link_only_opens_a_page(group: Cluster) -> None:
    """abuse.md 12."""
    question = ask(group)
    page = reverse("group-question", args=[question.pk])
    assert Client().post(page, {"answer": "yes"}).status_code == 302
    browser(cast.amina()).get(f"{page}?answer=yes")
    assert not question.ballots.exclude(answer="").exists()
    forged = Client(enforce_csrf_checks=True)
    forged.force_login(cast.amina(), backend="django.contrib.auth.backends.ModelBackend")
    assert forged.post(page, {"answer": "yes"}).status_code == 403
    assert not question.ballots.exclude(answer="").exists()


def test_mistakes_keep_what_was_typed(group: Cluster) -> None:
    again = browser(cast.amina()).post(reverse("group-question-new", args=[group.pk]), {**WORDS, "title": "", "cost": "lots"})
    body = again.content.decode()
    assert again.status_code == 422
    assert "At the library." in body
    assert "Write an amount in pounds" in body


def test_the_facilitator_reads_and_asks_and_has_no_answer_to_give(group: Cluster) -> None:
    question = ask(group)
    ruth = browser(cast.ruth())
    body = ruth.get(reverse("group-question", args=[question.pk])).content.decode()
    assert "Give my answer" not in body
    assert ruth.post(reverse("group-question", args=[question.pk]), {"answer": "yes"}).status_code == 409
    assert ruth.post(reverse("group-question-new", args=[group.pk]), WORDS).status_code == 302


def test_its_author_says_it_better_and_takes_it_back(group: Cluster) -> None:
    question = ask(group, urgent=False)
    amina = browser(cast.amina())
    words = reverse("group-question-words", args=[question.pk])
    amina.post(words, {"title": "Shall we meet on Mondays?", "text": ""})
    assert "Shall we meet on Tuesdays?" in amina.get(reverse("group-question", args=[question.pk])).content.decode()
    assert browser(cast.yusuf()).get(words).status_code == 404
    amina.post(reverse("group-question-take-back", args=[question.pk]))
    question.refresh_from_db()
    assert question.state == "withdrawn"


def test_a_decision_is_challenged_and_judged_with_reasons_that_the_group_reads(group: Cluster) -> None:
    question = ask(group)
    for place in group.memberships.all():
        proposals.cast(proposal=question, membership=place, answer="yes", by=place.person, at=clock.now())
    page = reverse("group-question", args=[question.pk])
    yusuf, olu = browser(cast.yusuf()), browser(cast.operator())
    yusuf.post(reverse("group-question-challenge", args=[question.pk]), {"reason": "I was told another day"})
    judge = reverse("operator-judge", args=[question.pk])
    assert "1 decision of groups that somebody says was not made right" in olu.get(reverse("operator")).content.decode()
    assert judge in olu.get(reverse("operator-groups")).content.decode()
    assert "I was told another day" in olu.get(judge).content.decode()
    assert olu.post(judge, {"upheld": "yes", "answer": ""}).status_code == 422
    olu.post(judge, {"upheld": "yes", "answer": "The letter had another day"})
    assert Challenge.objects.get().state == "upheld"
    assert "The letter had another day" in yusuf.get(page).content.decode()
    assert olu.get(judge).status_code == 404


def test_a_page_left_open_answers_no_other_words_and_then_shows_them(group: Cluster) -> None:
    question = ask(group, title="Shall we pay £5 a month?")
    page, yusuf = reverse("group-question", args=[question.pk]), browser(cast.yusuf())
    assert '<input type="hidden" name="version" value="1"' in yusuf.get(page).content.decode()
    for who, said in (("amina", "yes"), ("yusuf", "yes"), ("halima", "object")):
        place = group.memberships.get(person=getattr(cast, who)())
        proposals.cast(proposal=question, membership=place, answer=said, reason="It is too much.", by=place.person, at=clock.now())
    proposals.reopen(proposal=question, title="Shall we pay £50 a month?", text="", by=cast.amina(), at=clock.now())
    proposals.advance_due(at=clock.now() + 2 * DAY)
    question.refresh_from_db()
    assert (question.state, question.version) == ("voting", 2)
    old = yusuf.post(page, {"answer": "yes", "reason": "That is little.", "version": "1"})
    assert old.status_code == 422
    for shown in ("This question has other words", "£50 a month", "That is little.", '<input type="hidden" name="version" value="2"'):
        assert shown in old.content.decode()
    assert question.ballots.get(round=1, membership__person=cast.yusuf()).answer == ""


def test_who_may_answer_is_written_to_once_without_a_link_and_who_answered_no_more(group: Cluster) -> None:
    question = ask(group)
    while deliver_due(at=clock.now()):
        pass
    asked = Message.objects.filter(kind="question_opened")
    assert {one.person for one in asked} == {cast.amina(), cast.yusuf(), cast.halima()}
    assert not [one for one in asked if "http" in one.body or question.title in one.body]
    place = group.memberships.get(person=cast.amina())
    proposals.cast(proposal=question, membership=place, answer="yes", by=cast.amina(), at=clock.now())
    proposals.advance_due(at=clock.now() + 6 * DAY)
    while deliver_due(at=clock.now() + 6 * DAY):
        pass
    assert {one.person for one in Message.objects.filter(kind="question_again")} == {cast.yusuf(), cast.halima()}


def test_a_group_is_stopped_and_let_go_on_by_a_second_person_from_their_page(group: Cluster) -> None:
    stop = reverse("group-stop", args=[group.pk])
    olu, bea = browser(cast.operator()), browser(cast.second_operator())
    olu.post(stop, {"reason": "Somebody is frightened"})
    assert "Somebody is frightened" in browser(cast.amina()).get(reverse("group", args=[group.pk])).content.decode()
    while deliver_due(at=clock.now()):
        pass
    assert Message.objects.filter(kind="group_frozen").count() == 4
    olu.post(stop, {"what": "go_on", "reason": "It was cleared up"})
    assert Cluster.objects.get(pk=group.pk).state == "frozen"
    # Her page showed no request yet: she asked for it herself, and read nobody's reason.
    unread = bea.post(stop, {"what": "go_on", "reason": "It was nothing"})
    assert (unread.status_code, Cluster.objects.get(pk=group.pk).state) == (422, "frozen")
    asked = Approval.objects.get()
    for shown in ("It was cleared up", "It was nothing", f'<input type="hidden" name="asked" value="{asked.pk}"'):
        assert shown in unread.content.decode()
    bea.post(stop, {"what": "go_on", "reason": "I agree", "asked": asked.pk})
    assert Cluster.objects.get(pk=group.pk).state == "active"
    assert browser(cast.amina()).get(stop).status_code == 404


def test_who_looks_after_money_finds_the_groups_it_is_promised_to(group: Cluster) -> None:
    place = group.memberships.get(person=cast.yusuf())
    cast_pooling.promised(place, cast_pooling.isf(cast.yusuf(), holder=cast.kasmo(), confirmed_by=cast.sam(), at=cast.AT), at=cast.AT)
    sam = browser(cast.sam())
    body = sam.get(reverse("looking-after-groups")).content.decode()
    assert reverse("group-stop", args=[group.pk]) in body
    assert "Amina" not in sam.get(reverse("group-stop", args=[group.pk])).content.decode()
    assert browser(cast.amina()).get(reverse("looking-after-groups")).status_code == 404


@pytest.mark.usefixtures("group")
def test_a_group_that_never_began_is_given_up_from_its_page() -> None:
    cluster, _ = cast_pooling.group(cast.amina(), at=cast.AT)
    amina, page = browser(cast.amina()), reverse("group-give-up", args=[cluster.pk])
    assert page in amina.get(reverse("group", args=[cluster.pk])).content.decode()
    amina.post(page)
    cluster.refresh_from_db()
    assert cluster.state == "cancelled"
    assert amina.get(page).status_code == 404


def test_the_lists_ask_the_database_at_most_twelve_times(group: Cluster) -> None:
    for number in range(6):
        ask(group, title=f"Question {number}?")
    endings.freeze(cluster=group, reason="A worry", by=cast.operator(), at=clock.now())
    question = Proposal.objects.order_by("-pk")[0]
    pages = {
        reverse("group-questions", args=[group.pk]): cast.yusuf(),
        reverse("operator-groups"): cast.operator(),
        reverse("looking-after-groups"): cast.sam(),
    }
    for address, person in pages.items():
        client = browser(person)
        cache.clear()
        with CaptureQueriesContext(connection) as asked:
            assert client.get(address).status_code == 200
        assert len(asked) <= 12, (address, len(asked))
    client = browser(cast.yusuf())
    with CaptureQueriesContext(connection) as asked:
        assert client.get(reverse("group-question", args=[question.pk])).status_code == 200
    assert len(asked) <= 16
