"""The second group, Thursday Kitchen: one of its three leaves, and the others wait to choose among three offers. Dates as in `chapters`."""

from dataclasses import replace
from datetime import date, datetime, time

from audit.clock import LONDON
from config.demo_story import cast
from config.demo_story.cast import ABDI, FATUMA, GRACE, HODAN, ROSA, RUTH, SAM, SOUTHWARK, WINSTON, Part, person
from config.demo_story.stage import Stage
from marketplace.models import Agreement, Brief, BriefLot, Change, Milestone, Visit
from marketplace.services import agreements, briefs, changing, choosing, milestones, needs, offers, signing, visits
from marketplace.services.briefs import BriefDraft, LotDraft
from pooling.models import Call, Cluster, Membership, Pledge, Portion, Proposal
from pooling.services import budgets, clusters, leaving, memberships, pledges, proposals
from providers.models import Enterprise, Listing, Worker

NAME, TITLE = "Thursday Kitchen", "Cooking in your home"
THREE = (ROSA, WINSTON, ABDI)


def gathering(stage: Stage) -> None:
    """Rosa, Winston and Abdi like to cook and eat together. Each promises, and they pick Fatuma, from Tuesday 3 March."""
    _budget(ROSA, "direct_payment", RUTH, "seen", stage)
    _budget(WINSTON, "direct_payment", RUTH, "seen", stage)
    _budget(ABDI, "isf", SAM, "confirmed", stage)
    group = clusters.start(
        name=NAME,
        purpose="meals_together",
        what_for="We cook one good meal a week, and eat it together.",
        outcode="SE15",
        who_comes="Anybody near SE15 who likes to eat with others.",
        cost_rule="equal",
        decision_rule="most",
        notice_days=14,
        by=person(ROSA),
        at=stage.at,
    )
    clusters.ask_facilitator(cluster=group, facilitator=person(RUTH), by=person(ROSA), at=stage.at)
    inside: list[Part] = [ROSA]
    for part in (WINSTON, ABDI):
        place = memberships.invite(cluster=group, person=person(part), by=person(ROSA), at=stage.at)
        for other in inside[1:]:
            memberships.answer(membership=place, yes=True, by=person(other), at=stage.at)
        memberships.accept_charter(membership=place, by=person(part), at=stage.at)
        for other in inside:
            memberships.confirm(membership=place, by=person(other), at=stage.at)
        inside.append(part)
    for place in _places():
        portion = Portion.objects.get(budget__person=place.person)
        pledges.promise(membership=place, portion=portion, weekly_pence=3_000, weeks=16, starts_on=date(2026, 3, 2), by=place.person, at=stage.at)
    _agree(group, stage)


def _budget(part: Part, route: str, sure: Part, level: str, stage: Stage) -> None:
    holder = cast.organisation("Southwark Circle") if route == "isf" else None
    portion = budgets.PortionDraft(route=route, weekly_pence=12_000, funder_name="Southwark Council", holder=holder)
    period = budgets.Period(date(2026, 1, 1), date(2027, 3, 31), date(2026, 7, 1))
    sums = budgets.Amounts(12_000, 0, 12_000)
    budget = budgets.record(person=person(part), kind="agreed", amounts=sums, period=period, portions=[portion], by=person(part), at=stage.at)
    budgets.vouch(budget=budget, level=level, by=person(sure), at=stage.at)


def _agree(group: Cluster, stage: Stage) -> None:
    agreement = agreements.propose(
        cluster=group,
        listing=Listing.objects.get(title=TITLE),
        together=True,
        visits_per_week=1,
        minutes=60,
        weeks=8,
        starts_on=date(2026, 3, 2),
        weekdays=[2],
        start_time=time(17),
        keep_going={"who_to_ring": "Ruth, 020 7525 0001", "what_i_want": "We eat what is in the freezer, and ring each other."},
        payers=_places(),
        by=person(ROSA),
        at=stage.at,
    )
    for place in _places():
        pledge = Pledge.objects.get(membership=place)
        signing.sign_as_payer(agreement=agreement, pledge=pledge, related="none", by=place.person, at=stage.at)
    signing.sign_as_provider(agreement=agreement, by=person(FATUMA), at=stage.at)


def wanting(stage: Stage) -> None:
    """Rosa and Winston would like a Sunday lunch as well. Nobody sells one near them: the group decides to ask, and each says yes to the most."""
    rosa, places = person(ROSA), _places()[:2]
    need = needs.note(person=rosa, category="meals", outcode="SE15", council_code=SOUTHWARK, by=rosa, at=stage.at)
    needs.share(need=need, cluster=places[0].cluster, by=rosa, at=stage.at)
    brief = briefs.draft_brief(need=need, draft=_lunch(), payers=places, by=rosa, at=stage.at)
    briefs.check(brief=brief, by=person(RUTH), at=stage.at)
    briefs.ask_group(brief=brief, by=person(RUTH), at=stage.at)


