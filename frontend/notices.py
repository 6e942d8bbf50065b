"""What we write to people, and when. Every message goes by their own channel, with their own words in it, and once only.

No message carries a link, a way to pay or bank details: it says what happened and asks them to sign in as they always do (abuse.md 11).
"""

from collections.abc import Iterable
from datetime import datetime

from audit.clock import london_date
from frontend import words
from frontend.context import signature
from frontend.presenters.paying import due
from marketplace.models import Agreement, Milestone, MilestoneShare, Need, Payer
from marketplace.services import shares
from payments.models import Payee
from people.models import Channel, Message, Person, Role, Supporter
from people.services import messages
from places.calendar import working_days_between
from places.distance import miles
from pooling.models import AdmissionAnswer, Call, Membership
from pooling.rules import MEMBERSHIP_IN
from providers.models import Enterprise, Listing

SIGN_IN = "Open Clubtogether as you always do, and sign in. We never ask for money, a code or your bank number in a message."
IF_NO_ANSWER = (
    "If you don’t answer, we ask again two times. Then we may pay a small sum, if you said yes to the same provider three times before. "
    "You have 28 days to tell us it was wrong."
)
REMIND_AFTER_WORKING_DAYS = (2, 4)
# A second notice goes by another way than the first: an e-mail may never be read.
OTHER_WAYS = (Channel.TEXT, Channel.LETTER, Channel.EMAIL)


def _tell(people: Iterable[Person], *, kind: str, about: str, subject: str, says: str, at: datetime) -> int:
    """The same words to each, once for each `about`. Returns how many were written."""
    body, once = f"{says}\n\n{SIGN_IN}\n\n{signature()}", f"{kind}/{about}"
    to = [one for one in people if one.is_active]
    written = [messages.send(person=one, kind=kind, subject=subject, body=body, at=at, dedup_key=f"{once}/{one.pk}") for one in to]
    return sum(one is not None for one in written)


def _write(person: Person, way: tuple[str, str], *, kind: str, about: str, subject: str, says: str, at: datetime) -> bool:
    """To one person by one way, a channel and an address; once. False when it was written before, or there is no address."""
    channel, to = way
    if not to:
        return False
    body, key = messages.with_phrase(person, f"{says}\n\n{SIGN_IN}\n\n{signature()}"), f"{kind}/{about}/{channel}"
    return messages.write(person=person, channel=channel, to=to, kind=kind, subject=subject, body=body, at=at, dedup_key=key) is not None


def staff_of(organisation_id: int, *, at: datetime) -> list[Person]:
    """Those who look after money there now."""
    roles = Role.objects.live(at).filter(kind=Role.Kind.HOLDER_STAFF, organisation_id=organisation_id).select_related("person")
    return [role.person for role in roles.order_by("pk")]


# --- money ---


def payment_due(*, call_id: int, at: datetime) -> int:
    """To whoever pays: the person, or those who look after their money."""
    call = Call.objects.select_related("membership__person", "membership__cluster", "portion__holder").get(pk=call_id)
    if call.state != Call.State.CALLED:
        return 0
    what = due(call).what or words.of_group(call.membership.cluster)
    sum_, day = words.pounds(call.to_pay_pence), words.day(call.due_on)
    if call.portion.holder_id is None:
        says = f"{sum_} for {what} is due by {day}. It is held with your name on it until you say that the visits happened."
        return _tell([call.membership.person], kind="payment_due", about=f"call:{call.pk}", subject="Your payment is due", says=says, at=at)
    staff, name = staff_of(call.portion.holder_id, at=at), call.membership.person.full_name
    if call.mode == "ahead":
        says = f"{sum_} for {name} is due by {day}: {what}."
        return _tell(staff, kind="payment_due", about=f"call:{call.pk}", subject="A payment is due", says=says, at=at)
    says = f"{name} said yes to visits for {sum_}: {what}. Please accept the order by {day}. You pay after {name} says that the visits happened."
    return _tell(staff, kind="order_due", about=f"call:{call.pk}", subject="An order waits for you", says=says, at=at)


