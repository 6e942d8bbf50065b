"""Inviting somebody a provider helps: Hodan has made two codes, one of them to be stopped."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from config.demo_story.cast import HODAN, person
from providers.models import Enterprise, Invitation
from providers.rules import code_of, print_of
from providers.services import invitations
from tests.architecture.route import SIGNED_IN_ASKS, Route, act, own, page, press, public

CODE = "k7mp-4xqd"
# fmt: off
ROUTES: tuple[Route, ...] = (
    public("with/"),
    public("with/<slug:code>/", code="code of Hodan"),  # whoever has it: it tells what search tells of her
    page("provider/invite/", "i..+.. ......+...", "i..+.. ......+..."),
    press("provider/invite/<int:pk>/stop/", "i..... ......>...", pk="code to be stopped"),
    own("api/v1/invitations/", SIGNED_IN_ASKS),
    page("api/v1/invitations/<int:pk>/", "i..... ......+...", pk="code to be stopped"),
    act("api/v1/invitations/<int:pk>/stop/", "i..... ......+...", pk="code to be stopped"),
    act("api/v1/invitations/read/", "++++++ ++++++++++", {"code": CODE}),
)
# fmt: on
SECRETS: Mapping[str, str] = {}


def arrive(at: datetime) -> None:
    shop = Enterprise.objects.get(owner=person(HODAN))
    made, _ = invitations.invite(enterprise=shop, by=person(HODAN), at=at)
    Invitation.objects.filter(pk=made.pk).update(code_print=print_of(code_of(CODE)))
    invitations.invite(enterprise=shop, by=person(HODAN), at=at)


def things() -> dict[str, Any]:
    return {"code of Hodan": CODE, "code to be stopped": Invitation.objects.order_by("-pk")[0].pk}
