"""The WSGI application that granian serves, on a pool of database connections. It does not start with settings that risk money."""

import gc
import os

import django
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
# Only the web server pools: it has as many threads as it has requests, where a worker's threads are few and long.
settings.DATABASES["default"].setdefault("OPTIONS", {})["pool"] = {"min_size": 1, "max_size": 10, "timeout": 10}
django.setup(set_prefix=False)


def _application() -> WSGIHandler:
    from config.checks import stop_unless_sound  # the applications are loaded now

    stop_unless_sound()
    handler = WSGIHandler()
    # What is loaded now stays for good: the collector need not look at it again, nor as often. A page costs a twelfth less. Seldom is no better:
    # what four pages left is still at hand, what forty left is not, and somebody waits ten milliseconds for it.
    gc.collect()
    gc.freeze()
    gc.set_threshold(2_000, 20, 20)
    return handler


application = _application()
