"""Choosing who comes; each person's own yes to what it is, the price and the most it can cost them."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import Count, OuterRef, Subquery
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from audit import clock
from frontend.forms.agreements import WhyForm, WishForm, YesForm
from frontend.presenters import agreements as presenter
from frontend.presenters import offers as shop
from frontend.presenters import varying
from frontend.views.flow import back_to, form_page, number_in, press
from frontend.views.who import SignedIn, signed_in
from marketplace.models import Agreement, Payer
from marketplace.selectors import earliest_start
from marketplace.services import agreements, signing
from people.policies import may_act_for
from people.selectors import people_decided_for
from pooling.models import Cluster, Membership, Pledge, Portion
from providers.models import Listing


@signed_in
def choose(request: SignedIn, pk: int) -> HttpResponse:
    """Services near the group, with what each person would pay."""
    inside = Membership.objects.inside().filter(cluster=OuterRef("pk")).order_by().values("cluster").annotate(number=Count("pk"))
    cluster: Any = get_object_or_404(Cluster.objects.visible_to(request.user).annotate(people=Subquery(inside.values("number"))), pk=pk)
    people = cluster.people or 0
    offers = shop.offers(outcode=cluster.outcode, people=people, on=clock.today())
    return render(request, "agreement/choose.html", {"cluster": cluster, "people": people, "offers": offers})


@signed_in
def propose(request: SignedIn, pk: int, listing: int) -> HttpResponse:
    """Say what the group wants; the check page shows every price before anybody is asked."""
    cluster = get_object_or_404(Cluster.objects.visible_to(request.user), pk=pk)
    service = get_object_or_404(Listing.objects.select_related("enterprise", "category").filter(state="live"), pk=listing)
    places = list(cluster.memberships.inside().select_related("person").order_by("joined_at", "pk"))
    asking = _Asking(request, cluster, service, clock.now())
    return form_page(
        request,
        form=WishForm(request.POST or None, places=places, soonest=_soonest(places, asking.at)),
        act=asking.ask,
        template="agreement/propose.html",
        context={"cluster": cluster, "service": service, "offer": shop.offer(service, people=len(places))},
        check_template="agreement/propose_check.html",
        check_context=asking.shown,
    )


@dataclass(frozen=True)
class _Asking:
    """Somebody asks a group and a provider."""

    request: SignedIn
    cluster: Cluster
    service: Listing
    at: datetime

    def ask(self, form: WishForm) -> str:
        """Writes the agreement and asks everybody; the address of its page."""
        agreement = self._write(form)
        messages.success(self.request, "We have asked everybody. Nobody pays before their own yes.")
        return back_to("agreement", pk=agreement.pk)

    def shown(self, form: WishForm) -> dict[str, object]:
        """The agreement as it would be: written, read, and taken back."""
        with transaction.atomic():
            agreement = self._write(form)
            page = presenter.page(agreement, self.request.user, clock.london_date(self.at))
            payers = [{"name": one.person.known_as} for one in agreement.payers.select_related("person").order_by("pk")]
            transaction.set_rollback(True)
        return {"page": page, "payers": payers}

    def _write(self, form: WishForm) -> Agreement:
        return agreements.propose(cluster=self.cluster, listing=self.service, by=self.request.user, at=self.at, **form.wish())


def _soonest(places: list[Membership], at: datetime) -> date:
    portions = Portion.objects.filter(pledges__membership__in=places, pledges__state="pledged").select_related("budget").distinct()
    return earliest_start(portions=list(portions), today=clock.london_date(at))


@signed_in
def show(request: SignedIn, pk: int) -> HttpResponse:
    """One agreement: what, when, my part, everybody's together, each week."""
    agreement = get_object_or_404(Agreement.objects.visible_to(request.user).select_related("enterprise", "cluster"), pk=pk)
    at = clock.now()
    signs_for = [person.pk for person in people_decided_for(request.user, decision="promises", at=at)]
    page = presenter.page(agreement, request.user, clock.london_date(at), signs_for=signs_for)
    return render(
        request, "agreement/show.html", {"page": page, "agreement": agreement, "varying": varying.of_agreement(agreement, request.user, at)}
    )


