"""A request on a raw socket whose body is sent in part."""

from __future__ import annotations

import json
import select
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import httpx

from positronic.access.tokens import Token
from positronic.http.request import LARGE_BODY
from support.waiting import wait_until
from worker.main_worker import ProjectApi

PATIENCE = 60.0  # seconds for an answer
LARGE = LARGE_BODY + 1


@dataclass
class HalfSent:
    """A POST with a token, of which the body's end is missing."""

    name: str
    connection: socket.socket
    rest: bytes

    def finish(self) -> tuple[int, str]:
        """Send what is missing; the answer's status and body."""
        self.connection.sendall(self.rest)
        return self.answer()

    def trickle(self) -> None:
        """A byte a second until an answer comes; the body would take longer than anybody waits."""
        sent = 0
        while not select.select([self.connection], [], [], 1.0)[0]:
            self.connection.sendall(self.rest[sent : sent + 1])
            sent += 1

    @property
    def is_answered(self) -> bool:
        return bool(select.select([self.connection], [], [], 0)[0])

    def answer(self) -> tuple[int, str]:
        """Status and body."""
        received = b""
        while b"}" not in received and (part := self.connection.recv(65_536)):
            received += part
        head, _, body = received.partition(b"\r\n\r\n")
        return int(head.split()[1]), body.decode()


@contextmanager
def half_sent(
    api: ProjectApi, token: Token, name: str, size: int = LARGE, chunked: bool = False
) -> Iterator[HalfSent]:
    """A secret of this name, half of its body sent."""
    body = json.dumps({"name": name, "value": "v"}).encode().ljust(size)
    with _half_sent(api, token, "/secrets", body, chunked) as (connection, rest):
        yield HalfSent(name, connection, rest)


@contextmanager
def half_sent_bulk(
    api: ProjectApi, token: Token, names: list[str], size: int = LARGE, chunked: bool = False
) -> Iterator[HalfSent]:
    """A bulk of these names, half of its body sent."""
    entries = [{"name": name, "value": "v"} for name in names]
    body = json.dumps({"secrets": entries}).encode().ljust(size)
    with _half_sent(api, token, "/secrets/bulk", body, chunked) as (connection, rest):
        yield HalfSent(names[0], connection, rest)


@contextmanager
def _half_sent(
    api: ProjectApi, token: Token, path: str, body: bytes, chunked: bool
) -> Iterator[tuple[socket.socket, bytes]]:
    """The connection, and what is still to be sent."""
    length = f"Content-Length: {len(body)}"
    if chunked:
        length, body = "Transfer-Encoding: chunked", b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {token.text}\r\n{length}\r\n\r\n"
    )
    url = api.worker.client.base_url
    with socket.create_connection((url.host, url.port or 80), PATIENCE) as connection:
        connection.sendall(head.encode() + body[: len(body) // 2])
        yield connection, body[len(body) // 2 :]


def write_large(api: ProjectApi) -> httpx.Response:
    """A large body, sent whole."""
    content = json.dumps({"name": "LARGE", "value": "v"}).encode().ljust(LARGE)
    headers = {"Content-Type": "application/json"}
    return api.call("POST", "/secrets", content=content, headers=headers)


@contextmanager
def two_half_sent(
    api: ProjectApi, token: Token, *, chunked: bool = False
) -> Iterator[list[HalfSent]]:
    """SLOW and SLOWER, half sent, and both being read: a third large body is refused."""
    with ExitStack() as stack:

        def send(name: str) -> HalfSent:
            return stack.enter_context(half_sent(api, token, name, chunked=chunked))

        held = [send("SLOW"), send("SLOWER")]

        def are_both_read() -> bool:
            is_full = write_large(api).status_code == 429
            # One that came while that write was under way was refused itself.
            refused = [one for one in held if one.is_answered]
            held[:] = [send(one.name) if one in refused else one for one in held]
            return is_full and not refused

        wait_until(are_both_read, "both bodies are being read")
        yield held
