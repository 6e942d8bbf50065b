"""What I may have in common with others: each thing by my own yes, taken back on any day."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST

from audit import clock
from frontend.forms.finding import InCommonForm
from frontend.presenters import finding as presenter
from frontend.views.flow import back_to, form_page, press
from frontend.views.who import SignedIn, signed_in
from pooling.models import InCommon
from pooling.services import in_common


@signed_in
def mine(request: SignedIn) -> HttpResponse:
    """What I said, who sees it, and how to take it back."""
    return render(request, "finding/in_common.html", {"things": presenter.things_of(request.user), "kinds": presenter.KINDS})


@signed_in
def say(request: SignedIn, kind: str) -> HttpResponse:
    """Say one thing, with a yes of its own."""
    if kind not in presenter.KINDS:
        raise Http404

    def act(form: InCommonForm) -> str:
        said = form.cleaned_data
        in_common.say(kind=kind, word=said["word"], agreed=bool(said["agreed"]), shown=said["seen"], by=request.user, at=clock.now())
        messages.success(request, "We keep it, as you said. You can take it back here on any day.")
        return back_to("in-common")

    form = InCommonForm(request.POST or None, kind=kind)
    return form_page(request, form=form, act=act, template="finding/say.html", context={"title": presenter.KINDS[kind]})


@signed_in
@require_POST
def take_back(request: SignedIn, pk: int) -> HttpResponse:
    """Forget it."""
    thing = get_object_or_404(InCommon.objects.visible_to(request.user), pk=pk)

    def act() -> str:
        in_common.take_back(thing=thing, by=request.user, at=clock.now())
        messages.success(request, "It is gone. We do not know it any more.")
        return back_to("in-common")

    return press(request, act, refused=back_to("in-common"))


@signed_in
@require_POST
def show(request: SignedIn, pk: int) -> HttpResponse:
    """Show it to people in my groups, or stop that."""
    thing = get_object_or_404(InCommon.objects.visible_to(request.user), pk=pk)

    def act() -> str:
        in_common.show(thing=thing, shown=request.POST.get("shown") == "yes", by=request.user, at=clock.now())
        return back_to("in-common")

    return press(request, act, refused=back_to("in-common"))
