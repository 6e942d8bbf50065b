"""The pages Stripe would host: paying by card, and a provider's bank details. Plain forms, no JavaScript."""

import secrets
from collections.abc import Callable
from functools import partial
from html import escape
from urllib.parse import parse_qs

from payments.sandbox import pages_of_banks
from payments.sandbox.errors import StripeError
from payments.sandbox.money import pounds
from payments.sandbox.operations import accounts, checkout, paying
from payments.sandbox.page_parts import bank_fault, digits, go_to, not_found, page, wrong_box
from payments.sandbox.pipeline import Answer, Request
from payments.sandbox.store import Json
from payments.sandbox.world import PLATFORM, World

CARDS = {
    "4242424242424242": "pm_card_visa",
    "4000000000000002": "pm_card_chargeDeclined",
    "4000000000009995": "pm_card_chargeDeclinedInsufficientFunds",
    "4000000000000341": "pm_card_chargeCustomerFail",  # may be kept, and pays nothing when it is used
}


class Pages:
    """Answers `/_checkout/…`, `/_onboarding/…` and `/_bank_transfer/…`."""

    def __init__(self, world: World) -> None:
        self.world = world

    def answer(self, request: Request) -> Answer:
        _, name, subject, *more = [*request.path.split("/"), "", ""]
        form = {key: values[0].strip() for key, values in parse_qs(request.text).items()} if request.method == "POST" else {}
        verbs: dict[str, Callable[[str, dict[str, str]], Answer]] = {
            "_checkout": partial(self.checkout, way=more[0]),
            "_onboarding": self.onboarding,
            "_bank_transfer": self.bank_transfer,
            "_bank": self.bank,
            "_mandate": self.mandate,
        }
        verb = verbs.get(name)
        if verb is None or request.method not in ("GET", "POST"):
            return not_found()
        try:
            with self.world.store.transaction():
                self.world.run_due()
                return verb(subject, form)
        except StripeError:
            return not_found()

    # --- paying, or keeping a way to pay ---

    def checkout(self, session_id: str, form: dict[str, str], way: str = "") -> Answer:
        session = self.world.get("checkout.session", session_id)
        if session["status"] == "complete":
            return go_to(_success(session))
        if session["status"] == "expired":
            back = f'<p><a href="{escape(session["cancel_url"])}">Go back to Clubtogether</a></p>' if session["cancel_url"] else ""
            return page("This payment page has run out", f"<p>Nothing was taken. Go back and start the payment again.</p>{back}", 410)
        ways = session["payment_method_types"]
        way = way or (ways[0] if len(ways) == 1 else "")
        if not way:
            return pages_of_banks.which_way(session)
        if way not in ways:
            return not_found()
        return {"card": self.by_card, "bacs_debit": self.by_debit, "pay_by_bank": self.from_bank}[way](session, form)

    def by_card(self, session: Json, form: dict[str, str]) -> Answer:
        if not form:
            return _card_form(session)
        number = form.get("number") or form.get("choice", "")
        method = CARDS.get(number.replace(" ", ""))
        if method is None:
            return _card_form(session, "Enter one of the practice card numbers on this page. Other numbers do not work here.", number)
        try:
            return go_to(_success(checkout.pay(self.world, session, method)))
        except StripeError as error:
            return _card_form(session, f"{error.error['message']} Nothing was taken. Choose another card and try again.", number)

    def by_debit(self, session: Json, form: dict[str, str]) -> Answer:
        if not form:
            return pages_of_banks.debit_form(session, {})
        if wrong := bank_fault(form) or ("" if form.get("agree") else "Tick the box to say yes to the Direct Debit."):
            return pages_of_banks.debit_form(session, form, wrong)
        return go_to(_success(checkout.debit(self.world, session, digits(form["sort_code"]), digits(form["account_number"]))))

    def from_bank(self, session: Json, form: dict[str, str]) -> Answer:
        if form.get("answer") not in ("yes", "no"):
            return pages_of_banks.bank_form(session["amount_total"], session["cancel_url"], "Choose yes or no." if form else "")
        session = checkout.from_bank(self.world, session, yes=form["answer"] == "yes")
        if session["status"] == "complete":
            return go_to(_success(session))
        refused = "You did not approve the payment. Nothing was taken. You can try again."
        return pages_of_banks.bank_form(session["amount_total"], session["cancel_url"], refused)

    def bank(self, intent_id: str, form: dict[str, str]) -> Answer:
        """The bank's own page, for a payment that was begun by the API and not by Checkout."""
        intent = self.world.get("payment_intent", intent_id, PLATFORM)
        told = (intent["next_action"] or {}).get("redirect_to_url")
        if not told:
            return page("Nothing more to pay", "<p>This payment is not waiting for your bank.</p>")
        if form.get("answer") not in ("yes", "no"):
            return pages_of_banks.bank_form(intent["amount"], None, "Choose yes or no." if form else "")
        (paying.bank_said_yes if form["answer"] == "yes" else paying.bank_said_no)(self.world, intent)
        return go_to(told["return_url"])

    def mandate(self, mandate_id: str, _: dict[str, str]) -> Answer:
        found = self.world.get("mandate", mandate_id)
        return pages_of_banks.mandate(found, self.world.get("payment_method", found["payment_method"]))

    # --- bank details ---

    def onboarding(self, token: str, form: dict[str, str]) -> Answer:
        link = self.world.get("_account_link", token)
        if not form:
            # A link opens once, and not for long; after that Stripe sends the person back for a new one.
            if link["used"] or link["expires_at"] <= self.world.now():
                return go_to(link["refresh_url"])
            link |= {"used": True, "form": secrets.token_urlsafe(18)}
            self.world.save(link)
            return _bank_form(link, {})
        if not link["form"] or not secrets.compare_digest(form.get("form", ""), link["form"]):
            return go_to(link["refresh_url"])
        wrong = bank_fault(form)
        if wrong:
            return _bank_form(link, form, wrong)
        account = accounts.connected(self.world, link["account"])
        sort_code = digits(form["sort_code"])
        bank = accounts.bank_account(self.world, account["id"], sort_code, digits(form["account_number"]))
        accounts.finish_onboarding(self.world, account, bank)
        self.world.save(link | {"form": None})
        return go_to(link["return_url"])

    # --- how to pay by bank transfer ---

    def bank_transfer(self, intent_id: str, form: dict[str, str]) -> Answer:
        intent = self.world.get("payment_intent", intent_id, PLATFORM)
        told = (intent["next_action"] or {}).get("display_bank_transfer_instructions")
        if not told:
            return page("Nothing more to pay", "<p>This payment is not waiting for a bank transfer.</p>")
        bank = told["financial_addresses"][0]["sort_code"]
        rows = {
            "Amount": pounds(told["amount_remaining"]),
            "Sort code": bank["sort_code"],
            "Account number": bank["account_number"],
            "Reference": told["reference"],
        }
        items = "".join(f"<dt><strong>{name}</strong></dt><dd>{escape(value)}</dd>" for name, value in rows.items())
        return page("Pay by bank transfer", f"<p>Send the money to this account. Use the reference, so that it finds its way.</p><dl>{items}</dl>")


