"""What granian serves in a run: the site itself, and at `/torture/` the orders of `work.py`, each in a request."""

import json
import logging
from collections.abc import Callable, Iterable
from typing import Any

from config.wsgi import application as site

log = logging.getLogger(__name__)


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """The WSGI way in."""
    if environ["PATH_INFO"] != "/torture/":
        return site(environ, start_response)
    from django.db import connections

    try:
        answer = _answer(environ)
    except Exception:
        # Whatever it is, nothing was promised: a 500 tells nobody whether it was done.
        log.exception("torture")
        status, answer = "500 Internal Server Error", ""
    else:
        status = "200 OK"
    finally:
        connections.close_all()
    start_response(status, [("Content-Type", "text/plain")])
    return [answer.encode()]


def _answer(environ: dict[str, Any]) -> str:
    from audit import clock
    from config.torture import work

    if environ["REQUEST_METHOD"] == "GET":
        return str(clock.now())
    order = json.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
    return work.do(order, at=clock.now())
