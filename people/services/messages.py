"""Writing to people by the channel they chose. A message is a row first; who carries it comes after the commit."""

from datetime import datetime, timedelta
from email.utils import parseaddr

import structlog
from django.conf import settings
from django.core import mail
from django.db import transaction
from django.db.models import Q

from people.models import Channel, Message, Person

log = structlog.get_logger()

OUTBOX = "people.mail.OutboxBackend"
MAX_TRIES = 6
BATCH = 100
WAIT = timedelta(minutes=10)


def send(*, person: Person, kind: str, subject: str, body: str, at: datetime, dedup_key: str | None = None) -> Message | None:
    """Writes to a person by their own channel, with the phrase they chose; where we have no address for it, by one that we have.

    None when a message with this `dedup_key` was written before, or when we have no address at all.
    No message ever carries a link to pay, or bank details: it asks to sign in (abuse.md 11).
    """
    channel, to = address_of(person)
    if not to:
        log.warning("nowhere_to_write", person=person.pk, kind=kind)
        return None
    return write(person=person, channel=channel, to=to, kind=kind, subject=subject, body=with_phrase(person, body), at=at, dedup_key=dedup_key)


def address_of(person: Person) -> tuple[str, str]:
    """The channel and address to use; the address is empty when there is none."""
    there = {
        Channel.EMAIL: person.email or "",
        Channel.TEXT: person.phone or "",
        Channel.PHONE: person.phone or "",
        Channel.LETTER: person.letter_address,
    }
    wanted = [Channel(person.channel), Channel.EMAIL, Channel.TEXT, Channel.LETTER]
    return next(((channel.value, there[channel]) for channel in wanted if there[channel]), (person.channel, ""))


def with_phrase(person: Person, body: str) -> str:
    """The body with the person's own words under it, so that they know it is from us."""
    return f"{body.rstrip()}\n\nYour words: {person.phrase}\n" if person.phrase else body


def write(
    *, person: Person | None, channel: str, to: str, kind: str, subject: str, body: str, at: datetime, dedup_key: str | None = None
) -> Message | None:
    """One message to one address, as it stands. None when a message with this `dedup_key` was written before."""
    is_sent = channel == Channel.EMAIL and settings.EMAIL_BACKEND == OUTBOX
    fields = {
        "person": person,
        "channel": channel,
        "to": to,
        "kind": kind,
        "subject": subject[:200],
        "body": body,
        "queued_at": at,
        "sent_at": at if is_sent else None,
        "state": Message.State.SENT if is_sent else Message.State.QUEUED,
    }
    if dedup_key is None:
        return Message.objects.create(**fields)
    message, is_new = Message.objects.get_or_create(dedup_key=dedup_key, defaults=fields)
    return message if is_new else None


def note_mail(*, to: str, subject: str, body: str, at: datetime) -> None:
    """A mail that another part (sign-in) already composed, for the outbox."""
    address = parseaddr(to)[1].lower()
    write(person=Person.objects.filter(email=address).first(), channel=Channel.EMAIL, to=address, kind="mail", subject=subject, body=body, at=at)


def send_due(*, at: datetime) -> int:
    """Gives queued e-mails to the mail server, each claimed first and sent outside any transaction. Returns how many were sent.

    Texts and letters stay queued: nobody carries them yet; the demo shows them at /demo/outbox.
    """
    if settings.EMAIL_BACKEND == OUTBOX:
        return 0
    sent = 0
    for _ in range(BATCH):
        message = _claim(at)
        if message is None:
            break
        try:
            mail.send_mail(message.subject, message.body, None, [message.to])
        except OSError as error:  # SMTPException is one
            log.warning("mail_not_sent", message=message.pk, error=type(error).__name__)
            Message.objects.filter(pk=message.pk, tries__gte=MAX_TRIES).update(state=Message.State.FAILED)
        else:
            Message.objects.filter(pk=message.pk).update(state=Message.State.SENT, sent_at=at)
            sent += 1
    return sent


def _claim(at: datetime) -> Message | None:
    """Takes one e-mail to send; a crash before it is marked as sent lets it be tried again ten minutes later."""
    with transaction.atomic():
        due = Message.objects.filter(Q(next_try_at__isnull=True) | Q(next_try_at__lte=at), state=Message.State.QUEUED, channel=Channel.EMAIL)
        message = due.select_for_update(of=("self",), skip_locked=True).order_by("id").first()
        if message is not None:
            message.tries += 1
            message.next_try_at = at + WAIT * message.tries
            message.save(update_fields=["tries", "next_try_at"])
    return message
