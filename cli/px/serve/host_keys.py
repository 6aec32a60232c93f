"""A host's master keys: the file master-keys in its data folder, which px serve reads again.

As with `px dev`, the old keys can be read here: a new one is put in front of them.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from px.errors import Refused, Usage
from px.project.master_key import MasterKey, parse
from px.serve.data_folder import HOST, MASTER_KEYS, ROOT_HASH, DataFolder

_RESTORE = "repair it or restore a copy: without its keys, no ledger here can be opened"


class HostKeys:
    """Those of one data folder; the file is replaced whole."""

    def __init__(self, folder: DataFolder) -> None:
        self._folder = folder

    def check_rotation(self, newest: str, *, resuming: bool) -> None:
        """The server uses the first key here; if a rotation was begun, perhaps not the new one yet.

        Raises Refused where it uses another: it is not the host of this folder.
        """
        self.check()
        front = [parse(one).id for one in self._entries()[: 2 if resuming else 1]]
        if newest not in front:
            raise Refused(
                "the server does not use the keys of the data folder; nothing was changed",
                code="another_host",
                hint="check its address in --url or PX_URL, and --data; px cannot change keys that "
                "the server has from its environment",
            )

    def check(self) -> None:
        """Raises PxError without a folder that has keys."""
        self._folder.check()
        if not self._entries():
            raise Refused(
                f"there is no {MASTER_KEYS} in the data folder",
                code="no_keys",
                hint="px cannot change keys that are in the environment: put them into files first",
            )

    def put_in_front(self, key: MasterKey) -> None:
        self._write([key.entry, *(one for one in self._entries() if one != key.entry)])

    def keep_only(self, key: MasterKey) -> None:
        self._write([key.entry])

    def check_recovery(self, *, replace: bool) -> None:
        if replace:
            raise Usage("--replace is for a deployed Worker: here no key is lost")
        self._folder.check()
        self._entries()

    def bring_back(self, key: MasterKey) -> str:
        """Adds the key as the last one, so that no other is lost."""
        entries = self._entries()
        if key.entry in entries:
            return f"The host already has the master key {key.id}"
        if any(one.partition(":")[0] == key.id for one in entries):
            raise Refused(
                f"{MASTER_KEYS} has a different key with the id {key.id}; nothing was changed",
                code="key_id_taken",
            )
        self._write([*entries, key.entry])
        if entries:
            return f"Restored the host's master key {key.id}, after the keys it already had"
        return f"Restored the host's master key {key.id}{self._elsewhere()}"

    def _elsewhere(self) -> str:
        """What to do where px serve has its keys in variables, which cannot be seen from here."""
        if self._folder.stamp(ROOT_HASH):
            return ""
        return (
            f" into {MASTER_KEYS}, a new file. If px serve has MASTER_KEYS as a variable, it "
            "refuses both at its next start: put the variable's keys into the file, in front of "
            "this one, and unset it"
        )

    def ids(self) -> list[str]:
        """Of the keys in the file, the newest first. Raises Usage."""
        return [parse(one).id for one in self._entries()]

    def name(self) -> str | None:
        """What recovery files call this host; None if nobody noted it."""
        text = self._folder.read(HOST)
        if text is None:
            return None
        try:
            found = json.loads(text)["name"]
        except (ValueError, KeyError, TypeError):
            found = None
        if not isinstance(found, str):
            raise Usage(f"{HOST} in the data folder is malformed", hint="restore a copy of it")
        return found

    def _entries(self) -> list[str]:
        """Raises Usage for what are no keys, without their text."""
        entries = (self._folder.read(MASTER_KEYS) or "").replace(",", " ").split()
        try:
            for one in entries:
                parse(one)
        except ValueError:
            raise Usage(f"{MASTER_KEYS} in the data folder is malformed", hint=_RESTORE) from None
        return entries

    def _write(self, entries: Sequence[str]) -> None:
        self._folder.write(MASTER_KEYS, ",".join(entries))
