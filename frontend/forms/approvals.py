"""A second person's answer."""

from frontend.forms import Form, YesNoField


class ApprovalForm(Form):
    """Yes or no. Nothing is chosen beforehand."""

    agree = YesNoField(label="What do you say?", yes="Yes, it may be done", no="No, it may not")
