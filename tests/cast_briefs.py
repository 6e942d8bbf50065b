"""A group's need and brief, walked step by step through services: shared, written, checked, decided, said yes to, shown to providers."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from marketplace.models import Brief, BriefPayer, Need
from marketplace.services import briefs, needs
from marketplace.services.brief_words import BriefDraft, LotDraft
from pooling.models import Membership
from tests import cast, cast_market
from tests.cast_market import Walk

LOT = LotDraft(title="Evening meals", visits_per_week=3, minutes=60, weekly_ceiling_pence=15_000, parts_of_day=("evening",))
DRAFT = BriefDraft(
    problem="We can't cook safely in the evening any more.",
    people_words="Three women who live near each other. We speak Somali.",
    outcome_words="We eat warm food that we like, together, and know who comes.",
    must_haves=("Speaks Somali", "Knows how Ramadan changes the day"),
    weeks=12,
    starts_on=date(2026, 5, 4),
    lots=(LOT,),
)


@dataclass
class Wanting:
    """A need and its brief in a group of three that Ruth helps. `at` is the moment it is."""

    story: Walk
    at: datetime
    need: Need
    brief: Brief = field(init=False)

    @property
    def places(self) -> list[Membership]:
        return list(self.story.places.values())

    def write(self, *, by: Any = None, payers: list[Membership] | None = None, draft: BriefDraft = DRAFT) -> Brief:
        """Amina writes it."""
        who = by or cast.amina()
        self.brief = briefs.draft_brief(need=self.need, draft=draft, payers=self.places if payers is None else payers, by=who, at=self.at)
        return self.brief

    def check(self) -> Brief:
        """Ruth, who helps the group, finds nothing that gives anybody away."""
        self.brief = briefs.check(brief=self.brief, by=cast.ruth(), at=self.at)
        return self.brief

    def decide(self, outcome: str = "enacted") -> Brief:
        """The group is asked, and its answer comes as the fact would bring it."""
        asked = briefs.ask_group(brief=self.brief, by=cast.amina(), at=self.at)
        briefs.group_decided(proposal_id=asked.decision_id or 0, need_id=self.need.pk, outcome=outcome, at=self.at)
        return self.again()

    def yes(self, *names: str) -> None:
        """Each says yes for themselves, with their own promise."""
        for name in names or self.story.places:
            briefs.say_yes(payer=self.payer(name), pledge=self.story.promises[name], by=self.story.person(name), at=self.at)

    def publish(self, **more: Any) -> Brief:
        """Ruth shows it to providers."""
        self.brief = briefs.publish(brief=self.brief, by=cast.ruth(), at=self.at, **more)
        return self.brief

    def payer(self, name: str) -> BriefPayer:
        return BriefPayer.objects.get(brief=self.brief, membership=self.story.places[name])

    def again(self) -> Brief:
        self.brief = Brief.objects.get(pk=self.brief.pk)
        self.need = Need.objects.get(pk=self.need.pk)
        return self.brief

    def later(self, **time: int) -> "Wanting":
        self.at += timedelta(**time)
        return self


def shared(category: str = "home_jobs") -> Wanting:
    """Amina shared what she would like with her group. Each promised £60.00 a week for 16 weeks."""
    story = cast_market.walk()
    need = needs.note(
        person=cast.amina(),
        category=category,
        outcode="SE15",
        council_code=cast.SOUTHWARK,
        words="Evening meals, in Somali",
        wishes=needs.Wishes(part_of_week="evenings", times_a_week=3),
        by=cast.amina(),
        at=story.at,
    )
    need = needs.share(need=need, cluster=story.cluster, fields=("words", "part_of_week"), by=cast.amina(), at=story.at)
    return Wanting(story=story, at=story.at, need=need)


def decided() -> Wanting:
    """Written, checked, and the group said yes to asking."""
    wanting = shared()
    wanting.write()
    wanting.check()
    wanting.decide()
    return wanting


def covered() -> Wanting:
    """Everybody who would pay has said yes."""
    wanting = decided()
    wanting.yes()
    return wanting


def opened() -> Wanting:
    """Checked providers can read it."""
    wanting = covered()
    wanting.publish()
    return wanting
