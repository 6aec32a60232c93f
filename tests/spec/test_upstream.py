"""Positronic's own spec functions for secrets: their requests, unchanged, and what they look at.

After `packages/spec/src/api/secrets.ts` and `testStatus` of sfioritto/positronic: method, path,
headers and body as there, and each condition that makes a function there return false. The token
is added by the caller there too (its `fetch` is the test's own). STRICTER is where our contract
refuses or demands what those functions leave open.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from urllib.parse import quote

import httpx
import pytest

from positronic.http.request import Request, Response
from px.spec.promises import Level
from spec.hosts import Host
from spec.house import House, InProcessTransport
from spec.trying import broken, tried

# What we refuse or answer more narrowly, why, and a request that shows it.
STRICTER = {
    "names are [A-Za-z_][A-Za-z0-9_]{0,127}: they become environment variables and KV keys": (
        ("POST", "/secrets", {"name": "with-hyphen", "value": "v"}),
        (400, "invalid_name"),
    ),
    "POSITRONIC_ is the framework's": (
        ("POST", "/secrets", {"name": "POSITRONIC_X", "value": "v"}),
        (403, "reserved_name"),
    ),
    "an empty value is refused: it is nearly always a variable that was not set": (
        ("POST", "/secrets", {"name": "EMPTY", "value": ""}),
        (400, "invalid_value"),
    ),
    "an unknown field is refused: it may be a value in the wrong place": (
        ("POST", "/secrets", {"name": "A", "value": "v", "note": "x"}),
        (400, "invalid_request"),
    ),
    "a name twice in a bulk is refused: which value wins would be chance": (
        ("POST", "/secrets/bulk", {"secrets": [{"name": "A", "value": "1"}] * 2}),
        (400, "duplicate_name"),
    ),
    "an empty bulk request is refused: it is a mistake in the caller's file": (
        ("POST", "/secrets/bulk", {"secrets": []}),
        (400, "invalid_request"),
    ),
    "deleting what is not there is 404: a misspelt name must not look deleted": (
        ("DELETE", "/secrets/NEVER_THERE", None),
        (404, "not_found"),
    ),
}

Send = Callable[[str, str, object], Awaitable[httpx.Response]]


async def _status(send: Send) -> bool:
    answer = await send("GET", "/status", None)
    return answer.is_success and answer.json()["ready"] is True


async def _create(send: Send, name: str, value: str) -> bool:
    answer = await send("POST", "/secrets", {"name": name, "value": value})
    data = answer.json()
    dates = (data["createdAt"], data["updatedAt"])
    is_text = all(isinstance(date, str) for date in dates)
    return answer.status_code == 201 and data["name"] == name and is_text


async def _list(send: Send) -> bool:
    answer = await send("GET", "/secrets", None)
    data = answer.json()
    whole = all(
        isinstance(one[key], str) and one["name"] and "value" not in one
        for one in data["secrets"]
        for key in ("name", "createdAt", "updatedAt")
    )
    return answer.is_success and type(data["count"]) is int and whole


async def _exists(send: Send, name: str) -> bool:
    answer = await send("GET", f"/secrets/{quote(name)}/exists", None)
    return answer.is_success and type(answer.json()["exists"]) is bool


async def _delete(send: Send, name: str) -> bool:
    answer = await send("DELETE", f"/secrets/{quote(name)}", None)
    return answer.status_code == 204


async def _bulk(send: Send, secrets: Sequence[dict[str, str]]) -> bool:
    answer = await send("POST", "/secrets/bulk", {"secrets": secrets})
    data = answer.json()
    is_number = type(data["created"]) is int and type(data["updated"]) is int
    return (
        answer.status_code == 201
        and is_number
        and data["created"] + data["updated"] == len(secrets)
    )


async def _all(send: Send) -> dict[str, bool]:
    several = [{"name": name, "value": f"value-{name}"} for name in ("A", "B", "TEST_SECRET")]
    return {
        "status": await _status(send),
        "create": await _create(send, "TEST_SECRET", "secret-value"),
        "update": await _create(send, "TEST_SECRET", "another-value"),
        "list": await _list(send),
        "exists": await _exists(send, "TEST_SECRET"),
        "exists, missing": await _exists(send, "NEVER_THERE"),
        "bulk": await _bulk(send, several),
        "delete": all([await _delete(send, one["name"]) for one in several]),
        "list, empty": await _list(send),
    }


def _sender(client: httpx.AsyncClient) -> Send:
    async def send(method: str, path: str, body: object) -> httpx.Response:
        if body is None:
            return await client.request(method, path)
        kind = {"Content-Type": "application/json"}
        return await client.request(method, path, headers=kind, content=json.dumps(body))

    return send


async def _on(url: str, token: str, transport: httpx.AsyncBaseTransport | None) -> dict[str, bool]:
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(
        base_url=url, headers=headers, transport=transport, trust_env=False, timeout=30
    ) as client:
        return await _all(_sender(client))


def test_upstreams_spec_in_process() -> None:
    """Every function of Positronic's spec for secrets is satisfied by the in-process server."""
    house = House()
    found = asyncio.run(_on("http://127.0.0.1:1", house.token, InProcessTransport(house.serve)))

    assert [name for name, passes in found.items() if not passes] == []


def test_upstreams_spec_on_the_worker(worker: Host) -> None:
    """Every function of Positronic's spec for secrets is satisfied by the real Worker."""
    found = asyncio.run(_on(worker.url, worker.token, None))

    assert [name for name, passes in found.items() if not passes] == []


@pytest.mark.parametrize("why", STRICTER)
def test_where_ours_is_stricter(why: str) -> None:
    """Each place where ours refuses what upstream leaves open is what the list says."""
    (method, path, body), wanted = STRICTER[why]
    house = House()

    async def ask() -> httpx.Response:
        headers = {"Authorization": f"Bearer {house.token}"}
        transport = InProcessTransport(house.serve)
        async with httpx.AsyncClient(
            base_url="http://127.0.0.1:1", headers=headers, transport=transport
        ) as client:
            return await _sender(client)(method, path, body)

    answer = asyncio.run(ask())

    assert (answer.status_code, answer.json()["code"]) == wanted


def test_a_seed_server_needs_no_project_and_no_root() -> None:
    """Level seed names no project, so that a server that knows none can pass."""
    house, seen = House(), set[str]()

    async def serve(request: Request) -> Response:
        seen.update(request.headers)
        return await house.serve(request)

    assert broken(tried(house.target(serve), Level.SEED)) == []
    assert "x-positronic-project" not in seen
