"""Settings, read from the environment. A malformed value stops the start with one sentence naming it; `config/checks.py` judges them together.

Lists marked "rooms add here" are for every room; the rest belongs to this module.
"""

import os
import secrets
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from csp.constants import NONE, SELF

from config import logs, postgres
from config.environment import Environment, database
from config.fact_routes import FACT_ROUTES as FACT_ROUTES  # a setting; audit reads it
from config.timetable import beat_schedule

BASE_DIR = Path(__file__).resolve().parent.parent
_env = Environment(os.environ)

DATA_DIR = _env.folder("DATA_DIR", BASE_DIR / ".data")
DEMO = _env.flag("DEMO")
DEBUG = False
SITE_URL = _env.origin("SITE_URL", "http://127.0.0.1:8000")
ALLOWED_HOSTS = _env.names("ALLOWED_HOSTS", ["127.0.0.1", "localhost", "testserver"])
# Without one, each process makes its own: nobody stays signed in past a restart, and `check --deploy` says so.
SECRET_KEY = _env.text("SECRET_KEY") or f"django-insecure-{secrets.token_hex(32)}"

# --- two logins: the web role works; the owner migrates, empties tables between tests and proves the books ---
EMBEDDED_POSTGRES = not _env.is_set("DATABASE_URL")
_web_url = postgres.url(DATA_DIR, postgres.WEB) if EMBEDDED_POSTGRES else _env.text("DATABASE_URL")
_owner_url = postgres.url(DATA_DIR, postgres.OWNER) if EMBEDDED_POSTGRES else _env.text("DATABASE_OWNER_URL", _web_url)
DATABASES: dict[str, dict[str, Any]] = {
    "default": database(_web_url, "DATABASE_URL"),
    "owner": database(_owner_url, "DATABASE_OWNER_URL"),
}

# Tests say yes: a question whose SQL is kept (audit/kept.py) is then written afresh each time as well, and must be the same.
KEPT_QUESTIONS_ARE_COMPARED = False

# --- rooms add here: applications ---
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
    "django.contrib.postgres",
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

# --- rooms add here: middleware ---
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
    "frontend.middleware.OneClock",
    "frontend.middleware.PlainWords",
    "config.second_step.SecondStep",
    "config.idempotency.KeepAnswers",  # last: it runs the view itself
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
# --- rooms add here: context processors ---
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "frontend.context.frame",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LANGUAGE_CODE = "en-gb"
TIME_ZONE = "Europe/London"
USE_TZ = True

# --- rooms add here: sign-in (people) ---
AUTH_USER_MODEL = "people.Person"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend", "allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 8}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "start"
ACCOUNT_ADAPTER = "people.adapters.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email", "phone"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "phone", "password1*"]  # allauth asks for one to be required; its own sign-up is closed
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 10 * 60  # a text can take minutes, and so can finding one's glasses
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True  # no link in a message does anything (mail scanners press links)
ALLAUTH_USER_CODE_FORMAT = {"numeric": True, "length": 6, "dashed": False}
ACCOUNT_EMAIL_VERIFICATION = "none"  # signing in by a code proves the address; until then the person is only `said`
ACCOUNT_PHONE_VERIFICATION_ENABLED = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = "Clubtogether: "
ACCOUNT_EMAIL_NOTIFICATIONS = True  # a changed password or address is told to the old one
_forms = "frontend.forms.account"
ACCOUNT_FORMS = {
    "login": f"{_forms}.LoginForm",
    "request_login_code": f"{_forms}.RequestLoginCodeForm",
    "confirm_login_code": f"{_forms}.ConfirmLoginCodeForm",
    "reset_password": f"{_forms}.ResetPasswordForm",
    "reset_password_from_key": f"{_forms}.ResetPasswordKeyForm",
    "confirm_password_reset_code": f"{_forms}.ConfirmPasswordResetCodeForm",
    "change_password": f"{_forms}.ChangePasswordForm",
    "set_password": f"{_forms}.SetPasswordForm",
    "reauthenticate": f"{_forms}.ReauthenticateForm",
    "add_email": f"{_forms}.AddEmailForm",
    "change_email": f"{_forms}.ChangeEmailForm",
    "confirm_email_verification_code": f"{_forms}.ConfirmEmailVerificationCodeForm",
    "change_phone": f"{_forms}.ChangePhoneForm",
    "verify_phone": f"{_forms}.VerifyPhoneForm",
}
MFA_ALLOW_UNVERIFIED_EMAIL = True  # pages are made by their own people: allauth fears a sign-up with somebody else's address
MFA_TOTP_TOLERANCE = 1  # numbers still count half a minute after the app shows others: typing takes some people longer
MFA_FORMS = {
    "authenticate": f"{_forms}.AuthenticateForm",
    "reauthenticate": f"{_forms}.MfaReauthenticateForm",
    "activate_totp": f"{_forms}.ActivateTOTPForm",
}

