"""The WSGI application that granian serves, on a pool of database connections."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
# Only the web server pools: it has as many threads as it has requests, where a worker's threads are few and long.
settings.DATABASES["default"].setdefault("OPTIONS", {})["pool"] = {"min_size": 1, "max_size": 10, "timeout": 10}
application = get_wsgi_application()

from config.checks import stop_unless_sound  # noqa: E402 - the checks read applications that are loaded now

stop_unless_sound()
