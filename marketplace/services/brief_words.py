"""The guided answers of a brief, what of them is missing, and what of them strangers may not read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from audit.clock import london_date
from audit.errors import Changed, Refusal
from marketplace.models import Brief, BriefLot
from marketplace.rules.briefs import MOST_LOTS, MOST_MUST_HAVES
from marketplace.rules.wording import Finding, naming, personal
from people.models import Person
from pooling.models import Membership
from providers.models import Enterprise

CRITERIA = {
    "price": "What it costs",
    "people": "Who would come",
    "fit": "How well it fits what we want",
    "times": "The days and times",
}
DEFAULT_WEIGHTS = {"price": 30, "people": 30, "fit": 25, "times": 15}
FURTHEST_DAYS = 366
MOST_LETTERS = 600
WORDS = ("problem", "people_words", "outcome_words")


class BriefIsNotComplete(Refusal):
    """Something that providers must know is missing or silly; `field` says which."""

    code = "brief_not_complete"
    sentence = "Something is missing."


class BriefHasChanged(Changed):
    """Somebody says yes to it on a page that showed other words."""

    code = "brief_has_changed"
    sentence = "What your group asks for has other words since you opened this page. Read them first."


class TellsTooMuch(Refusal):
    """The words would tell strangers who or where somebody is, or name a provider. `findings`: each of them."""

    code = "tells_too_much"

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__(" ".join(dict.fromkeys(one.sentence for one in findings)), field=findings[0].field)


@dataclass(frozen=True, slots=True)
class LotDraft:
    """One part for one provider. `weekly_ceiling_pence`: the most it may cost a week, everybody together. Parts of the day only, never hours."""

    title: str
    visits_per_week: int
    minutes: int
    weekly_ceiling_pence: int
    weekdays: tuple[int, ...] = ()
    parts_of_day: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BriefDraft:
    """The guided answers. `weights`: how we choose, {slug of CRITERIA: weight}, adding up to 100; the default when empty."""

    problem: str
    people_words: str
    outcome_words: str
    must_haves: tuple[str, ...]
    weeks: int
    starts_on: date
    lots: tuple[LotDraft, ...]
    together: bool = True
    weights: Mapping[str, int] | None = None

    @property
    def weekly_ceiling_pence(self) -> int:
        return sum(lot.weekly_ceiling_pence for lot in self.lots)


def lot_draft(lot: BriefLot) -> LotDraft:
    """A part as it is written now."""
    return LotDraft(lot.title, lot.visits_per_week, lot.minutes, lot.weekly_ceiling_pence, tuple(lot.weekdays), tuple(lot.parts_of_day))


def texts_of(row: Brief) -> list[tuple[str, str]]:
    """Everything in it that strangers will read, with the field it was typed in."""
    musts = [("must_haves", one) for one in row.must_haves]
    titles = [("title", lot.title) for lot in row.lots.all()]
    return [("problem", row.problem), ("people_words", row.people_words), ("outcome_words", row.outcome_words), *musts, *titles]


def refuse_what_tells(row: Brief, texts: Sequence[tuple[str, str]], *, providers_too: bool = True) -> None:
    """Raises TellsTooMuch when the words hold a name of the group's people, how to reach somebody, where or when to find them, or a provider."""
    people = Person.objects.filter(memberships__cluster_id=row.cluster_id).values_list("full_name", "known_as")
    found = personal(texts, {name for names in people for name in names})
    if providers_too:
        found += naming(texts, Enterprise.objects.filter(council_code=row.council_code).values_list("name", flat=True))
    if found:
        raise TellsTooMuch(found)


def is_complete(draft: BriefDraft, payers: Sequence[Membership], cluster_id: int | None, at: datetime) -> None:
    """Raises BriefIsNotComplete for the first thing that is missing or silly."""
    today = london_date(at)
    weights = draft.weights or DEFAULT_WEIGHTS
    wrong: list[tuple[bool, str, str]] = [
        (not draft.problem.strip(), "problem", "Write what is hard now. One or two lines are enough."),
        (
            not draft.people_words.strip(),
            "people_words",
            "Write who it is for, without names. For example: three older women.",
        ),
        (not draft.outcome_words.strip(), "outcome_words", "Write what should be better afterwards."),
        (len([one for one in draft.must_haves if one.strip()]) > MOST_MUST_HAVES, "must_haves", f"Choose the {MOST_MUST_HAVES} that matter most."),
        *((len(getattr(draft, name)) > MOST_LETTERS, name, f"Keep it short: up to {MOST_LETTERS} letters.") for name in WORDS),
        (any(len(one) > 200 for one in draft.must_haves), "must_haves", "Keep each of them short: up to 200 letters."),
        (not payers, "payers", "Choose who would pay. One person is enough."),
        (len({one.pk for one in payers}) < len(payers), "payers", "Choose each person once."),
        (any(one.cluster_id != cluster_id or not one.is_in for one in payers), "payers", "Choose only people who are in the group now."),
        (not 1 <= draft.weeks <= 52, "weeks", "Choose between 1 and 52 weeks."),
        (draft.starts_on <= today, "starts_on", "Choose a first day that is later than today."),
        ((draft.starts_on - today).days > FURTHEST_DAYS, "starts_on", "Choose a first day in the next 12 months."),
        (not 1 <= len(draft.lots) <= MOST_LOTS, "lots", f"Choose between 1 and {MOST_LOTS} parts."),
        (set(weights) - set(CRITERIA) != set() or min(weights.values()) < 0, "weights", "Choose how we choose from the list."),
        (sum(weights.values()) != 100, "weights", "How much each thing counts must add up to 100."),
        *(line for lot in draft.lots for line in _of_lot(lot)),
    ]
    for is_wrong, field, sentence in wrong:
        if is_wrong:
            raise BriefIsNotComplete(sentence, field=field)


def _of_lot(lot: LotDraft) -> list[tuple[bool, str, str]]:
    known = {"morning", "afternoon", "evening", "night"}
    return [
        (not lot.title.strip(), "title", "Give it a short name. For example: evening meals."),
        (not 1 <= lot.visits_per_week <= 7, "visits_per_week", "Choose between 1 and 7 visits a week."),
        (not 15 <= lot.minutes <= 720, "minutes", "A visit is between 15 minutes and 12 hours."),
        (not 100 <= lot.weekly_ceiling_pence <= 8_000_000, "weekly_ceiling", "Write the most it may cost a week, everybody together: £1.00 or more."),
        (any(not 1 <= day <= 7 for day in lot.weekdays), "weekdays", "Choose days of the week from the list."),
        (not set(lot.parts_of_day) <= known, "parts_of_day", "Choose parts of the day from the list."),
    ]


def must_be_as_read(brief: Brief, version: int | None) -> None:
    """`version`: the one their page showed, of the locked brief. Raises BriefHasChanged."""
    if version is not None and version != brief.version:
        raise BriefHasChanged
