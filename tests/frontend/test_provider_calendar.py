"""A provider's calendar: a week, a month, and the feed for a phone, which says when and never who, where or why (abuse.md, "Data and control")."""

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from icalendar import Calendar

from audit.errors import NotAllowed
from audit.models import Entry
from frontend.views.provider_calendar import OFTEN
from marketplace.models import Agreement, Milestone, Visit, VisitShown
from marketplace.rules.dates import start_of
from marketplace.selectors.calendar import FeedVisit, feed
from people.models import Person
from providers.models import CalendarLink
from providers.services import calendar_links
from providers.services.calendar_links import NoCalendarLink
from tests import cast, cast_market
from tests.signing_in import signed_in
from tests.worlds import again, kept

pytestmark = pytest.mark.django_db

TUESDAY = date(2026, 3, 24)
LONDON = ZoneInfo("Europe/London")


def _as(person) -> Client:
    return signed_in(person)


def _text(response) -> str:
    return " ".join(response.content.decode().split())


def _week(client: Client, **asked) -> str:
    return _text(client.get(reverse("provider-calendar"), asked))


def test_a_day_of_one_s_own_visits_names_each_person_and_what_was_said(set_clock):
    walk = cast_market.asked()
    walk.yes("Amina")
    set_clock(walk.at)
    page = _week(_as(cast.hodan()), day="2026-03-24")
    assert "Amina said that it happened." in page
    assert "Yusuf and Halima have not answered yet." in page
    assert "Yusuf: held for you. Halima: promised by order, paid after the yes." in page
    assert "Amina: yes. On its way." in page


told = kept(lambda: cast_market.covered(start_time=time(10)).until(start_of(TUESDAY)))


@pytest.fixture
def walk(told, set_clock) -> cast_market.Walk:
    """The first visit of the first week is in an hour."""
    cache.clear()
    walk = again(told)
    set_clock(walk.at)
    return walk


@pytest.fixture
def hodan(walk) -> Client:
    return _as(cast.hodan())


# --- a week, a month ---


def test_a_week_says_who_where_when_what_and_whether_it_is_paid_for(hodan):
    page = _week(hodan)
    assert "This week" in page
    assert "Tuesday 24 March" in page
    assert "10am to 11am" in page
    assert "Amina, Yusuf and Halima, SE15" in page
    assert "Help at home in Somali, 1 hour" in page
    assert "Amina and Yusuf: held for you." in page
    assert "Halima: promised by order, paid after the yes." in page
    assert "Free: Monday, Wednesday, Friday, Saturday and Sunday." in page
    assert "Amina Yusuf" not in page
    for surname in (cast.amina().full_name, cast.halima().full_name):
        assert surname not in page


def test_the_week_before_and_after_are_one_press_away_and_an_empty_one_is_kind(hodan):
    page = _week(hodan)
    before, after = (f"{reverse('provider-calendar')}?day={day}" for day in ("2026-03-22", "2026-03-30"))
    assert f'rel="prev" href="{before}"' in page
    assert f'rel="next" href="{after}"' in page
    empty = _text(hodan.get(before))
    assert "No visits this week. The time is yours." in empty
    assert "what people near you want" in empty
    assert "The money for it is not in place yet. Don’t go before it is." in _text(hodan.get(after))


@pytest.mark.parametrize("day", ["soon", "2026-02-30", "1066-10-14", "9999-12-31", "", "²"])
def test_a_day_that_cannot_be_read_shows_the_week_of_today_and_says_so(hodan, day):
    for name in ("provider-calendar", "provider-calendar-month"):
        page = _text(hodan.get(reverse(name), {"day": day}))
        assert "March" in page
        assert ("We could not read that day." in page) is (day != "")


@pytest.mark.parametrize(("day", "there"), [("2020-01-01", "next"), ("2099-12-31", "prev")])
def test_the_ends_of_time_have_one_way_only(hodan, day, there):
    for name in ("provider-calendar", "provider-calendar-month"):
        assert re.findall(r'rel="(prev|next)"', _text(hodan.get(reverse(name), {"day": day}))) in ([there], ["prev", "next"])


