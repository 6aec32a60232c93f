"""A program that is not px's own Worker, on loopback: it keeps every byte that it is sent."""

from __future__ import annotations

import re
import socket
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from positronic.access.proof import prove
from positronic.access.tokens import root_hash
from support.serving import serving

# Takes a whole request, gives a whole answer.
Answer = Callable[[bytes], bytes]
# What a server does with one connection; the event says that the test is over.
Serve = Callable[[socket.socket, threading.Event], None]

_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)


@dataclass
class Stranger:
    port: int
    got: bytearray = field(default_factory=bytearray)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


def obliging(_: bytes) -> bytes:
    """What any command might take for a success."""
    body = b'{"ready": true, "secrets": [], "count": 0, "created": 1, "updated": 0, "exists": true}'
    return b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n" + _with_length(body)


def echoing(request: bytes) -> bytes:
    """The challenge itself as the proof."""
    challenge = re.search(rb"X-Positronic-Challenge: (\w+)", request, re.IGNORECASE)
    proof = challenge[1] if challenge else b""
    return b"HTTP/1.1 200 OK\r\nX-Positronic-Proof: " + proof + b"\r\n" + _with_length(b"{}")


def proving(token: str, origin: str) -> Answer:
    """The proof and an empty list: what px's own Worker answers."""

    def answer(request: bytes) -> bytes:
        challenge = re.search(rb"X-Positronic-Challenge: (\w+)", request, re.IGNORECASE)
        shown = prove(root_hash(token), challenge[1].decode(), origin) if challenge else ""
        head = b"HTTP/1.1 200 OK\r\nX-Positronic-Proof: " + shown.encode() + b"\r\n"
        return head + _with_length(b'{"secrets": [], "count": 0}')

    return answer


def silent(_: bytes) -> bytes:
    """A success without a body, which leaves the connection ready for the next request."""
    return b"HTTP/1.1 204 No Content\r\n\r\n"


def relay(port: int) -> Answer:
    """Passes everything on to another port, as if it had been asked there by the same name."""

    def answer(request: bytes) -> bytes:
        with socket.create_connection(("127.0.0.1", port), 30) as other:
            other.sendall(request.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n", 1))
            return b"".join(iter(lambda: other.recv(65_536), b""))

    return answer


@contextmanager
def serve_each(serve: Serve, port: int = 0) -> Iterator[int]:
    """The port of a server that does this with each connection."""
    over = threading.Event()

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with suppress(OSError):
                serve(self.request, over)

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = True
        daemon_threads = True

    with serving(Server(("127.0.0.1", port), Handler)) as number:
        try:
            yield number
        finally:
            over.set()


@contextmanager
def stranger(answer: Answer, port: int = 0) -> Iterator[Stranger]:
    got = bytearray()

    def serve(connection: socket.socket, _: threading.Event) -> None:
        while request := _request(connection):
            got.extend(request)
            connection.sendall(answer(request))

    with serve_each(serve, port) as number:
        yield Stranger(number, got)


def _request(connection: socket.socket) -> bytes:
    """One request; empty at the end."""
    got = b""
    while b"\r\n\r\n" not in got and (part := connection.recv(65_536)):
        got += part
    head, _, body = got.partition(b"\r\n\r\n")
    length = _LENGTH.search(head)
    while length and len(body) < int(length[1]) and (part := connection.recv(65_536)):
        got, body = got + part, body + part
    return got


def _with_length(body: bytes) -> bytes:
    return b"Content-Length: %d\r\n\r\n%s" % (len(body), body)
