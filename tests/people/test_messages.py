"""Messages go by the person's own channel, once, with their words; concerns are seen by operators only."""

import smtplib
from datetime import timedelta

import pytest
from django.conf import settings
from django.core import mail

from people.models import Concern, Message
from people.services import concerns, messages, people
from people.services.concerns import ConcernIsEmpty
from tests import cast
from tests.cast import AT

pytestmark = pytest.mark.django_db


def write(**more: object) -> Message | None:
    return messages.send(
        **{"person": cast.amina(), "kind": "call_opened", "subject": "Your payment is due", "body": "Please sign in.", "at": AT, **more}
    )


@pytest.mark.parametrize(
    ("channel", "to"), [("email", "mary@example.com"), ("text", "+447700900412"), ("phone", "+447700900412"), ("letter", "1 Rye Lane")]
)
def test_each_is_reached_by_the_channel_they_chose(channel: str, to: str) -> None:
    mary = people.register(full_name="Mary", email="mary@example.com", phone="07700900412", letter_address="1 Rye Lane", channel=channel, at=AT)
    message = write(person=mary)
    assert message is not None
    assert (message.channel, message.to, message.person) == (channel, to, mary)


def test_without_an_address_for_it_we_use_one_that_we_have() -> None:
    mary = people.register(full_name="Mary", phone="07700900412", at=AT)
    mary.channel = "letter"
    message = write(person=mary)
    assert message is not None
    assert message.channel == "text"
    mary.phone = None
    assert write(person=mary) is None


def test_the_person_s_words_stand_in_every_message() -> None:
    amina = cast.amina()
    people.set_phrase(person=amina, phrase="blue kettle", by=amina, at=AT)
    message = write(person=amina)
    assert message is not None
    assert message.body.endswith("Your words: blue kettle\n")


def test_the_same_thing_is_told_once() -> None:
    assert write(dedup_key="call:1/opened") is not None
    assert write(dedup_key="call:1/opened") is None
    assert write(dedup_key="call:2/opened") is not None
    assert Message.objects.count() == 2


def test_mail_of_other_parts_lands_in_the_outbox(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "EMAIL_BACKEND", messages.OUTBOX)
    amina = cast.amina()
    mail.send_mail("Numbers", "123456", None, ["Amina@example.com", "other@example.com"])
    first, second = Message.objects.all()
    assert (first.person, first.to, first.subject, first.state) == (amina, "amina@example.com", "Numbers", "sent")
    assert second.person is None


def test_queued_mail_is_sent_once_and_tried_again_after_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    message = write()
    assert message is not None
    assert message.state == "queued"
    sending = mail.send_mail

    def server_is_away(*arguments: object) -> int:
        raise smtplib.SMTPServerDisconnected

    monkeypatch.setattr(mail, "send_mail", server_is_away)
    assert messages.send_due(at=AT) == 0
    monkeypatch.setattr(mail, "send_mail", sending)
    assert messages.send_due(at=AT + timedelta(minutes=9)) == 0
    assert messages.send_due(at=AT + timedelta(minutes=10)) == 1
    assert messages.send_due(at=AT + timedelta(hours=10)) == 0
    assert [sent.to for sent in mail.outbox] == [["amina@example.com"]]


def test_mail_that_never_goes_is_marked_as_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    write()

    def server_is_away(*arguments: object) -> int:
        raise ConnectionRefusedError

    monkeypatch.setattr(mail, "send_mail", server_is_away)
    for hour in range(10):
        messages.send_due(at=AT + timedelta(hours=2 * hour))
    assert (Message.objects.get().state, Message.objects.get().tries) == ("failed", messages.MAX_TRIES)


def test_people_see_their_own_messages() -> None:
    write()
    assert Message.objects.visible_to(cast.amina()).count() == 1
    assert Message.objects.visible_to(cast.operator()).count() == 1
    assert Message.objects.visible_to(cast.stranger()).count() == 0


def test_a_worry_is_seen_by_operators_and_by_nobody_beside_the_writer() -> None:
    concern = concerns.raise_concern(text="He shouts at her.", contact="07700 900000", by=cast.amina(), at=AT)
    assert concern in Concern.objects.visible_to(cast.operator())
    assert not Concern.objects.visible_to(cast.amina()).exists()
    assert concerns.raise_concern(text="x", at=AT).by is None
    with pytest.raises(ConcernIsEmpty):
        concerns.raise_concern(text="  ", at=AT)
