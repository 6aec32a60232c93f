"""A watch has a seat as long as somebody listens, and as long as the token is one."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any

import pytest

from positronic.audit.events import Origin
from positronic.commands.asked_runs import Watching
from positronic.commands.asking import Asking
from positronic.commands.command import Command
from positronic.errors import (
    OutcomeUnknown,
    PositronicError,
    StoreFailed,
    TooManyWatches,
    Unauthenticated,
)
from positronic.ledger.watch_rows import RENEWED
from positronic.roles import Principal, Role
from positronic.sealing.keyring import Keyring
from support.memory_service import MASTER_KEYS, SHOP, Clock, Counting
from support.running import run

ROOT = Principal("root", "root", Role.ROOT, None)


class Ledger:
    """Notes what it is asked for; `fails`: what it raises, by the command."""

    def __init__(self, **fails: PositronicError) -> None:
        self.asked: list[str] = []
        self.ids: set[object] = set()
        self._fails = fails

    async def __call__(self, command: Command) -> Any:  # noqa: ANN401
        action = command.action.removeprefix("watch.")
        self.asked.append(action)
        self.ids.add(command.arguments["id"])
        if action in self._fails:
            raise self._fails[action]


class Stream:
    """So many parts, each some milliseconds after the one before."""

    def __init__(self, clock: Clock, parts: int, every: int) -> None:
        self.closed = 0
        self._clock, self._parts, self._every = clock, parts, every

    async def parts(self) -> AsyncGenerator[bytes, None]:
        try:
            for number in range(self._parts):
                yield b"%d" % number
                self._clock.now += self._every
        finally:
            self.closed += 1


async def watched(ledger: Ledger, stream: Stream, clock: Clock, most: int = 100) -> list[bytes]:
    """What somebody gets who leaves after so many parts."""
    origin = Origin("r", None)
    ask = Asking(SHOP, ROOT, Role.WRITER, origin, Keyring(MASTER_KEYS), Counting(), ledger)
    found: list[bytes] = []
    held = await Watching(ask, clock, Counting()).seated(stream.parts())
    async for part in held:
        found.append(part)
        if len(found) == most:
            break
    await held.aclose()
    return found


@pytest.mark.parametrize(("most", "parts"), [(100, 3), (2, 2)])
def test_a_seat_is_left(most: int, parts: int) -> None:
    """When the stream ends, and when whoever watches leaves; the stream is closed then."""
    ledger, clock = Ledger(), Clock()
    stream = Stream(clock, 3, 1)
    found = run(watched(ledger, stream, clock, most))

    assert len(found) == parts
    assert ledger.asked == ["begin", "end"]
    assert len(ledger.ids) == 1
    assert stream.closed == 1


def test_a_long_watch_is_renewed() -> None:
    """Now and then, also when the ledger does not always answer."""
    ledger, clock = Ledger(renew=StoreFailed("not now")), Clock()
    found = run(watched(ledger, Stream(clock, 5, RENEWED // 2 + 1), clock))

    assert len(found) == 5
    assert ledger.asked == ["begin", "renew", "renew", "end"]


@pytest.mark.parametrize("refusal", [Unauthenticated("gone"), TooManyWatches("no room")])
def test_a_watch_ends_with_its_token(refusal: PositronicError) -> None:
    """Or when others have taken its place. What comes after that is not sent."""
    ledger, clock = Ledger(renew=refusal), Clock()
    stream = Stream(clock, 5, RENEWED)
    found = run(watched(ledger, stream, clock))

    assert found == [b"0", b"1"]
    assert ledger.asked == ["begin", "renew", "end"]
    assert stream.closed == 1


def test_a_seat_that_may_be_taken() -> None:
    """Nothing is sent, and the caller may try again."""
    ledger, clock = Ledger(begin=OutcomeUnknown("perhaps")), Clock()

    with pytest.raises(StoreFailed):
        run(watched(ledger, Stream(clock, 1, 1), clock))
