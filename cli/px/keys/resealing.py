"""Brings everything of a Worker under one master key, turn by turn, while it is in use.

A turn goes through every project. It is over when the last one found nothing to do, and each
project's ledger has confirmed the key by then: it answers only a Worker that has the same newest
key, and writes nothing under an older one from then on.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from typing import Final, Protocol

from px.api.client import Client
from px.api.keys import Keys
from px.errors import Detail, PxError, Refused
from px.keys.survey import Survey
from px.terminal import Progress

PATIENCE: Final = 330.0  # seconds: what ran before a change may answer for 300 of them
PAUSE: Final = 0.5  # seconds between two turns
SHOWN: Final = 20  # records that the message lists


class RotationOutput(Protocol):
    """The output for the user."""

    def say(self, line: str) -> None: ...

    def progress(self, total: int) -> AbstractContextManager[Progress]: ...


@dataclass(slots=True)
class _Turn:
    """What is left after a turn, and which projects did not confirm the key."""

    left: int = 0
    failed: list[Detail] = field(default_factory=list)
    unconfirmed: list[str] = field(default_factory=list)

    @property
    def is_over(self) -> bool:
        return not (self.left or self.unconfirmed)


class Resealing:
    """Of one Worker. `look` gives its projects and what its keys seal; `count`: records so far."""

    def __init__(
        self, client: Client, look: Callable[[], Survey], output: RotationOutput, key_id: str
    ) -> None:
        self._client = client
        self._look = look
        self._output = output
        self._key_id = key_id
        self._said: set[str] = set()
        self.count = 0

    def run(self) -> int:
        """Until nothing is left; returns how many records that was. Raises Refused."""
        before, least, is_confirmed = self.count, -1, False
        deadline = time.monotonic() + PATIENCE
        while True:
            done = self.count
            turn = self._turn()
            if turn.is_over and is_confirmed and self.count == done:
                return self.count - before
            is_confirmed = not turn.unconfirmed
            if self.count > done or least < 0 or turn.left < least:
                least, deadline = turn.left, time.monotonic() + PATIENCE
            elif time.monotonic() > deadline:
                raise _unfinished(turn)
            if not turn.is_over:
                self._wait(turn)

    def _turn(self) -> _Turn:
        """Raises Refused if a record does not open, once everything else is re-sealed."""
        turn = _Turn()
        try:
            found = self._look()
        except PxError as error:
            _check_busy(error)
            return _Turn(unconfirmed=["the Worker"])
        with self._noted(found.outdated(self._key_id)) as note:
            for project in found.projects or ("",):
                self._walk(project, turn, note)
        if turn.failed:
            raise _stuck(turn.failed)
        return turn

    @contextmanager
    def _noted(self, total: int) -> Iterator[Callable[[int], None]]:
        if not total:
            yield self._add
            return
        start = self.count
        with self._output.progress(total) as progress:

            def note(count: int) -> None:
                self._add(count)
                progress(min(self.count - start, total), total)

            yield note

    def _add(self, count: int) -> None:
        self.count += count

    def _walk(self, project: str, turn: _Turn, note: Callable[[int], None]) -> None:
        """One project, from its first record to its last."""
        with self._in(project) as there:
            cursor: str | None = None
            while True:
                try:
                    step = Keys(there).rotate(cursor)
                except PxError as error:
                    _check_busy(error)
                    turn.unconfirmed.append(project)
                    return
                note(step.resealed)
                turn.failed += [replace(one, name=f"{project}/{one.name}") for one in step.failed]
                cursor = step.cursor
                if cursor is None:
                    break
        turn.left += step.remaining
        if step.newest != self._key_id:
            turn.unconfirmed.append(project)

    def _in(self, project: str) -> AbstractContextManager[Client]:
        """Without a project: the Worker's own, which leads to the directory of all of them."""
        return self._client.in_project(project) if project else nullcontext(self._client)

    def _wait(self, turn: _Turn) -> None:
        line = "Waiting until the copies in KV are under the new key too"
        if turn.unconfirmed:
            line = "Waiting until every project uses the new key"
        if line not in self._said:
            self._said.add(line)
            self._output.say(line)
        time.sleep(PAUSE)


def _check_busy(error: PxError) -> None:
    """Raises the error, unless it says that a ledger does not have the newest key yet."""
    if error.code != "busy":
        raise error


def _unfinished(turn: _Turn) -> PxError:
    if turn.unconfirmed:
        names = ", ".join(turn.unconfirmed[:SHOWN])
        return PxError(f"not every project uses the new key: {names}", code="keys_not_taken_up")
    return Refused(
        f"{turn.left:,} records or copies are still under other keys, which were kept",
        code="keys_in_use",
        hint="see `px key list` and `px doctor`",
    )


def _stuck(failed: list[Detail]) -> Refused:
    details = [replace(one, listed=number < SHOWN) for number, one in enumerate(failed)]
    count = "one record does" if len(failed) == 1 else f"{len(failed):,} records do"
    return Refused(
        f"{count} not open, and would be lost with its key; no key was dropped",
        code="records_do_not_open",
        hint="delete or create them again (tokens: revoke them), then run `px key rotate` again",
        details=details,
    )
