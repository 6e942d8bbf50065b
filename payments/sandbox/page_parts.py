"""What every page of the sandbox is made of."""

from html import escape

from payments.sandbox.pipeline import Answer

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


def page(title: str, body: str, status: int = 200) -> Answer:
    start = '<!doctype html><html lang="en-GB"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
    told = f"{'Error: ' if PROBLEM in body else ''}{escape(title)}"
    head = f"{start}<title>{told}</title><style>{STYLE}</style></head>"
    return Answer(status, f"{head}<body><main>{NOTE}<h1>{escape(title)}</h1>{body}</main></body></html>", HEADERS)


def go_to(url: str) -> Answer:
    return Answer(303, "", HEADERS | {"Location": url})


def not_found() -> Answer:
    return page("Page not found", "<p>Check the address, or go back to the page you came from.</p>", 404)


def wrong_box(sentence: str) -> str:
    return f'<div class="wrong" role="alert"><h2>{PROBLEM}</h2><p>{escape(sentence)}</p></div>' if sentence else ""


def digits(text: str) -> str:
    return text.replace("-", "").replace(" ", "")


def bank_fault(form: dict[str, str]) -> str:
    sort_code, number = digits(form.get("sort_code", "")), digits(form.get("account_number", ""))
    if not (sort_code.isascii() and sort_code.isdigit() and len(sort_code) == 6):
        return "Enter a sort code of 6 numbers, like 10-88-00."
    if not (number.isascii() and number.isdigit() and len(number) == 8):
        return "Enter an account number of 8 numbers. If yours has 7, put a 0 in front."
    return ""
