"""A provider invites somebody they help already: a code, handed over on paper or as a link, and the page it leads to."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from audit import clock
from frontend.forms import Form
from frontend.forms.inviting import UNKNOWN, CodeForm
from frontend.presenters import inviting as presenter
from frontend.views.flow import act_on, back_to, press
from frontend.views.provider_of import owned
from frontend.views.who import SignedIn, signed_in
from providers.models import Invitation
from providers.rules import code_of
from providers.selectors import enterprise_of_invitation
from providers.services import invitations


@never_cache
@signed_in
def invite(request: SignedIn) -> HttpResponse:
    """What they will see; pressing makes a code and shows it this once."""
    enterprise, at, made = owned(request), clock.now(), []
    form = Form(request.POST if request.method == "POST" else None)

    def act(form: Form) -> str:
        made.append(invitations.invite(enterprise=enterprise, by=request.user, at=at))
        return ""

    refused = form.is_valid() and act_on(form, act) is None
    context = {"enterprise": enterprise, "form": form, "live": Invitation.objects.visible_to(request.user).live(at)}
    if made:
        row, code = made[-1]
        context |= {"made": row, "code": code, "here": f"{settings.SITE_URL}{reverse('invited-code')}", "url": f"{settings.SITE_URL}{_to(code)}"}
    return render(request, "provider/invite.html", context, status=422 if refused else 200)


def _to(code: str) -> str:
    return back_to("invited", code=code)


@signed_in
@require_POST
def stop(request: SignedIn, pk: int) -> HttpResponse:
    """The code stops working at once."""
    row, back = get_object_or_404(Invitation.objects.visible_to(request.user), pk=pk), back_to("provider-invite")

    def act() -> str:
        invitations.stop(invitation=row, by=request.user, at=clock.now())
        messages.success(request, f"The code that ends in “{row.ends_in}” is stopped.")
        return back

    return press(request, act, refused=back)


@require_safe
def type_code(request: HttpRequest) -> HttpResponse:
    """For a code on paper. Public."""
    form = CodeForm(request.GET if "code" in request.GET else None)
    if form.is_valid() and code_of(form.cleaned_data["code"]):
        return redirect("invited", code=code_of(form.cleaned_data["code"]))
    if form.is_bound and form.is_valid():
        form.add_error("code", UNKNOWN)
    return render(request, "public/code.html", {"form": form}, status=422 if form.is_bound else 200)


@never_cache
@require_safe
def invited(request: HttpRequest, code: str) -> HttpResponse:
    """Who invites, what they do and what it costs. Public; a wrong code, a stopped one and one that ran out are the same."""
    at = clock.now()
    enterprise = enterprise_of_invitation(code, at=at)
    if enterprise is None:
        form = CodeForm({"code": code})
        form.add_error("code", UNKNOWN)
        return render(request, "public/code.html", {"form": form}, status=404)
    response = render(request, "public/invited.html", {"page": presenter.page(enterprise, on=clock.london_date(at))})
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response