def payment_missed(*, call_id: int, at: datetime) -> int:
    """To the person: their visits can't be covered."""
    call = Call.objects.select_related("membership__person", "membership__cluster").get(pk=call_id)
    who, what = [call.membership.person], words.of_group(call.membership.cluster)
    says = f"{words.pounds(call.to_pay_pence)} for {what} did not come in time. You pay nothing for these visits now."
    return _tell(who, kind="payment_missed", about=f"call:{call.pk}", subject="A payment did not come in time", says=says, at=at)


def provider_paid(*, remittance_id: int, payee_id: int, pence: int, at: datetime) -> int:
    """To the provider: it is on its way to their bank."""
    kind, _, number = Payee.objects.get(pk=payee_id).owner.partition(":")
    owners = [one.owner for one in Enterprise.objects.filter(pk=int(number)).select_related("owner")] if kind == "enterprise" else []
    says = f"{words.pounds(pence)} is on its way to your bank. Your page says for which week, and by which day it is there."
    return _tell(owners, kind="provider_paid", about=f"remittance:{remittance_id}", subject="You are being paid", says=says, at=at)


# --- did it happen? ---


def asked(*, share_id: int, at: datetime) -> int:
    """To the payer: did it happen? Asked again tomorrow when they were not sure: a new day is a new message."""
    share = _share(share_id)
    if share.state not in ("asked", "with_helper"):
        return 0
    channel, to = messages.address_of(share.payer.person)
    return _ask(share, channel, to, about=f"{london_date(at)}", at=at)


def _ask(share: MilestoneShare, channel: str, to: str, *, about: str, at: datetime) -> int:
    person, agreement = share.payer.person, share.milestone.agreement
    says = (
        f"{agreement.enterprise.name} wrote down the visits of {words.which_week(share.milestone)}: {agreement.title}. "
        f"Your part is {words.pounds(share.pence)}. Did they happen? {IF_NO_ANSWER}"
    )
    if not _write(person, (channel, to), kind="asked", about=f"share:{share.pk}/{about}", subject="Did the visits happen?", says=says, at=at):
        return 0
    shares.record_notice(share=share, kind="asked", channel=channel, at=at)
    return 1


def paid_by_silence(*, share_id: int, pence: int, at: datetime) -> int:
    """To the payer: we had no answer, and the rules let it be paid."""
    share = _share(share_id)
    says = (
        f"We asked you about {share.milestone.agreement.title}, {words.which_week(share.milestone)}, and had no answer. "
        f"{words.pounds(pence)} went to {share.milestone.agreement.enterprise.name}. You have 28 days to tell us it was wrong."
    )
    who = [share.payer.person]
    return _tell(who, kind="paid_by_silence", about=f"share:{share.pk}", subject="We paid without your answer", says=says, at=at)


def helper_needed(*, share_id: int, at: datetime) -> int:
    """To who helps the group and who looks after the money: ask this person. When there is neither: those who run the site."""
    share = _share(share_id)
    agreement, week = share.milestone.agreement, words.which_week(share.milestone)
    people = staff_of(share.portion.holder_id, at=at) if share.portion.holder_id else []
    people += [agreement.cluster.facilitator] if agreement.cluster.facilitator else []
    people = people or list(Person.objects.filter(is_staff=True, is_active=True))
    says = f"{share.payer.person.known_as} has not answered about {agreement.title}, {week}. Please ask, and write it down."
    return _tell(people, kind="helper_needed", about=f"share:{share.pk}", subject="Please ask somebody", says=says, at=at)


def questioned(*, share_id: int, at: datetime) -> int:
    """To the provider: somebody says it was not right, or two people hold it back. Words of theirs are on the page, not in a message."""
    share = _share(share_id)
    agreement = share.milestone.agreement
    asked = f"{share.payer.person.known_as} {'asked' if share.question else 'could not be asked'} about"
    looks = "Two people look into" if share.held_back_at else asked
    says = f"{looks} {agreement.title}, {words.which_week(share.milestone)}. {words.pounds(share.pence)} waits. Please say how it was."
    who, subject = [agreement.enterprise.owner], "A payment waits" if share.held_back_at else "A visit was not confirmed"
    return _tell(who, kind="questioned", about=f"share:{share.pk}", subject=subject, says=says, at=at)


