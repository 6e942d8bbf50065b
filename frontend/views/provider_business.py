"""What a provider shows and sells: their page, their people, their papers, their services."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST

from audit import clock
from frontend.forms import Form
from frontend.forms.provider import PaperForm, ProviderForm, ServiceForm, WorkerForm
from frontend.presenters import provider as presenter
from frontend.views.flow import back_to, form_page, press
from frontend.views.provider_of import owned
from frontend.views.who import SignedIn, signed_in
from people.selectors import find_by_address
from providers.models import Check, Worker
from providers.services import checks, enterprises, listings

PAPER_ASKED = {"community": "Thank you. Somebody of ours rings you, or comes to see you. This page says when it is in place."}


@signed_in
def about(request: SignedIn) -> HttpResponse:
    """What the page says of the provider."""
    enterprise = owned(request)

    def act(form: ProviderForm) -> str:
        said = {name: form.cleaned_data[name] for name in ("name", "about", "outcode", "radius_miles")}
        enterprises.change(enterprise=enterprise, by=request.user, at=clock.now(), **said, **form.team)
        messages.success(request, "Your page says so now.")
        return back_to("provider")

    form = ProviderForm(request.POST or None, initial=ProviderForm.now(enterprise), community=enterprise.is_community)
    return form_page(request, form=form, act=act, template="provider/about.html", context={"enterprise": enterprise})


# --- people who come ---


@signed_in
def workers(request: SignedIn) -> HttpResponse:
    """Those who come to people, and whether their papers are in place."""
    enterprise = owned(request)
    papers = presenter.papers(enterprise, clock.today())
    found = [(one, [paper for paper in papers if paper.worker_id == one.pk]) for one in enterprise.workers.filter(state="active")]
    return render(request, "provider/workers.html", {"enterprise": enterprise, "workers": found})


@signed_in
def worker_add(request: SignedIn) -> HttpResponse:
    """Somebody else who comes."""
    enterprise = owned(request)

    def act(form: WorkerForm) -> str:
        said = form.cleaned_data
        person = find_by_address(said["reach"]) if said["reach"] else None
        enterprises.add_worker(enterprise=enterprise, known_as=said["known_as"], person=person, by=request.user, at=clock.now())
        messages.success(request, f"{said['known_as']} is on your page. They can come when their papers are in place.")
        return back_to("provider-workers")

    return form_page(request, form=WorkerForm(request.POST or None), act=act, template="provider/worker_add.html", context={"enterprise": enterprise})


@signed_in
def worker_leaves(request: SignedIn, pk: int) -> HttpResponse:
    """They no longer come. What they did stays."""
    worker = get_object_or_404(Worker.objects.filter(enterprise=owned(request)).active(), pk=pk)
    if request.method != "POST":
        return render(request, "provider/worker_leaves.html", {"worker": worker})

    def act() -> str:
        enterprises.worker_leaves(worker=worker, by=request.user, at=clock.now())
        messages.success(request, f"{worker.known_as} no longer comes to people.")
        return back_to("provider-workers")

    return press(request, act, refused=back_to("provider-workers"))


# --- papers ---


@signed_in
def papers(request: SignedIn) -> HttpResponse:
    """What is left to show, and what is in place."""
    enterprise = owned(request)
    papers = presenter.papers(enterprise, clock.today())
    is_left = not all(one.is_live for one in papers)
    return render(request, "provider/papers.html", {"enterprise": enterprise, "papers": papers, "is_left": is_left})


@signed_in
def paper(request: SignedIn, kind: str, worker: int | None = None) -> HttpResponse:
    """Say that there is a paper. Somebody of ours looks at the original; we keep no copy."""
    enterprise = owned(request)
    if kind not in Check.Kind.values:
        raise Http404
    whose = get_object_or_404(Worker.objects.filter(enterprise=enterprise).active(), pk=worker) if worker else None

    def act(form: Form) -> str:
        at = clock.now()
        said = {"issued_on": clock.london_date(at), **form.cleaned_data}  # being known is no paper: it counts from the day we are asked
        checks.ask(enterprise=enterprise, kind=kind, worker=whose, by=request.user, at=at, **said)
        messages.success(request, PAPER_ASKED.get(kind, "Thank you. Somebody of ours looks at the paper itself. This page says when it is in place."))
        return back_to("provider-papers")

    data = request.POST if request.method == "POST" else None
    form = Form(data) if kind == Check.Kind.COMMUNITY else PaperForm(data)
    context = {"label": Check.Kind(kind).label, "worker": whose, "is_paper": isinstance(form, PaperForm)}
    return form_page(request, form=form, act=act, template="provider/paper.html", context=context)


# --- services ---


@signed_in
def services(request: SignedIn) -> HttpResponse:
    """What I offer, shown to people or not."""
    enterprise = owned(request)
    rows = enterprise.listings.select_related("category").prefetch_related("group_prices").order_by("pk")
    return render(request, "provider/services.html", {"enterprise": enterprise, "services": rows})


@signed_in
def service(request: SignedIn, pk: int | None = None) -> HttpResponse:
    """Write one, new or changed."""
    enterprise = owned(request)
    row = get_object_or_404(enterprise.listings.select_related("category"), pk=pk) if pk else None

    def act(form: ServiceForm) -> str:
        saved = listings.save(enterprise=enterprise, listing=row, by=request.user, at=clock.now(), **form.terms)
        told = "It is changed." if saved.state == "live" else "We have kept it. Show it to people when you are ready."
        messages.success(request, told)
        return back_to("provider-services")

    initial = ServiceForm.now(row) if row else {"outcode": enterprise.outcode, "radius_miles": enterprise.radius_miles, "minutes": 60}
    form = ServiceForm(request.POST or None, initial=initial, community=enterprise.is_community)
    context = {"service": row, "is_community": enterprise.is_community}
    return form_page(request, form=form, act=act, template="provider/service.html", context=context)


@signed_in
@require_POST
def show(request: SignedIn, pk: int) -> HttpResponse:
    """Show it to people: refused while a paper it needs is not in place."""
    row, back = get_object_or_404(owned(request).listings, pk=pk), back_to("provider-services")

    def act() -> str:
        listings.publish(listing=row, by=request.user, at=clock.now())
        messages.success(request, "People near you can find it now.")
        return back

    return press(request, act, refused=back)


@signed_in
@require_POST
def hide(request: SignedIn, pk: int) -> HttpResponse:
    """Take it down for now. What is agreed goes on."""
    row, back = get_object_or_404(owned(request).listings, pk=pk), back_to("provider-services")

    def act() -> str:
        listings.pause(listing=row, by=request.user, at=clock.now())
        messages.success(request, "People don’t find it any more. What you agreed goes on.")
        return back

    return press(request, act, refused=back)
