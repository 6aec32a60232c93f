"""Fly.io and another Worker's secrets: neither keeps marks."""

from __future__ import annotations

import asyncio
import dataclasses

import pytest

from contracts.suite import raises
from positronic.api.service import Settings
from positronic.errors import PositronicError, RateLimited, StoreFailed, TargetRefused
from positronic.names import parse_name, parse_value
from support.providers import fly, worlds
from support.providers.canned import Canned
from support.providers.standin import Standin, standing_in

A = parse_name("A")
ONE = parse_value("one")
FLY = Standin("https://fly.example", fly.Fly())


def test_a_list_is_at_least_as_new_as_our_last_change() -> None:
    """Although Fly's lists lag."""
    provider = fly.Fly(lags=True)

    async def tried(standin: Standin) -> None:
        target = worlds.fly_target(standin, worlds.SEND)
        await target.put(A, ONE, 1)
        assert list(await target.look([A])) == [A]
        await target.delete(A)
        assert await target.look([A]) == {}

    with standing_in(provider) as standin:
        asyncio.run(tried(standin))


def test_an_app_that_is_not_there_is_named() -> None:
    """Also when something is deleted that is not there."""

    async def tried(standin: Standin) -> None:
        target = worlds.fly_target(standin, worlds.SEND)
        await target.delete(A)
        target.app = "other"
        for call in (target.put(A, ONE, 1), target.delete(A), target.look([A])):
            error = await raises(TargetRefused, call)
            assert "no app other" in error.message
        target.app, target.token = fly.APP, "another"
        error = await raises(TargetRefused, target.look([A]))
        assert "token" in error.message

    with standing_in(fly.Fly()) as standin:
        asyncio.run(tried(standin))


@pytest.mark.parametrize(
    ("token", "header"), [("FlyV1 fm2_x", "FlyV1 fm2_x"), ("fo1_x", "Bearer fo1_x")]
)
def test_both_kinds_of_tokens(token: str, header: str) -> None:
    """`fly tokens create` names the scheme, older ones do not."""
    send = Canned([(200, {"secrets": []})])
    target = worlds.fly_target(FLY, send)
    target.token = token
    asyncio.run(target.look([A]))

    assert [sent["Authorization"] for sent in send.headers] == [header]


@pytest.mark.parametrize(
    ("status", "code", "kind", "says"),
    [
        (404, 10007, TargetRefused, "shop-worker"),
        (403, 10000, TargetRefused, "token"),
        (401, 4711, TargetRefused, "token"),
        (400, 10054, TargetRefused, "value of A"),
        (400, 10055, TargetRefused, "as many secrets"),
        (409, 10214, TargetRefused, "deploy"),
        (409, 10035, StoreFailed, "right now"),
        (400, 971, RateLimited, "fewer"),
        (400, 4711, StoreFailed, "400"),
    ],
)
def test_codes_of_cloudflare(
    status: int, code: int, kind: type[PositronicError], says: str
) -> None:
    """Each has its kind, and says what to change."""
    said = {"success": False, "errors": [{"code": code, "message": "canary"}], "result": None}
    error = asyncio.run(
        raises(kind, worlds.worker_target(FLY, Canned([(status, said)])).put(A, ONE, 1))
    )

    assert says in error.message
    assert "canary" not in error.message


def test_no_setting_of_a_positronic_worker_is_put_into_one() -> None:
    """A writer of secrets must not say where another such Worker sends values and reminders."""
    target = worlds.worker_target(FLY, Canned([]))
    fields = {one.name for one in dataclasses.fields(Settings)}
    no_variables = {"next_master_key", "target_credentials", "has_near_targets"}
    named = {one.upper() for one in fields - no_variables}
    taken = ["DATABASE_URL", "RUN_ME", "LEDGER", "MY_TARGET_KEY"]

    for name in (*named, "MASTER_KEYS_NEXT", "TARGET_PROD_AWS_ACCESS_KEY_ID"):
        assert target.refusal(parse_name(name)), name
    assert [target.refusal(parse_name(name)) for name in taken] == [None] * len(taken)
