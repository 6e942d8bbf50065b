"""Account links: a page to fill in once, that soon expires."""

import secrets

from payments.sandbox.errors import invalid
from payments.sandbox.operations.accounts import connected
from payments.sandbox.registry import Call, operation
from payments.sandbox.store import Json
from payments.sandbox.world import PLATFORM


@operation("POST", "/v1/account_links")
def create_link(call: Call) -> Json:
    world = call.world
    account = connected(world, call.params["account"])
    for name in ("return_url", "refresh_url"):
        if not call.param(name, "").startswith(("http://", "https://")):
            raise invalid("Not a valid URL", code="url_invalid", param=name)
    if account["id"] == PLATFORM:
        raise invalid("You cannot create an account link for your own account.", param="account")
    token = secrets.token_urlsafe(18)
    link = {
        "id": token,
        "object": "_account_link",
        "created": world.now(),
        "expires_at": world.now() + world.option("link_seconds"),
        "account": account["id"],
        "return_url": call.params["return_url"],
        "refresh_url": call.params["refresh_url"],
        "used": False,
        "form": None,
    }
    world.add(link)
    shown = {key: link[key] for key in ("created", "expires_at")}
    return {"object": "account_link", "url": f"{world.base_url}/_onboarding/{token}"} | shown