def test_a_month_is_a_list_with_the_time_of_all_of_it(hodan):
    page = _text(hodan.get(reverse("provider-calendar-month")))
    assert "March 2026" in page
    assert "3 visits, 3 hours" in page
    assert "Tuesday 31 March, 10am to 11am" in page
    assert "The month after" in page


def test_somebody_who_works_there_sees_the_visits_and_not_the_link(hodan):
    worker = cast.somebody("ifrah@example.com", "Ifrah Ismail")
    cast_market.hire("Ifrah", person=worker, checked=False)
    page = _week(_as(worker))
    assert "10am to 11am" in page
    assert reverse("provider-calendar-link") not in page
    assert _as(worker).get(reverse("provider-calendar-link")).status_code == 404


@pytest.mark.parametrize("name", ["provider-calendar", "provider-calendar-month"])
def test_a_calendar_asks_as_much_however_many_visits_and_at_most_12_times(hodan, name):
    def asked(day: str) -> int:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            assert hodan.get(reverse(name), {"day": day}).status_code == 200
        return len(seen)

    asked("2026-03-24")
    few = asked("2026-03-24")
    for number in range(3, 9):
        one = Visit.objects.order_by("on").first()
        Visit.objects.create(milestone=one.milestone, council_code=one.council_code, number=number, on=one.on, planned_minutes=60)
    assert asked("2026-03-24") == few <= 12


# --- the link ---


def _link(client: Client) -> str:
    """Made on the page; the path of the address that it shows."""
    page = _text(client.post(reverse("provider-calendar-link")))
    return re.findall(r"<code>https?://[^/]+(/calendar/[\w-]{40,}\.ics)</code>", page)[0]


def test_the_page_says_what_is_in_it_before_it_is_made_and_shows_the_address_once(hodan):
    page = reverse("provider-calendar-link")
    before = _text(hodan.get(page))
    assert "Who you visit, or any name" in before
    assert "Stop the link" not in before
    address = _link(hodan)
    assert Client().get(address).status_code == 200
    after = _text(hodan.get(page))
    assert "You made a link on Tuesday 24 March 2026." in after
    assert address not in after
    row = CalendarLink.objects.get()
    assert address.split("/")[-1].removesuffix(".ics") not in str(row.__dict__)
    assert Entry.objects.filter(verb="providers.make_calendar_link", by_id=cast.hodan().pk).count() == 1


def test_a_wrong_an_old_and_a_stopped_address_are_the_same_404(hodan):
    def body(address: str) -> bytes:
        response = Client().get(address)
        assert response.status_code == 404
        assert "ETag" not in response
        return re.sub(rb'(nonce|Token" value|token" value)="[^"]*"', b"", response.content).replace(address.encode(), b"")

    wrong = body("/calendar/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.ics")
    first = _link(hodan)
    second = _link(hodan)
    assert body(first) == wrong
    assert Client().get(second).status_code == 200
    assert "The link is stopped." in _text(hodan.post(reverse("provider-calendar-link-stop"), follow=True))
    assert body(second) == wrong
    assert "There is no calendar link to stop." in _text(hodan.post(reverse("provider-calendar-link-stop"), follow=True))


def test_the_address_of_somebody_who_is_gone_stops(hodan):
    address = _link(hodan)
    Person.objects.filter(pk=cast.hodan().pk).update(is_active=False)
    assert Client().get(address).status_code == 404


def test_only_the_owner_makes_and_stops_it(walk):
    shop = cast.barwaaqo()
    for who in (cast.stranger(), cast.operator(), cast.amina()):
        with pytest.raises(NotAllowed):
            calendar_links.make(enterprise=shop, by=who, at=walk.at)
        with pytest.raises(NotAllowed):
            calendar_links.stop(enterprise=shop, by=who, at=walk.at)
    with pytest.raises(NoCalendarLink):
        calendar_links.stop(enterprise=shop, by=cast.hodan(), at=walk.at)


