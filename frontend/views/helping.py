"""For who helps groups: marking that they met somebody, that they saw a letter, and what else waits for them."""

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render

from audit import clock
from frontend.forms.helping import LetterSeenForm, MetForm, SeenForm
from frontend.presenters import helping as presenter
from frontend.presenters.letters import letter
from frontend.views.flow import form_page
from frontend.views.roles import for_helpers
from frontend.views.standing_by import desk_of
from frontend.views.who import SignedIn, signed_in
from people.models import Person
from people.policies import may_vouch as may_vouch_for_person
from people.roles import FACILITATOR, has_role
from people.selectors import find_to_vouch
from people.services import people
from pooling.models import Budget
from pooling.policies import may_vouch
from pooling.services import budgets


@for_helpers
def desk(request: SignedIn) -> HttpResponse:
    """The groups I stand beside, and what waits for me."""
    return render(request, "helping/desk.html", {"page": presenter.page(request.user, at=clock.now())})


@signed_in
def seen(request: SignedIn, pk: int) -> HttpResponse:
    """I met somebody of a group I help, and saw a letter with their name. Operators: anybody."""
    helped = Q(pk__in=[place.person_id for place in presenter.people_helped(request.user)])
    person = get_object_or_404(Person.objects.filter(is_active=True) if request.user.is_operator else Person.objects.filter(helped), pk=pk)
    at = clock.now()
    if not may_vouch_for_person(by=request.user, person=person, level="seen", at=at):
        raise Http404

    def act(form: SeenForm) -> str:
        people.vouch(person=person, level="seen", by=request.user, at=at)
        messages.success(request, f"Thank you. {person.known_as} can now meet groups and promise.")
        return desk_of(request)

    context = {"person": person, "desk": desk_of(request)}
    return form_page(request, form=SeenForm(request.POST or None), act=act, template="helping/seen.html", context=context)


@signed_in
def met(request: SignedIn) -> HttpResponse:
    """I met somebody who is in none of my groups: found by their address and name together, so that nobody can look people up."""
    at = clock.now()
    if not (request.user.is_operator or has_role(request.user, FACILITATOR, at=at)):
        raise Http404

    def act(form: MetForm) -> str:
        said = form.cleaned_data
        person = find_to_vouch(reach=said["reach"], full_name=said["full_name"], by=request.user, at=at)
        people.vouch(person=person, level="seen", by=request.user, at=at)
        messages.success(request, f"Thank you. {person.known_as} can now meet groups and promise.")
        return desk_of(request)

    return form_page(request, form=MetForm(request.POST or None), act=act, template="helping/met.html", context={"desk": desk_of(request)})


@signed_in
def letter_seen(request: SignedIn, pk: int) -> HttpResponse:
    """I saw the letter of a budget: the sums and dates are the same."""
    budget = get_object_or_404(Budget.objects.visible_to(request.user).current().select_related("person"), pk=pk)
    at = clock.now()
    if not may_vouch(by=request.user, budget=budget, level="seen", at=at):
        raise Http404

    def act(form: LetterSeenForm) -> str:
        budgets.vouch(budget=budget, level="seen", by=request.user, at=at)
        messages.success(request, f"Thank you. We have written down that you saw the letter of {budget.person.known_as}.")
        return desk_of(request)

    context = {"letter": letter(budget), "desk": desk_of(request)}
    return form_page(request, form=LetterSeenForm(request.POST or None), act=act, template="helping/letter.html", context=context)
