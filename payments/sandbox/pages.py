"""The pages Stripe would host: paying by card, and a provider's bank details. Plain forms, no JavaScript."""

import secrets
from html import escape
from urllib.parse import parse_qs

from payments.sandbox.errors import StripeError
from payments.sandbox.money import pounds
from payments.sandbox.operations import accounts, checkout
from payments.sandbox.pipeline import Answer, Request
from payments.sandbox.store import Json
from payments.sandbox.world import PLATFORM, World

HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
STYLE = """
body{font:1.1875rem/1.5 system-ui,sans-serif;margin:0;color:#111;background:#fff}
main{max-width:36rem;margin:0 auto;padding:1.5rem 1rem}
p.note{border-left:.5rem solid #5b4a00;background:#fff7d6;padding:.75rem 1rem}
.wrong{border-left:.5rem solid #a4161a;padding:.75rem 1rem}
label{display:block;font-weight:700;margin-top:1rem}
input[type=text]{font:inherit;width:100%;max-width:20rem;box-sizing:border-box;padding:.5rem;border:2px solid #111}
.choice{font-weight:400;margin:.5rem 0;padding:.5rem 0}
.choice input{width:1.5rem;height:1.5rem;vertical-align:middle;margin-right:.5rem}
button{display:block;font:inherit;font-weight:700;
min-height:3rem;padding:.5rem 1.5rem;margin-top:1.5rem;background:#0b4f4a;color:#fff;border:2px solid #0b4f4a}
a,button{border-radius:2px}
:focus-visible{outline:4px solid #ffbf00;outline-offset:2px}
"""
PROBLEM = "There is a problem"
NOTE = '<p class="note">This is a practice page. It stands in for Stripe. No real money moves.</p>'
CARDS = {
    "4242424242424242": "pm_card_visa",
    "4000000000000002": "pm_card_chargeDeclined",
    "4000000000009995": "pm_card_chargeDeclinedInsufficientFunds",
}


def page(title: str, body: str, status: int = 200) -> Answer:
    start = '<!doctype html><html lang="en-GB"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
    told = f"{'Error: ' if PROBLEM in body else ''}{escape(title)}"
    head = f"{start}<title>{told}</title><style>{STYLE}</style></head>"
    return Answer(status, f"{head}<body><main>{NOTE}<h1>{escape(title)}</h1>{body}</main></body></html>", HEADERS)


def go_to(url: str) -> Answer:
    return Answer(303, "", HEADERS | {"Location": url})


class Pages:
    """Answers `/_checkout/…`, `/_onboarding/…` and `/_bank_transfer/…`."""

    def __init__(self, world: World) -> None:
        self.world = world

    def answer(self, request: Request) -> Answer:
        _, name, subject, *_ = [*request.path.split("/"), "", ""]
        form = {key: values[0].strip() for key, values in parse_qs(request.text).items()} if request.method == "POST" else {}
        verb = {"_checkout": self.checkout, "_onboarding": self.onboarding, "_bank_transfer": self.bank_transfer}.get(name)
        if verb is None or request.method not in ("GET", "POST"):
            return not_found()
        try:
            with self.world.store.transaction():
                self.world.run_due()
                return verb(subject, form)
        except StripeError:
            return not_found()

    # --- paying by card ---

    def checkout(self, session_id: str, form: dict[str, str]) -> Answer:
        session = self.world.get("checkout.session", session_id)
        if session["status"] == "complete":
            return go_to(_success(session))
        if session["status"] == "expired":
            back = f'<p><a href="{escape(session["cancel_url"])}">Go back to Clubtogether</a></p>' if session["cancel_url"] else ""
            return page("This payment page has run out", f"<p>Nothing was taken. Go back and start the payment again.</p>{back}", 410)
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
        wrong = _bank_fault(form)
        if wrong:
            return _bank_form(link, form, wrong)
        account = accounts.connected(self.world, link["account"])
        sort_code = _digits(form["sort_code"])
        bank = accounts.bank_account(self.world, account["id"], sort_code, _digits(form["account_number"]))
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


def not_found() -> Answer:
    return page("Page not found", "<p>Check the address, or go back to the page you came from.</p>", 404)


def _success(session: Json) -> str:
    return str(session["success_url"]).replace("{CHECKOUT_SESSION_ID}", session["id"])


def _wrong(sentence: str) -> str:
    return f'<div class="wrong" role="alert"><h2>{PROBLEM}</h2><p>{escape(sentence)}</p></div>' if sentence else ""


def _card_form(session: Json, wrong: str = "", number: str = "") -> Answer:
    lines = "".join(f"<li>{escape(line['name'])}: {pounds(line['pence'])}</li>" for line in session["_lines"])
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
    cancel = f'<p><a href="{escape(session["cancel_url"])}">Cancel and go back</a></p>' if session["cancel_url"] else ""
    pay = f"<button>Pay {pounds(session['amount_total'])}</button>"
    form = f'<form method="post"><fieldset><legend>Choose a card</legend>{radios}</fieldset>{other}{pay}</form>'
    return page(f"Pay {pounds(session['amount_total'])} by card", f"{_wrong(wrong)}<ul>{lines}</ul>{form}{cancel}")


def _digits(text: str) -> str:
    return text.replace("-", "").replace(" ", "")


def _bank_fault(form: dict[str, str]) -> str:
    sort_code, number = _digits(form.get("sort_code", "")), _digits(form.get("account_number", ""))
    if not (sort_code.isascii() and sort_code.isdigit() and len(sort_code) == 6):
        return "Enter a sort code of 6 numbers, like 10-88-00."
    if not (number.isascii() and number.isdigit() and len(number) == 8):
        return "Enter an account number of 8 numbers. If yours has 7, put a 0 in front."
    return ""


def _bank_form(link: Json, form: dict[str, str], wrong: str = "") -> Answer:
    sort_code, number = escape(form.get("sort_code", "10-88-00")), escape(form.get("account_number", "00012345"))
    fields = (
        f'<label for="sort_code">Sort code</label><input type="text" id="sort_code" name="sort_code" inputmode="numeric" value="{sort_code}">'
        '<label for="account_number">Account number</label>'
        f'<input type="text" id="account_number" name="account_number" inputmode="numeric" value="{number}">'
        f'<input type="hidden" name="form" value="{link["form"]}">'
    )
    action = f'<form method="post" action="/_onboarding/{link["id"]}">{fields}<button>Finish</button></form>'
    return page("Where should we pay you?", f"{_wrong(wrong)}<p>Give the bank account that your business is paid into.</p>{action}")
