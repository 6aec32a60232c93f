"""Servers that are none: each on a loopback port, in a thread that ends with the test."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

Serve = Callable[[socket.socket, threading.Event], None]

PAGE = b"<!doctype html><title>Welcome</title>"


def says(answer: bytes) -> Serve:
    """The same bytes to every request."""

    def serve(connection: socket.socket, _: threading.Event) -> None:
        connection.recv(65_536)
        connection.sendall(answer)

    return serve


def http(body: bytes, kind: str = "application/json", more: str = "") -> bytes:
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n{more}"
    return f"{head}Connection: close\r\n\r\n".encode() + body


def hangs(connection: socket.socket, over: threading.Event) -> None:
    """No answer."""
    connection.recv(65_536)
    over.wait()


def drips(connection: socket.socket, over: threading.Event) -> None:
    """An answer that never ends, a byte now and then: no single wait is long."""
    connection.recv(65_536)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
    while not over.wait(0.05):
        connection.sendall(b" ")


def floods(connection: socket.socket, over: threading.Event) -> None:
    """An answer that never ends, as fast as it is taken."""
    connection.recv(65_536)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
    while not over.is_set():
        connection.sendall(b" " * 65_536)


@contextmanager
def stranger(serve: Serve) -> Iterator[str]:
    """Its address."""
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        threads = [threading.Thread(target=_accept, args=(listening, serve, over))]
        threads[0].start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            over.set()
            with suppress(OSError):
                listening.shutdown(socket.SHUT_RDWR)
            threads[0].join()


def _accept(listening: socket.socket, serve: Serve, over: threading.Event) -> None:
    workers: list[threading.Thread] = []
    while not over.is_set():
        try:
            connection, _ = listening.accept()
        except OSError:
            break
        workers.append(threading.Thread(target=_answer, args=(connection, serve, over)))
        workers[-1].start()
    for worker in workers:
        worker.join()


def _answer(connection: socket.socket, serve: Serve, over: threading.Event) -> None:
    with connection, suppress(OSError):
        serve(connection, over)
