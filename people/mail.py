"""Django's e-mail backend for the demo and for tests: every mail becomes a row that /demo/outbox shows."""

from collections.abc import Sequence

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from audit import clock
from people.services import messages


class OutboxBackend(BaseEmailBackend):
    """Stores each mail once per receiver. Reads the clock: it stands at the edge, like a view."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        at = clock.now()
        for mail in email_messages:
            for to in mail.recipients():
                messages.note_mail(to=to, subject=str(mail.subject), body=str(mail.body), at=at)
        return len(email_messages)
