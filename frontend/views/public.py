"""Pages for everybody, signed in or not: home, how it works, help, worried, paper, accessibility, privacy, easy view, the style page."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from audit import clock
from frontend.context import help_line
from frontend.forms.public import WorriedForm
from frontend.presenters import paper as presenter
from frontend.views import specimens
from frontend.views.flow import back_to, form_page
from people.models import Council, Person
from people.services import concerns, people
from places.postcodes import council_of


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The front door."""
    return render(request, "public/home.html")


@require_safe
def how(request: HttpRequest) -> HttpResponse:
    """How it works, in five steps."""
    return render(request, "public/how.html")


@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    """How to reach a person: us, and who to ring at a council when care is needed today."""
    councils = Council.objects.exclude(day_phone="", night_phone="")
    return render(request, "public/help.html", {**help_line(), "councils": councils})


def worried(request: HttpRequest) -> HttpResponse:
    """Worried about someone. Plain: no pictures, the numbers first. Who writes stays unknown unless they say so in the text."""

    def act(form: WorriedForm) -> str:
        said = form.cleaned_data
        council = council_of(said["outcode"]) if said["outcode"] else ""
        concerns.raise_concern(text=said["text"], contact=said["contact"], council_code=council, by=None, at=clock.now())
        return back_to("worried-sent")

    return form_page(request, form=WorriedForm(request.POST or None), act=act, template="public/worried.html", context=help_line())


@require_safe
def worried_sent(request: HttpRequest) -> HttpResponse:
    """We have it, and what happens next. Says nothing of what was written: somebody may stand beside the writer."""
    return render(request, "public/worried_sent.html", help_line())


@require_safe
def paper(request: HttpRequest) -> HttpResponse:
    """The forms that can be printed blank."""
    return render(request, "public/paper.html", {"forms": presenter.FORMS.items()})


@require_safe
def paper_form(request: HttpRequest, name: str) -> HttpResponse:
    """One form on paper, to fill in by hand. Somebody who helps types it in."""
    if name not in presenter.FORMS:
        raise Http404
    return render(request, "public/paper_form.html", {**help_line(), "sheet": presenter.sheet(name)})


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """What we have done so that everybody can use this, and what is not right yet."""
    return render(request, "public/accessibility.html")


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """What we keep, who sees it, how to have it back."""
    return render(request, "public/privacy.html")


@require_POST
def easy_view(request: HttpRequest) -> HttpResponse:
    """Turns the easy view on or off, for this visit or for a signed-in person from now on, and goes back to where they were."""
    easy = request.POST.get("easy") == "yes"
    if isinstance(request.user, Person):
        people.set_easy_view(person=request.user, easy_view=easy, by=request.user, at=clock.now())
    request.session["easy_view"] = easy
    back = request.POST.get("next", "/")
    safe = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return HttpResponseRedirect(back if safe else "/")


def style(request: HttpRequest) -> HttpResponse:
    """Every part in every state, for those who build pages and those who test them. Nothing on it is real."""
    return render(request, "style.html", specimens.page())
