"""Forms that anybody may fill in without saying who they are."""

from frontend.forms import Form, TextField
from frontend.forms.places import WhereField


class WorriedForm(Form):
    """Worried about someone."""

    text = TextField(label="What worries you?", lines=True, max_length=4000, help_text="Use your own words. You do not have to be sure.")
    outcode = WhereField(
        label="Where does it happen?",
        help_text="The first part of the postcode, like SE15. It tells us which council to talk to.",
        required=False,
    )
    contact = TextField(
        label="How may we reach you?", help_text="A phone number or e-mail. We use it only to ask you about this.", required=False, max_length=200
    )