def decided(*, share_id: int, paid_pence: int, pence: int, at: datetime) -> int:
    """To both sides: how it was settled."""
    share = _share(share_id)
    agreement = share.milestone.agreement
    said = f"The question about {agreement.title}, {words.which_week(share.milestone)}, is settled."
    says = f"{said} {words.pounds(paid_pence)} is paid. {words.pounds(pence - paid_pence)} goes back."
    who = [share.payer.person, agreement.enterprise.owner]
    return _tell(who, kind="decided", about=f"share:{share.pk}", subject="A question is settled", says=says, at=at)


def _share(share_id: int) -> MilestoneShare:
    related = ("milestone__agreement__enterprise__owner", "milestone__agreement__cluster__facilitator", "payer__person", "portion")
    return MilestoneShare.objects.select_related(*related).get(pk=share_id)


# --- agreements ---


def agreement_sent(*, agreement_id: int, version: int, at: datetime) -> int:
    """To each payer who has not answered, and the provider: it waits for your yes."""
    agreement = _agreement(agreement_id)
    about, subject = f"agreement:{agreement.pk}:{version}", "Something waits for your yes"
    told = 0
    for payer in Payer.objects.filter(agreement=agreement, state="asked").select_related("person"):
        says = f"{agreement.title}: your part would be {words.pounds(payer.weekly_pence)} a week. Look at it, and say yes or not this time."
        told += _tell([payer.person], kind="agreement_sent", about=about, subject=subject, says=says, at=at)
    says = f"{_who_chose(agreement)} chose you: {agreement.title}. Look at it, and say yes or no."
    return told + _tell([agreement.enterprise.owner], kind="agreement_sent", about=about, subject=subject, says=says, at=at)


def _who_chose(agreement: Agreement) -> str:
    """A group, or somebody by themselves."""
    return f"{'Somebody' if agreement.cluster.is_own else 'A group'} near {agreement.cluster.outcode}"


def agreement_active(*, agreement_id: int, at: datetime) -> int:
    """To everybody in it: it is agreed."""
    agreement = _agreement(agreement_id)
    says = f"Everybody said yes: {agreement.title}. The first week begins on {words.day(agreement.starts_on)}."
    return _tell(_parties(agreement), kind="agreement_active", about=f"agreement:{agreement.pk}", subject="It is agreed", says=says, at=at)


def agreement_void(*, agreement_id: int, at: datetime) -> int:
    """To everybody in it: it does not happen."""
    agreement = _agreement(agreement_id)
    says = f"{agreement.title} does not happen: somebody said no, or not everybody answered in time. You pay nothing."
    return _tell(_parties(agreement), kind="agreement_void", about=f"agreement:{agreement.pk}", subject="It does not happen", says=says, at=at)


def week_short(*, milestone_id: int, at: datetime) -> int:
    """To the provider: not all of a week is covered."""
    week = Milestone.objects.select_related("agreement__enterprise__owner").get(pk=milestone_id)
    says = f"{week.agreement.title}: not everybody’s part of the week from {words.day(week.starts_on)} is covered. Say if you come for those who are."
    who = [week.agreement.enterprise.owner]
    return _tell(who, kind="week_short", about=f"milestone:{week.pk}", subject="A week is not all covered", says=says, at=at)


def _agreement(agreement_id: int) -> Agreement:
    return Agreement.objects.select_related("enterprise__owner", "cluster").get(pk=agreement_id)


def _parties(agreement: Agreement) -> list[Person]:
    payers = Payer.objects.taking_part().filter(agreement=agreement).select_related("person").order_by("pk")
    return [*(payer.person for payer in payers), agreement.enterprise.owner]


# --- what somebody waits for, and who may decide for them ---


def service_started(*, listing_id: int, at: datetime) -> int:
    """To each who said that this kind of help is missing where the provider comes to: somebody offers it now."""
    listing = Listing.objects.select_related("category", "enterprise").get(pk=listing_id)
    needs = Need.objects.filter(state="unmet", person__isnull=False, category=listing.category.slug, council_code=listing.council_code)
    told = 0
    for need in needs.select_related("person").order_by("pk"):
        away = miles(listing.outcode, need.outcode)
        if need.person and away is not None and away <= listing.radius_miles:
            says = f"You told us that this is missing near {need.outcode}: {listing.category.label}. {listing.enterprise.name} offers it now."
            told += _tell([need.person], kind="started", about=f"listing:{listing.pk}", subject="Somebody offers it now", says=says, at=at)
    return told


