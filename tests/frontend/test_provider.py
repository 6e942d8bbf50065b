"""Pages of those who help people for pay, as Hodan uses them on her phone."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from marketplace.models import Visit
from marketplace.rules.dates import start_of
from people.services import people
from providers.models import Enterprise, Listing, Worker
from tests import cast, cast_market
from tests.signing_in import signed_in
from tests.worlds import again, kept

pytestmark = pytest.mark.django_db

TUESDAY = date(2026, 3, 24)


def _as(person) -> Client:
    return signed_in(person)


def _text(response) -> str:
    return " ".join(response.content.decode().split())


def test_the_risk_of_an_order_is_said_in_pounds_before_the_yes(set_clock):
    walk = cast_market.walk()
    walk.propose()
    walk.sign()
    set_clock(walk.at)
    client, page = _as(cast.hodan()), reverse("provider-agreement", args=[walk.agreement.pk])
    assert "Say yes or no" in _text(client.get(reverse("provider")))
    shown = _text(client.get(page))
    assert "£648.00" in shown
    assert "£18.00 a week is only promised." in shown
    assert "£216.00 at most" in shown
    assert "Southwark Council pays after the yes" in shown
    stale = _text(client.post(reverse("provider-agreement-yes", args=[walk.agreement.pk]), {"version": "9"}, follow=True))
    assert "The price has changed since you opened this page." in stale
    done = _text(client.post(reverse("provider-agreement-yes", args=[walk.agreement.pk]), {"version": "1"}, follow=True))
    assert "We have your yes." in done
    walk.agreement.refresh_from_db()
    assert walk.agreement.state == "active"


def test_a_no_is_told_to_the_group(set_clock):
    walk = cast_market.walk()
    walk.propose()
    set_clock(walk.at)
    client = _as(cast.hodan())
    client.post(reverse("provider-agreement-no", args=[walk.agreement.pk]), {"reason": "I am full on Tuesdays."})
    walk.agreement.refresh_from_db()
    assert (walk.agreement.state, walk.agreement.ended_reason) == ("void", "I am full on Tuesdays.")


def test_own_visits_name_one_person_each(set_clock):
    walk = cast_market.covered(together=False, visits_per_week=1, weekdays=[2]).until(start_of(TUESDAY))
    set_clock(walk.at)
    client = _as(cast.hodan())
    assert "3 visits today" in _text(client.get(reverse("provider")))
    mine = next(visit for visit in walk.visits() if visit.payer == walk.payer("Amina"))
    page = reverse("provider-visit", args=[mine.pk])
    assert "Who is there?" not in _text(client.get(page))
    assert "You are with Amina" in _text(client.post(page, {"worker": _worker("Ifrah")}, follow=True))
    assert [part.share.membership.person.known_as for part in mine.parts.all()] == ["Amina"]
    away = reverse("visit-away", args=[mine.pk, walk.share("Yusuf").pk])
    assert _as(cast.yusuf()).get(away).status_code == 404


def test_a_short_week_is_answered(set_clock):
    walk = cast_market.running()
    walk.pay("Amina", "Yusuf")
    walk.run()
    walk.until(date(2026, 3, 20))
    set_clock(walk.at)
    assert walk.week().state == "short"
    client, page = _as(cast.hodan()), reverse("provider-week-short", args=[walk.week().pk])
    assert "Come for Amina and Yusuf" in _text(client.get(page))
    assert "Pick one answer for “What will you do?”" in _text(client.post(page, {"choice": ""}))
    client.post(page, {"choice": "no"})
    assert walk.week().provider_said_no_at is not None
    client.post(page, {"choice": "go"})
    assert walk.week().state == "funded"


def test_money_says_who_said_yes_and_counts_every_pound_once(set_clock):
    walk = cast_market.asked()
    walk.yes("Amina", "Yusuf")
    set_clock(walk.at)
    page = _text(_as(cast.hodan()).get(reverse("provider-money")))
    assert "We are asking Halima." in page
    assert "Yes. On its way" in page
    assert page.count("£36.00") >= 1
    assert page.count("£18.00") >= 3


told = kept(lambda: cast_market.covered(start_time=start_of(TUESDAY).time().replace(hour=10)).until(start_of(TUESDAY)))


@pytest.fixture
def on_tuesday(told, set_clock) -> cast_market.Walk:
    """The first visit of the first week is in an hour."""
    walk = again(told)
    set_clock(walk.at)
    return walk


def _worker(name: str) -> str:
    return str(Worker.objects.get(known_as=name).pk)


# --- agreements ---


def test_notice_is_given_with_its_last_day_in_sight(on_tuesday):
    client, page = _as(cast.hodan()), reverse("provider-agreement-stop", args=[on_tuesday.agreement.pk])
    assert "Weeks that begin up to Monday 20 April go on." in _text(client.get(page))
    assert "The group sees it now." in _text(client.post(page, {"reason": "I am moving away."}, follow=True))
    on_tuesday.agreement.refresh_from_db()
    assert (on_tuesday.agreement.state, on_tuesday.week(4).state, on_tuesday.week(5).state) == ("ending", "planned", "cancelled")
    assert _as(cast.amina()).get(page).status_code == 404


# --- visits ---


def test_a_visit_is_started_and_finished_on_a_phone(on_tuesday, set_clock):
    client = _as(cast.hodan())
    visit = on_tuesday.visits()[0]
    today = _text(client.get(reverse("provider")))
    assert "One visit today" in today
    assert "10am to 11am" in today
    assert "Amina, Yusuf and Halima, SE15" in today
    page = reverse("provider-visit", args=[visit.pk])
    there = [str(on_tuesday.share(name).pk) for name in on_tuesday.places]
    assert "Pick one of the answers we show" in _text(client.post(page, {"worker": "9999", "there": there}))
    assert "Tick at least one answer for “Who is there?”" in _text(client.post(page, {"worker": _worker("Ifrah")}))
    done = _text(client.post(page, {"worker": _worker("Ifrah"), "there": there}, follow=True))
    assert "You are with Amina, Yusuf and Halima" in done
    set_clock(on_tuesday.at + timedelta(minutes=65))
    typed = {"note": "We cooked.", f"note_{on_tuesday.share('Amina').pk}": "Your sister rang."}
    assert "It is written down." in _text(client.post(page, typed, follow=True))
    visit.refresh_from_db()
    assert (visit.state, visit.recorded_at_the_time) == ("done", True)
    assert 64 <= (visit.minutes or 0) <= 66
    assert on_tuesday.parts(on_tuesday.share("Amina"))[0].note == "We cooked.\nYour sister rang."
    assert on_tuesday.parts(on_tuesday.share("Yusuf"))[0].note == "We cooked."


def test_a_worker_without_a_check_may_not_start(on_tuesday):
    cast_market.hire("Sahra", checked=False)
    there = [str(on_tuesday.share("Amina").pk)]
    response = _as(cast.hodan()).post(reverse("provider-visit", args=[on_tuesday.visits()[0].pk]), {"worker": _worker("Sahra"), "there": there})
    assert response.status_code == 422
    assert "Somebody else may go." in _text(response)


LATER = {"on": "24 March 2026", "started": "10am", "finished": "11:00am", "note": "We cooked."}


def test_a_visit_is_written_down_later_and_the_week_sent_in(on_tuesday, set_clock):
    client, tuesday = _as(cast.hodan()), on_tuesday.visits()[0]
    on_tuesday.until(start_of(date(2026, 3, 27)))
    set_clock(on_tuesday.at)
    assert "Not written down yet" in _text(client.get(reverse("provider")))
    typed = {**LATER, "worker": _worker("Ifrah"), "there": [str(on_tuesday.share("Amina").pk), str(on_tuesday.share("Yusuf").pk)]}
    page = _text(client.post(reverse("provider-visit-later", args=[tuesday.pk]), typed, follow=True))
    assert "It is written down." in page
    send = reverse("provider-week-send", args=[tuesday.milestone_id])
    shown = _text(client.get(send))
    assert "Not written down." in shown
    assert "£36.00 was not written down and goes back to the people." in shown
    assert "We ask each person if it happened." in _text(client.post(send, follow=True))
    assert on_tuesday.share("Amina").state in {"asked", "returned"}
    assert {share.state for share in on_tuesday.shares("Halima")} == {"returned"}


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"on": "never"}, "Write a date with a day, a month and a year"),
        ({"started": "10"}, "Write a time, like 10am or 2:30pm."),
        ({"finished": "9am"}, "The end is before the start."),
        ({"finished": "11pm"}, "That time has not come yet."),
        ({"on": "2 March 2026"}, "That day is not in this week."),
        ({"worker": ""}, "Pick one answer for “Who is it?”"),
    ],
)
def test_wrong_times_get_a_sentence_and_are_kept(on_tuesday, set_clock, typed, sentence):
    set_clock(on_tuesday.at + timedelta(hours=5))
    whole = {**LATER, "worker": _worker("Ifrah"), "there": [str(on_tuesday.share("Amina").pk)], **typed}
    response = _as(cast.hodan()).post(reverse("provider-visit-later", args=[on_tuesday.visits()[0].pk]), whole)
    assert response.status_code == 422
    assert sentence in _text(response)
    assert "We cooked." in _text(response)
    assert Visit.objects.filter(state="done").count() == 0


def test_a_visit_begun_and_forgotten_gets_its_end(on_tuesday, set_clock):
    client, visit = _as(cast.hodan()), on_tuesday.visits()[0]
    page = reverse("provider-visit", args=[visit.pk])
    client.post(page, {"worker": _worker("Ifrah"), "there": [str(on_tuesday.share("Amina").pk)]})
    set_clock(on_tuesday.at + timedelta(hours=30))
    assert "Nobody pressed “I am done”." in _text(client.get(page))
    wrong = client.post(page, {"finished_on": "24 March 2026", "finished": "8am"})
    assert "The end is before the start." in _text(wrong)
    client.post(page, {"finished_on": "24 March 2026", "finished": "10:30am"})
    visit.refresh_from_db()
    assert (visit.state, visit.recorded_at_the_time) == ("done", False)


def test_a_visit_that_moved_to_another_day_is_started_then(on_tuesday, set_clock):
    client, thursday = _as(cast.hodan()), on_tuesday.visits()[1]
    on_tuesday.until(start_of(date(2026, 3, 25)))
    set_clock(on_tuesday.at)
    page = reverse("provider-visit", args=[thursday.pk])
    assert "It is today instead: start it now" in _text(client.get(page))
    typed = {"worker": _worker("Ifrah"), "there": [str(on_tuesday.share("Amina").pk)]}
    assert client.post(page, typed).status_code == 200
    assert "You are with Amina" in _text(client.post(f"{page}?now=1", typed, follow=True))
    assert Visit.objects.get(state="begun").on == date(2026, 3, 25)


def test_who_comes_is_said_ahead(on_tuesday):
    client, thursday = _as(cast.hodan()), on_tuesday.visits()[1]
    page = reverse("provider-visit-who", args=[thursday.pk])
    assert "They see now that Ifrah comes." in _text(client.post(page, {"worker": _worker("Ifrah")}, follow=True))
    assert "Pick one answer for “Who is it?”" in _text(client.post(page, {"worker": ""}))


def test_a_week_is_called_off_or_stopped_after_being_asked_twice(on_tuesday):
    client = _as(cast.hodan())
    off = reverse("provider-week-off", args=[on_tuesday.week().pk])
    assert "It counts on your record." in _text(client.get(off))
    assert "The week is called off." in _text(client.post(off, follow=True))
    assert {share.state for share in on_tuesday.shares("Amina")} == {"returned"}
    assert client.get(reverse("provider-week-stop", args=[on_tuesday.week().pk])).status_code == 302


# --- whose pages these are ---


def test_provider_pages_are_nobody_elses_business(on_tuesday, set_clock):
    visit, week, agreement = on_tuesday.visits()[0].pk, on_tuesday.week().pk, on_tuesday.agreement.pk
    listing = Listing.objects.get().pk
    named = {
        visit: ("provider-visit", "provider-visit-later", "provider-visit-who"),
        week: ("provider-week", "provider-week-send", "provider-week-short", "provider-week-stop", "provider-week-off"),
        agreement: ("provider-agreement", "provider-agreement-no"),
        listing: ("provider-service",),
    }
    other = cast.somebody("other@example.com", "Other Provider")
    Enterprise.objects.create(name="Another", outcode="SE15", council_code=cast.SOUTHWARK, owner=other, created_at=cast.AT)
    for pk, names in named.items():
        for name in names:
            page = reverse(name, args=[pk])
            assert Client().get(page).status_code == 302, name
            for person in (other, cast.amina(), cast.stranger(), cast.ruth()):
                assert _as(person).get(page).status_code == 404, (name, person)
                assert _as(person).post(page, {"worker": _worker("Ifrah"), "choice": "no"}).status_code == 404, (name, person)
    for name in ("provider-money", "provider-visits", "provider-services", "provider-papers", "provider-workers", "provider-bank", "provider-about"):
        assert _as(cast.stranger()).get(reverse(name)).status_code == 404, name


def test_somebody_who_works_there_sees_visits_and_no_money(on_tuesday):
    ifrah = people.register(full_name="Ifrah Nur", email="ifrah@example.com", at=cast.AT)
    Worker.objects.filter(known_as="Ifrah").update(person=ifrah)
    client = _as(ifrah)
    page = _text(client.get(reverse("provider")))
    assert "One visit today" in page
    assert "Your money" not in page
    assert client.get(reverse("provider-visit", args=[on_tuesday.visits()[0].pk])).status_code == 200
    for name in ("provider-money", "provider-agreements", "provider-services", "provider-bank"):
        assert client.get(reverse(name)).status_code == 404, name


def test_list_pages_ask_little(on_tuesday, django_assert_max_num_queries):
    client = _as(cast.hodan())
    for name in ("provider-visits", "provider-money", "provider-agreements", "provider-services", "provider-papers", "provider-workers"):
        with django_assert_max_num_queries(13):
            assert client.get(reverse(name)).status_code == 200
    with django_assert_max_num_queries(34):
        client.get(reverse("provider"))