# --- the feed ---


def _read(address: str, **headers) -> tuple[dict[str, object], str]:
    """Its events by UID, and its text, read back by the library."""
    response = Client().get(address, headers=headers)
    assert response.status_code == 200
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    text = response.content.decode()
    return {str(one["UID"]): one for one in Calendar.from_ical(text).walk("VEVENT")}, text


def test_the_feed_holds_every_visit_and_no_word_of_anybody(hodan, walk):
    events, text = _read(_link(hodan))
    assert len(events) == Visit.objects.count() == 24
    agreement = Agreement.objects.get()
    words = {agreement.title, agreement.cluster.name, "SE15", "Barwaaqo", "Ifrah", "Somali", "£"}
    words |= {word for person in Person.objects.all() for word in (*person.full_name.split(), person.known_as, person.email)}
    assert [word for word in words if word and word.lower() in text.lower()] == []
    first = events[f"visit-{walk.visits()[0].pk}@127.0.0.1"]
    assert (str(first["SUMMARY"]), str(first["STATUS"]), int(first["SEQUENCE"])) == ("Visit", "CONFIRMED", 0)
    assert first.decoded("DTSTART") == datetime(2026, 3, 24, 10, tzinfo=LONDON)
    assert all(len(line) <= 75 for line in text.encode().split(b"\r\n"))


def test_ten_in_the_morning_stays_ten_over_the_change_of_the_clocks(hodan):
    events, _ = _read(_link(hodan))
    starts = sorted(event.decoded("DTSTART") for event in events.values())
    assert {one.astimezone(LONDON).time() for one in starts} == {time(10)}
    assert [one.astimezone(UTC).hour for one in starts[:3]] == [10, 10, 9], "the clocks go forward on 29 March 2026"


def test_the_clocks_written_in_the_file_are_london_s(hodan):
    _, text = _read(_link(hodan))
    zone = Calendar.from_ical(text.replace("Europe/London", "Somewhere/Else")).walk("VTIMEZONE")[0].to_tz(lookup_tzid=False)
    for day in (date(2026, 3, 28), date(2026, 3, 29), date(2026, 10, 24), date(2026, 10, 25), date(2031, 7, 1)):
        noon = datetime.combine(day, time(12))
        assert zone.utcoffset(noon) == noon.replace(tzinfo=LONDON).utcoffset(), day


def test_an_hour_in_the_night_the_clocks_change_is_an_hour(hodan, walk):
    visit = walk.visits()[0]
    Visit.objects.filter(pk=visit.pk).update(on=date(2026, 10, 25), planned_start=time(1, 30), planned_minutes=60)
    event = _read(_link(hodan))[0][f"visit-{visit.pk}@127.0.0.1"]
    line = next(one for one in feed(cast.barwaaqo(), since=TUESDAY) if one.visit_id == visit.pk)
    assert line.starts is not None
    assert line.ends is not None
    assert line.ends.astimezone(UTC) - line.starts.astimezone(UTC) == timedelta(hours=1)
    assert event.decoded("DTSTART").replace(tzinfo=None) == datetime(2026, 10, 25, 1, 30)


def test_a_visit_without_a_time_is_a_whole_day(hodan, walk):
    Visit.objects.filter(pk=walk.visits()[0].pk).update(planned_start=None)
    event = _read(_link(hodan))[0][f"visit-{walk.visits()[0].pk}@127.0.0.1"]
    assert (event.decoded("DTSTART"), event.decoded("DTEND")) == (TUESDAY, TUESDAY + timedelta(days=1))


