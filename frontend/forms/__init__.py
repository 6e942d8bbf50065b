"""Forms of the pages: `Form` and the fields that speak plain English. `from frontend.forms import Form, MoneyField`."""

from frontend.forms.base import Form
from frontend.forms.fields import (
    DateField,
    DatePartsField,
    DropField,
    MoneyField,
    Option,
    OutcodeField,
    PhoneField,
    PickField,
    TextField,
    TickField,
    TimeField,
    YesNoField,
)
from frontend.forms.widgets import Checkboxes, MoneyInput, Radios, TextInput

__all__ = [
    "Checkboxes",
    "DateField",
    "DatePartsField",
    "DropField",
    "Form",
    "MoneyField",
    "MoneyInput",
    "Option",
    "OutcodeField",
    "PhoneField",
    "PickField",
    "Radios",
    "TextField",
    "TextInput",
    "TickField",
    "TimeField",
    "YesNoField",
]
