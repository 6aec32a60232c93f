"""Hostile requests to the real Worker: each is refused with a code, and the Worker lives on."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from worker.main_worker import ProjectApi

JSON = {"Content-Type": "application/json"}
NINE_MEGABYTES = 9 * 1024 * 1024


def chunks(size: int) -> Iterator[bytes]:
    """A body without a stated length."""
    for _ in range(size // 65_536):
        yield b" " * 65_536


def lives(api: ProjectApi) -> bool:
    """/status answers, and a secret goes in and opens."""
    status = api.call("GET", "/status")
    return (
        status.json() == {"ready": True}
        and api.put("ALIVE", "value").status_code == 201
        and api.exists("ALIVE").json() == {"exists": True, "opens": True}
    )


@pytest.mark.parametrize("piece", ["[", '{"a":', '[{"secrets":'])
def test_deep_json(api: ProjectApi, piece: str) -> None:
    """20,000 nested arrays or objects are invalid_json, closed or not."""
    for body in (piece * 20_000, "[" * 20_000 + "]" * 20_000):
        for path in ("/secrets", "/secrets/bulk"):
            answer = api.call("POST", path, content=body, headers=JSON)

            assert (answer.status_code, answer.json()["code"]) == (400, "invalid_json")
    assert lives(api)


def test_large_body(api: ProjectApi) -> None:
    """9 MB with a stated length are too_large."""
    answer = api.call("POST", "/secrets", content=b" " * NINE_MEGABYTES, headers=JSON)

    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert lives(api)


def test_large_body_without_length(api: ProjectApi) -> None:
    """9 MB without a stated length are too_large, again and again."""
    for _ in range(5):
        answer = api.call("POST", "/secrets", content=chunks(NINE_MEGABYTES), headers=JSON)

        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert lives(api)


def test_large_body_from_a_stranger(api: ProjectApi) -> None:
    """9 MB without a valid token are answered 401."""
    headers = JSON | {"Authorization": "Bearer wrong"}
    for body in (b" " * NINE_MEGABYTES, chunks(NINE_MEGABYTES)):
        answer = api.call("POST", "/secrets", content=body, headers=headers)

        assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
    assert lives(api)


def test_largest_bulk(api: ProjectApi) -> None:
    """A body just under 8 MiB, 120 values of 65,536 bytes, is taken in."""
    answer = api.bulk({f"N{number:03}": "x" * 65_536 for number in range(120)})

    assert answer.json() == {"created": 120, "updated": 0}
    assert api.open_on_cpython("N119") == b"x" * 65_536


@pytest.mark.parametrize("method", ["PROPFIND", "MKCOL", "PATCH", "PUT", "OPTIONS"])
def test_other_methods(api: ProjectApi, method: str) -> None:
    """Any other method that workerd lets in is method_not_allowed, with the ones that are."""
    answer = api.call(method, "/secrets")

    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
    assert answer.headers["Allow"] == "GET, POST, DELETE"
    assert lives(api)


def test_head(api: ProjectApi) -> None:
    """HEAD is refused without a body."""
    answer = api.call("HEAD", "/secrets")

    assert (answer.status_code, answer.content) == (405, b"")
    assert lives(api)


def test_two_tokens(api: ProjectApi) -> None:
    """Two Authorization headers are unauthenticated, even when both are right."""
    token = ("Authorization", f"Bearer {api.worker.secrets.token}")
    answer = api.worker.client.get("/secrets", headers=[token, token])

    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
    assert lives(api)


ODD_ADDRESSES = [
    "//",
    "/secrets//exists",
    "/secrets/%00/exists",
    "/secrets/%ff/exists",
    "/secrets/" + "N" * 9000,
    "/secrets?limit=1&limit=2",
    "/secrets?limit=%00",
    "/secrets?limit=1e3",
    "/secrets?limit=-1",
    "/secrets?limit=٣",
    "/secrets?cursor=%ff",
    "/secrets?cursor=" + "x" * 9000,
    "/secrets?" + "a&" * 99,
]


@pytest.mark.parametrize("path", ODD_ADDRESSES, ids=lambda path: path[:24])
def test_odd_addresses(api: ProjectApi, path: str) -> None:
    """An odd address is answered below 500."""
    answer = api.call("GET", path)

    assert answer.status_code < 500
    assert lives(api)


ODD_BODIES = [
    b"",
    b"\xff\xfe",
    b"\xef\xbb\xbf{}",
    b"null",
    b"NaN",
    b'"text"',
    b"{}",
    b"[]",
    b"{}{}",
    b"1" * 5000,
    b'{"name": 1e999, "value": true}',
    b'{"name": "A", "value": "\\ud800"}',
    b'{"name": "A", "value": "v", "name": "B"}',
    b'{"secrets": ' + b"[" * 150 + b"]" * 150 + b"}",
]


@pytest.mark.parametrize("body", ODD_BODIES, ids=lambda body: repr(body[:24]))
def test_odd_bodies(api: ProjectApi, body: bytes) -> None:
    """A body that is not the contract's is answered 400, for one and for many."""
    answers = [
        api.call("POST", path, content=body, headers=JSON) for path in ("/secrets", "/secrets/bulk")
    ]

    assert [answer.status_code for answer in answers] == [400, 400]
    assert lives(api)


def test_broken_off(api: ProjectApi) -> None:
    """A client that goes away in the middle of its body harms nobody."""

    def broken() -> Iterator[bytes]:
        yield b'{"name": "A", '
        raise ConnectionAbortedError

    for _ in range(5):
        with pytest.raises((ConnectionAbortedError, httpx.TransportError)):
            api.call("POST", "/secrets", content=broken(), headers=JSON)
    assert lives(api)
