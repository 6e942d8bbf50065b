"""What we write about money that has been here for long: nearly 90 days old, lying idle, or home again. As in `notices`: once, and never a link."""

from datetime import date, datetime

from audit.clock import london_date
from frontend import words
from frontend.notices import OTHER_WAYS, _share, _tell, _write, staff_of
from payments.models import Payment
from payments.rules import BANK_CHANGE_WORKING_DAYS
from payments.services import ages
from people.models import Channel, Person, Supporter
from pooling.books import lot_of
from pooling.models import IdleOffer, Membership, Portion
from providers.models import Enterprise

OPERATORS_DAYS = 3
WHY_LAPSED = {
    "": "Nobody had confirmed it in time.",
    "not_asked": "Nobody was asked about these visits yet.",
    "second_person": "It was a large sum, and a second person had not agreed to it.",
    "checks": "A check that this work needed was not in place on the day.",
    "payee": "{provider} had not told us where to send it.",
    "group": "The group was stopped, so nothing could be paid.",
    "money": "Two people decided that, when the money for it had only just come.",
}


def lot_aged(*, payment_id: str, lot_owner: str, council_code: str, day: int, ends_on: date, pence: int, at: datetime) -> int:
    """To whoever owns what is left of a payment: what happens to it, and by when. In its last days also to those who run the site."""
    about, subject = f"lot:{payment_id}:{day}", "Money that has been here for long"
    sum_, ends, left = words.pounds(pence), words.day_year(ends_on), (ends_on - london_date(at)).days
    says = f"{sum_} was paid in {day} days ago and is still here. We may keep money for 90 days at most."
    last = f"Use it by {ends}." if left > 0 else "The time is over."
    says += f" {last} What is not needed then goes back where it came from, by itself."
    told = _tell(owners_of(lot_owner, council_code, at), kind="lot_aged", about=about, subject=subject, says=says, at=at)
    if left <= OPERATORS_DAYS:
        says = f"{sum_} of {lot_owner} is {day} days old. Open Old money, and decide with a second person, or it goes home on {ends}."
        if ages.is_paid_on(Payment.objects.get(pk=payment_id)):
            says = f"{sum_} of {lot_owner} is {day} days old. Two people decided that it is paid on, and it can't be yet. See to what it waits for."
        told += _tell(operators(), kind="lot_aged_operator", about=about, subject="Money nearly 90 days old", says=says, at=at)
    return told


def operators() -> list[Person]:
    return list(Person.objects.filter(is_staff=True, is_active=True).order_by("pk"))


def owners_of(lot_owner: str, council_code: str, at: datetime) -> list[Person]:
    """Who is told about somebody's money: they and who may pay for them, or those who look after it."""
    kind, _, number = lot_owner.partition(":")
    if kind == "holder" and number.isdigit():
        return staff_of(int(number), at=at)
    lot = lot_of(lot_owner, council_code)
    if lot is None:
        return []
    place = Membership.objects.select_related("person").get(pk=lot.membership_id)
    return whose(place, Portion.objects.get(pk=lot.portion_id), at)


def whose(place: Membership, portion: Portion, at: datetime) -> list[Person]:
    """The person and their supporters for payments; of money that an organisation looks after, its staff."""
    if portion.holder_id is not None:
        return staff_of(portion.holder_id, at=at)
    may_pay = Supporter.objects.live(at).filter(person=place.person, kind=Supporter.Kind.FOR, decisions__contains=["payments"])
    return [place.person, *(row.supporter for row in may_pay.select_related("supporter").order_by("pk"))]


def share_lapsed(*, share_id: int, pence: int, why: str, at: datetime) -> int:
    """To both sides: the money of this part of a week was too old to stay, and is on its way home. `why`: a key of `WHY_LAPSED`."""
    share = _share(share_id)
    agreement, about = share.milestone.agreement, f"share:{share_id}"
    what = f"{agreement.title}, {words.which_week(share.milestone)}"
    reason = WHY_LAPSED[why].format(provider=agreement.enterprise.name)
    says = f"We may keep money for 90 days at most. {words.pounds(pence)} for {what} goes back where it came from. Nobody was paid from it. {reason}"
    told = _tell([share.payer.person], kind="share_lapsed", about=about, subject="Your money goes back", says=says, at=at)
    says = f"{words.pounds(pence)} for {what} could not stay longer than 90 days and went back. {reason} Call us about it."
    return told + _tell([agreement.enterprise.owner], kind="share_lapsed", about=about, subject="Money went back", says=says, at=at)


def idle(*, offer_id: int, what: str, at: datetime) -> int:
    """To whoever owns free money that nothing counts on: offered back, going home in a week, gone home."""
    offer = IdleOffer.objects.select_related("membership__person", "membership__cluster", "portion").get(pk=offer_id)
    sum_, group = words.pounds(offer.pence), words.of_group(offer.membership.cluster)
    says = {
        "offered": f"{sum_} in {group} has not been needed for four weeks. You can send it back to yourself, or keep it here until {{day}}.",
        "warned": f"{sum_} in {group} has not been needed for nearly two months. On {{day}} it goes back where it came from, by itself.",
        "sent": f"{sum_} in {group} was not needed for two months. It is on its way back to where it came from.",
    }[what].format(day=words.day_year(offer.goes_home_on))
    people, about = whose(offer.membership, offer.portion, at), f"idle:{offer.pk}:{what}"
    return _tell(people, kind=f"idle_{what}", about=about, subject="Your money that is not needed", says=says, at=at)


def bank_changed(*, payee_id: int, fact_id: int, at: datetime) -> int:
    """To a provider's owner by every way we have, because one of them may be in a thief's hands: where their money goes was changed (abuse.md 10)."""
    shop = Enterprise.objects.filter(payee_id=payee_id).select_related("owner").first()
    if shop is None or not shop.owner.is_active:
        return 0
    owner, days = shop.owner, BANK_CHANGE_WORKING_DAYS
    says = f"The bank account that your money goes to was changed. We pay nothing into the new one for {days} working days."
    says += " If it was not you, call us now, by the number on our letters."
    there = {Channel.TEXT: owner.phone or "", Channel.LETTER: owner.letter_address, Channel.EMAIL: owner.email or ""}
    said = {"kind": "bank_changed", "about": f"payee:{payee_id}:{fact_id}", "subject": "Your bank details were changed", "says": says}
    return sum(_write(owner, (way.value, there[way]), at=at, **said) for way in OTHER_WAYS)
