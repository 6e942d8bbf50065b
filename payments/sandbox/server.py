"""The HTTP server: loopback only, one thread per connection."""

import contextlib
import json
import socket
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from payments.sandbox import faults
from payments.sandbox.control import Control
from payments.sandbox.pages import Pages
from payments.sandbox.pipeline import Answer, Pipeline, Request
from payments.sandbox.webhooks import Postman

LOOPBACK = ("127.0.0.1", "localhost")
BIGGEST_BODY = 1_000_000


class SandboxServer(ThreadingHTTPServer):
    """Holds the parts that every connection uses."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.pipeline: Pipeline
        self.pages: Pages
        self.control: Control
        self.postman: Postman

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that hangs up early is everyday life here; anything else is shown."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


class Handler(BaseHTTPRequestHandler):
    """Reads one request, hands it to the part it is for, writes one answer in one packet."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1  # buffered: unbuffered writes made it ten times slower
    disable_nagle_algorithm = True
    server: SandboxServer

    def do_GET(self) -> None:
        self._go("GET")

    def do_POST(self) -> None:
        self._go("POST")

    def do_DELETE(self) -> None:
        self._go("DELETE")

    def _go(self, method: str) -> None:
        address = urlsplit(self.path)
        told = self.headers.get("content-length") or "0"
        length = int(told) if told.isdecimal() else BIGGEST_BODY + 1
        if length > BIGGEST_BODY:
            self.close_connection = True
            return self._write(Answer(413, json.dumps({"error": {"type": "invalid_request_error", "message": "Too much."}})))
        body = self.rfile.read(length).decode(errors="replace") if length else ""
        if self.headers.get("host", "").partition(":")[0] not in LOOPBACK:
            return self._write(
                Answer(403, json.dumps({"error": {"type": "invalid_request_error", "message": "The sandbox answers this machine alone."}}))
            )
        request = Request(
            method, address.path, address.query if method == "GET" else body, {name.lower(): value for name, value in self.headers.items()}
        )
        if address.path.startswith("/_sandbox/"):
            answer = self.server.control.answer(request)
        elif address.path.startswith("/_"):
            answer = self.server.pages.answer(request)
        else:
            answer = self.server.pipeline.answer(request)
        self.server.postman.wake()
        return self._write(answer)

    def _write(self, answer: Answer) -> None:
        kind = answer.spoil["kind"] if answer.spoil else ""
        if kind in faults.WAITS - {"slow"} and answer.spoil:
            time.sleep(answer.spoil["seconds"])
        if kind in faults.DROPS:
            return self._hang_up()
        payload = answer.body.encode()
        self.send_response(answer.status)
        for name, value in ({"Content-Type": "application/json"} | answer.headers | {"Content-Length": str(len(payload))}).items():
            self.send_header(name, value)
        self.end_headers()
        with contextlib.suppress(OSError):
            self.wfile.write(payload[: len(payload) // 2] if kind in faults.CUTS else payload)
            self.wfile.flush()
        return self._hang_up() if kind in faults.CUTS else None

    def _hang_up(self) -> None:
        self.close_connection = True
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet: what was asked can be read in the events and in the dump."""
