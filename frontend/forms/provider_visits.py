"""Recording visits on a phone: I am here, I am done, write one down later."""

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

from frontend.forms import DateField, Form, Option, PickField, TextField, TickField, TimeField
from frontend.presenters.provider_visits import Guest
from frontend.words import LONDON
from marketplace.models import MilestoneShare
from people.models import Person
from providers.models import Enterprise, Worker


class _WithWorker(Form):
    """Who comes: from those who work there now. Whoever looks is named first, if they work there."""

    worker = PickField(label="Who is it?", choices=[])

    def __init__(self, *args: Any, enterprise: Enterprise, viewer: Person, named: Worker | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.workers = {str(one.pk): one for one in Worker.objects.filter(enterprise=enterprise).active()}
        field = self.fields["worker"]
        field.choices = [(key, one.known_as) for key, one in self.workers.items()]  # type: ignore[attr-defined]
        me = next((key for key, one in self.workers.items() if one.person_id == viewer.pk), None)
        known = str(named.pk) if named else me
        if known in self.workers:
            field.initial = known

    @property
    def chosen(self) -> Worker:
        return self.workers[self.cleaned_data["worker"]]


class WhoForm(_WithWorker):
    """Says ahead who comes, so that people see a name."""


class _WithGuests(_WithWorker):
    """Who is visited, when it is more than one: everybody who is covered, unless somebody is not there."""

    there = TickField(label="Who is there?", choices=[])

    def __init__(self, *args: Any, guests: Sequence[Guest], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if len(guests) > 1:
            self.fields["there"].choices = [(str(guest.share_id), guest.known_as) for guest in guests]  # type: ignore[attr-defined]
            self.fields["there"].initial = [str(guest.share_id) for guest in guests]
            self.fields["there"].help_text = "Take the tick away from anybody who is not there."
        else:
            del self.fields["there"]

    @property
    def shares(self) -> list[MilestoneShare] | None:
        """The parts of those who are there; None: everybody."""
        there = self.cleaned_data.get("there")
        return None if there is None else list(MilestoneShare.objects.filter(pk__in=there))


class BeginForm(_WithGuests):
    """I am here, now."""


def _notes(form: Form, guests: Sequence[Guest]) -> None:
    """One note for everybody, and for several people one each that only they read."""
    form.fields["note"] = TextField(label="What did you do?", required=False, lines=True, max_length=1000, help_text=_who_reads(guests))
    for guest in guests if len(guests) > 1 else ():
        name = f"note_{guest.share_id}"
        form.fields[name] = TextField(label=f"Only for {guest.known_as}", required=False, lines=True, max_length=1000)


def _who_reads(guests: Sequence[Guest]) -> str:
    return "The person you visited reads this." if len(guests) < 2 else "Everybody you visited reads this."


class _WithNotes(Form):
    """`note`, and `note_<share>` for what only one of several people reads."""

    def __init__(self, *args: Any, guests: Sequence[Guest], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _notes(self, guests)
        self.own_names = [name for name in self.fields if name.startswith("note_")]

    @property
    def notes(self) -> dict[int, str]:
        """Share id to what only that person reads, after what all of them read."""
        note = self.cleaned_data["note"]
        own = {int(name.removeprefix("note_")): self.cleaned_data[name] for name in self.own_names}
        return {share: "\n".join(part for part in (note, text) if part) for share, text in own.items() if text}

    @property
    def own_fields(self) -> list[Any]:
        return [self[name] for name in self.own_names]


class FinishForm(_WithNotes):
    """I am done, now."""


class EndForm(_WithNotes):
    """A visit that was begun more than a day ago and never finished."""

    finished_on = DateField(label="On which day did it end?")
    finished = TimeField(label="At what time did it end?", help_text="For example, 11:30am.")
    field_order = ("finished_on", "finished", "note")

    @property
    def finished_at(self) -> datetime:
        return moment(self.cleaned_data["finished_on"], self.cleaned_data["finished"])


class LaterForm(_WithGuests):
    """Write one down later. Such a visit is never paid without an answer."""

    on = DateField(label="On which day?")
    started = TimeField(label="When did it begin?", help_text="For example, 10am.")
    finished = TimeField(label="When did it end?", help_text="For example, 11:30am.")
    field_order = ("on", "started", "finished", "worker", "there")

    def __init__(self, *args: Any, guests: Sequence[Guest], **kwargs: Any) -> None:
        super().__init__(*args, guests=guests, **kwargs)
        _notes(self, guests[:1])
        self.fields["note"].help_text = _who_reads(guests)

    @property
    def times(self) -> tuple[datetime, datetime]:
        said = self.cleaned_data
        return moment(said["on"], said["started"]), moment(said["on"], said["finished"])


class ShortForm(Form):
    """Somebody's part of a week is not covered."""

    choice = PickField(label="What will you do?", choices=[])

    def __init__(self, *args: Any, covered: str, names: str, fewer: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        less = Option(f"Come for {fewer}", hint=f"They ask for this. You get {covered} at most.")
        come = Option(f"Come for {names}", hint=f"{covered} is covered. The others pay nothing and are left out.")
        stay = Option("Not come for fewer people", hint="Nobody pays, unless the rest is paid before the week begins.")
        self.fields["choice"].choices = [  # type: ignore[attr-defined]
            *([("fewer", less)] if fewer else []),
            *([("go", come)] if names else []),
            ("no", stay),
        ]


def moment(day: date, at: time) -> datetime:
    """A time of a day in London."""
    return datetime.combine(day, at, tzinfo=LONDON)
