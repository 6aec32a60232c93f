"""Adds a new master key, re-seals everything under it, and drops the old keys.

Each step may be interrupted and repeated. An old key is dropped only after no project has anything
under it, and each has confirmed that it uses the new one.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from px.api.client import Client
from px.api.keys import Keys, KeyUses
from px.errors import NotAllowed, NotReached, PxError, Refused, Usage
from px.keys.deployed_keys import begun_elsewhere
from px.keys.key_store import KeyStore
from px.keys.next_recovery import Keeper, NoKeeper
from px.keys.resealing import PATIENCE, PAUSE, Resealing, RotationOutput
from px.keys.survey import Survey, survey
from px.project.master_key import MasterKey, make
from px.project.unfinished_rotation import BegunRotation, UnfinishedRotation

_CLEAR: Final = (Refused, NotAllowed, Usage)  # their own hint comes first
RESUME: Final = "run `px key rotate` again: it continues where it stopped"


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

    def sentence(self) -> str:
        dropped = f"; dropped: {', '.join(self.dropped)}" if self.dropped else ""
        records = "1 record" if self.resealed == 1 else f"{self.resealed:,} records"
        return f"The master key is now {self.key_id}; {records} re-sealed{dropped}"


class Rotation:
    """The rotation of one Worker. `settle`: seconds to wait before old keys are dropped.

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
        resealing = Resealing(self._client, self._look, self._output, key.id)
        resealing.run()
        while self._settle:
            self._output.say(f"Waiting {self._settle:g} s before the old keys are dropped")
            time.sleep(self._settle)
            if not resealing.run():
                break
        found = self._look()
        self._drop_others(key)
        dropped = tuple(sorted(self._seen - {key.id}))
        return Rotated(key.id, dropped, resealing.count, len(found.projects))

    def _begin(self) -> MasterKey:
        """The key, once the Worker uses it and the file records that."""
        found = self._look()
        started = self._resumable(found)
        self._store.check_rotation(found.newest, resuming=started is not None)
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
        while not self._has(happened):
            if time.monotonic() > deadline:
                raise PxError(
                    f"the Worker at {self._client.origin} {what}",
                    code="keys_not_taken_up",
                    hint="check that it is the Worker that `px dev` runs in this project, or the "
                    "`px serve` of that data folder",
                )
            time.sleep(PAUSE)

    def _has(self, happened: Callable[[KeyUses], bool]) -> bool:
        """A ledger that does not have the newest key yet is busy; a Worker may be restarting."""
        try:
            return happened(Keys(self._client).uses())
        except NotReached:
            return False
        except PxError as error:
            if error.code != "busy":
                raise
            return False
