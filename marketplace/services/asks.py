"""A council's officer asks those who found nothing, through us. Who they are stays with us; each says, or says not, what they want to say."""

from datetime import datetime, timedelta

from audit.errors import NotAllowed, Refusal
from marketplace.models import Need, OfficerAnswer, OfficerQuestion
from marketplace.policies import may_plan_for
from marketplace.rules.suppression import is_enough
from marketplace.services.writing import log, tell
from people.models import Council, Person
from people.policies import may_act_for
from pooling.services.transactions import all_or_nothing
from vocabulary.models import Term

ANSWER_DAYS = 14
LONGEST_QUESTION = 300
LONGEST_ANSWER = 1_000
REST_DAYS = 28
"""So long after a question about a kind of help no other is sent about it: nobody is asked every week."""


class TooFewToAsk(Refusal):
    """Fewer than 8 agreed to be asked: answers without names would still tell who they are of."""

    code = "too_few_to_ask"
    sentence = "Fewer than 8 people said that they may be asked about this. So we can’t send it."
    field = "words"


class AskedNotLongAgo(Refusal):
    """There was a question about this kind of help in the last four weeks."""

    code = "asked_not_long_ago"
    sentence = "They were asked something not long ago. Wait until four weeks have passed."
    field = "words"


class QuestionIsNotClear(Refusal):
    """No words, too many, or words that lead somewhere else."""

    code = "question_not_clear"
    sentence = f"Write a question of at most {LONGEST_QUESTION} letters, without an address or a phone number in it."
    field = "words"


class AnswerIsNotClear(Refusal):
    """No words, or too many."""

    code = "answer_not_clear"
    sentence = f"Write your answer in at most {LONGEST_ANSWER} letters."
    field = "words"


class TooLateToAnswer(Refusal):
    """It was answered already, or its closing day has passed."""

    code = "too_late_to_answer"
    sentence = "This question is closed, or you have answered it."


@all_or_nothing
def ask(*, council_code: str, category: str, words: str, by: Person, at: datetime) -> OfficerQuestion:
    """Sends a question to those who can't find this kind of help, were counted and said that they may be asked. `category`: slug.

    Raises NotAllowed, QuestionIsNotClear, AskedNotLongAgo, TooFewToAsk. The officer learns only that eight or more were asked.
    """
    if not may_plan_for(by=by, council_code=council_code, at=at):
        raise NotAllowed
    words = " ".join(words.split())
    if not 10 <= len(words) <= LONGEST_QUESTION or _leads_away(words) or not Term.objects.categories().filter(slug=category).exists():
        raise QuestionIsNotClear
    # One at a time for each council: two at once would both see nothing sent before.
    Council.objects.select_for_update(of=("self",)).get(pk=council_code)
    since = at - timedelta(days=REST_DAYS)
    if OfficerQuestion.objects.filter(council_code=council_code, category=category, asked_at__gt=since).exists():
        raise AskedNotLongAgo
    people = _may_be_asked(council_code, category)
    if not is_enough(len(people)):
        raise TooFewToAsk
    closes_at = at + timedelta(days=ANSWER_DAYS)
    question = OfficerQuestion.objects.create(
        council_code=council_code, category=category, words=words, asked_by=by, asked_at=at, closes_at=closes_at
    )
    OfficerAnswer.objects.bulk_create(OfficerAnswer(question=question, person_id=pk, council_code=council_code) for pk in people)
    log(by=by, verb="officer_asked", row=question, at=at, category=category)
    tell(kind="officer_asked", row=question, at=at)
    return question


def _may_be_asked(council_code: str, category: str) -> list[int]:
    needs = Need.objects.counted_for(council_code).filter(category=category, state=Need.State.UNMET, may_ask=True, person__is_active=True)
    return sorted(set(needs.values_list("person_id", flat=True)))


def _leads_away(words: str) -> bool:
    """A message of ours never carries an address or a number to ring (abuse.md 11)."""
    lowered = words.lower()
    return any(part in lowered for part in ("http", "www.", "@", ".com", ".uk", ".org")) or sum(letter.isdigit() for letter in words) > 6


@all_or_nothing
def answer(*, answer: OfficerAnswer, words: str, by: Person, at: datetime, name: str = "") -> OfficerAnswer:
    """The person's own words, and a name only if they choose one. Raises NotAllowed, TooLateToAnswer, AnswerIsNotClear."""
    row = OfficerAnswer.objects.locked().select_related("question", "person").get(pk=answer.pk)
    if not may_act_for(by=by, person=row.person, decision="groups", at=at):
        raise NotAllowed
    if row.answered_at is not None or row.question.closes_at <= at:
        raise TooLateToAnswer
    words, name = words.strip(), " ".join(name.split())
    if not words or len(words) > LONGEST_ANSWER or len(name) > 80:
        raise AnswerIsNotClear
    row.words, row.name, row.answered_at = words, name, at
    row.save(update_fields=["words", "name", "answered_at"])
    log(by=by, verb="answer_officer", row=row, at=at, on_behalf_of=row.person, named=bool(name))
    return row
