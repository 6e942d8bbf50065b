"""Making one's own page: name and reach, then six numbers, then who helps."""

from urllib.parse import quote

from allauth.account.internal.flows.login_by_code import LoginCodeVerificationProcess
from allauth.core import ratelimit
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme

from audit import clock
from audit.errors import Refusal
from frontend.forms.joining import JoinForm, WhoHelpsForm
from frontend.views.flow import back_to, form_page
from frontend.views.who import SignedIn, signed_in
from people.models import Person
from people.selectors import find_by_address
from people.services import people, supporters
from places.postcodes import council_of


class TooManyTries(Refusal):
    code = "too_many_tries"
    sentence = "You tried many times. Wait 5 minutes, then try again, or call us."


def join(request: HttpRequest) -> HttpResponse:
    """Make your own page. Where there is one already, the numbers open that: nobody learns here who has a page."""
    if request.user.is_authenticated:
        return redirect("start")
    form = JoinForm(request.POST or None)
    person: list[Person | None] = []

    def act(form: JoinForm) -> str:
        if not ratelimit.consume(request, action="request_login_code", key=form.address.lower()):
            raise TooManyTries
        person.append(_person_at(form))
        return f"{back_to('account_confirm_login_code')}?next={_after(request)}"

    answer = form_page(request, form=form, act=act, template="join/join.html")
    if person:  # after the commit: writing the numbers is allauth's, in its own words
        _send_numbers(request, person[0], form)
    return answer


def _after(request: HttpRequest) -> str:
    """The page that sent somebody here to make their own first; else the question who helps them."""
    wanted = request.GET.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return quote(wanted) if is_ours else back_to("join-helper")


def _person_at(form: JoinForm) -> Person | None:
    """The new page, or the one that this address has already. None: a page that was closed."""
    said, is_email = form.cleaned_data, form.is_email
    email, phone = (form.address, "") if is_email else ("", form.address)
    where = {"outcode": said["outcode"], "council_code": council_of(said["outcode"]), "channel": said["reach"]}
    try:
        return people.register(full_name=said["full_name"], email=email, phone=phone, at=clock.now(), **where)
    except people.AlreadyHasAPage:
        known = Person.objects.filter(email=email.strip().lower()) if is_email else Person.objects.filter(phone=phone)
        return known.filter(is_active=True).first()


def _send_numbers(request: HttpRequest, person: Person | None, form: JoinForm) -> None:
    to = {"email": form.address.strip().lower()} if form.is_email else {"phone": form.address}
    LoginCodeVerificationProcess.initiate(request=request, user=person, **to)


@signed_in
def helper(request: SignedIn) -> HttpResponse:
    """Does anyone help you with this?"""

    def act(form: WhoHelpsForm) -> str:
        who = form.cleaned_data["who"]
        if who in ("own_way", "legal"):
            _ask_for(request.user, form, kind="beside" if who == "own_way" else "for")
            told = "They can look with you from now on." if who == "own_way" else "We check the paper with your council. Then it begins a week later."
            messages.success(request, told)
        return back_to("start")

    return form_page(request, form=WhoHelpsForm(request.POST or None), act=act, template="join/helper.html")


def _ask_for(person: Person, form: WhoHelpsForm, *, kind: str) -> None:
    """Records who helps; what is wrong is said at the box that was filled in."""
    said, field = form.cleaned_data, "reach" if kind == "beside" else "legal_reach"
    more = {} if kind == "beside" else {"decisions": said["decisions"], "source": said["source"]}
    try:
        supporters.ask(person=person, supporter=find_by_address(said[field]), kind=kind, by=person, at=clock.now(), **more)
    except Refusal as refusal:
        if refusal.field in ("reach", "supporter"):
            refusal.field = field
        raise
