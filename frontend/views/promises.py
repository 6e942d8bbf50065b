"""Promising: how much, the most it can cost you, and taking it back."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from audit import clock
from frontend.forms.promises import PromiseForm
from frontend.presenters import budgets as budget_presenter
from frontend.presenters import promises as presenter
from frontend.views.flow import back_to, form_page, press
from frontend.views.who import SignedIn, signed_in
from pooling.models import Membership, Pledge, Portion
from pooling.services import pledges


@signed_in
def make(request: SignedIn, pk: int) -> HttpResponse:
    """Promise part of my budget to this group; checked on its own page first."""
    place = get_object_or_404(Membership.objects.of(request.user).inside().select_related("cluster", "person"), cluster_id=pk)
    parts = budget_presenter.parts_of(request.user)
    if not parts:
        messages.warning(request, "Tell us about your budget first. Then you can promise part of it.")
        return redirect("budget-add")
    at = clock.now()

    def promise(form: PromiseForm) -> Pledge:
        said = form.cleaned_data
        portion = get_object_or_404(Portion.objects.visible_to(request.user), pk=said["portion"])
        terms = {"weekly_pence": said["weekly_pence"], "weeks": said["weeks"], "starts_on": said["starts_on"]}
        return pledges.promise(membership=place, portion=portion, by=request.user, at=at, **terms)

    def check(form: PromiseForm) -> dict[str, object]:
        """What it costs, and whether it may be promised at all: tried, and taken back at once."""
        with transaction.atomic():
            pledge = promise(form)
            transaction.set_rollback(True)
        return {"costs": presenter.costs_of(pledge, form.part)}

    def act(form: PromiseForm) -> str:
        promise(form)
        messages.success(request, "We have your promise. No money has moved.")
        return back_to("group", pk=pk)

    form = PromiseForm(request.POST or None, parts=parts, today=clock.today())
    context = {"place": place, "money": presenter.group_so_far(place)}
    return form_page(
        request, form=form, act=act, template="group/promise.html", context=context, check_template="group/promise_check.html", check_context=check
    )


@signed_in
@require_POST
def stop(request: SignedIn, pk: int) -> HttpResponse:
    """Take a promise back."""
    pledge = get_object_or_404(Pledge.objects.visible_to(request.user).select_related("membership"), pk=pk)
    group = back_to("group", pk=pledge.membership.cluster_id)

    def act() -> str:
        pledges.cancel(pledge=pledge, by=request.user, at=clock.now())
        messages.success(request, "You have taken your promise back. It cost you nothing.")
        return group

    return press(request, act, refused=group)
