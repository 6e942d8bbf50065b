"""Agreements: from a price to everybody's own yes."""

from typing import Any

from django.shortcuts import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from audit.api.edge import ReadEdge, makes, verb
from marketplace.api.filters import AgreementFilter, PayerFilter
from marketplace.api.serializers.agreements import (
    AgreementRow,
    AgreementWhole,
    KeepGoing,
    PayerRow,
    ProposalSaid,
    QuoteSaid,
    QuoteShape,
    Signing,
    VersionRead,
    WhosePart,
    Why,
    WhyPart,
    WhyStopped,
)
from marketplace.models import Agreement, Payer
from marketplace.selectors import agreement_view, quote
from marketplace.services import agreements, awarding, ending, exits, signing
from marketplace.services.plans import NoPriceForSoMany
from pooling.models import Membership


class Agreements(ReadEdge):
    """Agreements you pay for, help with, or provide."""

    model = Agreement
    related = ("enterprise", "cluster")
    order = ("-pk",)
    serializer_class = AgreementRow
    filterset_class = AgreementFilter

    def get_serializer_class(self) -> Any:
        return AgreementRow if self.action == "list" else AgreementWhole

    def give(self, thing: Any) -> Response:
        if isinstance(thing, Agreement):
            thing.view = agreement_view(thing, self.person, today=self.today)  # type: ignore[attr-defined]
        return super().give(thing)

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One agreement, with the sums as you may see them."""
        return self.give(self.get_object())

    @verb(QuoteSaid, QuoteShape, detail=False)
    def quote(self, request: Request) -> Response:
        """What it would cost, before anybody is asked."""
        said = self.asked()
        weeks, notice_days = said.pop("weeks"), said.pop("notice_days")
        found = quote(**said)
        if found is None:
            raise NoPriceForSoMany
        costs = found.costs(weeks=weeks, notice_days=notice_days)
        names = ("people", "visit_pence", "weekly_pence", "each_weekly_pence")
        sums = {name: getattr(found, name) for name in names}
        return self.give({**sums, "most_pence": costs.most_pence, "if_you_stop_pence": costs.if_you_stop_pence})

    @makes(ProposalSaid, AgreementWhole, kept=True)
    def create(self, request: Request) -> Response:
        """Writes it and sends it to each payer and the provider. Nobody pays before their own yes."""
        return self.answer(agreements.propose(by=self.person, at=self.at, **self.asked()))

    @verb(KeepGoing, AgreementWhole)
    def send(self, request: Request, pk: int) -> Response:
        """One from a chosen offer: says what happens when nobody can come, and asks everybody to sign."""
        return self.answer(awarding.send(agreement=self.get_object(), keep_going=self.asked(), by=self.person, at=self.at))

    @verb(Signing, AgreementWhole, kept=True)
    def sign(self, request: Request, pk: int) -> Response:
        """A payer's own yes, to this version's price and the most it can cost. No money moves."""
        return self.answer(signing.sign_as_payer(agreement=self.get_object(), by=self.person, at=self.at, **self.asked()))

    @verb(WhosePart, AgreementWhole)
    def decline(self, request: Request, pk: int) -> Response:
        """Not this time: this payer pays nothing; the others see their new price."""
        row = self.get_object()
        return self.answer(signing.decline_as_payer(agreement=row, membership=self._place(row), by=self.person, at=self.at))

    @verb(WhyPart, AgreementWhole)
    def ask_exception(self, request: Request, pk: int) -> Response:
        """Asks the one who pays whether their money may pay a relative."""
        row, reason = self.get_object(), self.asked()["reason"]
        signing.ask_relative_exception(agreement=row, membership=self._place(row), reason=reason, by=self.person, at=self.at)
        return self.answer(row)

    @verb(VersionRead, AgreementWhole, kept=True)
    def provider_sign(self, request: Request, pk: int) -> Response:
        """The provider's yes."""
        return self.answer(signing.sign_as_provider(agreement=self.get_object(), by=self.person, at=self.at, **self.asked()))

    @verb(Why, AgreementWhole)
    def provider_refuse(self, request: Request, pk: int) -> Response:
        """The provider's no. The group reads the reason."""
        return self.answer(signing.refuse_as_provider(agreement=self.get_object(), by=self.person, at=self.at, **self.asked()))

    @verb(Why, AgreementWhole)
    def end_early(self, request: Request, pk: int) -> Response:
        """The provider, or the only payer, gives notice."""
        return self.answer(ending.end_early(agreement=self.get_object(), by=self.person, at=self.at, **self.asked()))

    @verb(WhosePart, AgreementWhole, kept=True)
    def stop(self, request: Request, pk: int) -> Response:
        """One of several payers stops, with the notice that was signed; the others are asked."""
        row = self.get_object()
        return self.answer(exits.stop(agreement=row, membership=self._place(row), by=self.person, at=self.at))

    @verb(WhyStopped, AgreementWhole)
    def suspend(self, request: Request, pk: int) -> Response:
        """An operator, or who looks after a payer's money, stops new visits."""
        return self.answer(agreements.suspend(agreement=self.get_object(), by=self.person, at=self.at, **self.asked()))

    @verb(None, AgreementWhole)
    def resume(self, request: Request, pk: int) -> Response:
        """Visits go on: an operator, or who stopped them."""
        return self.answer(agreements.resume(agreement=self.get_object(), by=self.person, at=self.at))

    def _place(self, agreement: Agreement) -> Membership:
        """The place whose part it is about: the one named, or one's own."""
        said: Membership | None = self.asked().get("membership")
        if said is not None:
            return said
        return get_object_or_404(Payer.objects.select_related("membership"), agreement=agreement, person=self.person).membership


class Payers(ReadEdge):
    """Your own parts of agreements, and those of people you help or whose money you look after."""

    model = Payer
    related = ("person",)
    serializer_class = PayerRow
    filterset_class = PayerFilter
