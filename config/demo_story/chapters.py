"""What happens, in order. Every function is a chapter; dates are 2026, times London's."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from audit.clock import LONDON
from config.demo_story import bookings, cast, kitchen, providers
from config.demo_story.cast import AMINA, COLIN, DEV, HALIMA, HODAN, JOAN, MARY, RUTH, SAM, SOUTHWARK, YUSUF, person
from config.demo_story.stage import Stage
from marketplace.models import Agreement, Milestone, MilestoneShare, Visit, VisitPart
from marketplace.services import agreements, milestones, needs, shares, signing, visits
from payments.models import Payment
from payments.services import floats
from pooling.models import Call, Cluster, Membership, Pledge, Portion, WeeklyList
from pooling.services import budgets, clusters, memberships, pledges, weekly_lists
from providers.models import Listing, Worker


def moment(month: int, day: int, hour: int = 9, minute: int = 0) -> datetime:
    return datetime.combine(date(2026, month, day), time(hour, minute), tzinfo=LONDON)


BEGINS, ENDS = moment(1, 5), moment(3, 9)
TITLE = "Help at home in Somali"


def arriving(stage: Stage) -> None:
    """Everybody makes a page; the platform pays in its own money, for Stripe's fees."""
    cast.arrive(stage.at)
    floats.top_up(council_code=SOUTHWARK, pence=20_000, by=person(cast.OLIVE), at=stage.at)
    providers.arrive(stage)
    stage.go_to(moment(1, 12))


def budgeting(stage: Stage) -> None:
    """Each tells us about their budget, and those who know it say that it is right. The council has ISF money paid in ahead."""
    budgets.choose_mode(council_code=SOUTHWARK, route="isf", mode="ahead", by=person(COLIN), at=stage.at)
    for part, weekly_pence in ((AMINA, 21_000), (MARY, 18_000)):
        _budget(part, "direct_payment", weekly_pence, RUTH, "seen", stage)
    for part, weekly_pence in ((YUSUF, 25_000), (DEV, 22_000)):
        _budget(part, "isf", weekly_pence, SAM, "confirmed", stage)
    for part, weekly_pence in ((HALIMA, 18_000), (JOAN, 20_000)):
        _budget(part, "council_managed", weekly_pence, COLIN, "confirmed", stage)


def _budget(part: cast.Part, route: str, weekly_pence: int, sure: cast.Part, level: str, stage: Stage) -> None:
    holders = {"isf": "Southwark Circle", "council_managed": "Southwark Council"}
    holder = cast.organisation(holders[route]) if route in holders else None
    portion = budgets.PortionDraft(
        route=route, weekly_pence=weekly_pence, funder_name="Southwark Council", holder=holder, spent_elsewhere_weekly_pence=weekly_pence // 4
    )
    budget = budgets.record(
        person=person(part),
        kind="agreed",
        amounts=budgets.Amounts(weekly_pence, 0, weekly_pence),
        period=budgets.Period(date(2026, 1, 1), date(2027, 3, 31), date(2026, 7, 1)),
        portions=[portion],
        by=person(part),
        at=stage.at,
    )
    budgets.vouch(budget=budget, level=level, by=person(sure), at=stage.at)


