"""A person's own page: making it, saying how sure we are of them, how they like to read and be reached."""

from datetime import date, datetime
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from audit.errors import NotAllowed, Refusal
from audit.services import trail
from people.models import Channel, Person
from people.policies import may_act_for, may_vouch
from people.rules import SURENESS, called, clean_email, clean_phone, is_at_least


class NameIsMissing(Refusal):
    code = "name_is_missing"
    sentence = "Tell us your name. The name your friends use is fine."
    field = "full_name"


class NoWayToReach(Refusal):
    code = "no_way_to_reach"
    sentence = "Tell us how we can reach you: an e-mail address, a phone number, or where to send a letter."
    field = "email"


class AlreadyHasAPage(Refusal):
    code = "already_has_a_page"
    sentence = "There is already a page with this e-mail or phone number. Sign in instead. If you forgot your password, we can send you a code."
    field = "email"


class PasswordIsTooEasy(Refusal):
    code = "password_is_too_easy"
    sentence = "This password is too easy to guess. Use three words that do not go together."
    field = "password"


class PhraseIsTooLong(Refusal):
    code = "phrase_is_too_long"
    sentence = "Your words are too long. Use 60 letters or fewer."
    field = "phrase"


class SurenessIsNotHigher(Refusal):
    code = "sureness_is_not_higher"
    sentence = "This is already written down."


def register(
    *,
    full_name: str,
    at: datetime,
    email: str = "",
    phone: str = "",
    password: str | None = None,
    outcode: str = "",
    council_code: str = "",
    known_as: str = "",
    channel: str = "",
    letter_address: str = "",
    phrase: str = "",
    by: Person | None = None,
) -> Person:
    """Makes somebody's page. `by` is None when they do it themselves, or the helper who typed it in for them.

    Without a password they sign in by a code. `outcode` is a known one (`places.postcodes.outcode_of`). Without a `channel`: e-mail,
    else text, else letter. Raises NameIsMissing, NoWayToReach, EmailIsNotOne, PhoneIsNotOne, PasswordIsTooEasy, AlreadyHasAPage.
    """
    name = " ".join(full_name.split())
    if not name:
        raise NameIsMissing
    fields = {
        "full_name": name[:120],
        "known_as": called(known_as, name)[:40],
        "outcode": outcode,
        "council_code": council_code,
        "letter_address": letter_address.strip(),
        "phrase": _clean_phrase(phrase),
    }
    chosen = _reach(channel, clean_email(email) if email.strip() else "", clean_phone(phone) if phone.strip() else "", letter_address)
    if password is not None:
        _check_password(password, Person(email=chosen["email"], full_name=name))
    with transaction.atomic():
        person = _make(password=password, joined_at=at, **fields, **chosen)
        trail.write(
            by=by or person, verb="people.register", about_kind="person", about_id=person.pk, at=at, council_code=council_code, on_behalf_of=person
        )
    return person


def _make(*, email: str | None, phone: str | None, **fields: Any) -> Person:
    taken = AlreadyHasAPage(field="email" if email else "phone")
    if _is_taken(email, phone):
        raise taken
    try:
        with transaction.atomic():
            return Person.objects.create_user(email=email, phone=phone, **fields)
    except IntegrityError as error:
        # The same person pressed twice: the other one was quicker.
        if "email" in str(error) or "phone" in str(error):
            raise taken from error
        raise


def _reach(channel: str, email: str, phone: str, letter_address: str) -> dict[str, str | None]:
    """The address fields; refuses a channel that has none."""
    wanted = channel or ("email" if email else "text" if phone else "letter")
    there = {Channel.EMAIL: email, Channel.TEXT: phone, Channel.PHONE: phone, Channel.LETTER: letter_address.strip()}
    if not there.get(Channel(wanted)):
        raise NoWayToReach(field={"email": "email", "letter": "letter_address"}.get(wanted, "phone"))
    return {"email": email or None, "phone": phone or None, "channel": wanted}


def _is_taken(email: str | None, phone: str | None) -> bool:
    return bool((email and Person.objects.filter(email=email).exists()) or (phone and Person.objects.filter(phone=phone).exists()))


def _check_password(password: str, person: Person) -> None:
    try:
        validate_password(password, person)
    except ValidationError as error:
        raise PasswordIsTooEasy(" ".join(error.messages)) from error


def _clean_phrase(phrase: str) -> str:
    clean = " ".join(phrase.split())
    if len(clean) > 60:
        raise PhraseIsTooLong
    return clean


