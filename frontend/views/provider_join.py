"""Joining as a provider: one question a page, kept for this visit, written when somebody presses "Save and see my page". No sign-in before that."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect, render

from audit import clock
from frontend.forms import Form
from frontend.forms.provider_join import JoinAboutForm, JoinAloneForm, JoinPlaceForm, JoinPriceForm, WorkForm
from frontend.presenters import provider_join as presenter
from frontend.views.flow import act_on, back_to
from frontend.views.join import NewPage, begin, send_numbers
from frontend.views.provider_of import find
from frontend.views.who import SignedIn, signed_in
from people.models import Person
from places.postcodes import council_of
from providers.services import enterprises, listings
from vocabulary.models import Term

STEPS = ("work", "alone", "where", "price", "about")
KEPT = "provider_join"
Kept = dict[str, str]


def start(request: HttpRequest) -> HttpResponse:
    """What it is, what it costs, how long it takes. Public."""
    return render(request, "provider/start.html")


def _form(name: str, kept: Kept, data: Any, *, known: bool, **more: Any) -> Form:
    """The form of one question; what C3 asks depends on the answer to C2."""
    if name == "alone":
        return JoinAloneForm(data, is_regulated=_is_regulated(kept), **more)
    if name == "about":
        return JoinAboutForm(data, is_known=known, **more)
    return {"work": WorkForm, "where": JoinPlaceForm, "price": JoinPriceForm}[name](data, **more)


def _is_regulated(kept: Kept) -> bool:
    work = QueryDict(kept.get("work", "")).getlist("work")
    return Term.objects.categories().filter(slug__in=work, regulated=True).exists()


def again(kept: Kept, name: str) -> QueryDict | None:
    """What was typed for that question; None before it was."""
    return QueryDict(kept[name]) if name in kept else None


def step(request: HttpRequest, name: str) -> HttpResponse:
    """One question. The last one asks who they are, and sends six numbers to whoever has no page yet."""
    known = isinstance(request.user, Person)
    if name not in STEPS:
        raise Http404
    if known and find(request) is not None:  # type: ignore[arg-type]
        return redirect("provider")
    kept: Kept = request.session.get(KEPT, {})
    data = request.POST if request.method == "POST" else again(kept, name)
    form = _form(name, kept, data, known=known, initial=_usual(request, name))
    if request.method != "POST" or not form.is_valid():
        return _shown(request, name, form, kept)
    request.session[KEPT] = kept = {**kept, name: request.POST.urlencode()}
    following = STEPS[STEPS.index(name) + 1 :]
    if following:
        return redirect("provider-join", name=following[0])
    return redirect("provider-join-left") if known else _last(request, form, kept)


def _shown(request: HttpRequest, name: str, form: Form, kept: Kept) -> HttpResponse:
    place = STEPS.index(name)
    context: dict[str, Any] = {"form": form, "number": place + 1, "all": len(STEPS), "before": STEPS[place - 1] if place else "", "name": name}
    if name == "price":
        context["usual"] = presenter.usual_price(work=QueryDict(kept.get("work", "")).getlist("work"), where=_where(kept))
    return render(request, "provider/join.html", context, status=422 if request.method == "POST" else 200)


def _where(kept: Kept) -> str:
    return str(QueryDict(kept.get("where", "")).get("outcode", ""))


def _usual(request: HttpRequest, name: str) -> dict[str, Any]:
    outcode = getattr(request.user, "outcode", "")
    return {"outcode": outcode, "radius_miles": 3} if name == "where" else {"unit": "hour"} if name == "price" else {}


def _last(request: HttpRequest, form: Any, kept: Kept) -> HttpResponse:
    place = _form("where", kept, again(kept, "where"), known=False)
    if not place.is_valid():
        return redirect("provider-join", name="where")
    answer = numbers_first(request, form, outcode=place.cleaned_data["outcode"], then="provider-join-left")
    return answer or _shown(request, "about", form, kept)


def numbers_first(request: HttpRequest, form: Any, *, outcode: str, then: str) -> HttpResponse | None:
    """Makes or finds the person's own page, sends the numbers there, and goes on to `then`. None: refused, and the form says why."""
    said, made = form.cleaned_data, []
    new = NewPage(said["full_name"], said["reach"], outcode, "email" if "@" in said["reach"] else "text")

    def act(form: Form) -> str:
        made.append(begin(request, new))
        return f"{back_to('account_confirm_login_code')}?next={back_to(then)}"

    address = act_on(form, act)
    if address is None:
        return None
    send_numbers(request, made[-1], new)
    return HttpResponseRedirect(address)


@signed_in
def left(request: SignedIn) -> HttpResponse:
    """What is left to show, what it costs and how long it takes. Saving makes the page, and goes to the paper that was pressed, if one was."""
    if find(request) is not None:
        return redirect("provider")
    kept: Kept = request.session.get(KEPT, {})
    forms: dict[str, Any] = {name: _form(name, kept, again(kept, name), known=True) for name in STEPS}
    wrong = next((name for name in STEPS if not forms[name].is_valid()), None)
    if wrong is not None:
        return redirect("provider-join", name=wrong)
    page = presenter.left(work=forms["work"].cleaned_data["work"], **forms["alone"].team)
    empty = Form(request.POST if request.method == "POST" else None)

    def act(form: Form) -> str:
        _register(request.user, forms)
        return presenter.after(page, request.POST.get("then", ""))

    address = act_on(empty, act) if request.method == "POST" and empty.is_valid() else None
    if address is None:
        return render(request, "provider/left.html", {"form": empty, "page": page}, status=422 if request.method == "POST" else 200)
    del request.session[KEPT]
    return HttpResponseRedirect(address)


def _register(person: Person, forms: dict[str, Any]) -> None:
    """The provider's page, and a service for each kind of help that was ticked, not shown yet."""
    at, place, price, said = clock.now(), forms["where"].cleaned_data, forms["price"], forms["about"].cleaned_data
    where = {"outcode": place["outcode"], "radius_miles": place["radius_miles"]}
    council = council_of(place["outcode"]) or person.council_code
    about = {"name": said["name"] or person.full_name, "about": said["about"]}
    enterprise = enterprises.register(council_code=council, by=person, at=at, **where, **about, **forms["alone"].team)
    cost = {"price_pence": price.cleaned_data["price"], "unit": price.cleaned_data["unit"], "minutes": 60, "group_prices": price.groups}
    more = {**where, **forms["where"].when, **cost}
    for term in Term.objects.categories().filter(slug__in=forms["work"].cleaned_data["work"]):
        listings.save(enterprise=enterprise, title=term.label, category=term, by=person, at=at, **more)
