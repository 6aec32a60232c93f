"""One call for each name, a few of them at once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Final, TypeVar

Key = TypeVar("Key", bound=str)
T = TypeVar("T")

AT_ONCE: Final = 5  # a Worker may hold six connections


async def side_by_side(
    keys: Collection[Key], ask: Callable[[Key], Awaitable[T]]
) -> Mapping[Key, T]:
    """After a failure nothing more is asked, and it is raised once all that run have ended."""
    ordered = sorted(keys)
    found: dict[Key, T] = {}
    for start in range(0, len(ordered), AT_ONCE):
        some = ordered[start : start + AT_ONCE]
        answers = await asyncio.gather(*map(ask, some), return_exceptions=True)
        for key, answer in zip(some, answers, strict=True):
            if isinstance(answer, BaseException):
                raise answer
            found[key] = answer
    return found
