"""Servers that are none: each on a loopback port, in a thread that ends with the test."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from support.stranger import Serve, serve_each

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
    with serve_each(serve) as port:
        yield f"http://127.0.0.1:{port}"
