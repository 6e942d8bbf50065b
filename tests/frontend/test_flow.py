"""How a form page acts: in one transaction, again where only its timing was wrong; what is refused stands on the form."""

import pytest
from django.db import connection

from audit.errors import NotAllowed
from frontend.forms import Form, TextField
from frontend.views.flow import act_on


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


@pytest.mark.django_db
def test_where_nothing_may_be_told_there_is_no_form_either() -> None:
    with pytest.raises(NotAllowed):
        _refused(NotAllowed())