def _success(session: Json) -> str:
    return str(session["success_url"]).replace("{CHECKOUT_SESSION_ID}", session["id"])


def _card_form(session: Json, wrong: str = "", number: str = "") -> Answer:
    choices = {"4242 4242 4242 4242": "A card that pays", "4000 0000 0000 0002": "A card the bank says no to"}
    picked = number if number in choices else "4242 4242 4242 4242"
    radios = "".join(
        f'<label class="choice"><input type="radio" name="choice" value="{value}"{" checked" if value == picked else ""}>{said}: {value}</label>'
        for value, said in choices.items()
    )
    typed = "" if number in choices else number
    other = (
        '<label for="number">Or type a practice card number</label>'
        f'<input type="text" id="number" name="number" inputmode="numeric" autocomplete="off" value="{escape(typed)}">'
    )
    is_setup = session["mode"] == "setup"
    button = "Keep this card" if is_setup else f"Pay {pounds(session['amount_total'])}"
    form = f'<form method="post"><fieldset><legend>Choose a card</legend>{radios}</fieldset>{other}<button>{button}</button></form>'
    body = f"{wrong_box(wrong)}{pages_of_banks.shown_lines(session)}{form}{pages_of_banks.cancel_link(session['cancel_url'])}"
    return page("Keep a card" if is_setup else f"{button} by card", body)


def _bank_form(link: Json, form: dict[str, str], wrong: str = "") -> Answer:
    sort_code, number = escape(form.get("sort_code", "10-88-00")), escape(form.get("account_number", "00012345"))
    fields = (
        f'<label for="sort_code">Sort code</label><input type="text" id="sort_code" name="sort_code" inputmode="numeric" value="{sort_code}">'
        '<label for="account_number">Account number</label>'
        f'<input type="text" id="account_number" name="account_number" inputmode="numeric" value="{number}">'
        f'<input type="hidden" name="form" value="{link["form"]}">'
    )
    action = f'<form method="post" action="/_onboarding/{link["id"]}">{fields}<button>Finish</button></form>'
    return page("Where should we pay you?", f"{wrong_box(wrong)}<p>Give the bank account that your business is paid into.</p>{action}")
