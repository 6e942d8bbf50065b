"""Making one's own page: name and reach, then six numbers, then who helps."""

from dataclasses import dataclass
from typing import Any
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
from frontend.presenters.keeping import kept_said
from frontend.views.flow import back_to, form_page
from frontend.views.keeping import KEPT, WHERE, carry_over
from frontend.views.who import SignedIn, signed_in
from people.models import Person
from people.selectors import find_by_address
from people.services import people, supporters
from places.postcodes import council_of


class TooManyTries(Refusal):
    code = "too_many_tries"
    sentence = "You tried many times. Wait 5 minutes, then try again, or call us."


@dataclass(frozen=True, slots=True)
class NewPage:
    """Who wants a page: their name, the e-mail or phone number that the six numbers go to, where they live, and how to reach them."""

    full_name: str
    address: str
    outcode: str
    channel: str

    @property
    def is_email(self) -> bool:
        return self.channel == "email"


def join(request: HttpRequest) -> HttpResponse:
    """Make your own page. Where there is one already, the numbers open that: nobody learns here who has a page."""
    if request.user.is_authenticated:
        return redirect("start")
    where = "" if "where" in request.GET else request.session.get(WHERE, "")
    form = JoinForm(request.POST or None, where=where)
    made: list[tuple[Person | None, NewPage]] = []

    def act(form: JoinForm) -> str:
        said = form.cleaned_data
        new = NewPage(said["full_name"], form.address, said["outcode"], said["reach"])
        made.append((begin(request, new), new))
        return f"{back_to('account_confirm_login_code')}?next={_after(request)}"

    context = {"kept_said": kept_said(request.session.get(KEPT, []))}
    answer = form_page(request, form=form, act=act, template="join/join.html", context=context)
    if made:  # after the commit: writing the numbers is allauth's, in its own words
        send_numbers(request, *made[-1])
    return answer


def _after(request: HttpRequest) -> str:
    """The page that sent somebody here to make their own first; else the question who helps them."""
    wanted = request.GET.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return quote(wanted) if is_ours else back_to("join-helper")


def begin(request: HttpRequest, new: NewPage) -> Person | None:
    """The new page, or the one that this address has already. None: a page that was closed. Raises TooManyTries."""
    if not ratelimit.consume(request, action="request_login_code", key=new.address.lower()):
        raise TooManyTries
    email, phone = (new.address, "") if new.is_email else ("", new.address)
    where: dict[str, Any] = {"outcode": new.outcode, "council_code": council_of(new.outcode), "channel": new.channel}
    try:
        return people.register(full_name=new.full_name, email=email, phone=phone, at=clock.now(), **where)
    except people.AlreadyHasAPage:
        known = Person.objects.filter(email=email.strip().lower()) if new.is_email else Person.objects.filter(phone=phone)
        return known.filter(is_active=True).first()


def send_numbers(request: HttpRequest, person: Person | None, new: NewPage) -> None:
    """The six numbers, by allauth; to be called once the page is committed."""
    to = {"email": new.address.strip().lower()} if new.is_email else {"phone": new.address}
    LoginCodeVerificationProcess.initiate(request=request, user=person, **to)


@signed_in
def helper(request: SignedIn) -> HttpResponse:
    """Does anyone help you with this?"""
    carry_over(request)

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
