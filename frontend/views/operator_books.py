"""Closing a council's books: one operator asks here, another answers among the requests for a second yes."""

from django.contrib import messages
from django.http import HttpResponse

from audit import clock
from frontend.forms.operator_books import CloseForm
from frontend.presenters import operator_books as presenter
from frontend.views.flow import back_to, form_page
from frontend.views.roles import for_operators
from frontend.views.who import SignedIn
from payments import selectors
from payments.services import closing


@for_operators
def close(request: SignedIn) -> HttpResponse:
    """Up to which day each council's books are closed; asking to close more of them."""
    page = presenter.page(request.user, at=clock.now())

    def act(form: CloseForm) -> str:
        said = form.cleaned_data
        closing.propose(council_code=said["council"], through=said["through"], reason=said["reason"], by=request.user, at=clock.now())
        messages.success(request, "We have asked a second person. Nothing is closed until they agree.")
        return back_to("operator-books")

    def told(form: CloseForm) -> dict[str, object]:
        said = form.cleaned_data
        code, through = said["council"], said["through"]
        closing.must_fit(council_code=code, through=through, at=clock.now())
        held = presenter.held(page.names[code], through, selectors.books_on(code, through))
        return {"council": page.names[code], "through": through, "reason": said["reason"], "held": held}

    form, check = CloseForm(request.POST or None), "operator/books_check.html"
    return form_page(request, form=form, act=act, template="operator/books.html", context={"page": page}, check_template=check, check_context=told)
