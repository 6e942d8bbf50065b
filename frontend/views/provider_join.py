"""Joining as a provider: one question a page, kept in the session, written when the last one is answered."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect, render

from audit import clock
from frontend.forms import Form
from frontend.forms.provider import AboutForm, AloneForm, PlaceForm, PriceForm, WorkForm
from frontend.views.flow import act_on, back_to
from frontend.views.provider_of import find
from frontend.views.who import SignedIn, signed_in
from people.models import Person
from places.postcodes import council_of
from providers.services import enterprises, listings
from vocabulary.models import Term

STEPS: dict[str, type[Form]] = {"work": WorkForm, "alone": AloneForm, "where": PlaceForm, "price": PriceForm, "about": AboutForm}
KEPT = "provider_join"


def start(request: HttpRequest) -> HttpResponse:
    """What it is, what it costs, how long it takes. Public."""
    return render(request, "provider/start.html")


@signed_in
def step(request: SignedIn, name: str) -> HttpResponse:
    """One question. The last one makes the page."""
    if name not in STEPS:
        raise Http404
    if find(request) is not None:
        return redirect("provider")
    kept: dict[str, str] = request.session.get(KEPT, {})
    form = STEPS[name](request.POST if request.method == "POST" else _again(kept, name), initial=_usual(request.user, name))
    if request.method != "POST" or not form.is_valid():
        return _shown(request, name, form)
    request.session[KEPT] = {**kept, name: request.POST.urlencode()}
    following = list(STEPS)[list(STEPS).index(name) + 1 :]
    if following:
        return redirect("provider-join", name=following[0])
    return _finish(request, form)


def _shown(request: SignedIn, name: str, form: Form) -> HttpResponse:
    names = list(STEPS)
    place = names.index(name)
    context = {"form": form, "number": place + 1, "all": len(names), "before": names[place - 1] if place else "", "name": name}
    return render(request, "provider/join.html", context, status=422 if request.method == "POST" else 200)


def _again(kept: dict[str, str], name: str) -> QueryDict | None:
    return QueryDict(kept[name]) if name in kept else None


def _usual(person: Person, name: str) -> dict[str, Any]:
    return {"outcode": person.outcode, "radius_miles": 3, "minutes": 60, "name": person.full_name} if name in {"where", "price", "about"} else {}


def _finish(request: SignedIn, form: Form) -> HttpResponse:
    """All answers are looked at again, together: what was not answered is asked first."""
    kept: dict[str, str] = request.session[KEPT]
    forms = {name: kind(_again(kept, name)) for name, kind in STEPS.items()}
    wrong = next((name for name, one in forms.items() if not one.is_valid()), None)
    if wrong is not None:
        return redirect("provider-join", name=wrong)

    def act(form: Form) -> str:
        _register(request.user, forms)
        return back_to("provider-papers")

    address = act_on(form, act)
    if address is None:
        return _shown(request, "about", form)
    del request.session[KEPT]
    messages.success(request, "Your page is made. Nobody sees it until you show a service to people.")
    return HttpResponseRedirect(address)


def _register(person: Person, forms: dict[str, Any]) -> None:
    """The provider's page, and a service for each kind of help that was ticked, not shown yet."""
    at, place, price = clock.now(), forms["where"].cleaned_data, forms["price"]
    where = {"outcode": place["outcode"], "radius_miles": place["radius_miles"]}
    council = council_of(place["outcode"]) or person.council_code
    said = forms["about"].cleaned_data
    enterprise = enterprises.register(council_code=council, by=person, at=at, **where, **said, **forms["alone"].team)
    languages = list(Term.objects.languages().filter(slug__in=place["languages"]))
    times = {"weekdays": [int(day) for day in place["weekdays"]], "parts_of_day": place["parts_of_day"], "languages": languages}
    cost = {"price_pence": price.cleaned_data["price"], "unit": price.cleaned_data["unit"], "minutes": price.cleaned_data["minutes"]}
    for term in Term.objects.categories().filter(slug__in=forms["work"].cleaned_data["work"]):
        more = {**where, **times, **cost, "group_prices": price.groups}
        listings.save(enterprise=enterprise, title=term.label, category=term, by=person, at=at, **more)
