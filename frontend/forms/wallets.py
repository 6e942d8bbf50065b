"""What whoever looks after money types about one sum for many people."""

import uuid
from typing import Any

from django import forms

from frontend.forms import Form, MoneyField
from frontend.presenters.wallets import WalletPage
from frontend.words import pounds
from pooling.services.wallets import Slice


class PayInForm(Form):
    pence = MoneyField(label="How much will you send?", least=30, help_text="One sum for everybody. You hand it out once it is here.")


class _Once(Form):
    """`token`: the same press twice is one."""

    token = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("token", uuid.uuid4())

    def clean_token(self) -> uuid.UUID:
        token: uuid.UUID | None = self.cleaned_data["token"]
        return token or uuid.uuid4()


class SendBackForm(_Once):
    pence = MoneyField(label="How much goes back?", help_text="It goes to the bank account it came from.")


class HandOutForm(_Once):
    """One field a person: so much from what is here. Empty: nothing this time."""

    def __init__(self, *args: Any, page: WalletPage, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        left = page.here_pence
        self._places = {f"n{need.membership.pk}_{need.portion.pk}": need for need in page.needs}
        for name, need in self._places.items():
            now = need.asked_pence if 0 < need.asked_pence <= left else 0
            left -= now
            asked = f"{pounds(need.asked_pence)} is asked for now. " if need.asked_pence else ""
            label = f"{need.membership.person.full_name}, {need.membership.cluster.name}"
            hint = f"{asked}At most {pounds(need.most_pence)} for the next 60 days."
            self.add_field(name, MoneyField(label=label, help_text=hint, required=False, least=0, initial=now or None))

    def slices(self) -> list[Slice]:
        """The rows with a sum."""
        given = ((need, self.cleaned_data.get(name)) for name, need in self._places.items())
        return [Slice(need.membership.pk, need.portion.pk, pence) for need, pence in given if pence]

    @property
    def rows(self) -> list[tuple[str, int]]:
        """For the check page: whom, and how much."""
        return [(str(self.fields[name].label), self.cleaned_data[name]) for name in self._places if self.cleaned_data.get(name)]

    @property
    def total_pence(self) -> int:
        return sum(pence for _, pence in self.rows)
