"""The filesystem broker: messages appear whole, each is taken once, and sending works before any worker ran."""

import sys
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from kombu import Connection, Exchange, Producer, Queue

from config import broker

broker.register()


def _queue(folder: Path) -> Queue:
    """One name a folder: kombu remembers by name, for the whole process, what it has declared."""
    return Queue(folder.name, Exchange(folder.name), routing_key="work")


def _connect(folder: Path) -> Connection:
    path = str(folder / "queue")
    return Connection(
        "filesystem://", transport_options={"data_folder_in": path, "data_folder_out": path, "control_folder": path, "polling_interval": 0.01}
    )


def _send(folder: Path, first: int, count: int) -> None:
    with _connect(folder) as connection, connection.channel() as channel:
        _queue(folder)(channel).declare()
        producer = Producer(channel, exchange=_queue(folder).exchange, routing_key="work")
        for number in range(first, first + count):
            producer.publish({"number": number, "padding": "x" * 20_000})


def _take_all(folder: Path, taken: list[int], done: threading.Event) -> None:
    with _connect(folder) as connection, connection.channel() as channel:
        bound = _queue(folder)(channel)
        bound.declare()
        while True:
            was_done = done.is_set()
            message: Any = bound.get(no_ack=True)
            if message is not None:
                taken.append(message.payload["number"])
            elif was_done:
                return


def test_every_message_is_taken_once_while_others_are_written(tmp_path: Path) -> None:
    taken: list[int] = []
    done = threading.Event()
    takers = [threading.Thread(target=_take_all, args=(tmp_path, taken, done)) for _ in range(2)]
    senders = [threading.Thread(target=_send, args=(tmp_path, first, 100)) for first in (0, 100)]
    for thread in (*takers, *senders):
        thread.start()
    for thread in senders:
        thread.join()
    done.set()
    for thread in takers:
        thread.join()
    assert sorted(taken) == list(range(200))
    assert list((tmp_path / "queue").glob("*.msg")) == []


def test_messages_are_taken_in_the_order_they_were_sent(tmp_path: Path) -> None:
    taken: list[int] = []
    done = threading.Event()
    done.set()
    _send(tmp_path, 0, 20)
    _take_all(tmp_path, taken, done)
    assert taken == list(range(20))


def test_many_declare_and_look_up_one_queue_at_the_same_moment(tmp_path: Path) -> None:
    failed: list[BaseException] = []
    was = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for turn in range(20):
            _all_at_once(6, partial(_declare, tmp_path / str(turn), failed))
    finally:
        sys.setswitchinterval(was)
    assert failed == []


def _declare(folder: Path, failed: list[BaseException], start: threading.Barrier) -> None:
    with _connect(folder) as connection, connection.channel() as channel:
        start.wait(timeout=10)
        try:
            _queue(folder)(channel).declare()
            channel.get_table(folder.name)
        except Exception as error:
            failed.append(error)


def _all_at_once(count: int, act: Callable[[threading.Barrier], None]) -> None:
    start = threading.Barrier(count)
    threads = [threading.Thread(target=act, args=(start,)) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
