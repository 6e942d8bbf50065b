"""Making a page, being reached, and how sure we are of somebody."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from audit.errors import NotAllowed, Refusal
from audit.models import Entry
from people.models import Person
from people.rules import EmailIsNotOne, PhoneIsNotOne, called, clean_phone
from people.services import people
from people.services.people import AlreadyHasAPage, NameIsMissing, NoWayToReach, PasswordIsTooEasy, PhraseIsTooLong, SurenessIsNotHigher
from tests import cast
from tests.cast import AT

pytestmark = pytest.mark.django_db


def test_a_person_may_sign_up_with_a_phone_and_no_e_mail() -> None:
    mary = people.register(full_name="  Mary   Lamb ", phone="07700 900412", outcode="SE15", at=AT)
    assert (mary.full_name, mary.known_as, mary.phone, mary.email, mary.channel) == ("Mary Lamb", "Mary", "+447700900412", None, "text")
    assert not mary.has_usable_password()
    assert Entry.objects.about("person", mary.pk).get().verb == "people.register"


def test_a_person_may_be_reached_by_letter_alone() -> None:
    mary = people.register(full_name="Mary Lamb", letter_address="1 Rye Lane, London SE15", at=AT)
    assert (mary.channel, mary.email, mary.phone) == ("letter", None, None)


@pytest.mark.parametrize(
    ("wrong", "refusal", "field"),
    [
        ({"full_name": "  "}, NameIsMissing, "full_name"),
        ({"email": ""}, NoWayToReach, "letter_address"),
        ({"email": "mary"}, EmailIsNotOne, "email"),
        ({"phone": "12"}, PhoneIsNotOne, "phone"),
        ({"channel": "text"}, NoWayToReach, "phone"),
        ({"password": "password"}, PasswordIsTooEasy, "password"),
        ({"phrase": "blue kettle " * 6}, PhraseIsTooLong, "phrase"),
    ],
)
def test_each_wrong_thing_gets_a_sentence_and_its_field(wrong: dict[str, str], refusal: type[Refusal], field: str) -> None:
    with pytest.raises(refusal) as caught:
        people.register(**{"full_name": "Mary Lamb", "email": "mary@example.com", "at": AT, **wrong})
    assert caught.value.field == field
    assert caught.value.sentence.endswith(".")
    assert not Person.objects.filter(full_name="Mary Lamb").exists()


def test_one_address_is_one_person_however_it_is_typed() -> None:
    people.register(full_name="Mary", email="Mary@Example.com", phone="07700 900412", at=AT)
    with pytest.raises(AlreadyHasAPage):
        people.register(full_name="Mary again", email="mary@example.COM", at=AT)
    with pytest.raises(AlreadyHasAPage) as caught:
        people.register(full_name="Mary again", phone="+44 (0)7700 900412", at=AT)
    assert caught.value.field == "phone"


@pytest.mark.parametrize("typed", ["07700 900412", "+44 7700 900412", "0044 7700-900412", "+44 (0)7700 900412"])
def test_a_phone_number_has_one_form(typed: str) -> None:
    assert clean_phone(typed) == "+447700900412"


def test_seen_is_said_by_a_facilitator_of_the_same_council() -> None:
    mary = cast.somebody("mary@example.com", "Mary Lamb")
    assert mary.sureness == "said"
    seen = people.vouch(person=mary, level="seen", by=cast.ruth(), at=AT)
    assert (seen.sureness, seen.sureness_by, seen.sureness_at) == ("seen", cast.ruth(), AT)


def test_confirmed_is_said_by_who_works_for_a_funder() -> None:
    assert people.vouch(person=cast.halima(), level="confirmed", by=cast.colin(), at=AT).sureness == "confirmed"


@pytest.mark.parametrize(
    ("who", "level"), [("stranger", "seen"), ("sam", "seen"), ("priya", "confirmed"), ("ruth", "confirmed"), ("operator", "confirmed")]
)
def test_others_may_not_vouch(who: str, level: str) -> None:
    with pytest.raises(NotAllowed):
        people.vouch(person=cast.somebody("mary@example.com", "Mary"), level=level, by=getattr(cast, who)(), at=AT)


def test_nobody_vouches_for_themselves_or_over_the_border() -> None:
    with pytest.raises(NotAllowed):
        people.vouch(person=cast.ruth(), level="seen", by=cast.ruth(), at=AT)
    with pytest.raises(NotAllowed):
        people.vouch(person=cast.neighbour(), level="seen", by=cast.ruth(), at=AT)
    with pytest.raises(NotAllowed):
        people.vouch(person=cast.stranger(), level="seen", by=None, at=AT)


def test_sureness_only_grows_by_vouching() -> None:
    people.vouch(person=cast.halima(), level="confirmed", by=cast.colin(), at=AT)
    with pytest.raises(SurenessIsNotHigher):
        people.vouch(person=cast.halima(), level="seen", by=cast.ruth(), at=AT)


def test_the_database_refuses_sureness_without_a_name_beside_it() -> None:
    with pytest.raises(IntegrityError, match="person_sureness_says_who_and_when"), transaction.atomic():
        Person.objects.filter(pk=cast.stranger().pk).update(sureness="confirmed")


def test_easy_view_is_remembered_and_one_s_own_choice() -> None:
    amina = cast.amina()
    people.set_easy_view(person=amina, easy_view=True, by=amina, at=AT)
    assert Person.objects.get(pk=amina.pk).easy_view
    with pytest.raises(NotAllowed):
        people.set_easy_view(person=amina, easy_view=False, by=cast.stranger(), at=AT)


def test_channel_away_and_phrase_are_one_s_own() -> None:
    amina, stranger = cast.amina(), cast.stranger()
    people.set_away(person=amina, until=date(2026, 3, 9), by=amina, at=AT)
    people.set_phrase(person=amina, phrase="blue  kettle", by=amina, at=AT)
    people.set_channel(person=amina, channel="letter", letter_address="1 Rye Lane", by=amina, at=AT)
    amina.refresh_from_db()
    assert (amina.away_until, amina.phrase, amina.channel, amina.letter_address) == (date(2026, 3, 9), "blue kettle", "letter", "1 Rye Lane")
    with pytest.raises(NoWayToReach):
        people.set_channel(person=amina, channel="text", by=amina, at=AT)
    with pytest.raises(NotAllowed):
        people.set_away(person=amina, until=None, by=stranger, at=AT)
    with pytest.raises(NotAllowed):
        people.set_phrase(person=amina, phrase="x", by=stranger, at=AT)
    with pytest.raises(NotAllowed):
        people.set_channel(person=amina, channel="email", by=stranger, at=AT)


def test_people_see_themselves_and_those_they_help() -> None:
    from people.services import supporters

    amina, ruth, stranger = cast.amina(), cast.ruth(), cast.stranger()
    assert list(Person.objects.visible_to(stranger)) == [stranger]
    assert set(Person.objects.visible_to(None)) == set()
    assert amina in Person.objects.visible_to(cast.operator())
    supporters.ask(person=amina, supporter=stranger, kind="beside", by=amina, at=AT)
    assert set(Person.objects.visible_to(stranger)) == {stranger, amina}
    assert list(Person.objects.visible_to(ruth)) == [ruth]


def test_asking_to_help_somebody_shows_nothing_of_them() -> None:
    from people.services import supporters

    amina, stranger = cast.amina(), cast.stranger()
    asked = supporters.ask(person=amina, supporter=stranger, kind="for", decisions=["visits"], source="letter", by=stranger, at=AT)
    assert list(Person.objects.visible_to(stranger)) == [stranger]
    supporters.confirm(supporter=asked, by=cast.operator(), at=AT)
    assert amina in Person.objects.visible_to(stranger)
    supporters.end(supporter=asked, by=amina, at=AT)
    assert list(Person.objects.visible_to(stranger)) == [stranger]


@pytest.mark.parametrize(
    ("known_as", "full_name", "shown"),
    [
        ("", "Amina Farah", "Amina"),
        ("Amina Farah", "Amina Farah", "Amina"),
        ("amina  FARAH", "Amina Farah", "amina"),
        ("Mary Ann", "Mary Ann Jones", "Mary Ann"),
        ("Auntie", "Amina Farah", "Auntie"),
        ("Farah", "Amina Farah", "Farah"),
        ("Cher", "Cher", "Cher"),
    ],
)
def test_groups_call_somebody_by_what_they_like_without_their_last_name(known_as: str, full_name: str, shown: str) -> None:
    assert called(known_as, full_name) == shown