STATES = {
    "called off": (lambda visit: Visit.objects.filter(pk=visit.pk).update(state="called_off"), "CANCELLED", "Visit (called off)"),
    "not recorded": (lambda visit: Visit.objects.filter(pk=visit.pk).update(state="not_recorded"), "CANCELLED", "Visit (called off)"),
    "week cancelled": (lambda visit: Milestone.objects.filter(pk=visit.milestone_id).update(state="cancelled"), "CANCELLED", "Visit (called off)"),
    "week not paid": (lambda visit: Milestone.objects.filter(pk=visit.milestone_id).update(state="short"), "CONFIRMED", "Visit (not certain yet)"),
    "suspended": (lambda visit: Agreement.objects.update(state="suspended"), "CONFIRMED", "Visit (stopped for now)"),
    "ended": (lambda visit: Agreement.objects.update(state="terminated"), "CANCELLED", "Visit (called off)"),
    "another day": (lambda visit: Visit.objects.filter(pk=visit.pk).update(on=TUESDAY + timedelta(days=1)), "CONFIRMED", "Visit"),
}


@pytest.mark.parametrize("what", STATES)
def test_a_change_keeps_the_uid_raises_the_number_and_tells_when(hodan, walk, set_clock, what):
    address, visit = _link(hodan), walk.visits()[0]
    uid = f"visit-{visit.pk}@127.0.0.1"
    before = _read(address)[0][uid]
    again_read = _read(address)[0][uid]
    assert (again_read["SEQUENCE"], again_read.decoded("LAST-MODIFIED")) == (before["SEQUENCE"], before.decoded("LAST-MODIFIED"))
    change, status, summary = STATES[what]
    change(visit)
    set_clock(walk.at + timedelta(hours=1))
    after = _read(address)[0][uid]
    assert (str(after["STATUS"]), str(after["SUMMARY"]), int(after["SEQUENCE"])) == (status, summary, 1)
    later = after.decoded("LAST-MODIFIED") - before.decoded("LAST-MODIFIED")
    assert timedelta(minutes=59) < later < timedelta(minutes=61)


def test_a_program_that_has_it_is_told_that_nothing_is_new_and_nothing_is_written(hodan, walk):
    address = _link(hodan)
    first = Client().get(address)
    rows = list(VisitShown.objects.order_by("pk").values())
    for headers in ({"If-None-Match": first["ETag"]}, {"If-Modified-Since": first["Last-Modified"]}):
        answer = Client().get(address, headers=headers)
        assert (answer.status_code, answer.content) == (304, b"")
    assert list(VisitShown.objects.order_by("pk").values()) == rows
    assert Client().head(address)["ETag"] == first["ETag"]
    assert Client().post(address).status_code == 405
    Visit.objects.filter(pk=walk.visits()[0].pk).update(state="called_off")
    assert Client().get(address, headers={"If-None-Match": first["ETag"]}).status_code == 200


def test_a_feed_that_is_asked_for_too_often_waits_and_its_address_is_not_logged(hodan, caplog):
    address = _link(hodan)
    assert Client().get(address).status_code == 200
    cache.set(f"calendar:{cast.barwaaqo().pk}", OFTEN, 3600)
    slow = Client().get(address)
    assert (slow.status_code, slow["Retry-After"]) == (429, "3600")
    assert address not in caplog.text


def test_a_feed_asks_as_much_however_many_visits(hodan, walk):
    address = _link(hodan)
    Client().get(address)
    with CaptureQueriesContext(connection) as seen:
        Client().get(address)
    assert len(seen) <= 4


def test_lines_of_a_feed_are_equal_only_when_nothing_was_told_anew():
    line = FeedVisit(1, TUESDAY, start_of(TUESDAY), start_of(TUESDAY, time(10)), "sure")
    others = [
        FeedVisit(1, TUESDAY, start_of(TUESDAY), start_of(TUESDAY, time(11)), "sure"),
        FeedVisit(1, TUESDAY, None, None, "sure"),
        FeedVisit(1, TUESDAY, start_of(TUESDAY), start_of(TUESDAY, time(10)), "off"),
    ]
    assert len({line.print, *(one.print for one in others)}) == 4
