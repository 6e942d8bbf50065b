"""How a form page goes: show, check, do, go on. Every page that changes something uses it.

GET shows the form. POST with mistakes shows it again with what was typed. Where money moves a good POST first shows
"check your answers" (the same answers in hidden fields); pressing Change goes back, pressing the button acts.
The rooms' refusals become sentences on the form, so nothing typed is ever lost; of a press, on the page it was made on. "You may not" is
one of them where the room says why; where it does not, the page is not there (frontend/middleware.py).
"""

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse

from audit.errors import Changed, NotAllowed, Refusal
from frontend.forms import Form
from pooling.services.transactions import all_or_nothing

Act = Callable[[Any], str]
MOST_DIGITS = 18  # more than that fits in no column


def back_to(name: str, /, **kwargs: object) -> str:
    """The address of a named page."""
    return reverse(name, kwargs=kwargs or None)


def number_in(said: QueryDict, name: str) -> int | None:
    """A number that an address or a pressed page says: who, a price, a version. None where it says none that could be one of ours."""
    number = said.get(name, "")
    return int(number) if number.isascii() and number.isdecimal() and len(number) <= MOST_DIGITS else None


def add_refusal(form: forms.BaseForm, refusal: Refusal) -> None:
    """Puts a room's sentences on the field they are about, or at the top of the form."""
    for sentence in refusal.sentences:
        form.add_error(refusal.field if refusal.field in form.fields else None, sentence)


def act_on(form: forms.BaseForm, act: Act) -> str | None:
    """Runs `act(form)` in one transaction and returns the address to go to; a refusal goes onto the form and gives None.

    Again from its start where two pressed at once and PostgreSQL stopped this one: so what `act` says outside the database it says last.
    """
    try:
        return all_or_nothing(act)(form)
    except Refusal as refusal:
        _told(refusal)
        if isinstance(refusal, Changed) and isinstance(form, Form):
            form.show_now()
        add_refusal(form, refusal)
        return None


def _told(refusal: Refusal) -> None:
    """Goes on as it is where nothing may be told, not even that the thing exists."""
    if isinstance(refusal, NotAllowed) and refusal.sentence == NotAllowed.sentence:
        raise refusal


def only(may: bool) -> None:
    """Nobody is shown a form that they can't send: to them the page is not there."""
    if not may:
        raise NotAllowed


def form_page(
    request: HttpRequest,
    *,
    form: Form,
    act: Act,
    template: str,
    context: Mapping[str, object] | None = None,
    check_template: str = "",
    check_context: Callable[[Any], Mapping[str, object]] | None = None,
) -> HttpResponse:
    """One form page; `form` is bound on POST. `act(form)` changes the world through services and returns where to go next.

    With `check_template` the first good POST shows that page; it holds `{% include "parts/hidden_answers.html" %}` and a button
    named `_confirm`; its Change button is named `_change`. `check_context(form)` adds what the check page shows (a Refusal from it
    goes onto the form, so that a price that can't be made is told before anybody confirms).
    """
    page = {"form": form, **(context or {})}
    if request.method != "POST":
        return render(request, template, page)
    changing = "_change" in request.POST
    if not changing and form.is_valid():
        if check_template and "_confirm" not in request.POST:
            shown = _check_page(request, form, check_template, page, check_context)
            if shown is not None:
                return shown
        else:
            address = act_on(form, act)
            if address is not None:
                return HttpResponseRedirect(address)
    elif changing:
        page["form"] = form.reopened(request.POST)
        return render(request, template, page)
    return render(request, template, page, status=422)


def _check_page(
    request: HttpRequest,
    form: forms.BaseForm,
    check_template: str,
    page: Mapping[str, object],
    check_context: Callable[[Any], Mapping[str, object]] | None,
) -> HttpResponse | None:
    try:
        more = check_context(form) if check_context else {}
    except Refusal as refusal:
        _told(refusal)
        add_refusal(form, refusal)
        return None
    return render(request, check_template, {**page, **more})


def press(request: HttpRequest, act: Callable[[], str], *, refused: str) -> HttpResponse:
    """A page that is one button: runs `act()` on POST and goes where it says; a refusal is shown on the page `refused`, as on a form."""
    from django.contrib import messages

    try:
        address = all_or_nothing(act)()
    except Refusal as refusal:
        _told(refusal)
        messages.error(request, refusal.sentence)
        address = refused
    return HttpResponseRedirect(address)
