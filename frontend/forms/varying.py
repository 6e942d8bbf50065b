"""Changing visits that are on: what to change, what one says to a change, stopping, and a week that is short."""

from collections.abc import Mapping, Sequence
from typing import Any

from frontend import words
from frontend.forms import Form, MoneyField, Option, PickField, TextField, TickField
from frontend.forms.agreements import WEEKDAYS, YesForm
from marketplace.models import Agreement, SuspendedFor
from marketplace.services.changing import MOST_VISIT_PENCE
from pooling.models import Membership, Pledge

_ANSWERS = {
    "accept": Option("Yes", hint="I pay the new price."),
    "no": Option("No, leave it as it is", hint="Nothing changes for anybody."),
    "replace": Option("Somebody else takes the place", hint="We ask them. Then you see the price again.", reveals=("instead",)),
    "shrink": Option("Fewer visits, so that it costs no more", hint="We ask the provider. Then you see the price again."),
    "close": Option("I stop too", hint="You pay nothing for the weeks with the new price."),
}


class ChangeForm(Form):
    """Another price for a visit, or other days."""

    kind = PickField(
        label="What should be different?",
        choices=[("price", Option("The price of a visit", reveals=("visit_pence",))), ("visits", Option("The days", reveals=("weekdays",)))],
    )
    visit_pence = MoneyField(label="What should one visit cost?", most=MOST_VISIT_PENCE, required=False)
    weekdays = TickField(label="On which days should they come?", choices=WEEKDAYS, required=False)
    why = TextField(label="Why? The others read this.", required=False, lines=True, max_length=400)

    def __init__(self, *args: Any, agreement: Agreement, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["visit_pence"].help_text = f"Now it is {words.pounds(agreement.visit_pence)}."
        self.fields["weekdays"].initial = [str(day) for day in agreement.weekdays]

    def terms(self) -> dict[str, Any]:
        """The arguments of `changing.propose`, but for the agreement and who asks."""
        said = self.cleaned_data
        days = [int(day) for day in said["weekdays"]] if said["kind"] == "visits" else []
        price = said["visit_pence"] if said["kind"] == "price" else None
        return {"kind": said["kind"], "visit_pence": price, "weekdays": days, "why": said["why"]}


class AnswerForm(Form):
    """What one payer says to a change. `instead`: who could take the place."""

    answer = PickField(label="What do you say?", choices=[])
    instead = PickField(label="Who could take the place?", choices=[], required=False)

    def __init__(self, *args: Any, answers: frozenset[str], places: Sequence[Membership], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = {key: option for key, option in _ANSWERS.items() if key in answers and (key != "replace" or places)}
        self.places: Mapping[str, Membership] = {str(place.pk): place for place in places}
        self.fields["answer"].choices = list(offered.items())  # type: ignore[attr-defined]
        self.fields["instead"].choices = [(key, place.person.known_as) for key, place in self.places.items()]  # type: ignore[attr-defined]
        if "replace" not in offered:
            del self.fields["instead"]

    @property
    def chosen(self) -> Membership | None:
        return self.places.get(self.cleaned_data.get("instead") or "")


class PlaceForm(YesForm):
    """Somebody who would take a place: yes with a promise, or no."""

    answer = PickField(label="Would you like to take the place?", choices=[("accept", "Yes"), ("close", "No, thank you")])
    field_order = ("answer", "pledge", "related")

    def __init__(self, *args: Any, pledges: list[Pledge], **kwargs: Any) -> None:
        super().__init__(*args, pledges=pledges, **kwargs)
        del self.fields["version"]
        for name in ("pledge", "related"):
            self.fields[name].required = False

    @property
    def said(self) -> dict[str, Any]:
        """`pledge` and `related`, where they said yes."""
        if self.cleaned_data["answer"] != "accept":
            return {}
        return {"pledge": self.pledges.get(self.cleaned_data["pledge"]), "related": self.cleaned_data["related"] or None}


class StopForm(Form):
    """I stop; or a question to everybody whether it should end."""

    who = PickField(label="What should end?", choices=[])
    why = TextField(label="Why? The others read this.", required=False, lines=True, max_length=400)

    def __init__(self, *args: Any, may_stop: bool, may_ask: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        me = Option("My part", hint="The others see a new price first, and each says yes or no.")
        everybody = Option("All of it, for everybody", hint="It ends when everybody who pays says yes.")
        choices = [*([("me", me)] if may_stop else []), *([("all", everybody)] if may_ask else [])]
        self.fields["who"].choices = choices  # type: ignore[attr-defined]


class ShortWeekForm(Form):
    """Somebody whose part is covered, and a week that is short."""

    choice = PickField(label="What would you like?", choices=[])
    pence = MoneyField(label="How much of it do you take over?", required=False)

    def __init__(self, *args: Any, missing_pence: int, visits: int, has_said: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        over = Option("I take over some of what is missing", hint="This one week only.", reveals=("pence",))
        fewer = Option(f"{words.count(visits, 'visit')} for the money that is here", hint="Everybody whose part is covered must want this.")
        back = Option("I take back what I said")
        rows = [("over", over, missing_pence > 0), ("fewer", fewer, visits > 0), ("back", back, has_said)]
        self.fields["choice"].choices = [(key, option) for key, option, is_there in rows if is_there]  # type: ignore[attr-defined]
        self.fields["pence"].help_text = f"Up to {words.pounds(missing_pence)}."


class SuspendForm(Form):
    """Why there are no new visits for now."""

    why = PickField(
        label="What is it about?",
        choices=[
            (SuspendedFor.SAFEGUARDING, "Somebody may not be safe"),
            (SuspendedFor.ELIGIBILITY, "Whether the money may pay for it"),
            (SuspendedFor.INSOLVENCY, "Whether the provider can go on"),
        ],
    )
    reason = TextField(
        label="What should they read?", help_text="Everybody in it reads this, also the provider. Do not name anybody.", lines=True, max_length=1000
    )