# --- what a browser is told: only our own files, and https wherever the site's address is https ---
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
# Once collected, files carry a hash in their name and are kept by browsers for ever; before that they are found where they lie.
_are_collected = (STATIC_ROOT / "staticfiles.json").exists() or "collectstatic" in sys.argv[1:2]
_hashed, _plain = "whitenoise.storage.CompressedManifestStaticFilesStorage", "django.contrib.staticfiles.storage.StaticFilesStorage"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": _hashed if _are_collected else _plain},
}
WHITENOISE_USE_FINDERS = not _are_collected
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {"default-src": [SELF], "frame-ancestors": [NONE], "base-uri": [SELF], "object-src": [NONE], "img-src": [SELF, "data:"]}
}
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
IS_HTTPS = SITE_URL.startswith("https://")
CSRF_TRUSTED_ORIGINS = [SITE_URL]
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = IS_HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if IS_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = IS_HTTPS
# The web server speaks http to a proxy that ends https and must set this header itself.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if IS_HTTPS else None
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
# Who asks too often is counted by address: the last one of X-Forwarded-For, which that proxy adds; what stands before it anybody can make up.
_proxies = ALLAUTH_TRUSTED_PROXY_COUNT = 1 if IS_HTTPS else 0

# --- rooms add here: the API ---
REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_SCHEMA_CLASS": "audit.api.schema.RoomSchema",
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.TokenAuthentication", "rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_METADATA_CLASS": None,  # the OpenAPI document says it all: OPTIONS is a verb like any other that is not there
    "EXCEPTION_HANDLER": "config.problems.as_problem",
    "NUM_PROXIES": _proxies,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Clubtogether",
    "DESCRIPTION": "People who hold a care budget club together, decide, and buy support. Everything the pages do, through the same services. "
    "Money is in whole pence. A guide with examples is at /api/v1/.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SCHEMA_PATH_PREFIX": "/api/v1/",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "POSTPROCESSING_HOOKS": [],  # a state is listed where it stands: rooms' states have nothing in common but the word
}

# --- e-mail: written to the outbox at /demo/outbox unless an address is given ---
_mail = _env.email("EMAIL_URL")
EMAIL_BACKEND = _mail.get("EMAIL_BACKEND") or "people.mail.OutboxBackend"
EMAIL_HOST = _mail.get("EMAIL_HOST") or ""
EMAIL_PORT = _mail.get("EMAIL_PORT") or 25
EMAIL_HOST_USER = _mail.get("EMAIL_HOST_USER") or ""
EMAIL_HOST_PASSWORD = _mail.get("EMAIL_HOST_PASSWORD") or ""
EMAIL_USE_TLS = bool(_mail.get("EMAIL_USE_TLS"))
EMAIL_USE_SSL = bool(_mail.get("EMAIL_USE_SSL"))
DEFAULT_FROM_EMAIL = _env.text("EMAIL_FROM", f"Clubtogether <no-reply@{urlsplit(SITE_URL).hostname}>")

# --- Celery: a filesystem broker until it is outgrown; the truth is the outbox table, which the timers look through again ---
CELERY_BROKER_URL = _env.broker("CELERY_BROKER_URL", "filesystem://")
_folder = DATA_DIR / "queue"
CELERY_BROKER_TRANSPORT_OPTIONS = (
    {"data_folder_in": str(_folder), "data_folder_out": str(_folder), "control_folder": str(_folder), "polling_interval": 0.2}
    if CELERY_BROKER_URL.startswith("filesystem://")
    else {}
)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_RESULT_EXPIRES = None
CELERY_BEAT_SCHEDULER = "config.worker:LeaderScheduler"
CELERY_BEAT_SCHEDULE = beat_schedule()
DJANGO_CELERY_BEAT_TZ_AWARE = True

# --- Stripe: an empty base is Stripe itself; a webhook secret may be two with a comma between them while it is being changed ---
STRIPE_SECRET_KEY = _env.prefixed("STRIPE_SECRET_KEY", ("sk_test_", "sk_live_", "rk_test_", "rk_live_"))
STRIPE_API_BASE = _env.origin("STRIPE_API_BASE")
STRIPE_WEBHOOK_SECRET_PLATFORM = _env.prefixed("STRIPE_WEBHOOK_SECRET_PLATFORM", ("whsec_",))
STRIPE_WEBHOOK_SECRET_CONNECT = _env.prefixed("STRIPE_WEBHOOK_SECRET_CONNECT", ("whsec_",))
METRICS_TOKEN = _env.text("METRICS_TOKEN")
HELD_MONEY_BASIS = _env.text("HELD_MONEY_BASIS")

# --- how careful we are with money that may still be taken back (docs/money.md, "Money in") ---
NEW_PAYEE_CEILING_PENCE = 100_000
NEW_PAYEE_RISK_DAYS = 14
NEW_PAYEE_LONG_RISK_DAYS = 45
BACS_HOLD_WORKING_DAYS = 7
BANK_CHANGE_CAP_PENCE = 50_000
BANK_CHANGE_CAP_WORKING_DAYS = 3
CASH_BACK_WORKING_DAYS = 5

# --- who is close to somebody who is paid (payments/services/ties.py asks; it imports no room above it) ---
CLOSE_TO_PAYEE = "providers.policies.is_close_to_payee"

# --- so long after a choice those who offered may say that it was unfair; the law of public contracts may ask for 8 or more ---
STAND_STILL_WORKING_DAYS = 3

LOGGING_CONFIG = "logging.config.dictConfig"
LOGGING = logs.configure(_env.choice("LOG_FORMAT", ("text", "json")))
