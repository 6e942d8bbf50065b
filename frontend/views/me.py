"""My own page: what we know of me and how we reach me. Each thing is changed on its own page."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST

from audit import clock
from frontend.forms.me import AwayForm, PictureForm, ReachForm, WordsForm
from frontend.presenters import me as presenter
from frontend.views.flow import back_to, form_page, press
from frontend.views.who import SignedIn, signed_in
from people.models import Supporter
from people.services import people, supporters


@signed_in
def me(request: SignedIn) -> HttpResponse:
    """What we know of me."""
    return render(request, "me/me.html", {"page": presenter.page(request.user, clock.today())})


@signed_in
def reach(request: SignedIn) -> HttpResponse:
    """How we reach you."""

    def act(form: ReachForm) -> str:
        said = form.cleaned_data
        people.set_channel(
            person=request.user, channel=said["channel"], letter_address=said["letter_address"] or None, by=request.user, at=clock.now()
        )
        messages.success(request, "We write to you that way from now on.")
        return back_to("me")

    return form_page(request, form=ReachForm(request.POST or None, person=request.user), act=act, template="me/reach.html")


@signed_in
def own_words(request: SignedIn) -> HttpResponse:
    """The words that stand in every message."""

    def act(form: WordsForm) -> str:
        people.set_phrase(person=request.user, phrase=form.cleaned_data["phrase"], by=request.user, at=clock.now())
        messages.success(request, "Look for your words in every message. A message without them is not from us.")
        return back_to("me")

    form = WordsForm(request.POST or None, initial={"phrase": request.user.phrase})
    return form_page(request, form=form, act=act, template="me/words.html")


@signed_in
def away(request: SignedIn) -> HttpResponse:
    """Away until a day. Meanwhile nobody takes no answer for a yes."""

    def act(form: AwayForm) -> str:
        people.set_away(person=request.user, until=form.cleaned_data["until"], by=request.user, at=clock.now())
        messages.success(request, "We have written it down. While you are away, nothing is paid because you don’t answer.")
        return back_to("me")

    initial = {"until": request.user.away_until}
    return form_page(request, form=AwayForm(request.POST or None, today=clock.today(), initial=initial), act=act, template="me/away.html")


@signed_in
@require_POST
def back(request: SignedIn) -> HttpResponse:
    """I am back."""

    def act() -> str:
        people.set_away(person=request.user, until=None, by=request.user, at=clock.now())
        messages.success(request, "Good to have you back.")
        return back_to("me")

    return press(request, act, refused=back_to("me"))


@signed_in
def picture(request: SignedIn) -> HttpResponse:
    """How I am drawn."""

    def act(form: PictureForm) -> str:
        people.set_figure(person=request.user, figure=form.cleaned_data["figure"], by=request.user, at=clock.now())
        return back_to("me")

    form = PictureForm(request.POST or None, initial={"figure": request.user.figure})
    return form_page(request, form=form, act=act, template="me/picture.html")


@signed_in
@require_POST
def end_help(request: SignedIn, pk: int) -> HttpResponse:
    """Ends somebody's help, on any day, without a reason."""
    supporter = get_object_or_404(Supporter.objects.filter(person=request.user), pk=pk)

    def act() -> str:
        supporters.end(supporter=supporter, by=request.user, at=clock.now())
        messages.success(request, "They can't see or do anything for you any more.")
        return back_to("me")

    return press(request, act, refused=back_to("me"))
