"""What a host sends to others: once, to that address alone, and with an end."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from positronic.outgoing import Answer, NoAnswer
from px.serve.outgoing import sender
from support.serving import serving

LONG = 1000


class _Server(BaseHTTPRequestHandler):
    """Answers with what it got; /moved leads elsewhere."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(302 if self.path == "/moved" else 201)
        self.send_header("Location", "/elsewhere")
        self.send_header("X-Got", self.headers["X-Sent"])
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture
def url() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Server)
    with serving(server) as port:
        yield f"http://127.0.0.1:{port}"


def sent(url: str, body: bytes, longest: int) -> Answer:
    return asyncio.run(sender(longest)("POST", url, {"X-Sent": "x"}, body))


def test_an_answer_is_read(url: str) -> None:
    """With its headers, whose names are in lower case."""
    found = sent(url, b"body", LONG)

    assert (found.status, found.headers["x-got"], found.body) == (201, "x", b"body")


def test_none_is_read_that_nobody_asks_for(url: str) -> None:
    """A webhook's answer is its status."""
    assert sent(url, b"body", 0).body == b""


def test_a_redirect_is_not_followed(url: str) -> None:
    """The headers are for that address alone."""
    assert sent(f"{url}/moved", b"", LONG).status == 302


@pytest.mark.parametrize(
    ("path", "body"), [("", b"x" * (LONG + 1)), ("nowhere.invalid:1/", b""), ("\x00", b"")]
)
def test_no_answer_says_nothing(url: str, path: str, body: bytes) -> None:
    """Too long, not reached, no address: the same, without a text that may hold the address."""
    with pytest.raises(NoAnswer) as failed:
        sent(url if not path else f"http://{path}", body, LONG)
    assert str(failed.value) == ""
