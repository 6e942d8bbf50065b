"""Settings, read from the environment. An unknown or malformed value stops the start with one sentence naming it."""

import os
from pathlib import Path
from urllib.parse import unquote

import environ
from csp.constants import NONE, SELF

from config import postgres

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

DATA_DIR = Path(os.environ.get("DATA_DIR", BASE_DIR / ".data")).resolve()
DEMO = env.bool("DEMO", default=False)
SECRET_KEY = env.str("SECRET_KEY", default="only-for-development-and-tests")
DEBUG = False
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "testserver"])
SITE_URL = env.str("SITE_URL", default="http://127.0.0.1:8000")

# --- two logins: the web role works, the owner migrates, flushes tests and proves the books ---
_embedded = "DATABASE_URL" not in os.environ
_web_url = postgres.url(DATA_DIR, postgres.WEB) if _embedded and DATA_DIR.exists() else env.str("DATABASE_URL", default="postgres:///clubtogether")
_owner_url = postgres.url(DATA_DIR, postgres.OWNER) if _embedded and DATA_DIR.exists() else env.str("DATABASE_OWNER_URL", default=_web_url)


def DATABASE_FROM_URL(address: str) -> dict[str, object]:  # noqa: N802 - settings are capitals
    """Django's form of a postgres:// address."""
    parts = environ.Env.db_url_config(address)
    return {**parts, "HOST": unquote(parts["HOST"]), "ENGINE": "django.db.backends.postgresql", "ATOMIC_REQUESTS": False}


DATABASES = {"default": DATABASE_FROM_URL(_web_url), "owner": DATABASE_FROM_URL(_owner_url)}

INSTALLED_APPS = [
    "audit",
    "ledger",
    "people",
    "places",
    "vocabulary",
    "payments",
    "pooling",
    "providers",
    "marketplace",
    "frontend",
    "config",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "rest_framework",
    "rest_framework.authtoken",
    "django_filters",
    "drf_spectacular",
    "django_celery_beat",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
AUTH_USER_MODEL = "people.Person"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend", "allauth.account.auth_backends.AuthenticationBackend"]

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "Europe/London"
USE_TZ = True
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {"default-src": [SELF], "frame-ancestors": [NONE], "base-uri": [SELF], "object-src": [NONE], "img-src": [SELF, "data:"]}
}
REST_FRAMEWORK: dict[str, object] = {
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.TokenAuthentication", "rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
}

# --- Celery: a filesystem broker until it is outgrown; truth is the outbox table, which a sweep re-sends ---
CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default="filesystem://")
CELERY_TASK_IGNORE_RESULT = True
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"

# --- Stripe ---
STRIPE_SECRET_KEY = env.str("STRIPE_SECRET_KEY", default="")
STRIPE_API_BASE = env.str("STRIPE_API_BASE", default="")
STRIPE_WEBHOOK_SECRET_PLATFORM = env.str("STRIPE_WEBHOOK_SECRET_PLATFORM", default="")
STRIPE_WEBHOOK_SECRET_CONNECT = env.str("STRIPE_WEBHOOK_SECRET_CONNECT", default="")
HELD_MONEY_BASIS = env.str("HELD_MONEY_BASIS", default="")

# --- facts: dotted strings, so that `audit` imports nobody. kind -> consumers ---
FACT_ROUTES: dict[str, list[str]] = {}
