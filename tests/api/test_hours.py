"""When those who come can be booked, over the API: said by the owner, read by the owner; everybody else reads free times."""

from datetime import timedelta

import pytest

from tests import cast, cast_booking
from tests.api.conftest import Api

pytestmark = pytest.mark.django_db


def test_hours_and_days_off_are_written_and_read_and_free_times_follow(set_clock) -> None:
    story = cast_booking.amina()
    set_clock(story.at)
    hodan, worker = Api(cast.hodan()), cast.hodan_works()
    day = cast_booking.TEN.date()
    free = f"listings/{story.listing.pk}/free-times/?first={day}&days=1"
    week = [{"weekday": day.isoweekday(), "begins": "13:00", "ends": "15:00"}]
    for other in worker.enterprise.workers.exclude(pk=worker.pk):
        hodan.post(f"workers/{other.pk}/set-hours/", {"hours": week})
        hodan.post("days-off/", {"worker": other.pk, "on": str(day)}, status=201)
    said = hodan.post(f"workers/{worker.pk}/set-hours/", {"hours": week})
    assert [(one["weekday"], one["begins"]) for one in said["hours"]] == [(day.isoweekday(), "13:00:00")]
    assert Api(None).rows(free)[0]["starts"][0] == f"{day}T13:00:00Z"
    assert [one["worker"] for one in hodan.rows(f"work-hours/?weekday={day.isoweekday()}&worker={worker.pk}")] == [worker.pk]
    off = hodan.post("days-off/", {"worker": worker.pk, "on": str(day)}, status=201)
    assert (Api(None).rows(free), len(hodan.rows(f"days-off/?on_from={day}&on_until={day}&worker={worker.pk}"))) == ([], 1)
    assert hodan.rows(f"days-off/?on_from={day + timedelta(days=1)}") == []
    hodan.post(f"days-off/{off['id']}/work-after-all/")
    assert len(Api(None).rows(free)) == 1
    assert Api(cast.amina()).rows("work-hours/") == []


def test_hours_that_make_no_sense_and_hours_of_others_are_refused_with_a_sentence(set_clock) -> None:
    story = cast_booking.amina()
    set_clock(story.at)
    hodan, worker = Api(cast.hodan()), cast.hodan_works()
    path = f"workers/{worker.pk}/set-hours/"
    monday = {"weekday": 1, "begins": "09:00", "ends": "17:00"}
    hodan.post(path, {"hours": [monday, monday]}, status=400)
    assert hodan.post(path, {"hours": [{**monday, "ends": "08:00"}]}, status=422)["code"] == "hours_are_wrong"
    hodan.post("days-off/", {"worker": worker.pk, "on": str(story.at.date() - timedelta(days=1))}, status=422)
    Api(cast.amina()).post(path, {"hours": [monday]}, status=403)
