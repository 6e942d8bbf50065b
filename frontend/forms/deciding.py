"""Asking the group a question, answering one, saying that it was not done right, stopping a group."""

from typing import Any

from django import forms

from frontend.forms import Form, MoneyField, Option, PickField, TextField, YesNoField
from people.models import Person
from pooling.models import Ballot, Charter, Proposal
from pooling.selectors.deciding import Question

ANSWERS = {
    "yes": "Yes",
    "no": "No",
    "aside": Option("I can live with it", hint="You would not choose it, and you do not stop it."),
    "object": Option("I object", hint="It would do harm, or it is not what our group is for. Say why below."),
}


class WordsForm(Form):
    """A question in words: new, or said better."""

    title = TextField(
        label="Your question", max_length=120, help_text="Ask so that people can say yes or no. For example: Shall we meet on Tuesdays?"
    )
    text = TextField(label="What should people know before they answer?", required=False, lines=True, max_length=2000)


class QuestionForm(WordsForm):
    """A new question of somebody in the group."""

    kind = PickField(
        label="What is it about?",
        choices=[
            (Proposal.Kind.OTHER.value, Option("Something we do together", hint="It is written down that we agreed. It moves nobody’s money.")),
            (Proposal.Kind.WIND_DOWN.value, Option("Ending our group", hint="Everybody’s money goes back to where it came from.")),
        ],
    )
    cost = MoneyField(label="What could it cost in all?", required=False, help_text="Leave it empty if it costs nothing. A first guess is fine.")
    urgent = PickField(label="Can it wait?", choices=[])
    field_order = ("kind", "title", "text", "cost", "urgent")

    def __init__(self, *args: Any, charter: Charter, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        days = charter.discussion_days
        talk = f"We talk about it for {days} day{'' if days == 1 else 's'}, then everyone answers." if days else "Everyone can answer at once."
        choices = [("no", Option("Yes", hint=talk)), ("yes", Option("No. Ask everyone now", hint="They can answer as soon as you send it."))]
        self.fields["urgent"].choices = choices if charter.urgent_questions else choices[:1]  # type: ignore[attr-defined]


class AnswerForm(Form):
    """My answer, or that of somebody I may decide for. Nothing is chosen beforehand."""

    place = PickField(label="Whose answer is it?", choices=[])
    answer = PickField(label="What do you say?", choices=[])
    reason = TextField(
        label="Anything you want the others to know?",
        required=False,
        lines=True,
        max_length=400,
        help_text="The others read it, without your name, once it is decided.",
    )
    how = TextField(label="How did they tell you?", required=False, max_length=400, help_text="For example: she said so on the phone today.")
    version = forms.IntegerField(widget=forms.HiddenInput)
    shows = ("version",)

    def __init__(self, *args: Any, question: Question, viewer: Person, **kwargs: Any) -> None:
        super().__init__(*args, initial={"version": question.proposal.version}, **kwargs)
        self.fields["answer"].choices = [(each, ANSWERS[each]) for each in question.answers]  # type: ignore[attr-defined]
        self.ballots: dict[str, Ballot] = {str(one.membership_id): one for one in question.own if one.membership.is_in}
        if len(self.ballots) == 1:
            del self.fields["place"]
        else:
            self.fields["place"].choices = [(pk, one.membership.person.known_as) for pk, one in self.ballots.items()]  # type: ignore[attr-defined]
        if all(one.membership.person_id == viewer.pk for one in self.ballots.values()):
            del self.fields["how"]

    @property
    def ballot(self) -> Ballot:
        """Whose answer it is. Once the form is good."""
        only = next(iter(self.ballots.values()))
        return self.ballots[self.cleaned_data["place"]] if "place" in self.fields else only


class ChallengeForm(Form):
    reason = TextField(
        label="What was not done right?",
        lines=True,
        max_length=400,
        help_text="For example: I was not asked. Everybody in the group reads it. That you see it differently is not a fault.",
    )


class JudgeForm(Form):
    """An operator's answer, with reasons that the group reads."""

    upheld = YesNoField(label="Was it done right?", yes="No. The decision does not count", no="Yes. The decision stands")
    answer = TextField(label="Your reasons", lines=True, max_length=400, help_text="Everybody in the group reads them.")


class ReasonForm(Form):
    """Why something is done to a group."""

    reason = TextField(label="Why?", lines=True, max_length=400, help_text="It is kept. The people in the group read it.")


class StoppedForm(ReasonForm):
    """What happens to a group that is stopped."""

    what = PickField(
        label="What do you want to do?",
        choices=[
            ("renew", Option("Keep it stopped for three more working days", hint="Only by another person than the last one.")),
            ("go_on", Option("Let it go on", hint="A second person must agree.")),
            ("end", Option("End the group", hint="Only by another person than the last one. Everybody’s money goes home.")),
        ],
    )
    # Which request to let it go on the page showed, if one: nobody agrees to what they did not read.
    asked = forms.IntegerField(required=False, widget=forms.HiddenInput)
    shows = ("asked",)
    field_order = ("what", "reason")
