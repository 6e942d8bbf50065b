"""Connected accounts, the platform's own account, capabilities and bank accounts."""

import hashlib
from typing import Any

from payments.sandbox.errors import invalid, missing
from payments.sandbox.registry import Call, inline_list, operation, page_of
from payments.sandbox.store import Json
from payments.sandbox.world import PLATFORM, World, timer

NEEDED = ["external_account", "tos_acceptance.date", "tos_acceptance.ip"]


def requirements(due: list[str], disabled: str | None = None) -> Json:
    reason = disabled or ("requirements.past_due" if due else None)
    empty: Json = {"alternatives": [], "current_deadline": None, "errors": [], "pending_verification": []}
    return empty | {"currently_due": due, "eventually_due": list(due), "past_due": list(due), "disabled_reason": reason}


def settings(interval: str) -> Json:
    return {
        "bacs_debit_payments": {"display_name": None, "service_user_number": None},
        "branding": {"icon": None, "logo": None, "primary_color": None, "secondary_color": None},
        "card_payments": {"decline_on": {"avs_failure": False, "cvc_failure": False}, "statement_descriptor_prefix": None},
        "dashboard": {"display_name": None, "timezone": "Europe/London"},
        "payments": {"statement_descriptor": None},
        "payouts": {"debit_negative_balances": False, "schedule": {"delay_days": 3, "interval": interval}, "statement_descriptor": None},
    }


def controller(asked: Json) -> Json:
    return {
        "fees": {"payer": asked.get("fees", {}).get("payer", "application")},
        "is_controller": True,
        "losses": {"payments": asked.get("losses", {}).get("payments", "application")},
        "requirement_collection": asked.get("requirement_collection", "stripe"),
        "stripe_dashboard": {"type": asked.get("stripe_dashboard", {}).get("type", "express")},
        "type": "application",
    }


def platform_account(world: World) -> Json:
    """The account the secret key belongs to, made when it is first asked for. Its payouts are by hand, as we set ours."""
    found = world.store.get(PLATFORM)
    if found:
        return found[0]
    account = _account(PLATFORM, world.now(), "GB", settings("manual"))
    account |= {"type": "standard", "charges_enabled": True, "payouts_enabled": True, "details_submitted": True, "requirements": requirements([])}
    account |= {"capabilities": {"card_payments": "active", "gb_bank_transfer_payments": "active", "transfers": "active"}}
    account["external_accounts"]["data"] = [bank_account(world, PLATFORM, "200000", "00000001")]
    return world.add(account, PLATFORM)


def _account(account_id: str, created: int, country: str, own_settings: Json) -> Json:
    return {
        "id": account_id,
        "object": "account",
        "business_profile": {"mcc": None, "name": None, "product_description": None, "support_email": None, "support_phone": None, "url": None},
        "business_type": None,
        "capabilities": {},
        "charges_enabled": False,
        "country": country,
        "created": created,
        "default_currency": "gbp",
        "details_submitted": False,
        "email": None,
        "external_accounts": inline_list([], f"/v1/accounts/{account_id}/external_accounts"),
        "future_requirements": requirements([]),
        "metadata": {},
        "payouts_enabled": False,
        "requirements": requirements(list(NEEDED)),
        "settings": own_settings,
        "tos_acceptance": {"date": None, "ip": None, "user_agent": None},
        "type": "none",
    }


def bank_account(world: World, account: str, sort_code: str, number: str, *, holder: str | None = None) -> Json:
    """A bank account; the same sort code and number always have the same fingerprint, and nothing else does."""
    print_of = hashlib.sha256(f"{sort_code}/{number}".encode()).hexdigest()[:16]
    return {
        "id": world.new_id("ba"),
        "object": "bank_account",
        "account": account,
        "account_holder_name": holder,
        "account_holder_type": None,
        "account_type": None,
        "available_payout_methods": ["standard"],
        "bank_name": "STRIPE TEST BANK",
        "country": "GB",
        "currency": "gbp",
        "default_for_currency": True,
        "fingerprint": print_of,
        "last4": number[-4:],
        "metadata": {},
        "routing_number": f"{sort_code[:2]}-{sort_code[2:4]}-{sort_code[4:]}",
        "status": "new",
    }


def connected(world: World, account_id: str, *, param: str = "account") -> Json:
    """A connected account or Stripe's refusal."""
    if account_id == PLATFORM:
        return platform_account(world)
    return world.get("account", account_id, param=param)


def announce(world: World, account: Json, previous: Json | None = None) -> Json:
    world.save(account)
    world.emit("account.updated", account, account["id"], previous)
    return account


@operation("POST", "/v1/accounts")
def create_account(call: Call) -> Json:
    if call.account != PLATFORM:
        raise invalid("Only platforms can create accounts.")
    world = call.world
    asked: dict[str, Any] = call.param("controller", {})
    account = _account(world.new_id("acct"), world.now(), call.param("country", "GB"), settings("daily"))
    account["controller"] = controller(asked)
    account["capabilities"] = {name: "inactive" for name, wish in call.param("capabilities", {}).items() if wish.get("requested")}
    for name in ("email", "business_type"):
        account[name] = call.param(name)
    account["business_profile"] |= call.param("business_profile", {})
    account["metadata"] = call.metadata()
    return world.add(account, PLATFORM)


@operation("GET", "/v1/accounts")
def list_accounts(call: Call) -> Json:
    return page_of(call, "account", more="AND id <> ?", values=(PLATFORM,))


@operation("GET", "/v1/account")
def own_account(call: Call) -> Json:
    return connected(call.world, call.account)