def _lunch() -> BriefDraft:
    return BriefDraft(
        problem="Sundays are long, and nobody cooks.",
        people_words="Two people who like company at the table.",
        outcome_words="We eat a hot lunch on Sundays, and talk.",
        must_haves=("Food that is halal.", "Somebody who sits down with us."),
        weeks=10,
        starts_on=date(2026, 4, 12),
        lots=(LotDraft("Sunday lunch for two, cooked at home", 1, 120, 4_000, (7,), ("afternoon",)),),
    )


def deciding(stage: Stage) -> None:
    """They talk it over, each answers, nobody objects, and each says yes to the most it can cost them. Providers may answer."""
    question = Proposal.objects.get(kind="commission")
    for ballot in question.ballots.select_related("membership__person"):
        proposals.cast(proposal=question, membership=ballot.membership, answer="yes", by=ballot.membership.person, at=stage.at)


def publishing(stage: Stage) -> None:
    """Each says yes to the most it can cost them, and checked providers can read it."""
    brief = Brief.objects.get(cluster__name=NAME)
    for payer in brief.payers.select_related("membership__person"):
        briefs.say_yes(payer=payer, pledge=Pledge.objects.get(membership=payer.membership), by=payer.membership.person, at=stage.at)
    briefs.publish(brief=brief, by=person(RUTH), at=stage.at)


OFFERED = (
    (FATUMA, 3_400, "I cook with you if you like, and I know a good stew.", "I come myself. I eat with you."),
    (HODAN, 4_000, "Somali food, all of it halal. We bring the spices.", "Sahra comes. She speaks Somali and English."),
    (GRACE, 3_600, "I shop on the Saturday, so that it is fresh.", "I come myself, by bus."),
)


def offering(stage: Stage) -> None:
    """Three answer. Nobody reads what they say before it closes."""
    lot = BriefLot.objects.get(brief__cluster__name=NAME)
    for part, visit_pence, words, people_words in OFFERED:
        owner = person(part)
        offer = offers.start_offer(lot=lot, enterprise=Enterprise.objects.get(owner=owner), by=owner, at=stage.at)
        terms = replace(offers.terms_of(offer), visit_pence=visit_pence, words=words, people_words=people_words)
        offers.submit(offer=offers.edit(offer=offer, terms=terms, by=owner, at=stage.at), by=owner, at=stage.at)


def telling(stage: Stage) -> None:
    """Abdi moves to his daughter's. He says so two weeks ahead, as they agreed."""
    abdi = person(ABDI)
    leaving.give_notice(membership=Membership.objects.get(cluster__name=NAME, person=abdi), by=abdi, at=stage.at)


def accepting(stage: Stage) -> None:
    """Rosa and Winston read what it costs for two, and each says yes for themselves."""
    change = Change.objects.get(agreement__cluster__name=NAME)
    for place in _places()[:2]:
        changing.answer(change=change, membership=place, answer="accept", by=place.person, at=stage.at)
    stage.settle()
    for call in Call.objects.filter(membership__cluster__name=NAME, state="called").select_related("portion__budget", "membership__person"):
        stage.pays_by_card(call, call.membership.person)


def cooking(stage: Stage) -> None:
    """The first meal: the last of the three together. Each is asked whether it happened."""
    visit = Visit.objects.get(milestone=_week(1))
    begun = visits.begin(
        milestone=_week(1), worker=Worker.objects.get(enterprise__owner=person(FATUMA)), payer=None, by=person(FATUMA), at=_at(visit.on, 17)
    )
    visits.finish(visit=begun, note="Stew, and too much of it.", by=person(FATUMA), at=_at(visit.on, 18))
    milestones.submit(milestone=_week(1), by=person(FATUMA), at=stage.at)


def looking(stage: Stage) -> None:
    """Nobody in the group knows those who offered; Ruth lays all three side by side."""
    brief = Brief.objects.get(cluster__name=NAME)
    for who in (person(ROSA), person(WINSTON), person(RUTH)):
        choosing.declare(brief=brief, person=who, ties={}, by=who, at=stage.at)
    choosing.shortlist(brief=brief, chosen=list(brief.offers.all()), feedback={}, by=person(RUTH), at=stage.at)


def _places() -> list[Membership]:
    return list(Membership.objects.filter(cluster__name=NAME).select_related("person", "cluster").order_by("pk"))


def _week(number: int) -> Milestone:
    return Milestone.objects.select_related("agreement").get(agreement=Agreement.objects.get(cluster__name=NAME), number=number)


def _at(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), tzinfo=LONDON)
