"""A sweep over the routes and the codes: of each, something is promised that a check notices.

A server that does nothing at one call, or that has another word for one code, is caught, by a check
that meets it on the right server.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Mapping
from functools import cache
from typing import Final, NamedTuple
from urllib.parse import urlsplit

import pytest

from contracts.passing_ledger import PassingLedger
from positronic.api.routes import ROUTES
from positronic.http.request import Request, Response
from positronic.ledger.memory import MemoryLedger
from positronic.rows import Changes, Expect
from px.errors import PxError
from px.spec import contract
from px.spec.checks import PROMISES
from px.spec.promises import Promise
from px.spec.run import run
from spec.broken.mutant import answer, edited, found
from spec.house import House, Serve
from support.role_matrix import call_of

# Which no client can make succeed, or provoke, on a server that is right.
NEVER_DONE: Final = {
    "POST /audit/restart": "only once a master key is lost",
    "POST /audit/acknowledge": "only for an event that was changed",
    "POST /project/import/check": "only for an export of a project whose ledger is empty",
    "POST /project/import": "only for an export of a project whose ledger is empty",
    "PUT /targets/{target}": "only with a target",
    "DELETE /targets/{target}": "only with a target",
    "POST /targets/{target}/sync": "only with a target",
    "GET /targets/{target}/check": "only with a target",
    "GET /brains/{identifier}": "only with brains",
    "GET /brains/runs": "only with a brain of that name",
    "POST /brains/runs": "only with brains",
    "POST /brains/runs/rerun": "only with brains",
    "GET /brains/runs/{runId}": "only with brains",
    "DELETE /brains/runs/{runId}": "only with brains",
    "GET /brains/runs/{runId}/watch": "only with brains",
}
# `openapi.codes` has these as well as the others.
NEVER_PROVOKED: Final = {
    "request_timeout": "takes 20 seconds",
    "rate_limited": "only under load",
    "too_many_runs": "only with brains",
    "too_many_watches": "only with brains",
    "internal": "only by a fault of the server",
    "unknown_key": "only once a master key is dropped",
    "corrupt_record": "only by somebody who changes what is stored",
    "store_failed": "only by a fault of the storage",
    "outcome_unknown": "only by a fault of the storage",
    "not_configured": "only without settings",
    "audit_unavailable": "only once a master key is lost",
    "busy": "only under load",
    "adopting": "only with entries of the first layout, or during an import",
    "ledger_full": "only with 8 GB",
    "target_refused": "only with a target",
}
DONE: Final = [call_of(route) for route in ROUTES if call_of(route) not in NEVER_DONE]
PROVOKED: Final = [code for code in contract.STATUS if code not in NEVER_PROVOKED]


class Met(NamedTuple):
    """The promises whose checks make a call succeed, or see a code; in the order of checking."""

    calls: Mapping[str, list[Promise]]
    codes: Mapping[str, list[Promise]]


class Forgetful(PassingLedger):
    """Loses what is committed while it is to, and says nothing of it."""

    def __init__(self, is_deaf: Callable[[], bool]) -> None:
        self.kept = MemoryLedger()
        super().__init__(self.kept)
        self.is_deaf = is_deaf

    def commit(self, changes: Changes, expect: Expect) -> int:
        if self.is_deaf():
            self.kept.check(changes, expect)
            return 1
        return super().commit(changes, expect)


def _call(request: Request) -> str:
    """The route that it is for; empty if there is none."""
    parts = urlsplit(request.url).path.split("/")
    fitting = [
        route
        for route in ROUTES
        if route.method == request.method and _fits(route.path.split("/"), parts)
    ]
    return call_of(min(fitting, key=lambda route: route.path.count("{"))) if fitting else ""


def _fits(wanted: list[str], parts: list[str]) -> bool:
    return len(wanted) == len(parts) and all(
        one == part or one.startswith("{") for one, part in zip(wanted, parts, strict=True)
    )


def _code(right: Response) -> str:
    return str(found(right).get("code", "")) if right.status >= 400 else ""


@cache
def _met() -> Met:
    """By each check alone, on the right server."""
    met = Met(defaultdict(list), defaultdict(list))
    asked_first = len(_answered(None))
    for promise in PROMISES:
        answered = _answered(promise)[asked_first:]
        for call in {_call(request) for request, right in answered if right.status < 300}:
            met.calls[call].append(promise)
        for code in {_code(right) for _, right in answered}:
            met.codes[code].append(promise)
    return met


def _answered(promise: Promise | None) -> list[tuple[Request, Response]]:
    """What a run asks the right server, and what it gets."""
    answered: list[tuple[Request, Response]] = []
    house = House()

    async def serve(request: Request) -> Response:
        right = await house.serve(request)
        answered.append((request, right))
        return right

    asyncio.run(run(house.target(serve), [promise] if promise else []))
    return answered


def _is_caught(promises: list[Promise], house: House, serve: Serve) -> bool:
    """By the first of them that notices, or by a look whether it is a server of ours at all."""
    try:
        return any(
            not outcome.passed
            for promise in promises
            for outcome in asyncio.run(run(house.target(serve), [promise]))
        )
    except PxError:
        return True


@pytest.mark.parametrize("call", DONE)
def test_each_call_is_promised(call: str) -> None:
    """A server that does nothing at this call, and says that it was done, is caught."""
    idle: list[Request] = []
    house = House(open_ledger=lambda _: Forgetful(lambda: bool(idle)))

    async def serve(request: Request) -> Response:
        if _call(request) != call:
            return await house.serve(request)
        idle.append(request)
        right = await house.serve(request)
        idle.pop()
        return answer(right.status, {}, right) if right.status < 300 else right

    assert _is_caught(_met().calls[call], house, serve)


@pytest.mark.parametrize("code", PROVOKED)
def test_each_code_is_promised(code: str) -> None:
    """A server that has another code for this is caught."""
    house = House()

    async def serve(request: Request) -> Response:
        right = await house.serve(request)
        return edited(right, code="internal") if _code(right) == code else right

    assert _is_caught(_met().codes[code], house, serve)


def test_the_exceptions_are_exceptions() -> None:
    """What no client can do or provoke is never met on the right server, and is in the contract."""
    assert not NEVER_DONE.keys() & _met().calls.keys()
    assert not NEVER_PROVOKED.keys() & _met().codes.keys()
    assert NEVER_DONE.keys() <= {call_of(route) for route in ROUTES}
    assert NEVER_PROVOKED.keys() <= contract.STATUS.keys()
