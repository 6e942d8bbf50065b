"""The filesystem broker made safe: kombu's own lets a reader take a message that is still being written, through the temporary folder,
and find the list of an exchange's queues empty while another process begins it.

Here a message, and such a list, appears whole, by renaming, and a message is taken by renaming within the broker's own folder.
It may still be lost by `kill -9`: the truth is the outbox table, and the timers look again.
"""

import contextlib
import threading
import uuid
from pathlib import Path
from queue import Empty
from time import time_ns
from typing import Any

from kombu.transport import TRANSPORT_ALIASES, filesystem
from kombu.utils.json import dumps, loads

LONGEST_WAIT_SECONDS = 0.5
_binding = threading.Lock()  # kombu remembers that a queue is bound before it is: another thread would send to nobody


class Channel(filesystem.Channel):
    """One connection's view of the folder; `<time>_<number>.<queue>.msg` is one message."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for folder in (self.data_folder_in, self.control_folder):
            Path(folder).mkdir(parents=True, exist_ok=True)

    def queue_bind(self, *args: Any, **kwargs: Any) -> None:
        with _binding:
            super().queue_bind(*args, **kwargs)

    def _queue_bind(self, exchange: str, *bound: Any) -> None:
        path: Path = self._exchange_file(exchange)  # type: ignore[attr-defined] # younger than the stubs
        empty = path.with_name(f"{path.name}.{uuid.uuid4().hex}.new")
        empty.write_text("[]")
        with contextlib.suppress(FileExistsError):
            path.hardlink_to(empty)
        empty.unlink()
        super()._queue_bind(exchange, *bound)

    def _put(self, queue: str, payload: Any, **_: Any) -> None:  # type: ignore[override] # the stubs disagree with themselves
        folder = Path(self.data_folder_out)
        name = f"{time_ns()}_{uuid.uuid4().hex}.{queue}"
        (folder / f"{name}.new").write_text(dumps(payload))
        (folder / f"{name}.new").rename(folder / f"{name}.msg")

    def _get(self, queue: str, timeout: float | None = None) -> Any:
        for message in sorted(Path(self.data_folder_in).glob(f"*.{queue}.msg")):
            taken = message.with_suffix(".taken")
            try:
                message.rename(taken)
            except FileNotFoundError:
                continue  # another worker was quicker
            payload = loads(taken.read_text())
            taken.unlink()
            return payload
        raise Empty


class Transport(filesystem.Transport):
    """kombu's transport with our channel. It looks up often, so that a worker told to stop stops soon."""

    Channel = Channel

    def drain_events(self, connection: Any, timeout: float | None = None) -> None:  # type: ignore[override]
        super().drain_events(connection, timeout=min(timeout or LONGEST_WAIT_SECONDS, LONGEST_WAIT_SECONDS))


def register() -> None:
    """Lets `filesystem://` mean this transport."""
    TRANSPORT_ALIASES["filesystem"] = "config.broker:Transport"
