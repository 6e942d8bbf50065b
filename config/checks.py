"""System checks of the settings together. The web server and the worker run `stop_unless_sound` and do not start with an error."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Info, Tags, Warning, register

Apps = Sequence[AppConfig] | None


@register(Tags.security)
def stripe_settings(app_configs: Apps, **kwargs: Any) -> list[CheckMessage]:
    """What would put real money at risk, whatever the command."""
    key = settings.STRIPE_SECRET_KEY
    is_live = key.startswith(("sk_live_", "rk_live_"))
    found: list[CheckMessage] = []
    if is_live and settings.STRIPE_API_BASE:
        found.append(Error("STRIPE_SECRET_KEY is a live key and STRIPE_API_BASE points away from Stripe; unset one of them.", id="config.E001"))
    if is_live and not settings.HELD_MONEY_BASIS:
        found.append(
            Error("STRIPE_SECRET_KEY is a live key; set HELD_MONEY_BASIS to the legal advice relied on, its author and date.", id="config.E002")
        )
    if is_live and settings.DEMO:
        found.append(Error("STRIPE_SECRET_KEY is a live key and DEMO is on; the demo never touches real money.", id="config.E003"))
    for name in ("STRIPE_WEBHOOK_SECRET_PLATFORM", "STRIPE_WEBHOOK_SECRET_CONNECT"):
        if key and not all(secret.strip() for secret in getattr(settings, name).split(",")):
            found.append(Error(f"{name} is empty; copy the signing secret from Stripe's webhook page.", id="config.E004"))
    return found


@register(Tags.security)
def site_settings(app_configs: Apps, **kwargs: Any) -> list[CheckMessage]:
    """What a site that people reach can't do without."""
    if settings.IS_HTTPS and settings.SECRET_KEY.startswith("django-insecure-"):
        sentence = "SITE_URL is on https and SECRET_KEY is not set; each process would make its own, and people could not stay signed in."
        return [Error(sentence, id="config.E008")]
    return []


@register(Tags.security, deploy=True)
def production_settings(app_configs: Apps, **kwargs: Any) -> list[CheckMessage]:
    """What must not go to production: `manage.py check --deploy`."""
    found: list[CheckMessage] = []
    if "_test_" in settings.STRIPE_SECRET_KEY:
        found.append(Error("STRIPE_SECRET_KEY is a test key; production needs a live one.", id="config.E005"))
    if settings.DEMO:
        found.append(Error("DEMO is on; anybody could be anybody. Unset it.", id="config.E006"))
    if not settings.STRIPE_SECRET_KEY:
        found.append(Info("STRIPE_SECRET_KEY is not set; nobody can pay or be paid.", id="config.I001"))
    if not settings.EMAIL_HOST:
        found.append(Info("EMAIL_URL is not set; nobody gets an e-mail, not even the numbers to sign in with.", id="config.I002"))
    return found


def stop_unless_sound() -> None:
    """Stops the process with one sentence when the settings do not go together. Raises SystemExit."""
    errors = [*stripe_settings(None), *site_settings(None)]
    if errors:
        raise SystemExit(errors[0].msg)


@register(Tags.security, deploy=True)
def platform_payouts(app_configs: Apps, **kwargs: Any) -> list[CheckMessage]:
    """Asks Stripe whether our own balance stays until we say so: an automatic payout would take people's money out of cover."""
    if not settings.STRIPE_SECRET_KEY:
        return []
    from payments.gateways import shapes, stripe_gateway

    try:
        interval = stripe_gateway.own_payouts()
    except (shapes.StripeSaidNo, shapes.AnswerLost, shapes.StripeIsBusy, shapes.NotFound) as failure:
        return [Warning(f"Stripe could not be asked how it pays our balance out ({type(failure).__name__}); run this again.", id="config.W001")]
    if interval != "manual":
        return [Error("Stripe pays the platform's balance out by itself; set its payouts to manual in Stripe's settings.", id="config.E007")]
    return []
