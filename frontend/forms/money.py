"""Taking own money back."""

from frontend.forms import Form, MoneyField


class TakeBackForm(Form):
    pence = MoneyField(label="How much do you want back?", help_text="Only what is free: put in, and not needed for visits that are coming.")
