"""Booking as pages, without JavaScript: days, times, what is kept, what it costs, both sides' yes, and calling off."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from audit.services.deliveries import deliver_due
from marketplace.models import Booking
from people.models import Message, Person, Supporter
from pooling.models import Cluster
from providers.models import Listing, WorkHours
from tests import cast, cast_booking
from tests.cast_booking import KEEP_GOING, TEN, Alone
from tests.signing_in import signed_in
from tests.worlds import again, kept

pytestmark = pytest.mark.django_db
world = kept(cast_booking.amina)


@pytest.fixture
def story(world: Alone, set_clock) -> Alone:
    mine = again(world)
    set_clock(mine.at)
    return mine


def _as(person) -> Client:
    return signed_in(person)


def text(response) -> str:
    return response.content.decode().replace("&#x27;", "’")


def keeps(story: Alone, client: Client, **said: str) -> Booking:
    page = reverse("booking-times", args=[story.listing.pk])
    assert f"?day={TEN.date()}" in text(client.get(page, {"from": str(TEN.date())}))
    client.post(page, {"day": str(TEN.date()), "time": TEN.isoformat(), "weeks": "1", **said})
    return Booking.objects.latest("pk")


def are_told(story: Alone) -> None:
    """What was done in this minute goes out."""
    while deliver_due(at=story.at + timedelta(minutes=5)):
        pass


def test_somebody_books_a_time_for_themselves_and_the_provider_says_yes(story: Alone) -> None:
    client, hodan = _as(cast.amina()), _as(cast.hodan())
    assert "Book a time" in text(client.get(reverse("service", args=[story.listing.pk])))
    booking = keeps(story, client)
    held = text(client.get(reverse("booking", args=[booking.pk])))
    assert ("We keep this time for you until" in held, "Just me" in held) == (True, True)
    assert "We keep a time for you: Wednesday 18 March at 10am" in text(client.get(reverse("start")))
    page = reverse("booking-alone", args=[booking.pk])
    said = {"portion": str(story.portion.pk), "related": "none", **KEEP_GOING}
    assert client.post(page, {}).status_code == 422
    check = text(client.post(page, said))
    assert all(words in check for words in ("The most it can cost you", "£20.00", "Until Monday 16 March at 10am it is free", "No money moves now"))
    assert Booking.objects.get().state == "slot_held"
    assert '<input type="hidden" name="_most" value="2000">' in check
    dearer = client.post(page, {**said, "_confirm": "yes", "_most": "1999"})
    assert (dearer.status_code, "The price has changed since you opened this page" in text(dearer)) == (422, True)
    answers = [client.post(page, {**said, "_confirm": "yes", "_most": "2000"}) for _ in "twice"]
    assert {answer.headers["Location"] for answer in answers} == {reverse("booking", args=[booking.pk])}
    assert Booking.objects.get().state == "requested"
    assert "They wait for your yes or no" in text(hodan.get(reverse("provider-bookings")))
    agreement = Booking.objects.get().agreement
    hodan.post(reverse("provider-agreement-yes", args=[agreement.pk]), {"version": agreement.version})
    mine = text(client.get(reverse("booking", args=[booking.pk])))
    assert ("It is agreed." in mine, "Call it off" in mine) == (True, True)
    assert "Own visits" not in text(client.get(reverse("groups")))


def decides_for_amina(story: Alone, *decisions: str) -> Person:
    """A neighbour with a paper that somebody has seen."""
    who, since = cast.neighbour(), story.at - timedelta(days=1)
    said = {"source": "Lasting power of attorney", "asked_at": since, "confirmed_by": cast.operator(), "confirmed_at": since, "starts_at": since}
    Supporter.objects.create(person=cast.amina(), supporter=who, kind="for", decisions=list(decisions), **said)
    return who


def test_who_decides_for_somebody_books_a_time_for_them_and_calls_it_off(story: Alone) -> None:
    who = decides_for_amina(story, "promises", "visits")
    client, amina = _as(who), cast.amina()
    assert amina.full_name in text(client.get(reverse("bookings")))
    page = reverse("booking-times", args=[story.listing.pk])
    asked = {"from": str(TEN.date()), "for": str(amina.pk)}
    assert f"?for={amina.pk}&amp;day={TEN.date()}" in text(client.get(page, asked))
    assert client.get(page, {"for": str(cast.yusuf().pk)}).status_code == 404
    booking = keeps(story, client, **{"for": str(amina.pk)})
    assert (booking.person, booking.held_by) == (amina, who)
    assert f"Just {amina.known_as}" in text(client.get(reverse("booking", args=[booking.pk])))
    said = {"portion": str(story.portion.pk), "related": "none", **KEEP_GOING}
    check = text(client.post(reverse("booking-alone", args=[booking.pk]), said))
    assert f"The most it can cost {amina.known_as}" in check
    client.post(reverse("booking-alone", args=[booking.pk]), {**said, "_confirm": "yes"})
    story.booking = booking
    assert (story.now().state, booking.agreement) == ("requested", None)
    story.accept()
    assert f"For {amina.known_as}: " in text(client.get(reverse("bookings")))
    cancel = reverse("booking-cancel", args=[booking.times.get().pk])
    assert f"{amina.known_as} still pays" in text(client.get(cancel))
    client.post(cancel)
    assert story.now().state == "cancelled"


def test_who_only_sits_beside_somebody_or_decides_other_things_books_nothing_for_them(story: Alone) -> None:
    client, amina = _as(decides_for_amina(story, "visits")), cast.amina()
    page = reverse("booking-times", args=[story.listing.pk])
    assert ("Who is it for?" in text(client.get(page)), client.get(page, {"for": str(amina.pk)}).status_code) == (False, 404)
    booking = keeps(story, _as(amina))
    held = text(client.get(reverse("booking", args=[booking.pk])))
    assert (f"Only {amina.known_as} can book it" in held, "Not this time" in held) == (True, False)


def test_the_price_of_calling_off_stands_on_the_page_before_the_press(story: Alone) -> None:
    story.hold()
    story.request()
    story.accept()
    client = _as(cast.amina())
    page = reverse("booking-cancel", args=[story.booking.times.get().pk])
    assert "£0.00" in text(client.get(page))
    client.post(page)
    assert story.now().state == "cancelled"
    are_told(story)
    told = Message.objects.filter(kind="booking_over")
    assert [one.person for one in told] == [cast.hodan()]


def test_what_a_provider_calls_off_stands_on_their_record_for_everybody_who_looks(story: Alone) -> None:
    story.hold()
    story.request()
    story.accept()
    service = reverse("service", args=[story.listing.pk])
    assert "Called off" not in text(Client().get(service))
    hodan = _as(cast.hodan())
    page = reverse("booking-cancel", args=[story.booking.times.get().pk])
    assert "People who look at your services see how often you called off." in text(hodan.get(page))
    hodan.post(page)
    assert story.now().ended_how == "provider_cancel"
    assert "You called off 1 booking." in text(hodan.get(reverse("provider-bookings")))
    looked = text(Client().get(service))
    assert ("Called off" in looked, "1 booking" in looked) == (True, True)


def test_who_has_no_business_with_it_finds_nothing(story: Alone) -> None:
    booking = keeps(story, _as(cast.amina()))
    for person in (cast.yusuf(), cast.hodan()):
        assert _as(person).get(reverse("booking", args=[booking.pk])).status_code == 404


def test_a_time_that_is_gone_says_so_and_keeps_the_page(story: Alone) -> None:
    for by in (cast.yusuf(), cast.halima()):
        story.hold(by=by)
    page = reverse("booking-times", args=[story.listing.pk])
    answer = _as(cast.amina()).post(page, {"day": str(TEN.date()), "time": TEN.isoformat(), "weeks": "1"})
    assert (answer.status_code, Booking.objects.filter(person=cast.amina()).exists()) == (422, False)


def test_both_sides_move_it_and_are_told(story: Alone) -> None:
    story.hold()
    story.request()
    story.accept()
    client, hodan = _as(cast.amina()), _as(cast.hodan())
    later = TEN + timedelta(days=1)
    time = story.booking.times.get()
    days = client.get(reverse("booking-move", args=[time.pk])).context["page"].days
    assert (days[0].day, later.date() in [one.day for one in days]) == (date(2026, 3, 12), True)  # none is shown that would be refused
    client.post(reverse("booking-move", args=[time.pk]), {"day": str(later.date()), "time": later.isoformat()})
    assert "Can it be another time?" in text(hodan.get(reverse("provider")))
    assert "Can it be another time?" not in text(client.get(reverse("start")))
    asked = text(hodan.get(reverse("booking", args=[story.booking.pk])))
    assert "Thursday 19 March at 10am instead?" in asked
    hodan.post(reverse("booking-move-answer", args=[time.moves.get().pk]), {"answer": "yes"})
    assert story.booking.times.get().starts_at == later
    are_told(story)
    assert set(Message.objects.filter(kind__startswith="booking_move").values_list("person", flat=True)) == {cast.amina().pk, cast.hodan().pk}


def test_what_is_not_agreed_or_a_first_meeting_can_not_be_moved(story: Alone) -> None:
    client = _as(cast.amina())
    for name in ("booking-times", "booking-meet"):
        client.post(reverse(name, args=[story.listing.pk]), {"day": str(TEN.date()), "time": TEN.isoformat(), "weeks": "1"})
        booking = Booking.objects.latest("pk")
        answer = client.get(reverse("booking-move", args=[booking.times.get().pk]))
        assert (answer.status_code, "This can’t be moved. Let it go" in text(answer)) == (409, True)
        client.post(reverse("booking-let-go", args=[booking.pk]))


def test_only_people_in_a_group_see_who_could_take_part(story: Alone) -> None:
    """Who was in it before, or is only asked in, has no list of its people."""
    group = Cluster.objects.create(
        name="Tuesday Kitchen",
        purpose="meals_together",
        outcode="SE15",
        council_code=cast.SOUTHWARK,
        state="active",
        started_by=cast.yusuf(),
        started_at=story.at,
    )
    group.memberships.create(person=cast.yusuf(), council_code=cast.SOUTHWARK, state="active", strand=1, opened_at=story.at, joined_at=story.at)
    mine = group.memberships.create(person=cast.amina(), council_code=cast.SOUTHWARK, state="invited", opened_at=story.at, invited_by=cast.yusuf())
    client = _as(cast.amina())
    booking = keeps(story, client)
    page = reverse("booking-together", args=[booking.pk, group.pk])
    assert (client.get(page).status_code, page in text(client.get(reverse("booking", args=[booking.pk])))) == (404, False)
    group.memberships.filter(pk=mine.pk).update(state="active", strand=2, joined_at=story.at)
    assert cast.yusuf().known_as in text(client.get(page))


def test_what_somebody_books_alone_is_no_group_when_prices_are_shown(story: Alone) -> None:
    client, near = _as(cast.amina()), {"what": "any", "where": "SE15"}
    before = client.get(reverse("near"), near).context["page"].offers
    story.hold()
    story.request()
    after = client.get(reverse("near"), near).context["page"].offers
    assert any(one.each_pence for one in before)
    assert [(one.listing_id, one.people, one.each_pence) for one in after] == [(one.listing_id, one.people, one.each_pence) for one in before]


def test_who_was_visited_by_nobody_is_asked_on_their_start_page_and_who_sits_beside_them_too(story: Alone) -> None:
    beside = decides_for_amina(story, "visits")
    story.hold()
    story.request()
    Booking.objects.update(state="query")
    for who in (cast.amina(), beside):
        assert "Did anybody come?" in text(_as(who).get(reverse("start")))
    assert "Did anybody come?" not in text(_as(cast.hodan()).get(reverse("start")))


def test_a_first_meeting_is_asked_for_and_agreed(story: Alone, set_clock) -> None:
    client, hodan = _as(cast.amina()), _as(cast.hodan())
    page = reverse("booking-meet", args=[story.listing.pk])
    client.post(page, {"day": str(TEN.date()), "time": TEN.isoformat()})
    meet = Booking.objects.get()
    client.post(reverse("booking", args=[meet.pk]))
    assert "Will you meet Amina?" in text(hodan.get(reverse("provider")))
    assert "Yes, I will meet them" in text(hodan.get(reverse("booking", args=[meet.pk])))
    hodan.post(reverse("booking-answer", args=[meet.pk]), {"answer": "yes"})
    are_told(story)
    assert (Booking.objects.get().state, Message.objects.filter(kind="meeting_agreed").count()) == ("confirmed", 1)
    set_clock(TEN + timedelta(days=1))
    for who, page, asks in ((client, "start", "Did you meet Barwaaqo Care?"), (hodan, "provider", "Did you meet Amina?")):
        assert asks in text(who.get(reverse(page)))
        who.post(reverse("booking-met", args=[meet.pk]))
    assert (Booking.objects.get().state, "Did you meet" in text(client.get(reverse("start")))) == ("met", False)


def test_hours_and_days_off_are_said_on_pages_of_the_provider(story: Alone) -> None:
    hodan, worker = _as(cast.hodan()), cast.hodan_works()
    change = reverse("provider-hours-change", args=[worker.pk])
    Listing.objects.filter(enterprise=worker.enterprise).update(weekdays=[6], parts_of_day=["afternoon", "evening"])
    week = text(hodan.get(change))
    assert [week.count(f'value="{one}"') for one in ("9am", "midday", "9pm")] == [0, 1, 1]  # as it is now: saving it loses no evening
    wrong = hodan.post(change, {"from_1": "9am", "from_2": "soon", "to_2": "5pm"})
    assert [error for errors in wrong.context["form"].errors.values() for error in errors] == [
        "Write times on Tuesday like 9am and 5:30pm.",
        "Write from when to when on Monday, like 9am and 5pm. Or leave both empty.",
    ]
    hodan.post(change, {"from_1": "9am", "to_1": "1pm"})
    assert [(one.day_name, one.begins.hour, one.ends.hour) for one in WorkHours.objects.all()] == [("Monday", 9, 13)]
    hodan.post(reverse("provider-day-off", args=[worker.pk]), {"on": "18 March 2026"})
    hours = text(hodan.get(reverse("provider-hours")))
    assert ("Wednesday 18 March 2026" in hours, "9am to 1pm" in hours) == (True, True)
    hodan.post(reverse("provider-day-off-drop", args=[worker.days_off.get().pk]))
    assert not worker.days_off.exists()
    assert _as(cast.amina()).get(change).status_code == 404