def _asked(request: SignedIn, pk: int) -> tuple[Agreement, Payer]:
    """The agreement, and who is asked: who looks, or with `?for=` somebody for whom they may promise. Nobody else finds the page."""
    agreement = get_object_or_404(Agreement.objects.visible_to(request.user).select_related("enterprise", "cluster"), pk=pk)
    person = number_in(request.GET, "for")
    payer = get_object_or_404(agreement.payers.select_related("membership", "person"), person=request.user.pk if person is None else person)
    if not may_act_for(by=request.user, person=payer.person, decision="promises", at=clock.now()):
        raise Http404
    return agreement, payer


@signed_in
def sign(request: SignedIn, pk: int) -> HttpResponse:
    """My own yes, or of somebody I decide for, with the most it can cost in sight."""
    agreement, payer = _asked(request, pk)
    at = clock.now()
    pledges = list(Pledge.objects.live().filter(membership=payer.membership_id).select_related("portion", "membership"))
    if not pledges:
        return _promise_first(request, agreement, payer)

    def act(form: YesForm) -> str:
        said = form.cleaned_data
        signing.sign_as_payer(agreement=agreement, pledge=form.chosen, related=said["related"], version=said["version"], by=request.user, at=at)
        messages.success(request, "We have your yes. No money has moved.")
        return back_to("agreement", pk=pk)

    page = presenter.page(agreement, request.user, clock.london_date(at), of=payer.person_id)
    form = YesForm(request.POST or None, pledges=pledges, whose=page.whose, initial={"version": agreement.version})
    return form_page(request, form=form, act=act, template="agreement/yes.html", context={"page": page})


def _promise_first(request: SignedIn, agreement: Agreement, payer: Payer) -> HttpResponse:
    if payer.person_id != request.user.pk:
        messages.warning(
            request, f"{payer.person.known_as} has promised nothing to this group yet. They do that first, on their own page. It moves no money."
        )
        return redirect("agreement", pk=agreement.pk)
    messages.warning(request, "Promise part of your budget first. It moves no money. Then come back and say yes.")
    return redirect("promise", pk=agreement.cluster_id)


@signed_in
@require_POST
def decline(request: SignedIn, pk: int) -> HttpResponse:
    """Not this time: I pay nothing, and the others see their new price."""
    agreement, payer = _asked(request, pk)

    def act() -> str:
        signing.decline_as_payer(agreement=agreement, membership=payer.membership, by=request.user, at=clock.now())
        who = "You pay" if payer.person_id == request.user.pk else f"{payer.person.known_as} pays"
        messages.success(request, f"That is fine. {who} nothing. The others see a new price, and say yes or no to it.")
        return back_to("bookings") if agreement.cluster.is_own else back_to("group", pk=agreement.cluster_id)

    return press(request, act, refused=back_to("agreement", pk=pk))


@signed_in
def ask_exception(request: SignedIn, pk: int) -> HttpResponse:
    """Ask the council whether its money may pay somebody in the family."""
    agreement, payer = _asked(request, pk)

    def act(form: WhyForm) -> str:
        reason = form.cleaned_data["reason"]
        signing.ask_relative_exception(agreement=agreement, membership=payer.membership, reason=reason, by=request.user, at=clock.now())
        messages.success(request, "We have asked. You hear from us when they have answered. Then you can say yes.")
        return back_to("agreement", pk=pk)

    context = {"agreement": agreement, "whose": "" if payer.person_id == request.user.pk else payer.person.known_as}
    return form_page(request, form=WhyForm(request.POST or None), act=act, template="agreement/family.html", context=context)
