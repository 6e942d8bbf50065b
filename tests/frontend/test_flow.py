"""How a form page acts: in one transaction, and again where only its timing was wrong."""

import pytest
from django.db import connection

from frontend.forms import Form
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
