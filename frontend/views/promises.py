"""Promising: how much, the most it can cost you, and taking it back."""

from dataclasses import dataclass
from datetime import datetime

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
    place = get_object_or_404(Membership.objects.of(request.user).in_groups().inside().select_related("cluster", "person"), cluster_id=pk)
    parts = budget_presenter.parts_of(request.user)
    if not parts:
        messages.warning(request, "Tell us about your budget first. Then you can promise part of it.")
        return redirect("budget-add")
    promising = _Promising(request, place, clock.now())
    return form_page(
        request,
        form=PromiseForm(request.POST or None, parts=parts),
        act=promising.promise,
        template="group/promise.html",
        context={"place": place},
        check_template="group/promise_check.html",
        check_context=promising.shown,
    )


@dataclass(frozen=True)
class _Promising:
    """Somebody promises to a group."""

    request: SignedIn
    place: Membership
    at: datetime

    def promise(self, form: PromiseForm) -> str:
        self._write(form)
        messages.success(self.request, "We have your promise. No money has moved.")
        return back_to("group", pk=self.place.cluster_id)

    def shown(self, form: PromiseForm) -> dict[str, object]:
        """What it costs, and whether it may be promised at all: written, and taken back at once."""
        with transaction.atomic():
            costs = presenter.costs_of(self._write(form), form.part)
            transaction.set_rollback(True)
        return {"costs": costs}

    def _write(self, form: PromiseForm) -> Pledge:
        said = form.cleaned_data
        portion = get_object_or_404(Portion.objects.visible_to(self.request.user), pk=said["portion"])
        terms = {"weekly_pence": said["weekly_pence"], "weeks": said["weeks"], "starts_on": said["starts_on"]}
        return pledges.promise(membership=self.place, portion=portion, by=self.request.user, at=self.at, **terms)


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
