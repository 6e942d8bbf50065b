"""Joining as a community group: three questions, kept for this visit, written when somebody presses "Save". No sign-in before that, no bank ever."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render

from audit import clock
from frontend.forms import Form
from frontend.forms.provider_join_group import GiftForm, GroupAboutForm, MeetingPlaceForm
from frontend.views.flow import act_on
from frontend.views.provider_join import Kept, again, numbers_first
from frontend.views.provider_of import find
from frontend.views.who import SignedIn, signed_in
from people.models import Person
from places.postcodes import council_of
from providers.models import Check
from providers.services import checks, enterprises, listings
from vocabulary.models import Term

STEPS = {"gift": "What do you give?", "place": "Where and when?", "about": "About your group"}
KEPT = "group_join"


def start(request: HttpRequest) -> HttpResponse:
    """What it is, and what somebody of ours asks. Public."""
    return render(request, "provider/group_start.html")


def _form(name: str, data: Any, *, known: bool, **more: Any) -> Form:
    if name == "about":
        return GroupAboutForm(data, is_known=known, **more)
    return {"gift": GiftForm, "place": MeetingPlaceForm}[name](data, **more)


def step(request: HttpRequest, name: str) -> HttpResponse:
    """One question. The last one asks who speaks for the group, and sends six numbers to whoever has no page yet."""
    known = isinstance(request.user, Person)
    if name not in STEPS:
        raise Http404
    if known and find(request) is not None:  # type: ignore[arg-type]
        return redirect("provider")
    kept: Kept = request.session.get(KEPT, {})
    data = request.POST if request.method == "POST" else again(kept, name)
    usual = {"outcode": getattr(request.user, "outcode", ""), "radius_miles": 3} if name == "place" else {}
    form = _form(name, data, known=known, initial=usual)
    if request.method == "POST" and form.is_valid():
        request.session[KEPT] = kept = {**kept, name: request.POST.urlencode()}
        answer = _onward(request, name, form, kept)
        if answer is not None:
            return answer
    names = list(STEPS)
    place = names.index(name)
    page = {"form": form, "name": name, "heading": STEPS[name], "number": place + 1, "all": len(STEPS), "before": names[place - 1] if place else ""}
    return render(request, "provider/group_join.html", page, status=422 if request.method == "POST" else 200)


def _onward(request: HttpRequest, name: str, form: Any, kept: Kept) -> HttpResponse | None:
    """The next question; after the last the numbers, or at once what is left. None: refused, and the form says why."""
    names = list(STEPS)
    if name != names[-1]:
        return redirect("provider-group-join", name=names[names.index(name) + 1])
    if isinstance(request.user, Person):
        return redirect("provider-group-left")
    place = _form("place", again(kept, "place"), known=False)
    if not place.is_valid():
        return redirect("provider-group-join", name="place")
    return numbers_first(request, form, outcode=place.cleaned_data["outcode"], then="provider-group-left")


@signed_in
def left(request: SignedIn) -> HttpResponse:
    """All that was said, and the one thing that is left. Saving makes the page, and asks somebody of ours to get to know the group."""
    if find(request) is not None:
        return redirect("provider")
    kept: Kept = request.session.get(KEPT, {})
    forms: dict[str, Any] = {name: _form(name, again(kept, name), known=True) for name in STEPS}
    wrong = next((name for name in STEPS if not forms[name].is_valid()), None)
    if wrong is not None:
        return redirect("provider-group-join", name=wrong)
    empty = Form(request.POST if request.method == "POST" else None)

    def act(form: Form) -> str:
        _register(request.user, forms)
        return redirect("provider").url

    address = act_on(empty, act) if request.method == "POST" and empty.is_valid() else None
    if address is None:
        said = {"form": empty, "title": forms["gift"].cleaned_data["title"], "name": forms["about"].cleaned_data["name"]}
        return render(request, "provider/group_left.html", said, status=422 if request.method == "POST" else 200)
    del request.session[KEPT]
    return HttpResponseRedirect(address)


def _register(person: Person, forms: dict[str, Any]) -> None:
    """The group's page, what it gives, not shown yet, and the question to us whether we know it."""
    at, gift, place, said = clock.now(), forms["gift"].cleaned_data, forms["place"].terms, forms["about"].cleaned_data
    where = {"outcode": place["outcode"], "radius_miles": place["radius_miles"]}
    council = council_of(place["outcode"]) or person.council_code
    more = {"name": said["name"], "about": said["about"], **where}
    enterprise = enterprises.register(kind="community", council_code=council, by=person, at=at, **more)
    category = Term.objects.categories().get(slug=gift["category"])
    what = {name: gift[name] for name in ("title", "description", "charge")}
    listings.save(enterprise=enterprise, category=category, price_pence=0, by=person, at=at, **what, **place)
    checks.ask(enterprise=enterprise, kind=Check.Kind.COMMUNITY, issued_on=clock.london_date(at), by=person, at=at)
