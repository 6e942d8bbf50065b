"""Forms of the demonstration's own pages."""

from django import forms

from frontend.forms import Form, MoneyField


class SwitchForm(Form):
    """Whom to be."""

    person = forms.IntegerField(label="Be", error_messages={"required": "Pick somebody from the list at the top of the page."})


class BankForm(Form):
    """What the pretend bank sends. Another sum than asked for may be tried: people make slips at their bank too."""

    pence = MoneyField(label="How much do you send?", least=1, most=9_999_999)
