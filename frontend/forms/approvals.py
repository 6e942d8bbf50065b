"""A second person's answer."""

from django import forms

from frontend.forms import Form, TextField, YesNoField


class ApprovalForm(Form):
    """Yes or no. Nothing is chosen beforehand. `read`: what the page showed."""

    agree = YesNoField(label="What do you say?", yes="Yes, it may be done", no="No, it may not")
    read = forms.CharField(widget=forms.HiddenInput)
    shows = ("read",)


class ApprovalWithReasonForm(ApprovalForm):
    """The second person says why, too: both sides read it."""

    reason = TextField(label="Why?", lines=True, max_length=1000, help_text="Both sides read it. It is kept.")
