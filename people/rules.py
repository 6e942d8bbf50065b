"""What needs no database: the one form of an e-mail address and a phone number, sureness, what a supporter may be given."""

import re
from datetime import timedelta

from audit.errors import Refusal

SURENESS = ("said", "seen", "confirmed")
DECISIONS = ("budgets", "groups", "promises", "payments", "visits")
# A helper who may decide for somebody begins a week after it was confirmed, so that the person can say no in between (abuse.md 3).
FOR_BEGINS_AFTER = timedelta(days=7)
APPROVAL_LASTS = timedelta(days=14)


class PhoneIsNotOne(Refusal):
    code = "phone_is_not_one"
    sentence = (
        "This is not a phone number we can use. A UK mobile looks like 07700 900123. From another country, start with + and the country's number."
    )
    field = "phone"


class EmailIsNotOne(Refusal):
    code = "email_is_not_one"
    sentence = "This is not an e-mail address. It looks like name@example.com."
    field = "email"


def clean_email(typed: str) -> str:
    """Lower case, no spaces around it. Raises EmailIsNotOne."""
    email = typed.strip().lower()
    if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s.]+", email):
        raise EmailIsNotOne
    return email


def clean_phone(typed: str) -> str:
    """`+447700900123` from any way of writing it; a number that starts with 0 is a UK one. Raises PhoneIsNotOne."""
    digits = re.sub(r"[\s().-]", "", typed)
    if digits.startswith("00"):
        digits = "+" + digits[2:]
    elif digits.startswith("0"):
        digits = "+44" + digits[1:]
    digits = digits.replace("+440", "+44", 1) if digits.startswith("+440") else digits
    if not re.fullmatch(r"\+[1-9][0-9]{7,14}", digits):
        raise PhoneIsNotOne
    return digits


def is_at_least(level: str, needed: str) -> bool:
    """`said` < `seen` < `confirmed` (state-machines.md 1)."""
    return SURENESS.index(level) >= SURENESS.index(needed)


def called(known_as: str, full_name: str) -> str:
    """What groups call somebody: what they like to be called, without their last name. "Mary Ann" stays; "Amina Farah" is "Amina".

    Whoever is new to a group sees first names only (state-machines.md 3), on every page that shows a name.
    """
    words, whole = known_as.split(), full_name.split()
    while len(words) > 1 and len(whole) > 1 and words[-1].casefold() == whole[-1].casefold():
        words.pop()
    return " ".join(words) or whole[0]
