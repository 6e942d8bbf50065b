"""How allauth finds people, and reaches them: by e-mail or phone, by password or by a code."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import Login
from django import forms
from django.http import HttpRequest

from audit import clock
from people import second_step
from people.models import Channel, Person
from people.policies import needs_second_factor
from people.rules import PhoneIsNotOne, clean_phone
from people.services import messages, tokens
from people.services import people as people_services


class PhoneField(forms.CharField):
    """A phone number however it is written."""

    widget = forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"})

    def clean(self, value: Any) -> str:
        typed: str = super().clean(value)
        try:
            return clean_phone(typed) if typed else ""
        except PhoneIsNotOne as error:
            raise forms.ValidationError(error.sentence) from error


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Sign-in only: the one way to make a person is `people.services.people.register`."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def render_mail(self, template_prefix: str, email: str, context: dict[str, Any], headers: Any = None) -> Any:
        mail = super().render_mail(template_prefix, email, context, headers)
        person = Person.objects.filter(email=email.lower()).first()
        if person is not None and person.phrase and not mail.alternatives:
            mail.body = messages.with_phrase(person, str(mail.body))
        return mail

    def set_password(self, user: Person, password: str) -> None:
        """Whoever had the old one may have made a token with it."""
        super().set_password(user, password)
        tokens.stop(person=user, by=user, at=clock.now())

    def is_login_by_code_required(self, login: Login) -> bool:
        """After the password, of who needs a second step and never set it up: whoever else has the password must not be the one who sets it up."""
        user = login.user
        if second_step.address_was_shown(self.request, user):
            return False
        return needs_second_factor(user, at=clock.now()) and not second_step.is_set_up(user)

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """For who needs a second step and has one, a password is not enough to see the spare codes or to turn it off."""
        ways: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        by_app = [way for way in ways if way["id"] == "mfa_reauthenticate"]
        return by_app if by_app and needs_second_factor(user, at=clock.now()) else ways

    def phone_form_field(self, **options: Any) -> Any:
        return PhoneField(**options)

    def clean_phone(self, phone: str) -> str:
        return clean_phone(phone)

    def get_user_by_phone(self, phone: str) -> Person | None:
        try:
            return Person.objects.filter(phone=clean_phone(phone)).first()
        except PhoneIsNotOne:
            return None

    def get_phone(self, user: Person) -> tuple[str, bool] | None:
        return (user.phone, user.phone_verified) if user.phone else None

    def set_phone(self, user: Person, phone: str, verified: bool) -> None:
        people_services.set_phone(person=user, phone=phone, is_verified=verified, at=clock.now())

    def set_phone_verified(self, user: Person, phone: str) -> None:
        people_services.mark_phone_verified(person=user, phone=phone, at=clock.now())

    def send_verification_code_sms(self, user: Person, phone: str, code: str, **context: Any) -> None:
        body = f"Your Clubtogether numbers: {code}. Do not tell them to anyone. Not even to us."
        text = messages.with_phrase(user, body)
        # A phone that is rung may be one that shows no texts; and whoever got no text may press "Ring me and read them out".
        is_rung = user.channel == Channel.PHONE or bool(self.request and self.request.POST.get("ring"))
        way = Channel.PHONE if is_rung else Channel.TEXT
        messages.write(person=user, channel=way, to=phone, kind="sign_in_code", subject="", body=text, at=clock.now())
