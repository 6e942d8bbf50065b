"""Providers and who works in them."""

from django.conf import settings
from django.http import Http404
from rest_framework.request import Request
from rest_framework.response import Response

from audit.api.edge import ReadEdge, looks, makes, verb
from payments import selectors as payments
from payments.api.serializers import RemittanceSeenShape
from people.selectors import find_by_address
from places.postcodes import council_of, outcode_of
from providers.api.filters import EnterpriseFilter, WorkerFilter
from providers.api.serializers import (
    CalendarAddress,
    CheckLeftShape,
    EnterpriseNew,
    EnterpriseRow,
    EnterpriseSaid,
    Onboarding,
    PayeeShape,
    WhySaid,
    WorkerRow,
    WorkerSaid,
)
from providers.models import Enterprise, Worker
from providers.policies import may_run
from providers.selectors import what_is_left
from providers.services import calendar_links, enterprises, payouts
from vocabulary.models import Term


class Enterprises(ReadEdge):
    """Providers. Live ones are public; the owner, who works there and operators see the others too."""

    model = Enterprise
    serializer_class = EnterpriseRow
    filterset_class = EnterpriseFilter
    anybody = frozenset({"list", "retrieve"})

    @makes(EnterpriseNew, EnterpriseRow)
    def create(self, request: Request) -> Response:
        """Makes a provider of you. It is shown once a service of it is."""
        said = self.asked()
        council = said.pop("council_code", None)
        code = council.pk if council else council_of(outcode_of(said["outcode"]))
        return self.answer(enterprises.register(council_code=code, by=self.person, at=self.at, **said))

    @makes(EnterpriseSaid, EnterpriseRow, status=200)
    def update(self, request: Request, pk: int) -> Response:
        """Changes what it says of itself."""
        return self.answer(enterprises.change(enterprise=self.get_object(), by=self.person, at=self.at, **self.asked()))

    @verb(WhySaid, EnterpriseRow)
    def suspend(self, request: Request, pk: int) -> Response:
        """An operator stops it: no new agreements, no new visits."""
        return self.answer(enterprises.suspend(enterprise=self.get_object(), by=self.person, at=self.at, **self.asked()))

    @verb(None, EnterpriseRow)
    def resume(self, request: Request, pk: int) -> Response:
        """An operator lets it go on."""
        return self.answer(enterprises.resume(enterprise=self.get_object(), by=self.person, at=self.at))

    @verb(None, Onboarding)
    def onboard(self, request: Request, pk: int) -> Response:
        """The address of Stripe's page for bank details, to open now."""
        back = f"{settings.SITE_URL}/provider/"
        enterprise = self.get_object()
        url = payouts.begin_onboarding(enterprise=enterprise, return_url=back, refresh_url=back, by=self.person, at=self.at)
        return self.give({"url": url})

    @looks(PayeeShape, detail=True)
    def payee(self, request: Request, pk: int) -> Response:
        """Whether it can be paid, and what Stripe still asks for. Its owner and operators."""
        enterprise = self._own()
        if enterprise.payee_id is None:
            return self.give({"is_ready": False, "has_account": False, "details_needed": [], "bank_ends_in": "", "bank_changed_at": None})
        return self.give(payments.payee(enterprise.payee_id))

    @looks(RemittanceSeenShape, detail=True, many=True)
    def remittances(self, request: Request, pk: int) -> Response:
        """What went and goes to it, newest first, with the day it should be in its bank. Its owner and operators."""
        enterprise = self._own()
        return self.give_pages(payments.remittances_of(enterprise.payee_id, today=self.today) if enterprise.payee_id else [])

    @looks(CheckLeftShape, detail=True, many=True)
    def checks_left(self, request: Request, pk: int) -> Response:
        """Every paper that its kinds of help need, and how each stands. Its owner and operators."""
        enterprise = self._own()
        sold = Term.objects.categories().filter(pk__in=enterprise.listings.values("category_id"))
        return self.give_pages(what_is_left(enterprise, categories=sold, on=self.today))

    @verb(None, CalendarAddress)
    def calendar_link(self, request: Request, pk: int) -> Response:
        """A new address for calendar programs, told this once; the one before stops working. It tells when visits are and nothing else."""
        _, secret = calendar_links.make(enterprise=self.get_object(), by=self.person, at=self.at)
        return self.give({"url": f"{settings.SITE_URL}/calendar/{secret}.ics"})

    @verb(None, EnterpriseRow)
    def stop_calendar_link(self, request: Request, pk: int) -> Response:
        """The address for calendar programs stops working."""
        enterprise = self.get_object()
        calendar_links.stop(enterprise=enterprise, by=self.person, at=self.at)
        return self.answer(enterprise)

    def _own(self) -> Enterprise:
        enterprise: Enterprise = self.get_object()
        if not (may_run(by=self.person, enterprise=enterprise) or self.person.is_operator):
            raise Http404
        return enterprise


class Workers(ReadEdge):
    """Who comes to people."""

    model = Worker
    related = ("enterprise",)
    serializer_class = WorkerRow
    filterset_class = WorkerFilter
    anybody = frozenset({"list", "retrieve"})

    @makes(WorkerSaid, WorkerRow)
    def create(self, request: Request) -> Response:
        """One more who works there."""
        said = self.asked()
        person = find_by_address(said.pop("reach")) if "reach" in said and may_run(by=self.person, enterprise=said["enterprise"]) else None
        said.pop("reach", None)
        return self.answer(enterprises.add_worker(person=person, by=self.person, at=self.at, **said))

    @verb(None, WorkerRow)
    def leave(self, request: Request, pk: int) -> Response:
        """They no longer come to people."""
        return self.answer(enterprises.worker_leaves(worker=self.get_object(), by=self.person, at=self.at))
