"""Settings: a malformed value stops the start with one sentence that names it and repeats no secret."""

import json
import os
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from allauth.core.internal.httpkit import get_client_ip
from django.core.checks import CheckMessage
from django.test import RequestFactory
from pytest_django import Settings
from rest_framework.throttling import BaseThrottle

from config import checks
from config.environment import Environment, database
from tests.sandbox_process import start_sandbox

ROOT = Path(__file__).resolve().parent.parent.parent


def _manage(*arguments: str, **more: str) -> "subprocess.CompletedProcess[str]":
    environment = {"PATH": os.environ["PATH"], **more}
    return subprocess.run([sys.executable, "manage.py", *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("DEMO", "perhaps", "is 1 or 0"),
        ("LOG_FORMAT", "xml", "is one of: text, json"),
        ("SITE_URL", "example.org", "is an address like https://example.org, without a path"),
        ("SITE_URL", "https://example.org/path", "is an address like https://example.org, without a path"),
        ("SITE_URL", "https://example.org:port", "is an address like https://example.org, without a path"),
        ("ALLOWED_HOSTS", "https://example.org", "is a list of host names"),
        ("DATABASE_URL", "mysql://u:secret@h/d", "is an address like postgresql://"),
        ("DATABASE_URL", "postgresql://u:secret@h:port/d", "is an address like postgresql://"),
        ("DATABASE_URL", "postgresql://u:secret@h:5432", "is an address like postgresql://"),
        ("CELERY_BROKER_URL", "carrier-pigeon://secret", "starts with filesystem://, amqp://"),
        ("EMAIL_URL", "pigeon://u:secret@h", "is an address like smtp+tls://"),
        ("STRIPE_SECRET_KEY", "secret", "starts with sk_test_ or sk_live_"),
        ("STRIPE_API_BASE", "127.0.0.1:12111", "is an address like https://example.org"),
        ("STRIPE_WEBHOOK_SECRET_PLATFORM", "secret", "starts with whsec_"),
        ("DATA_DIR", str(Path(__file__)), "names a folder"),
    ],
)
def test_a_malformed_value_is_one_sentence(name: str, value: str, sentence: str) -> None:
    done = _manage("check", **{name: value})
    assert done.returncode == 1
    assert done.stderr.startswith(f"The setting {name} {sentence}")
    assert done.stderr.count("\n") == 1
    assert "secret" not in done.stderr.removeprefix(f"The setting {name}")


def test_an_empty_value_counts_as_not_set() -> None:
    env = Environment({"DEMO": "", "SITE_URL": " "})
    assert env.flag("DEMO") is False
    assert env.origin("SITE_URL", "http://127.0.0.1:8000") == "http://127.0.0.1:8000"


def test_a_socket_folder_may_be_a_database_host() -> None:
    found = database("postgresql://web:p%40ss@%2Ftmp%2Fhere:5432/club", "DATABASE_URL")
    assert (found["HOST"], found["PORT"], found["USER"], found["PASSWORD"], found["NAME"]) == ("/tmp/here", 5432, "web", "p@ss", "club")


SOUND = {
    "STRIPE_SECRET_KEY": "sk_test_1",
    "STRIPE_API_BASE": "http://127.0.0.1:9",
    "STRIPE_WEBHOOK_SECRET_PLATFORM": "whsec_1",
    "STRIPE_WEBHOOK_SECRET_CONNECT": "whsec_2",
}


