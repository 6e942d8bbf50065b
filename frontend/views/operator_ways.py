"""Which ways to pay each council takes."""

from django.contrib import messages
from django.http import HttpResponse

from audit import clock
from frontend.forms.operator_ways import WaysForm
from frontend.presenters import operator_ways as presenter
from frontend.views.flow import back_to, form_page
from frontend.views.roles import for_operators
from frontend.views.who import SignedIn
from payments.services import ways


@for_operators
def choose(request: SignedIn) -> HttpResponse:
    """Switches one way to pay on or off for one council; what is under way goes on."""

    def act(form: WaysForm) -> str:
        said = form.cleaned_data
        ways.choose(council_code=said["council"], kind=said["kind"], is_on=said["is_on"] == "on", by=request.user, at=clock.now())
        messages.success(request, "It is written down. What is under way goes on.")
        return back_to("operator-ways")

    form = WaysForm(request.POST or None)
    return form_page(request, form=form, act=act, template="operator/ways.html", context={"page": presenter.page()})
