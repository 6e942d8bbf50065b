"""The demonstration's pretend bank: sends a bank transfer that a payment waits for, through the Stripe stand-in. Demo only."""

from uuid import UUID

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404

from audit import clock
from audit.errors import Refusal
from config import sandbox
from frontend import words
from frontend.forms.demo import BankForm
from frontend.navigation import address
from frontend.views.flow import back_to, form_page
from frontend.views.who import SignedIn, signed_in
from payments.models import Payment
from people.models import Person
from people.roles import organisations_of


class BankSaysNothing(Refusal):
    """The stand-in for Stripe did not take it."""

    code = "bank_says_nothing"
    sentence = "The pretend bank did not answer. Wait a minute, then press the button again."


@signed_in
def bank(request: SignedIn, pk: UUID) -> HttpResponse:
    """Shows what a bank transfer waits for, and sends it on a press."""
    payment = get_object_or_404(Payment, _is_theirs(request.user), pk=pk, kind=Payment.Kind.BANK_TRANSFER)
    back = _page_of(payment)

    def act(form: BankForm) -> str:
        asked = {"action": "bank_transfer", "payment_intent": payment.intent_id, "amount": form.cleaned_data["pence"]}
        try:
            sandbox.control("dashboard", asked)
        except OSError as silence:
            raise BankSaysNothing from silence
        messages.success(request, f"The pretend bank sent {words.pounds(form.cleaned_data['pence'])}.")
        return back

    given = payment.instructions
    rows = [
        {"key": "To", "value": given.get("name", "")},
        {"key": "Sort code", "value": given.get("sort_code", "")},
        {"key": "Account number", "value": given.get("account_number", "")},
        {"key": "Reference", "value": given.get("reference", "")},
        {"key": "Asked for", "value": words.pounds(payment.pence)},
    ]
    form = BankForm(request.POST or None, initial={"pence": int(given.get("remaining_pence") or payment.pence)})
    context = {"rows": rows, "back": back, "is_waiting": payment.state == "open" and bool(payment.intent_id)}
    return form_page(request, form=form, act=act, template="demo/bank.html", context=context)


def _is_theirs(person: Person) -> Q:
    """Whose bank this person may press the button of: their own, and that of an organisation they work for."""
    found = Q(payer__owner=f"person:{person.pk}")
    for one in organisations_of(person, at=clock.now()):
        found |= Q(payer__owner__startswith=f"organisation:{one.pk}/")
    return found


def _page_of(payment: Payment) -> str:
    """The page of what it was for, if there is one: "call:12" is a payment that is due, "wallet:2/E09…" one sum for an organisation's people."""
    kind, _, number = payment.about.partition(":")
    if kind == "wallet":
        return back_to("wallet", pk=int(number.partition("/")[0]))
    return (address("payment", int(number)) if kind == "call" and number.isdigit() else "") or back_to("start")