def meeting(stage: Stage) -> None:
    """Amina starts the group; everyone in it says yes to the others; all three have signed the rules on 19 January. They promise."""
    group = clusters.start(
        name="Our Own Words",
        purpose="help_at_home",
        what_for="Help at home in Somali, from women who know Ramadan.",
        outcode="SE15",
        who_comes="People near us who speak Somali.",
        cost_rule="own_visits",
        decision_rule="everyone",
        notice_days=28,
        is_listed=False,
        by=person(AMINA),
        at=stage.at,
    )
    clusters.ask_facilitator(cluster=group, facilitator=person(RUTH), by=person(AMINA), at=stage.at)
    yusuf = memberships.invite(cluster=group, person=person(YUSUF), by=person(AMINA), at=stage.at)
    stage.go_to(moment(1, 14))
    memberships.accept_charter(membership=yusuf, by=person(YUSUF), at=stage.at)
    halima = memberships.invite(cluster=group, person=person(HALIMA), by=person(AMINA), at=stage.at)
    memberships.answer(membership=halima, yes=True, by=person(YUSUF), at=stage.at)
    stage.go_to(moment(1, 19))
    memberships.accept_charter(membership=halima, by=person(HALIMA), at=stage.at)
    memberships.confirm(membership=yusuf, by=person(AMINA), at=stage.at)
    for part in (AMINA, YUSUF):
        memberships.confirm(membership=halima, by=person(part), at=stage.at)
    for part in (AMINA, YUSUF, HALIMA):
        place = Membership.objects.get(cluster=group, person=person(part))
        portion = Portion.objects.get(budget__person=place.person)
        pledges.promise(membership=place, portion=portion, weekly_pence=6_000, weeks=12, starts_on=date(2026, 2, 9), by=place.person, at=stage.at)


def agreeing(stage: Stage) -> None:
    """They pick Barwaaqo Care. Each says yes for themselves, and so does Hodan."""
    group = Cluster.objects.get(name="Our Own Words")
    places = list(group.memberships.order_by("pk"))
    stage.go_to(moment(1, 21))
    agreement = agreements.propose(
        cluster=group,
        listing=Listing.objects.get(title=TITLE),
        together=False,
        visits_per_week=2,
        minutes=60,
        weeks=10,
        starts_on=date(2026, 2, 9),
        weekdays=[2, 4],
        start_time=time(10),
        keep_going={"who_to_ring": "Ruth, 020 7525 0001", "what_i_want": "A neighbour looks in. No stranger, please."},
        payers=places,
        by=person(AMINA),
        at=stage.at,
    )
    for part in (AMINA, YUSUF, HALIMA):
        pledge = Pledge.objects.get(membership__cluster=group, membership__person=person(part))
        signing.sign_as_payer(agreement=agreement, pledge=pledge, related="none", by=person(part), at=stage.at)
    stage.go_to(moment(1, 22))
    signing.sign_as_provider(agreement=agreement, by=person(HODAN), at=stage.at)
    stage.settle()


def paying(stage: Stage) -> None:
    """Everybody pays what is asked for now: Amina her card, Southwark Circle its bank, the council by order."""
    for call in Call.objects.filter(state="called").select_related("portion__budget", "membership__person").order_by("pk"):
        if call.mode == "on_yes":
            stage.gives_an_order(call, person(COLIN))
        elif call.portion.is_held:
            stage.pays_by_bank(call, person(SAM))
        else:
            stage.pays_by_card(call, call.membership.person)
    stage.settle()


def waiting(stage: Stage) -> None:
    """Before the first visit: the second and third week are asked for, and paid."""
    for day in (moment(1, 29), moment(2, 5)):
        stage.go_to(day)
        paying(stage)
    bookings.met(stage)


def helping(stage: Stage) -> None:
    """Three weeks of visits. Each says yes; the provider is paid; the council owes after Halima's yes. Meanwhile, in the other group."""
    meanwhile = {
        1: [kitchen.wanting, bookings.once],
        2: [kitchen.deciding, kitchen.telling, bookings.ahead],
        3: [kitchen.accepting, kitchen.publishing, kitchen.offering],
    }
    for number, others in meanwhile.items():
        _visits(stage, number)
        paying(stage)
        stage.go_to(_friday(number) + timedelta(days=1))
        milestones.submit(milestone=_week(number), by=person(HODAN), at=stage.at)
        stage.go_to(_friday(number) + timedelta(days=2))
        for share in MilestoneShare.objects.filter(milestone=_week(number), state="asked").select_related("payer__person"):
            shares.yes(share=share, by=share.payer.person, at=stage.at)
        stage.settle()
        # The first week on its own; the others come in the council's weekly list.
        for call in Call.objects.filter(state="ordered", owed_pence__isnull=False).select_related("portion__budget") if number == 1 else ():
            stage.pays_by_bank(call, person(COLIN))
        for chapter in others:
            chapter(stage)


