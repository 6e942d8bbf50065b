"""Pages of the demonstration: be somebody else, and read what was written to people. Their addresses exist in the demo only."""

from allauth.mfa.base.internal.flows import post_authentication
from allauth.mfa.models import Authenticator
from django.contrib.auth import login
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST, require_safe

from frontend.forms.demo import SwitchForm
from frontend.presenters import demo as presenter
from frontend.views.flow import back_to
from people.models import Message, Person

A_PAGE = 30


@require_POST
def switch(request: HttpRequest) -> HttpResponse:
    """Signs in as a person of the story, without a password, and without the numbers of their app if they have one."""
    form = SwitchForm(request.POST)
    if not form.is_valid():
        return render(request, "demo/switch.html", {"form": form}, status=422)
    person = get_object_or_404(Person, pk=form.cleaned_data["person"], is_active=True)
    login(request, person, backend="django.contrib.auth.backends.ModelBackend")
    for app in Authenticator.objects.filter(user=person, type=Authenticator.Type.TOTP):
        post_authentication(request, app)
    return HttpResponseRedirect(back_to("start"))


@require_safe
def outbox(request: HttpRequest) -> HttpResponse:
    """Every letter, text and e-mail, newest first. `?to=` shows one address alone."""
    rows = Message.objects.order_by("-pk")
    to = request.GET.get("to", "").strip()
    if to:
        rows = rows.filter(to__iexact=to)
    page = Paginator(rows, A_PAGE).get_page(request.GET.get("page"))
    return render(request, "demo/outbox.html", {"page": page, "messages_written": presenter.written(page.object_list), "to": to})
