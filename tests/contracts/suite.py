"""A suite: named checks, each an async function of a fresh world. Knows nothing of pytest."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from typing import Any, Generic, TypeVar

W = TypeVar("W")
E = TypeVar("E", bound=Exception)

Check = Callable[[W], Coroutine[Any, Any, None]]


class Suite(Generic[W]):
    """Collects the checks that it decorates, so that none can be forgotten."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.checks: dict[str, Check[W]] = {}

    def check(self, function: Check[W]) -> Check[W]:
        self.checks[function.__name__.removeprefix("check_")] = function
        return function


async def raises(kind: type[E], operation: Awaitable[object]) -> E:
    """The error of this kind that the operation raises; anything else fails the check."""
    try:
        await operation
    except kind as error:
        return error
    raise AssertionError(f"nothing was raised where {kind.__name__} was promised")


async def settled(operation: Awaitable[object]) -> None:
    """Let an operation end, well or not."""
    with suppress(Exception):
        await operation
