"""Adds a new master key, re-seals everything under it, and drops the old keys.

Each step may be interrupted and repeated. An old key is dropped only after no project has anything
under it, checked once more when every location must have the change.
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
from px.errors import Detail, NotAllowed, PxError, Refused, Usage
from px.keys.deployed_keys import begun_elsewhere
from px.keys.key_store import KeyStore
from px.keys.next_recovery import Keeper, NoKeeper
from px.keys.survey import Survey, survey
from px.project.master_key import MasterKey, make
from px.project.unfinished_rotation import BegunRotation, UnfinishedRotation
from px.terminal import Progress

PATIENCE: Final = 120.0  # seconds for the Worker to pick up a change, or to make progress
PAUSE: Final = 0.5  # seconds between two checks
SETTLE: Final = 65.0  # seconds until KV is the same everywhere
_CLEAR: Final = (Refused, NotAllowed, Usage)  # their own hint comes first
RESUME: Final = "run `px key rotate` again: it continues where it stopped"
SHOWN: Final = 20  # records that the message lists


class RotationOutput(Protocol):
    """The output for the user."""

    def say(self, line: str) -> None: ...

    def progress(self, total: int) -> AbstractContextManager[Progress]: ...


@dataclass(frozen=True, slots=True)
class Rotated:
    """The new key's id, the dropped ids, and how many records this run re-sealed."""

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
        """How to verify events from now on; empty if no key was dropped."""
        options = " ".join(f"--dropped {key_id}" for key_id in self.dropped)
        if not options:
            return ""
        return f"to verify events signed before, use `px audit verify {options}`"

    def sentence(self) -> str:
        dropped = f"; dropped: {', '.join(self.dropped)}" if self.dropped else ""
        records = "1 record" if self.resealed == 1 else f"{self.resealed:,} records"
        return f"The master key is now {self.key_id}; {records} re-sealed{dropped}"


class Rotation:
    """The rotation of one Worker. `settle`: seconds until every location must have a change.

    `keeper` gets the new key before the Worker does, each time the rotation is run.
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
        """Raises PxError; running it again continues where it stopped."""
        with self._file.alone():
            try:
                return self._run()
            except PxError as error:
                if self._file.path.exists() and not (error.hint and isinstance(error, _CLEAR)):
                    error.hint = f"{error.hint}\n{RESUME}".strip()
                raise

    def _run(self) -> Rotated:
        key = self._begin()
        self._clean(key)
        while self._settle:
            self._output.say(f"Waiting {self._settle:g} s until every location has the change")
            time.sleep(self._settle)
            if not self._clean(key):
                break
        found = self._look()
        self._drop_others(key)
        dropped = tuple(sorted(self._seen - {key.id}))
        return Rotated(key.id, dropped, self._resealed, len(found.projects))

    def _begin(self) -> MasterKey:
        """The key, once the Worker uses it and the file records that."""
        found = self._look()
        started = self._resumable(found)
        self._store.check_rotation(resuming=started is not None)
        self._keeper.prepare(None if started is None else started.key.id)
        if started is None:
            started = BegunRotation(self._client.origin, make(datetime.now(UTC).date(), os.urandom))
            self._file.write(started)
            self._output.say(f"Rotating to the new master key {started.key.id}")
        else:
            self._output.say(f"Continuing the rotation to {started.key.id}")
        self._keeper.keep(started.key)
        if found.newest != started.key.id:
            self._store.put_in_front(started.key)
            self._wait(lambda now: now.newest == started.key.id, "did not start to use the new key")
        self._file.write(replace(started, placed=True))
        return started.key

    def _resumable(self, found: Survey) -> BegunRotation | None:
        """The unfinished rotation here. Raises Refused if another rotation is under way."""
        started = self._file.read()
        if started is not None and started.origin != self._client.origin:
            raise Refused(
                f"a rotation of {started.origin} was started here and has not finished",
                code="rotation_pending",
                hint="finish that one first, with its address in --url",
            )
        is_ours = started is not None and found.newest == started.key.id
        if found.pending and not is_ours:
            raise begun_elsewhere()
        if started is None or is_ours or not started.placed:
            return started
        if any(use.id == started.key.id for use in found.uses()):
            return started  # the key was lost in the meantime, and something needs it
        self._output.say(f"{started.key.id} was replaced in the meantime, and seals nothing")
        self._file.remove()
        return None

    def _clean(self, key: MasterKey) -> int:
        """Re-seals everything under the key; returns how many records that was."""
        before, deadline = self._resealed, time.monotonic() + PATIENCE
        while left := sum((outdated := self._look().outdated(key.id)).values()):
            done = self._resealed
            self._reseal(outdated, left)
            if self._resealed > done:
                deadline = time.monotonic() + PATIENCE
            elif time.monotonic() > deadline:
                raise Refused(
                    f"{left:,} records are still under other keys, which were kept",
                    code="keys_in_use",
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
        """The records that do not open, if only those are left."""
        with self._client.in_project(project) as there:
            while True:
                step = Keys(there).rotate()
                note(step.resealed)
                if not step.resealed or not step.remaining:
                    return [replace(one, name=f"{project}/{one.name}") for one in step.failed]

    def _drop_others(self, key: MasterKey) -> None:
        self._store.keep_only(key)
        self._wait(
            lambda now: now.newest == key.id and not now.pending, "did not drop the old keys"
        )
        self._file.remove()

    def _look(self) -> Survey:
        try:
            found = survey(self._client)
        except NotAllowed as error:
            if error.code == "forbidden":
                raise NotAllowed(
                    "the master key covers every project: only the root token can change it",
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
                    hint="check that it is the Worker that `px dev` runs in this project",
                )
            time.sleep(PAUSE)


def _stuck(failed: list[Detail]) -> Refused:
    details = [replace(one, listed=number < SHOWN) for number, one in enumerate(failed)]
    count = "one record does" if len(failed) == 1 else f"{len(failed):,} records do"
    return Refused(
        f"{count} not open, and would be lost with its key; no key was dropped",
        code="records_do_not_open",
        hint="delete or create them again (tokens: revoke them), then run `px key rotate` again",
        details=details,
    )
