"""Puts a new master key in front, re-seals everything, and drops the old keys.

Each step may be interrupted and made again. An old key is dropped only after every project was
seen to have nothing under it, and seen once more when every location must know.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final, Protocol

from px.api.client import Client
from px.api.keys import Keys, KeyUses
from px.errors import Detail, NotAllowed, PxError, Refused
from px.keys.deployed_keys import begun_elsewhere
from px.keys.key_store import KeyStore
from px.keys.next_recovery import Keeper, NoKeeper
from px.keys.survey import Survey, survey
from px.project.master_key import MasterKey, make
from px.project.unfinished_rotation import BegunRotation, UnfinishedRotation
from px.terminal import Progress

PATIENCE: Final = 120.0  # seconds for the Worker to take a change up, or to get on
PAUSE: Final = 0.5  # seconds between two looks
SETTLE: Final = 65.0  # seconds in which KV is to be the same everywhere
RESUME: Final = "run `px key rotate` again: it goes on where it stopped"
SHOWN: Final = 20  # records that are named to a person


class RotationOutput(Protocol):
    """What a person sees of it."""

    def say(self, line: str) -> None: ...

    def progress(self, total: int) -> AbstractContextManager[Progress]: ...


@dataclass(frozen=True, slots=True)
class Rotated:
    """The new key's id, the ids that are gone, and how many records were re-sealed by this run."""

    key_id: str
    dropped: tuple[str, ...]
    resealed: int
    projects: int

    def document(self) -> dict[str, object]:
        return {
            "key": self.key_id,
            "dropped": list(self.dropped),
            "resealed": self.resealed,
            "projects": self.projects,
        }

    def later(self) -> str:
        """What to add from now on when events are verified; empty when no key was dropped."""
        options = " ".join(f"--dropped {key_id}" for key_id in self.dropped)
        if not options:
            return ""
        return f"events signed before are not verifiable any more: `px audit verify {options}`"

    def sentence(self) -> str:
        dropped = f"; dropped: {', '.join(self.dropped)}" if self.dropped else ""
        records = "1 record" if self.resealed == 1 else f"{self.resealed:,} records"
        return f"The master key is now {self.key_id}; {records} re-sealed{dropped}"