@operation("GET", "/v1/accounts/{account}")
def retrieve_account(call: Call) -> Json:
    return connected(call.world, call.ids["account"])


@operation("POST", "/v1/accounts/{account}")
def update_account(call: Call) -> Json:
    world = call.world
    account = connected(world, call.ids["account"])
    for name in ("email", "business_type"):
        account[name] = call.param(name, account[name])
    account["business_profile"] |= call.param("business_profile", {})
    account["metadata"] = call.metadata(account["metadata"])
    for name, wish in call.param("capabilities", {}).items():
        account["capabilities"].setdefault(name, "active" if wish.get("requested") and account["details_submitted"] else "inactive")
    payouts = call.param("settings", {}).get("payouts", {})
    account["settings"]["payouts"]["schedule"] |= {key: value for key, value in payouts.get("schedule", {}).items() if key == "interval"}
    return announce(world, account)


@operation("GET", "/v1/accounts/{account}/capabilities/{capability}")
def retrieve_capability(call: Call) -> Json:
    account = connected(call.world, call.ids["account"])
    name = call.ids["capability"]
    if name not in account["capabilities"]:
        raise missing("capability", name, param="capability")
    return capability(account, name)


def capability(account: Json, name: str) -> Json:
    needs = {key: account["requirements"][key] for key in account["requirements"]}
    standing = {"requested": True, "requested_at": account["created"], "status": account["capabilities"][name]}
    return {"id": name, "object": "capability", "account": account["id"], "future_requirements": requirements([]), "requirements": needs} | standing


@operation("GET", "/v1/accounts/{account}/external_accounts")
def list_bank_accounts(call: Call) -> Json:
    account = connected(call.world, call.ids["account"])
    wanted = call.param("object", "bank_account")
    return inline_list([bank for bank in account["external_accounts"]["data"] if bank["object"] == wanted], call.path)


@operation("GET", "/v1/balance_settings")
def balance_settings(call: Call) -> Json:
    payouts = connected(call.world, call.account)["settings"]["payouts"]
    schedule = {"interval": payouts["schedule"]["interval"], "monthly_payout_days": None, "weekly_payout_days": None}
    shown = {"minimum_balance_by_currency": None, "schedule": schedule, "statement_descriptor": None, "status": "enabled"}
    timing = {"delay_days": 3, "delay_days_override": None}
    return {"object": "balance_settings", "payments": {"debit_negative_balances": False, "payouts": shown, "settlement_timing": timing}}


@operation("POST", "/v1/balance_settings")
def update_balance_settings(call: Call) -> Json:
    account = connected(call.world, call.account)
    asked = call.param("payments", {}).get("payouts", {}).get("schedule", {})
    account["settings"]["payouts"]["schedule"] |= {"interval": asked["interval"]} if "interval" in asked else {}
    call.world.save(account)
    return balance_settings(call)


# --- what the person onboarding, or Stripe, does to an account ---


def finish_onboarding(world: World, account: Json, bank: Json) -> Json:
    """Everything asked for has been given: the asked capabilities become active and money may be paid out. Stripe's own no stays a no."""
    if is_rejected(account):
        return change_bank(world, account, bank)
    before = {"details_submitted": account["details_submitted"], "payouts_enabled": account["payouts_enabled"]}
    known = bool(account["external_accounts"]["data"])
    account["external_accounts"]["data"] = [bank]
    account |= {"details_submitted": True, "payouts_enabled": True, "requirements": requirements([])}
    account["tos_acceptance"] |= {"date": world.now(), "ip": "127.0.0.1"}
    world.emit(f"account.external_account.{'updated' if known else 'created'}", bank, account["id"])
    set_capabilities(world, account, "active")
    return announce(world, account, before)


def is_rejected(account: Json) -> bool:
    return str(account["requirements"]["disabled_reason"] or "").startswith("rejected")


def lose_transfers(world: World, account: Json) -> Json:
    """Stripe wants something more and has stopped transfers and payouts until it is given."""
    account["requirements"] = requirements(account["requirements"]["currently_due"] or ["individual.verification.document"])
    account["payouts_enabled"] = False
    set_capabilities(world, account, "inactive")
    return announce(world, account)


def ask_more(world: World, account: Json, due: list[str], deadline: int) -> Json:
    """Stripe wants something by a day. Nothing stops before it; on the day transfers do."""
    account["requirements"] |= {"currently_due": due, "eventually_due": due, "current_deadline": deadline}
    world.schedule(deadline, "deadline_passed", account["id"])
    return announce(world, account)


@timer
def deadline_passed(world: World, account_id: str) -> None:
    account = connected(world, account_id)
    if account["requirements"]["currently_due"] and account["requirements"]["current_deadline"] == world.now() and not is_rejected(account):
        lose_transfers(world, account)


def set_capabilities(world: World, account: Json, standing: str) -> None:
    account["capabilities"] = dict.fromkeys(account["capabilities"], standing)
    # Taking cards itself is another capability: an account that is only paid never has `charges_enabled`.
    account["charges_enabled"] = account["capabilities"].get("card_payments") == "active"
    for name in account["capabilities"]:
        world.emit("capability.updated", capability(account, name), account["id"])


def change_bank(world: World, account: Json, bank: Json) -> Json:
    """A new bank account takes the place of the old one; after a payout that failed it is what lets payouts go on."""
    account["external_accounts"]["data"] = [bank]
    account["payouts_enabled"] = account["details_submitted"] and not account["requirements"]["currently_due"] and not is_rejected(account)
    world.emit("account.external_account.updated", bank, account["id"])
    return announce(world, account)
