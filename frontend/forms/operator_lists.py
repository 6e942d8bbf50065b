"""What the first of two operators says about one thing: what it was, what should happen to it, and why."""

from frontend.forms import DateField, Form, MoneyField, Option, PickField, TextField
from payments.models import Explanation

READ = "The second person reads this. It is kept."


class LotForm(Form):
    """What happens to the rest of a payment that is nearly 90 days old."""

    kind = PickField(
        label="What should happen to it?",
        choices=[
            ("send_back", Option("All of it goes back where it came from", hint="Also what is held or questioned.")),
            ("pay_on", Option("What was said yes to is paid on", hint="Questions about it end with the provider being paid. The rest goes back.")),
            ("keep", Option("It may stay until a day", hint="Only on somebody’s written advice.", reveals=("until", "advice"))),
        ],
    )
    until = DateField(label="Until which day?", required=False)
    advice = TextField(label="On whose advice?", required=False, max_length=300, help_text="Who wrote it, and its date.")
    reason = TextField(label="Why?", lines=True, max_length=1000, help_text=READ)


class ExplainForm(Form):
    """What a line of Stripe's balance was."""

    kind = PickField(label="What was it?", choices=[(value, text[:1].upper() + text[1:]) for value, text in Explanation.Kind.choices])
    about = TextField(
        label="What is it about?",
        required=False,
        max_length=60,
        help_text="For example payment:…, payee:4, refund:7, dispute:2 or recovery:3, as the lists name them. Leave it empty for our own money.",
    )
    reason = TextField(label="Why?", lines=True, max_length=1000, help_text=READ)


class RecoverForm(Form):
    """So much of a payment to a provider should come back to the payer."""

    pence = MoneyField(label="How much?", least=1, most=5_000_000)
    reason = TextField(label="Why?", lines=True, max_length=1000, help_text=f"{READ} So do both sides.")


class WriteOffForm(Form):
    """The platform bears it."""

    reason = TextField(label="Why?", lines=True, max_length=1000, help_text=f"Our own money then pays for it. {READ}")


class RerouteForm(Form):
    """A refund that the bank would not take is paid by hand, to whom it came from."""

    reference = TextField(label="Who gave you the account, and when?", max_length=200, help_text="Never write an account number here.")
    reason = TextField(label="Why?", lines=True, max_length=1000, help_text=READ)