def listing(stage: Stage) -> None:
    """The council sends its list of the week, and then less than it comes to: Halima's second week is paid, her third waits for the rest."""
    stage.go_to(moment(3, 2))
    council = cast.organisation("Southwark Council")
    row = WeeklyList.objects.get(organisation=council, state=WeeklyList.State.READY)
    weekly_lists.send(weekly_list=row, by=person(COLIN), at=stage.at)
    stage.settle()
    stage.sends_part_of(Payment.objects.get(about__startswith=f"wallet:{council.pk}/", state="open"), 6_000)
    bookings.changing(stage)


def asking(stage: Stage) -> None:
    """The fourth week is sent in. Yusuf says yes, Halima asks about one visit, Amina has not answered yet."""
    _visits(stage, 4)
    stage.go_to(moment(3, 7, 12))
    kitchen.cooking(stage)
    kitchen.looking(stage)
    milestones.submit(milestone=_week(4), by=person(HODAN), at=stage.at)
    stage.go_to(moment(3, 8, 15))
    of = {share.payer.person.email: share for share in MilestoneShare.objects.filter(milestone=_week(4)).select_related("payer__person")}
    shares.yes(share=of[YUSUF.email], by=person(YUSUF), at=stage.at)
    first, second = VisitPart.objects.filter(share=of[HALIMA.email]).order_by("visit__on")
    words = "Thursday’s visit ended after half an hour. She had to go."
    shares.part_yes(share=of[HALIMA.email], answers=[(first, "yes", None), (second, "part", 1_200)], words=words, by=person(HALIMA), at=stage.at)
    bookings.asking(stage)


def naming(stage: Stage) -> None:
    """Hodan says ahead who comes this week."""
    for visit in Visit.objects.filter(milestone=_week(5)).select_related("payer__person", "milestone"):
        visits.name_worker(visit=visit, worker=_who_comes(visit), by=person(HODAN), at=stage.at)


def wishing(stage: Stage) -> None:
    """Mary looks for something nobody near her sells yet."""
    mary = person(MARY)
    words = "Somebody to swim with on Sundays."
    needs.note_unmet(
        person=mary, category="out_and_about", outcode="SE15", council_code=SOUTHWARK, reason="no_time", words=words, by=mary, at=stage.at
    )


def _week(number: int) -> Milestone:
    return Milestone.objects.select_related("agreement").get(agreement=Agreement.objects.get(title=TITLE), number=number)


def _friday(number: int) -> datetime:
    return moment(2, 13, 17) + timedelta(weeks=number - 1)


def _visits(stage: Stage, number: int) -> None:
    """A week's visits, each begun and ended on the phone of who came."""
    stage.go_to(_friday(number))
    for visit in Visit.objects.filter(milestone=_week(number)).select_related("payer__person").order_by("on", "pk"):
        starts = datetime.combine(visit.on, time(10), tzinfo=LONDON)
        begun = visits.begin(milestone=_week(number), worker=_who_comes(visit), payer=visit.payer, by=person(HODAN), at=starts)
        visits.finish(visit=begun, note="We cooked, and walked to Rye Lane.", by=person(HODAN), at=starts + timedelta(hours=1))


def _who_comes(visit: Visit) -> Worker:
    """Hodan comes to Amina, Sahra to Yusuf, Ifrah to Halima."""
    names = {AMINA.name: "Hodan", YUSUF.name: "Sahra", HALIMA.name: "Ifrah"}
    visited = visit.payer.person.full_name if visit.payer else AMINA.name
    return Worker.objects.get(enterprise__owner=person(HODAN), known_as=names[visited])


ALL: tuple[Callable[[Stage], None], ...] = (
    arriving,
    budgeting,
    meeting,
    agreeing,
    kitchen.gathering,
    bookings.meeting,
    paying,
    waiting,
    helping,
    listing,
    asking,
    naming,
    wishing,
)
