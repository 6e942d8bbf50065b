"""Changing a group's rules: the answers of the start, and the longer list of points."""

from typing import Any

from frontend import words
from frontend.forms import Form, PickField, TextField
from frontend.forms.groups import StartGroupForm
from pooling.models import Charter, CostRule, DecisionRule
from pooling.rules.points import MOST_POINT_LETTERS, Point

NUMBERS = ("notice_days", "trial_days", "discussion_days", "answer_days")


def _days(*days: int) -> list[tuple[str, str]]:
    return [(str(day), "At once" if not day else words.count(day, "day") if day % 7 else words.count(day // 7, "week")) for day in days]


class ChangeRulesForm(Form):
    """The answers as they are now, to change. Everyone is asked before anything is new."""

    what_for = TextField(label="What is it for?", max_length=400)
    who_comes = TextField(label="Who can come?", max_length=400, lines=True)
    cost_rule = PickField(label="How do we split the cost?", choices=[])
    decision_rule = PickField(label="How do we decide?", choices=[], help_text="A vote never takes anybody’s money.")
    notice_days = PickField(label="How long before leaving must somebody say so?", choices=_days(7, 14, 28))
    trial_days = PickField(label="How long are the first days, to try it?", choices=_days(7, 14, 28))
    discussion_days = PickField(label="How long do we talk before we answer a question?", choices=_days(0, 1, 3, 7))
    answer_days = PickField(label="How long may people take to answer?", choices=_days(3, 5, 7, 14))
    text = TextField(label="Is there something else?", required=False, lines=True, max_length=5000)

    def __init__(self, *args: Any, charter: Charter, **kwargs: Any) -> None:
        now = {name: str(getattr(charter, name)) for name in self.base_fields}
        super().__init__(*args, **{**kwargs, "initial": now})
        self._choices("cost_rule", [*StartGroupForm.base_fields["cost_rule"].choices, (CostRule.AGREED_WEIGHTS.value, CostRule.AGREED_WEIGHTS.label)])  # type: ignore[attr-defined]
        self._choices("decision_rule", list(DecisionRule.choices))
        for name in NUMBERS:
            known = dict(self.fields[name].choices)  # type: ignore[attr-defined]
            self._choices(name, list({**known, **({} if now[name] in known else dict(_days(int(now[name]))))}.items()))

    def _choices(self, name: str, choices: list[tuple[str, Any]]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]

    @property
    def changes(self) -> dict[str, Any]:
        """Once the form is good: every answer, days as numbers."""
        return {name: int(value) if name in NUMBERS else value for name, value in self.cleaned_data.items()}


class PointForm(Form):
    """One point of the long list, in the group's own words."""

    question = "words"
    words = TextField(label="What do we agree?", required=False, lines=True, max_length=MOST_POINT_LETTERS)

    def __init__(self, *args: Any, point: Point, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["words"].label = point.label
        self.fields["words"].help_text = f"Leave it empty for the safe answer: {point.safe}"
