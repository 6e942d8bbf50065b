"""Where somebody thinks of offering help."""

from frontend.forms import Form
from frontend.forms.places import WhereField


class WantedForm(Form):
    """A place."""

    where = WhereField(label="Where would you start from?", help_text="Type the first part of the postcode. For example, SE15.")