class Rotation:
    """One Worker's. `settle`: seconds until every location must know what was written.

    `keeper` is given the new key before the Worker is, each time the rotation is run.
    """

    def __init__(
        self,
        client: Client,
        store: KeyStore,
        file: UnfinishedRotation,
        output: RotationOutput,
        settle: float,
        keeper: Keeper | None = None,
    ) -> None:
        self._client = client
        self._store = store
        self._file = file
        self._output = output
        self._settle = settle
        self._keeper = keeper or NoKeeper()
        self._resealed = 0
        self._seen: set[str] = set()

    def run(self) -> Rotated:
        """Raises PxError; running it again goes on where it stopped."""
        with self._file.alone():
            try:
                return self._run()
            except PxError as error:
                if not error.hint and self._file.path.exists():
                    error.hint = RESUME
                raise

    def _run(self) -> Rotated:
        key = self._begin()
        self._clean(key)
        while self._settle:
            self._output.say(f"Waiting {self._settle:g} s until every location knows")
            time.sleep(self._settle)
            if not self._clean(key):
                break
        found = self._look()
        self._drop_others(key)
        dropped = tuple(sorted(self._seen - {key.id}))
        return Rotated(key.id, dropped, self._resealed, len(found.projects))

    def _begin(self) -> MasterKey:
        """The key, when the Worker uses it and the file knows."""
        found = self._look()
        started = self._resumable(found)
        self._store.check_rotation(resuming=started is not None)
        self._keeper.prepare(None if started is None else started.key.id)
        if started is None:
            started = BegunRotation(self._client.origin, make(datetime.now(UTC).date(), os.urandom))
            self._file.write(started)
            self._output.say(f"Rotating to the new master key {started.key.id}")
        else:
            self._output.say(f"Going on with the rotation to {started.key.id}")
        self._keeper.keep(started.key)
        if found.newest != started.key.id:
            self._store.put_in_front(started.key)
            self._wait(lambda now: now.newest == started.key.id, "did not take the new key up")
        self._file.write(replace(started, placed=True))
        return started.key

    def _resumable(self, found: Survey) -> BegunRotation | None:
        """What was begun here and not ended. Raises Refused when another rotation stands in it."""
        started = self._file.read()
        if started is not None and started.origin != self._client.origin:
            raise Refused(
                f"a rotation of {started.origin} was begun here and has not ended",
                code="rotation_pending",
                hint="end that one first, with its address in --url",
            )
        is_ours = started is not None and found.newest == started.key.id
        if found.pending and not is_ours:
            raise begun_elsewhere()
        if started is None or is_ours or not started.placed:
            return started
        if any(use.id == started.key.id for use in found.uses()):
            return started  # the key was lost in between, and something needs it
        self._output.say(f"{started.key.id} was replaced meanwhile, and nothing is under it")
        self._file.remove()
        return None

    def _clean(self, key: MasterKey) -> int:
        """Bring everything under the key; how many records were not."""
        before, deadline = self._resealed, time.monotonic() + PATIENCE
        while left := sum((outdated := self._look().outdated(key.id)).values()):
            done = self._resealed
            self._reseal(outdated, left)
            if self._resealed > done:
                deadline = time.monotonic() + PATIENCE
            elif time.monotonic() > deadline:
                raise Refused(
                    f"{left:,} records stay under other keys, which stay too", code="keys_in_use"
                )
            else:
                time.sleep(PAUSE)
        return self._resealed - before

    def _reseal(self, outdated: dict[str, int], total: int) -> None:
        failed: list[Detail] = []
        start = self._resealed
        with self._output.progress(total) as progress:

            def note(count: int) -> None:
                self._resealed += count
                progress(min(self._resealed - start, total), total)

            for project in outdated:
                failed += self._reseal_project(project, note)
        if failed:
            raise _stuck(failed)

    def _reseal_project(self, project: str, note: Callable[[int], None]) -> list[Detail]:
        """What does not open, which is all that is left."""
        with self._client.in_project(project) as there:
            while True:
                step = Keys(there).rotate()
                note(step.resealed)
                if not step.resealed or not step.remaining:
                    return [replace(one, name=f"{project}/{one.name}") for one in step.failed]

    def _drop_others(self, key: MasterKey) -> None:
        self._store.keep_only(key)
        self._wait(
            lambda now: now.newest == key.id and not now.pending, "did not let the old keys go"
        )
        self._file.remove()

    def _look(self) -> Survey:
        try:
            found = survey(self._client)
        except NotAllowed as error:
            if error.code == "forbidden":
                raise NotAllowed(
                    "the master key covers every project: changing it needs the root token",
                    code="forbidden",
                ) from None
            raise
        self._seen |= {use.id for use in found.uses()}
        return found

    def _wait(self, happened: Callable[[KeyUses], bool], what: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while not happened(Keys(self._client).uses()):
            if time.monotonic() > deadline:
                raise PxError(
                    f"the Worker at {self._client.origin} {what}",
                    code="keys_not_taken_up",
                    hint="is it the Worker of this project's wrangler.toml, run by `px dev`?",
                )
            time.sleep(PAUSE)


def _stuck(failed: list[Detail]) -> Refused:
    details = [replace(one, listed=number < SHOWN) for number, one in enumerate(failed)]
    count = "a record does" if len(failed) == 1 else f"{len(failed):,} records do"
    return Refused(
        f"{count} not open, and would be lost with its key; no key was dropped",
        code="records_do_not_open",
        hint="delete them or put them in anew (tokens: revoke them), and run this again",
        details=details,
    )
