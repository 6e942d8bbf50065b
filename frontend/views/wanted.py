"""What people near somewhere want and can't get, for everybody and for a provider; how we count; and a person's answer to an officer."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from audit import clock
from frontend.forms.council import AnswerForm
from frontend.forms.wanted import WantedForm
from frontend.presenters import wanted as presenter
from frontend.views.flow import back_to, form_page, only
from frontend.views.provider_of import find
from frontend.views.who import SignedIn, signed_in
from marketplace.models import OfficerAnswer
from marketplace.services import asks
from people.policies import may_act_for


@require_safe
def wanted(request: HttpRequest) -> HttpResponse:
    """For anybody who thinks of offering help: a place, and what people there can't get."""
    form = WantedForm(request.GET if "where" in request.GET else None)
    page = presenter.near(form.cleaned_data["where"]) if form.is_valid() else None
    return render(request, "public/wanted.html", {"form": form, "page": page}, status=422 if form.is_bound and page is None else 200)


@require_safe
def how_we_count(request: HttpRequest) -> HttpResponse:
    """What is counted, what is hidden, and how to say no."""
    return render(request, "public/how_we_count.html")


@signed_in
def near_provider(request: SignedIn) -> HttpResponse:
    """The same for where a provider starts from."""
    enterprise = find(request)
    if enterprise is None:
        return redirect("wanted")
    return render(request, "provider/demand.html", {"enterprise": enterprise, "page": presenter.near(enterprise.outcode)})


@signed_in
def answer(request: SignedIn, pk: int) -> HttpResponse:
    """A council's officer asks: one's own words, and a name only if one wants."""
    at = clock.now()
    row = get_object_or_404(OfficerAnswer.objects.visible_to(request.user).open_at(at).select_related("question", "person"), pk=pk)
    only(may_act_for(by=request.user, person=row.person, decision="groups", at=at))

    def act(form: AnswerForm) -> str:
        asks.answer(answer=row, by=request.user, at=at, **form.cleaned_data)
        messages.success(request, "Thank you. We send your answer to the council, without your name unless you gave it.")
        return back_to("start")

    context = {"row": row, "asked": presenter.asked(row)}
    return form_page(request, form=AnswerForm(request.POST or None), act=act, template="start/officer_asks.html", context=context)
