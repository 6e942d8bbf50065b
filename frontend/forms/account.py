"""Sign-in forms in our words. allauth's own forms, with our labels and sentences; settings name them in ACCOUNT_FORMS and MFA_FORMS."""

from typing import Any, Final

from allauth.account import forms as account
from allauth.mfa.base import forms as mfa
from allauth.mfa.totp import forms as totp
from django import forms
from django.core.exceptions import ValidationError

from frontend.forms.fields import default_sentences

_LABELS: Final = {
    "login": "E-mail or phone number",
    "email": "E-mail",
    "phone": "Phone number",
    "password": "Password",
    "remember": "Stay signed in on this device",
    "code": "The numbers we sent you",
    "oldpassword": "Your password now",
    "password1": "New password",
    "password2": "New password, once more",
}
_MISMATCH: Final = "That does not match what we have. Look at both and try again, or let us send you numbers to sign in with."
_SENTENCES: Final = {
    "account_inactive": "This page is closed. Call us if you want to open it again.",
    "email_password_mismatch": _MISMATCH,
    "phone_password_mismatch": _MISMATCH,
    "username_password_mismatch": _MISMATCH,
    "invalid_login": "Write your e-mail, like name@example.com, or your phone number, like 07700 900123.",
    "incorrect_code": "Those numbers are not right. Look at the message and type them again.",
    "incorrect_password": "That is not the password we have. Type it again.",
    "enter_current_password": "That is not the password we have. Type it again.",
    "too_many_login_attempts": "You tried many times. Wait 5 minutes, then try again, or call us.",
    "rate_limited": "You tried many times. Wait 5 minutes, then try again, or call us.",
    "unknown_email": "We do not know that e-mail. Look for a slip, or use your phone number.",
    "unknown_phone": "We do not know that phone number. Look for a slip, or use your e-mail.",
    "email_taken": "Somebody uses that e-mail here already. Sign in instead, or write another.",
    "phone_taken": "Somebody uses that phone number here already. Sign in instead, or write another.",
    "same_as_current": "That is the one you have now. Write a different one.",
    "select_only_one": "Fill in only one of the two boxes.",
}
_NOT_THE_APPS: Final = "Those numbers are not right. The app shows new ones every half minute, and each counts once. Type what it shows now."


class InOurWords:
    """Labels and sentences for one of allauth's forms."""

    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        fields: dict[str, forms.Field] = self.fields  # type: ignore[attr-defined]
        for name, field in fields.items():
            field.label = _LABELS.get(name, field.label)
            field.widget.attrs.pop("placeholder", None)
            field.help_text = field.help_text if name.startswith("password1") else ""
            field.hides_optional = name in ("email", "phone", "remember")  # type: ignore[attr-defined]
            default_sentences(field)

    def add_error(self, field: str | None, error: Any) -> None:
        """Says allauth's own problems in our sentences, by their code."""
        ours = _SENTENCES.get(str(getattr(error, "code", "") or ""))
        super().add_error(field, ValidationError(ours, code=error.code) if ours else error)  # type: ignore[misc]


class LoginForm(InOurWords, account.LoginForm):  # type: ignore[misc]
    """E-mail or phone, and password."""


class RequestLoginCodeForm(InOurWords, account.RequestLoginCodeForm):  # type: ignore[misc]
    """Where to send six numbers."""

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean()
        if not self.errors and not said.get("email") and not said.get("phone"):
            self.add_error("email", "Write your e-mail address, or your mobile number below.")
        return said


class ConfirmLoginCodeForm(InOurWords, account.ConfirmLoginCodeForm):  # type: ignore[misc]
    """The six numbers."""


class ResetPasswordForm(InOurWords, account.ResetPasswordForm):  # type: ignore[misc]
    """Where to send a way to a new password."""


class ConfirmPasswordResetCodeForm(InOurWords, account.ConfirmPasswordResetCodeForm):  # type: ignore[misc]
    """The numbers for a new password."""


class ResetPasswordKeyForm(InOurWords, account.ResetPasswordKeyForm):  # type: ignore[misc]
    """A new password, after a link."""


class ChangePasswordForm(InOurWords, account.ChangePasswordForm):  # type: ignore[misc]
    """A new password, knowing the old."""


class SetPasswordForm(InOurWords, account.SetPasswordForm):  # type: ignore[misc]
    """A first password."""


class ReauthenticateForm(InOurWords, account.ReauthenticateForm):  # type: ignore[misc]
    """The password once more."""


class ChangeEmailForm(InOurWords, account.ChangeEmailForm):  # type: ignore[misc]
    """Another e-mail, while it is being checked."""


class AddEmailForm(InOurWords, account.AddEmailForm):  # type: ignore[misc]
    """Another e-mail."""


class ChangePhoneForm(InOurWords, account.ChangePhoneForm):  # type: ignore[misc]
    """Another phone number."""


class VerifyPhoneForm(InOurWords, account.VerifyPhoneForm):  # type: ignore[misc]
    """The numbers sent to a new phone."""


class ConfirmEmailVerificationCodeForm(InOurWords, account.ConfirmEmailVerificationCodeForm):  # type: ignore[misc]
    """The numbers sent to a new e-mail."""


class FromAnApp(InOurWords):
    """Numbers that we did not send."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = "The numbers the app shows"  # type: ignore[attr-defined]

    def add_error(self, field: str | None, error: Any) -> None:
        is_wrong = getattr(error, "code", "") == "incorrect_code"
        super().add_error(field, ValidationError(_NOT_THE_APPS, code="not_the_apps") if is_wrong else error)


class AuthenticateForm(FromAnApp, mfa.AuthenticateForm):  # type: ignore[misc]
    """The numbers from an app, or one of the spare codes."""


class MfaReauthenticateForm(FromAnApp, mfa.ReauthenticateForm):  # type: ignore[misc]
    """The numbers from an app once more."""


class ActivateTOTPForm(FromAnApp, totp.ActivateTOTPForm):  # type: ignore[misc]
    """The first numbers from an app."""
