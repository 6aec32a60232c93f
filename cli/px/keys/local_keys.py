"""The local Worker's keys: MASTER_KEYS in `.dev.vars`, which `px dev` passes to the Worker.

Not MASTER_KEYS_NEXT: wrangler only reads from `.dev.vars` what wrangler.toml requires, and unlike
at Cloudflare, the old keys can be read here.
"""

from __future__ import annotations

from px.errors import Refused
from px.project import dev_vars
from px.project.master_key import MasterKey
from px.project.workspace import Workspace


class LocalKeys:
    """A project's `.dev.vars`: mode 600, replaced whole."""

    def __init__(self, project: Workspace) -> None:
        self._project = project

    def check_rotation(self, newest: str, *, resuming: bool) -> None:
        self._check()

    def _check(self) -> None:
        if not self._project.dev_vars.exists():
            name = self._project.dev_vars.name
            hint = dev_vars.without_keys(self._project)
            raise Refused(f"{name} is missing", code="no_keys", hint=hint)

    def put_in_front(self, key: MasterKey) -> None:
        others = [entry for entry in dev_vars.read_keys(self._project) if entry != key.entry]
        dev_vars.write_keys(self._project, [key.entry, *others])

    def keep_only(self, key: MasterKey) -> None:
        dev_vars.write_keys(self._project, [key.entry])

    def check_recovery(self, *, replace: bool) -> None:
        self._check()
        dev_vars.read_keys(self._project)

    def bring_back(self, key: MasterKey) -> str:
        """Adds the key as the last one, so that no other is lost."""
        entries = dev_vars.read_keys(self._project)
        if key.entry in entries:
            return f"The local Worker already has the master key {key.id}"
        if any(entry.partition(":")[0] == key.id for entry in entries):
            raise Refused(
                f"{self._project.dev_vars.name} has a different key with the id {key.id}; "
                "nothing was changed",
                code="key_id_taken",
            )
        dev_vars.write_keys(self._project, [*entries, key.entry])
        return f"Restored the local Worker's master key {key.id}, after the keys it already had"
