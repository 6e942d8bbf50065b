"""Pages for everybody, signed in or not: home, how it works, help, worried, accessibility, privacy, easy view, the style page."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from frontend.context import help_line
from frontend.views import specimens


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
    """How to reach a person."""
    return render(request, "public/help.html", help_line())


@require_safe
def worried(request: HttpRequest) -> HttpResponse:
    """Worried about someone. Plain: no pictures, the numbers first."""
    return render(request, "public/worried.html", help_line())


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
    """Turns the easy view on or off for this visit and goes back to where the person was."""
    request.session["easy_view"] = request.POST.get("easy") == "yes"
    back = request.POST.get("next", "/")
    safe = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return HttpResponseRedirect(back if safe else "/")


def style(request: HttpRequest) -> HttpResponse:
    """Every part in every state, for those who build pages and those who test them. Nothing on it is real."""
    return render(request, "style.html", specimens.page())
