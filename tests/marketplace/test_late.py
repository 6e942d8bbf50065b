"""After a payment that silence made: who may say it was wrong and until when, what that moves (nothing), and how two people end it."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from audit.errors import NotAllowed, Refusal
from audit.models import Entry, Fact
from ledger.models import Journal
from marketplace.models import Milestone, MilestoneShare
from marketplace.rules.tables import NotNow
from marketplace.selectors import proof, silence_facts, to_do
from marketplace.services import late, shares
from marketplace.services.decisions import ReasonIsMissing
from marketplace.services.shares import WordsAreMissing
from people.services import supporters
from tests import cast, cast_market
from tests.cast_market import Walk
from tests.worlds import again, kept

pytestmark = pytest.mark.django_db
WORDS = "Nobody came that week."


told = kept(cast_market.paid_by_silence)


@pytest.fixture
def story(told: Walk) -> Walk:
    return again(told)


def paid(story: Walk) -> MilestoneShare:
    return story.share("Amina", 4)


def tell_us(story: Walk) -> MilestoneShare:
    return late.query_late(share=paid(story), words=WORDS, by=cast.amina(), at=story.at)


def test_the_payer_says_it_was_wrong_and_no_money_moves(story: Walk) -> None:
    journals = Journal.objects.count()
    tell_us(story)
    row = paid(story)
    assert (row.state, row.late_words, row.late_by_id, row.late_at) == ("queried_late", WORDS, cast.amina().pk, story.at)
    assert (row.paid_pence, row.returned_pence, Journal.objects.count()) == (row.pence, 0, journals)
    fact = Fact.objects.get(kind="marketplace.share_queried_late")
    assert (fact.subject, fact.payload["pence"]) == (f"share:{row.pk}", row.pence)
    entry = Entry.objects.get(verb="marketplace.query_late")
    assert (entry.by_id, entry.on_behalf_of_id) == (cast.amina().pk, None)
    assert proof("default") == []


def test_a_late_question_keeps_no_week_open(story: Walk) -> None:
    week = paid(story).milestone
    before = Milestone.objects.get(pk=week.pk).state
    tell_us(story)
    assert paid(story).is_final
    assert not MilestoneShare.objects.unsettled().filter(pk=paid(story).pk).exists()
    assert Milestone.objects.get(pk=week.pk).state == before
    assert shares.advance_share(share_id=paid(story).pk, at=story.at + timedelta(days=100)) == 0


def test_the_twenty_eighth_day_counts_and_the_next_is_too_late(story: Walk) -> None:
    released = paid(story).released_at
    assert released is not None
    with pytest.raises(late.TooLate):
        late.query_late(share=paid(story), words=WORDS, by=cast.amina(), at=released + timedelta(days=29))
    late.query_late(share=paid(story), words=WORDS, by=cast.amina(), at=released + timedelta(days=28))
    assert paid(story).state == "queried_late"


def test_nobody_else_says_it_was_wrong(story: Walk) -> None:
    for who in (cast.hodan, cast.yusuf, cast.stranger, cast.operator, cast.ruth, cast.priya, cast.sam):
        with pytest.raises(NotAllowed):
            late.query_late(share=paid(story), words=WORDS, by=who(), at=story.at)
    assert paid(story).state == "released"


def test_a_helper_with_authority_over_visits_may_and_one_beside_may_not(story: Walk) -> None:
    beside, decides = cast.stranger(), cast.somebody("nephew@example.com", "Abdi Farah")
    supporters.ask(person=cast.amina(), supporter=beside, kind="beside", by=cast.amina(), at=cast.AT)
    row = supporters.ask(person=cast.amina(), supporter=decides, kind="for", decisions=["visits"], source="LPA", by=cast.amina(), at=cast.AT)
    supporters.confirm(supporter=row, by=cast.operator(), at=cast.AT)
    with pytest.raises(NotAllowed):
        late.query_late(share=paid(story), words=WORDS, by=beside, at=story.at)
    late.query_late(share=paid(story), words=WORDS, by=decides, at=story.at)
    entry = Entry.objects.get(verb="marketplace.query_late")
    assert (entry.by_id, entry.on_behalf_of_id) == (decides.pk, cast.amina().pk)


def test_what_somebody_said_yes_to_is_not_questioned_here(story: Walk) -> None:
    with pytest.raises(NotNow, match="Somebody said yes"):
        late.query_late(share=story.share("Amina", 1), words=WORDS, by=cast.amina(), at=story.at)


def test_it_needs_words(story: Walk) -> None:
    with pytest.raises(WordsAreMissing):
        late.query_late(share=paid(story), words=" ", by=cast.amina(), at=story.at)


def test_silence_pays_that_provider_nothing_more_while_it_is_open(story: Walk) -> None:
    assert not silence_facts(share=story.share("Amina", 5), at=story.at).was_questioned
    tell_us(story)
    assert silence_facts(share=story.share("Amina", 5), at=story.at).was_questioned


def test_two_people_without_an_interest_say_it_was_right_after_all(story: Walk) -> None:
    tell_us(story)
    first, second = cast.operator(), cast.second_operator()
    late.propose_dismissal(share=paid(story), reason="Her sister saw them come.", by=first, at=story.at)
    assert paid(story).state == "queried_late"
    with pytest.raises(NotNow, match="proposal already"):
        late.propose_dismissal(share=paid(story), reason="The same.", by=second, at=story.at)
    with pytest.raises(NotAllowed):
        late.confirm_dismissal(share=paid(story), reason="I agree with me.", by=first, at=story.at)
    with pytest.raises(ReasonIsMissing):
        late.confirm_dismissal(share=paid(story), reason=" ", by=second, at=story.at)
    late.confirm_dismissal(share=paid(story), reason="I rang her too.", by=second, at=story.at)
    row = paid(story)
    assert (row.state, row.late_reason, row.late_ended_at) == ("released", "Her sister saw them come.\nI rang her too.", story.at)
    assert row.paid_pence == row.pence
    entries = Entry.objects.filter(verb__in=["marketplace.propose_dismissal", "marketplace.dismiss"]).order_by("pk")
    assert list(entries.values_list("by_id", flat=True)) == [first.pk, second.pk]
    assert proof("default") == []
    with pytest.raises(NotNow, match="told us already"):
        tell_us(story)


def test_the_second_person_may_say_no_and_it_stays_open(story: Walk) -> None:
    tell_us(story)
    late.propose_dismissal(share=paid(story), reason="It was right.", by=cast.operator(), at=story.at)
    late.refuse_dismissal(share=paid(story), by=cast.second_operator(), at=story.at)
    assert (paid(story).state, late.dismissal(share=paid(story), at=story.at)) == ("queried_late", None)
    with pytest.raises(NotNow):
        late.confirm_dismissal(share=paid(story), reason="It was.", by=cast.second_operator(), at=story.at)


def test_parties_and_those_without_that_right_end_nothing(story: Walk) -> None:
    tell_us(story)
    for who in (cast.amina, cast.hodan, cast.yusuf, cast.ruth, cast.priya, cast.sam, cast.stranger):
        with pytest.raises(NotAllowed):
            late.propose_dismissal(share=paid(story), reason="It was right.", by=who(), at=story.at)


def test_an_operator_who_works_for_the_provider_ends_nothing(story: Walk) -> None:
    tell_us(story)
    cast_market.hire("Olu", person=cast.operator(), checked=False)
    with pytest.raises(NotAllowed):
        late.propose_dismissal(share=paid(story), reason="It was right.", by=cast.operator(), at=story.at)


def test_nothing_is_dismissed_that_nobody_questioned(story: Walk) -> None:
    with pytest.raises(NotNow):
        late.propose_dismissal(share=paid(story), reason="It was right.", by=cast.operator(), at=story.at)


def test_it_waits_for_those_who_decide_and_not_for_who_helps_the_group(story: Walk) -> None:
    tell_us(story)
    kinds = {who: {task.kind for task in to_do(getattr(cast, who)(), today=story.at.date())} for who in ("operator", "ruth", "hodan", "amina", "sam")}
    assert {who for who, found in kinds.items() if "decide_late" in found} == {"operator"}


def test_the_database_keeps_a_late_question_without_words_out(story: Walk) -> None:
    for wrong in ({"late_words": ""}, {"by_silence": False}, {"late_at": None}, {"paid_pence": 0}):
        good = {"state": "queried_late", "late_words": "No.", "late_at": story.at, "late_by": cast.amina()}
        with pytest.raises(IntegrityError), transaction.atomic():
            MilestoneShare.objects.filter(pk=paid(story).pk).update(**{**good, **wrong})


def test_every_refusal_says_what_to_do() -> None:
    assert issubclass(late.TooLate, Refusal)
    assert "private" in late.TooLate.sentence
