"""How a form page acts: in one transaction, again where only its timing was wrong; what is refused stands on the form."""

from collections.abc import Callable

import pytest
from django.contrib.messages.storage.cookie import CookieStorage
from django.db import connection
from django.test import RequestFactory

from audit.errors import NotAllowed
from frontend.forms import Form, TextField
from frontend.views.flow import act_on, press


@pytest.mark.django_db(transaction=True)
def test_a_press_that_met_another_one_runs_again_and_nobody_sees_it() -> None:
    tries = []

    def act(form: Form) -> str:
        tries.append(form)
        if len(tries) < 2:
            with connection.cursor() as cursor:
                cursor.execute("do $$ begin raise exception 'again' using errcode = '40P01'; end $$")
        return "/there/"

    assert act_on(Form({}), act) == "/there/"
    assert len(tries) == 2


class OneForm(Form):
    words = TextField()


def _refused(refusal: NotAllowed) -> list[str]:
    def act(form: OneForm) -> str:
        raise refusal

    form = OneForm({"words": "Typed."})
    assert act_on(form, act) is None
    return list(form.non_field_errors())


@pytest.mark.django_db
def test_who_may_not_reads_why_on_the_form_where_the_room_says_it() -> None:
    why = "Two people decide this. Somebody else must agree to what you proposed."
    assert _refused(NotAllowed(why)) == [why]


def _pressed(refusal: NotAllowed) -> list[str]:
    def act() -> str:
        raise refusal

    request = RequestFactory().post("/a/button/")
    request._messages = CookieStorage(request)
    assert press(request, act, refused="/where/it/was/")["Location"] == "/where/it/was/"
    return [message.message for message in request._messages]


@pytest.mark.django_db
def test_who_may_not_press_reads_why_on_the_page_where_the_button_was() -> None:
    why = "You have said yes to it already. Now the others do."
    assert _pressed(NotAllowed(why)) == [why]


@pytest.mark.django_db
@pytest.mark.parametrize("way", [_refused, _pressed])
def test_where_nothing_may_be_told_there_is_no_form_either(way: Callable[[NotAllowed], list[str]]) -> None:
    with pytest.raises(NotAllowed):
        way(NotAllowed())
