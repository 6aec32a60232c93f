"""A body that comes slowly keeps nobody waiting, and is not taken from a token that is gone."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace

import pytest

from positronic.access import tokens
from positronic.brains import brain
from positronic.http.request import LARGE_BODY, Response
from support.memory_service import House
from support.running import run
from support.slow_bodies import SlowBody, call

ONE = {"name": "SLOW", "value": "v"}
BULK = {"secrets": [{"name": "SLOW", "value": "v"}]}
NEW_TOKEN = {"name": "slow", "role": "admin"}
BODIES = [("/secrets", ONE), ("/secrets/bulk", BULK), ("/tokens", NEW_TOKEN)]
LARGE = LARGE_BODY + 1


def code(answer: Response) -> str:
    return str(json.loads(answer.body)["code"])


def token_id(token: str) -> str:
    parsed = tokens.parse(token)
    assert parsed
    return parsed.id


@pytest.mark.parametrize(("path", "document"), BODIES)
def test_a_half_sent_body_holds_nobody_up(path: str, document: object) -> None:
    """Others write and delete, its own token is revoked; then it gets 401, and wrote nothing."""
    house = House()
    writer = house.issue("admin")
    slow = SlowBody(house, path, document, writer)

    async def steps() -> tuple[list[int], Response]:
        sending = asyncio.ensure_future(slow.send())
        await slow.begun.wait()
        others = [
            (await call(house, "POST", "/secrets", {"name": "A", "value": "v"})).status,
            (await call(house, "DELETE", "/secrets/A")).status,
            (await call(house, "DELETE", f"/tokens/{token_id(writer)}")).status,
        ]
        slow.rest.set()
        return others, await sending

    others, answer = run(steps())

    assert others == [201, 204, 204]
    assert (answer.status, code(answer)) == (401, "unauthenticated")
    assert house.names() == []
    assert house.call("GET", "/tokens").json["tokens"] == []


def test_a_token_that_expires_meanwhile_changes_nothing() -> None:
    """As one that had expired before."""
    house = House()
    slow = SlowBody(house, "/secrets", ONE, house.issue("writer", expiresIn=60))

    async def steps() -> Response:
        sending = asyncio.ensure_future(slow.send())
        await slow.begun.wait()
        house.clock.now += 60_000
        slow.rest.set()
        return await sending

    answer = run(steps())

    assert (answer.status, code(answer)) == (401, "unauthenticated")
    assert house.names() == []


@pytest.mark.parametrize(
    ("path", "document"),
    [
        ("/brains/runs", {"identifier": "idle"}),
        ("/brains/runs/rerun", {"runId": "0" * 32, "startsAt": 1}),
    ],
)
def test_a_token_that_is_revoked_meanwhile_starts_no_run(path: str, document: object) -> None:
    """Its body was held back, so the run would begin when the token is gone."""
    house = House(brains=[brain("idle").step("Idle", lambda state: state)])
    writer = house.issue("writer")
    slow = SlowBody(house, path, document, writer)

    async def steps() -> Response:
        sending = asyncio.ensure_future(slow.send())
        await slow.begun.wait()
        assert (await call(house, "DELETE", f"/tokens/{token_id(writer)}")).status == 204
        slow.rest.set()
        return await sending

    answer = run(steps())

    assert (answer.status, code(answer)) == (401, "unauthenticated")


@pytest.mark.parametrize("length", [LARGE, None])
def test_a_third_large_body_is_refused(length: int | None) -> None:
    """Also when no length is stated. Small ones and deletions go on; a seat is free afterwards."""
    house = House()
    slow = [SlowBody(house, "/secrets/bulk", BULK, length=length) for _ in range(3)]

    async def steps() -> list[Response]:
        sending = [asyncio.ensure_future(one.send()) for one in slow[:2]]
        await asyncio.gather(*(one.begun.wait() for one in slow[:2]))
        found = [
            await slow[2].send(),
            await call(house, "POST", "/secrets", {"name": "A", "value": "v"}),
            await call(house, "DELETE", "/secrets/A"),
        ]
        for one in slow:
            one.rest.set()
        return [*found, *await asyncio.gather(*sending), await slow[2].send()]

    third, small, delete, *done = run(steps())

    assert (third.status, code(third), third.headers["Retry-After"]) == (429, "rate_limited", "2")
    assert (small.status, delete.status) == (201, 204)
    assert [one.status for one in done] == [201, 201, 201]


def test_an_aborted_body_frees_its_seat() -> None:
    """Whoever hangs up holds nothing."""
    house = House()
    slow = [SlowBody(house, "/secrets/bulk", BULK, length=LARGE) for _ in range(3)]

    async def steps() -> Response:
        sending = [asyncio.ensure_future(one.send()) for one in slow[:2]]
        await asyncio.gather(*(one.begun.wait() for one in slow[:2]))
        for one in sending:
            one.cancel()
        await asyncio.gather(*sending, return_exceptions=True)
        slow[2].rest.set()
        return await slow[2].send()

    assert run(steps()).status == 201


@pytest.mark.parametrize(("path", "document"), BODIES)
def test_a_body_that_does_not_end_is_out_of_time(path: str, document: object) -> None:
    """It is refused with 408, nothing is done, and its seat is free."""
    house = House()
    runtime = replace(house.service.runtime, body_seconds=0.01)
    house.service = replace(house.service, runtime=runtime)

    async def steps() -> list[Response]:
        slow = [SlowBody(house, path, document, length=LARGE) for _ in range(4)]
        return [await one.send() for one in slow]

    answers = run(steps())

    assert {(one.status, code(one)) for one in answers} == {(408, "request_timeout")}
    assert "did not arrive within 0.01 seconds" in answers[0].body.decode()
    assert house.names() == []


def test_a_body_that_is_larger_than_it_says_is_refused() -> None:
    """It took no seat, so that it is not read as a large one either."""
    house = House()
    document = {"name": "A", "value": "v", "more": "x" * LARGE_BODY}
    slow = SlowBody(house, "/secrets", document, length=10)
    slow.rest.set()

    answer = run(slow.send())

    assert (answer.status, code(answer)) == (413, "too_large")
