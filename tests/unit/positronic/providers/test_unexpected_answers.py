"""What a provider answers is read strictly, and none of its text comes into an error."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from positronic.errors import PositronicError, RateLimited, StoreFailed, TargetRefused
from positronic.names import parse_name, parse_value
from positronic.outgoing import Answer, Send
from positronic.ports import Target
from positronic.providers.aws_errors import PASSING, REFUSALS, THROTTLED
from support.providers import vault, worlds
from support.providers.canned import Canned
from support.providers.standin import Standin
from support.running import run

A = parse_name("A")
CANARY = "canary-41b7"
VALUE = parse_value(CANARY)
NOWHERE = Standin("https://provider.example", vault.Vault())
TARGETS: dict[str, Callable[[Send], Target]] = {
    "aws-secrets-manager": lambda send: worlds.secrets_manager(NOWHERE, send),
    "aws-parameter-store": lambda send: worlds.parameter_store(NOWHERE, send),
    "vault": lambda send: worlds.vault_target(NOWHERE, send),
    "fly": lambda send: worlds.fly_target(NOWHERE, send),
    "worker-secrets": lambda send: worlds.worker_target(NOWHERE, send),
}
UNREADABLE: list[object] = [
    b"",
    b"{",
    b"\xff",
    b"[" * 100_000,
    [],
    CANARY.encode(),
    *(CANARY, None, 7, [CANARY], {"error": CANARY}, {"data": CANARY}, {"result": CANARY}),
    {"data": {"current_version": CANARY}, "result": [CANARY], "secrets": CANARY, "TagList": 1},
    {"VersionIdsToStages": {"v": CANARY}, "data": {"current_version": True}, "secrets": [1]},
    {"Tags": [{"Key": CANARY}], "secrets": [{"name": CANARY}], "result": [{"id": CANARY}]},
]


def error_of(target: Target, call: str) -> PositronicError | None:
    async def called() -> None:
        match call:
            case "put":
                await target.put(A, VALUE, 1)
            case "delete":
                await target.delete(A)
            case _:
                await target.look([A])

    try:
        run(called())
    except PositronicError as error:
        return error
    return None


@pytest.mark.parametrize("call", ["put", "delete", "look"])
@pytest.mark.parametrize("make", TARGETS.values(), ids=TARGETS)
def test_what_cannot_be_read_is_a_failure(make: Callable[[Send], Target], call: str) -> None:
    """And never an error of another kind; nothing of it is repeated."""
    for said in UNREADABLE:
        for status in (200, 400, 418, 500):
            error = error_of(make(Canned([(status, said)])), call)
            assert isinstance(error, StoreFailed | TargetRefused | None)
            if error is not None:
                assert CANARY not in f"{error} {error.__context__!r} {error.__cause__!r}"
            if status in (418, 500):
                assert isinstance(error, StoreFailed)


@pytest.mark.parametrize("make", TARGETS.values(), ids=TARGETS)
def test_a_redirect_is_refused(make: Callable[[Send], Target]) -> None:
    """It is told what to change."""
    error = error_of(make(Canned([(307, {})])), "put")

    assert isinstance(error, TargetRefused)
    assert "address" in error.message


@pytest.mark.parametrize("name", ["aws-secrets-manager", "aws-parameter-store"])
def test_each_code_of_aws_has_its_kind(name: str) -> None:
    """A known one is told; of any other, the status alone."""
    kinds: dict[str, type[PositronicError]] = {
        **dict.fromkeys(THROTTLED, RateLimited),
        **dict.fromkeys(PASSING, StoreFailed),
        **dict.fromkeys(REFUSALS, TargetRefused),
        f"Unknown{CANARY}": StoreFailed,
    }
    for code, kind in kinds.items():
        said = {"__type": f"com.amazonaws#{code}", "message": CANARY, "Message": CANARY}
        error = error_of(TARGETS[name](Canned([(400, said)])), "put")
        assert type(error) is kind, code
        assert CANARY not in error.message
        assert kind is RateLimited or code in error.message or CANARY in code


def test_a_wait_is_told_in_seconds() -> None:
    """At most an hour, and none if it is not a number."""
    exchange = worlds.fly_target(NOWHERE, Canned([])).exchange
    waits = {
        told: exchange.rate_limited(Answer(429, {"retry-after": told}, b"")).headers
        for told in ("7", "99999999999999", "Fri, 27 Nov 2026 10:00:00 GMT", "", "٣", "-1")
    }

    assert waits == {
        "7": {"Retry-After": "7"},
        "99999999999999": {"Retry-After": "3600"},
        **{told: {} for told in ("Fri, 27 Nov 2026 10:00:00 GMT", "", "٣", "-1")},
    }
