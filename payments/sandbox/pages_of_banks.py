"""The pages for paying from a bank account: which way, Direct Debit, and one's own bank asking yes or no."""

from html import escape

from payments.sandbox.money import pounds
from payments.sandbox.page_parts import page, wrong_box
from payments.sandbox.pipeline import Answer
from payments.sandbox.store import Json

WAYS = {"card": "By card", "pay_by_bank": "From my bank, now", "bacs_debit": "By Direct Debit"}


def which_way(session: Json) -> Answer:
    links = "".join(f'<p><a href="/_checkout/{session["id"]}/{way}">{WAYS[way]}</a></p>' for way in session["payment_method_types"])
    return page(_title(session), f"{shown_lines(session)}<h2>How do you want to pay?</h2>{links}{cancel_link(session['cancel_url'])}")


def debit_form(session: Json, form: dict[str, str], wrong: str = "") -> Answer:
    sort_code, number = escape(form.get("sort_code", "10-88-00")), escape(form.get("account_number", "00012345"))
    told = (
        "<p>Practice account numbers: <strong>00012345</strong> pays. <strong>22222227</strong> has too little money. "
        "<strong>33333335</strong> and <strong>00033333</strong> say no to the Direct Debit.</p>"
    )
    fields = (
        f'<label for="sort_code">Sort code</label><input type="text" id="sort_code" name="sort_code" inputmode="numeric" value="{sort_code}">'
        '<label for="account_number">Account number</label>'
        f'<input type="text" id="account_number" name="account_number" inputmode="numeric" value="{number}">'
        f'<label class="choice"><input type="checkbox" name="agree" value="yes"{" checked" if form.get("agree") else ""}>'
        "This is my account. I say yes to a Direct Debit from it. I know that my bank gives the money back if it is taken by mistake.</label>"
    )
    button = "Set up the Direct Debit" if session["mode"] == "setup" else f"Pay {pounds(session['amount_total'])} by Direct Debit"
    whole = f'<form method="post">{fields}<button>{button}</button></form>'
    return page(button, f"{wrong_box(wrong)}{shown_lines(session)}{told}{whole}{cancel_link(session['cancel_url'])}")


def bank_form(pence: int, cancel_url: str | None, wrong: str = "") -> Answer:
    """The page of the person's own bank: yes or no."""
    choices = {"yes": "Yes, pay it from my account", "no": "No, do not pay it"}
    radios = "".join(
        f'<label class="choice"><input type="radio" name="answer" value="{value}"{" checked" if value == "yes" else ""}>{said}</label>'
        for value, said in choices.items()
    )
    form = f'<form method="post"><fieldset><legend>Do you want to pay {pounds(pence)}?</legend>{radios}</fieldset><button>Go on</button></form>'
    return page(f"Your bank: pay {pounds(pence)}", f"{wrong_box(wrong)}<p>This page stands in for your own bank.</p>{form}{cancel_link(cancel_url)}")


def mandate(found: Json, method: Json) -> Answer:
    """What the payer said yes to, as their bank knows it."""
    told = found["payment_method_details"]["bacs_debit"]
    standing = "It is in use." if found["status"] == "active" else "It has ended. Nothing more can be taken by it."
    bank = f"Account ending in {method['bacs_debit']['last4']}, sort code {method['bacs_debit']['sort_code']}."
    return page("Your Direct Debit", f"<p>Reference: {escape(told['reference'])}</p><p>{escape(bank)}</p><p>{standing}</p>")


def _title(session: Json) -> str:
    return "Keep a way to pay" if session["mode"] == "setup" else f"Pay {pounds(session['amount_total'])}"


def shown_lines(session: Json) -> str:
    items = "".join(f"<li>{escape(line['name'])}: {pounds(line['pence'])}</li>" for line in session["_lines"])
    return f"<ul>{items}</ul>" if items else "<p>Nothing is taken now.</p>"


def cancel_link(url: str | None) -> str:
    return f'<p><a href="{escape(url)}">Cancel and go back</a></p>' if url else ""