def vouch(*, person: Person, level: str, by: Person | None, at: datetime) -> Person:
    """Writes down that `by` met the person and saw a letter (`seen`), or pays for them and says so (`confirmed`).

    Raises NotAllowed, or SurenessIsNotHigher when we are already as sure.
    """
    if level not in SURENESS[1:]:
        raise ValueError(f"{level!r} is not a level that anybody can vouch for")
    with transaction.atomic():
        row = Person.objects.locked().get(pk=person.pk)
        if not may_vouch(by=by, person=row, level=level, at=at):
            raise NotAllowed("Only somebody who helps groups here, or who pays for this person's care, can do this.")
        if is_at_least(row.sureness, level):
            raise SurenessIsNotHigher
        row.sureness, row.sureness_by, row.sureness_at = level, by, at
        row.save(update_fields=["sureness", "sureness_by", "sureness_at"])
        _note(row, "vouch", by, at, level=level)
    return row


def set_easy_view(*, person: Person, easy_view: bool, by: Person, at: datetime) -> Person:
    """Short sentences and pictures on the pages about money and decisions, remembered."""
    if by.pk != person.pk:
        raise NotAllowed
    return _set(person, by, at, "set_easy_view", easy_view=easy_view)


def set_away(*, person: Person, until: date | None, by: Person, at: datetime) -> Person:
    """Says that the person is away up to and including a day, or back (None). Meanwhile silence is never a yes."""
    if by.pk != person.pk and not may_act_for(by=by, person=person, decision="visits", at=at):
        raise NotAllowed
    return _set(person, by, at, "set_away", away_until=until)


def set_phrase(*, person: Person, phrase: str, by: Person, at: datetime) -> Person:
    """The words that stand in every message from us. Chosen by the person alone."""
    if by.pk != person.pk:
        raise NotAllowed
    return _set(person, by, at, "set_phrase", phrase=_clean_phrase(phrase))


def set_figure(*, person: Person, figure: str, by: Person, at: datetime) -> Person:
    """How the person is drawn at the table, by the slug of a picture. Chosen by the person alone."""
    if by.pk != person.pk:
        raise NotAllowed
    return _set(person, by, at, "set_figure", figure=figure)


def set_channel(*, person: Person, channel: str, by: Person, at: datetime, letter_address: str | None = None) -> Person:
    """How the person is reached. Raises NoWayToReach when we have no address for it."""
    if by.pk != person.pk:
        raise NotAllowed
    address = person.letter_address if letter_address is None else letter_address.strip()
    _reach(channel, person.email or "", person.phone or "", address)
    return _set(person, by, at, "set_channel", channel=channel, letter_address=address)


def mark_phone_verified(*, person: Person, phone: str, at: datetime) -> None:
    """They typed the numbers that we sent there."""
    with transaction.atomic():
        row = Person.objects.locked().get(pk=person.pk)
        if row.phone != phone or row.phone_verified:
            return
        row.phone_verified = True
        row.save(update_fields=["phone_verified"])
        _note(row, "verify_phone", row, at)


def set_phone(*, person: Person, phone: str, is_verified: bool, at: datetime) -> None:
    """A new number, said or proved to be theirs. Raises AlreadyHasAPage when it is somebody else's."""
    number = clean_phone(phone)
    with transaction.atomic():
        row = Person.objects.locked().get(pk=person.pk)
        if Person.objects.filter(phone=number).exclude(pk=row.pk).exists():
            raise AlreadyHasAPage(field="phone")
        row.phone, row.phone_verified = number, is_verified
        row.save(update_fields=["phone", "phone_verified"])
        _note(row, "set_phone", row, at)


def _set(person: Person, by: Person, at: datetime, verb: str, **values: object) -> Person:
    """Writes fields of a page, with the line in the trail. The caller has asked whether `by` may."""
    with transaction.atomic():
        row = Person.objects.locked().get(pk=person.pk)
        for name, value in values.items():
            setattr(row, name, value)
        row.save(update_fields=list(values))
        _note(row, verb, by, at)
    for name, value in values.items():
        setattr(person, name, value)
    return row


def _note(person: Person, verb: str, by: Person | None, at: datetime, **detail: object) -> None:
    trail.write(
        by=by,
        verb=f"people.{verb}",
        about_kind="person",
        about_id=person.pk,
        at=at,
        council_code=person.council_code,
        detail=detail,
        on_behalf_of=person if by is not None else None,
    )