def _ids(found: list[CheckMessage]) -> set[str | None]:
    return {message.id for message in found}


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, set()),
        ({"STRIPE_SECRET_KEY": "sk_live_1", "HELD_MONEY_BASIS": "advice of A on 1 May 2026"}, {"config.E001"}),
        ({"STRIPE_SECRET_KEY": "rk_live_1", "STRIPE_API_BASE": ""}, {"config.E002"}),
        ({"STRIPE_SECRET_KEY": "sk_live_1", "STRIPE_API_BASE": "", "HELD_MONEY_BASIS": "advice", "DEMO": True}, {"config.E003"}),
        ({"STRIPE_WEBHOOK_SECRET_CONNECT": ""}, {"config.E004"}),
        ({"STRIPE_WEBHOOK_SECRET_PLATFORM": "whsec_new,whsec_old"}, set()),
        ({"STRIPE_WEBHOOK_SECRET_PLATFORM": "whsec_new,"}, {"config.E004"}),
        ({"STRIPE_SECRET_KEY": "", "STRIPE_WEBHOOK_SECRET_CONNECT": ""}, set()),
    ],
)
def test_settings_that_would_risk_money_are_errors(settings: Settings, changed: dict[str, object], expected: set[str]) -> None:
    for name, value in {**SOUND, "HELD_MONEY_BASIS": "", "DEMO": False, **changed}.items():
        setattr(settings, name, value)
    assert _ids(checks.stripe_settings(None)) == expected
    if expected:
        with pytest.raises(SystemExit):
            checks.stop_unless_sound()


def test_a_test_key_and_the_demo_are_errors_in_production(settings: Settings) -> None:
    settings.STRIPE_SECRET_KEY, settings.DEMO = "sk_test_1", True
    assert _ids(checks.production_settings(None)) == {"config.E005", "config.E006", "config.I002"}


def test_a_site_on_https_has_one_secret_for_all_its_processes(settings: Settings) -> None:
    settings.IS_HTTPS, settings.SECRET_KEY, settings.STRIPE_SECRET_KEY = True, "django-insecure-made-by-each", ""
    with pytest.raises(SystemExit, match="SECRET_KEY is not set"):
        checks.stop_unless_sound()
    settings.SECRET_KEY = "one for all"
    assert checks.site_settings(None) == []


def test_the_web_server_does_not_start_with_settings_that_risk_money() -> None:
    environment = {"PATH": os.environ["PATH"], "STRIPE_SECRET_KEY": "sk_test_1", "STRIPE_API_BASE": "http://127.0.0.1:9"}
    done = subprocess.run([sys.executable, "-c", "import config.wsgi"], cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.strip() == "STRIPE_WEBHOOK_SECRET_PLATFORM is empty; copy the signing secret from Stripe's webhook page."


def test_production_settings_are_clean() -> None:
    done = _manage(
        "check", "--deploy", "--fail-level", "WARNING", SITE_URL="https://clubtogether.example", SECRET_KEY="x" * 30 + "0123456789abcdefghij"
    )
    assert done.returncode == 0, done.stderr


def _ask_sandbox(address: str, body: bytes | None = None) -> Any:
    request = urllib.request.Request(address, data=body, headers={"Authorization": "Bearer sk_test_1"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


def test_automatic_payouts_of_our_own_balance_are_an_error(settings: Settings, tmp_path: Path) -> None:
    sandbox = start_sandbox(tmp_path / "sandbox")
    settings.STRIPE_SECRET_KEY, settings.STRIPE_API_BASE = "sk_test_1", sandbox.url
    try:
        manual = _ids(checks.platform_payouts(None))
        own = _ask_sandbox(f"{sandbox.url}/v1/account")["id"]
        _ask_sandbox(f"{sandbox.url}/v1/accounts/{own}", b"settings[payouts][schedule][interval]=daily")
        daily = _ids(checks.platform_payouts(None))
    finally:
        sandbox.stop()
    assert (manual, daily) == (set(), {"config.E007"})
    assert _ids(checks.platform_payouts(None)) == {"config.W001"}


def test_nobody_makes_up_the_address_they_are_counted_by(rf: RequestFactory, settings: Settings) -> None:
    """Without a proxy what they say of themselves is nothing; with one, only what it added."""

    def seen() -> list[set[str | None]]:
        asked = [rf.get("/", headers={"x-forwarded-for": said}) for said in ("7.7.7.7", "8.8.8.8, 7.7.7.7")]
        return [{BaseThrottle().get_ident(one) for one in asked}, {get_client_ip(one) for one in asked}]

    assert seen() == [{"127.0.0.1"}, {"127.0.0.1"}]
    settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "NUM_PROXIES": 1}
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    assert seen() == [{"7.7.7.7"}, {"7.7.7.7"}]