def helper_confirmed(*, supporter_id: int, at: datetime) -> int:
    """To the person, by their own way and by letter: who may decide for them, from when. A week lies between, so that they can say no."""
    row = Supporter.objects.select_related("person", "supporter").get(pk=supporter_id)
    if row.kind != Supporter.Kind.FOR or row.starts_at is None or row.ends_at is not None:
        return 0
    person, subject = row.person, "Somebody may decide for you"
    says = f"{row.supporter.full_name} may decide for you from {words.day_year(row.starts_at)}. If that is wrong, call us or stop it on your page."
    about = f"supporter:{row.pk}"
    told = _tell([person], kind="helper_confirmed", about=about, subject=subject, says=says, at=at)
    if person.channel != Channel.LETTER:
        told += _write(person, (Channel.LETTER, person.letter_address), kind="helper_confirmed", about=about, subject=subject, says=says, at=at)
    return told


# --- the timer ---


def send_due(*, at: datetime) -> int:
    """Invitations and questions that nobody was told of yet, and asking again. Returns how many messages were written."""
    return _invitations(at) + _may_they_come(at) + _ask_again(at)


def _invitations(at: datetime) -> int:
    places = Membership.objects.filter(state=Membership.State.INVITED).select_related("cluster", "person").order_by("pk")
    told = 0
    for place in _untold(places, "invited"):
        says = f"{place.cluster.name} would like you to come. Read their rules, then decide. You have 30 days."
        told += _tell([place.person], kind="invited", about=f"membership:{place.pk}", subject="A group would like you to come", says=says, at=at)
    return told


def _untold(places: "Iterable[Membership]", kind: str) -> list[Membership]:
    keys = {f"{kind}/membership:{place.pk}/{place.person_id}": place for place in places}
    told = set(Message.objects.filter(dedup_key__in=list(keys)).values_list("dedup_key", flat=True))
    return [place for key, place in keys.items() if key not in told]


def _may_they_come(at: datetime) -> int:
    waiting = AdmissionAnswer.objects.filter(question="admit", yes__isnull=True, membership__state__in=("proposed", "applied"))
    rows = waiting.filter(voter__state__in=MEMBERSHIP_IN).select_related("membership__cluster", "voter__person").order_by("pk")
    keys = {f"may_come/membership:{row.membership_id}/{row.voter.person_id}": row for row in rows}
    done = set(Message.objects.filter(dedup_key__in=list(keys)).values_list("dedup_key", flat=True))
    told = 0
    for key, row in keys.items():
        if key not in done:
            says = f"Somebody would like to come into {row.membership.cluster.name}. Everyone in the group answers."
            about = f"membership:{row.membership_id}"
            told += _tell([row.voter.person], kind="may_come", about=about, subject="May they come in?", says=says, at=at)
    return told


def _ask_again(at: datetime) -> int:
    """Up to two more times, 2 and 4 working days after the question, each by another way than the last where there is one."""
    today, told = london_date(at), 0
    rows = MilestoneShare.objects.filter(state="asked", asked_at__isnull=False, ask_again_on__isnull=True).order_by("pk")
    for share in rows.select_related("milestone__agreement__enterprise", "payer__person").prefetch_related("notices"):
        assert share.asked_at is not None
        days = working_days_between(london_date(share.asked_at), today)
        due = sum(days >= number for number in REMIND_AFTER_WORKING_DAYS)
        gone = [notice.channel for notice in sorted(share.notices.all(), key=lambda one: (one.at, one.pk))]
        if due and len(gone) <= due:
            channel, to = another_way(share.payer.person, not_by=gone[-1] if gone else "")
            told += _ask(share, channel, to, about=f"again:{due}", at=at)
    return told


def another_way(person: Person, *, not_by: str) -> tuple[str, str]:
    """A way to write to somebody other than the last one; that one again where there is no other."""
    there = {Channel.TEXT: person.phone or "", Channel.LETTER: person.letter_address, Channel.EMAIL: person.email or ""}
    found = next(((way.value, there[way]) for way in OTHER_WAYS if there[way] and way != not_by), None)
    return found or messages.address_of(person)
