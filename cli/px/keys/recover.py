"""Restores a master key to `.dev.vars` or Cloudflare, without overwriting another key."""

from __future__ import annotations

import json
from typing import Protocol

from px.cloudflare.worker import secret_names
from px.cloudflare.wrangler import Wrangler
from px.errors import NotReached, Refused, ServerFailed
from px.keys.deployed_keys import KEYS
from px.project import dev_vars
from px.project.master_key import MasterKey
from px.project.workspace import Project


class Home(Protocol):
    """Where a recovered key goes."""

    def check(self, *, replace: bool) -> None:
        """Checks that the key can be stored, before asking for a passphrase. Raises PxError."""
        ...

    def put(self, key: MasterKey) -> str:
        """Stores it; returns a sentence about the result."""
        ...


class LocalHome:
    """`.dev.vars`: adds the key after the existing ones, so that none is lost."""

    def __init__(self, project: Project) -> None:
        self._project = project

    def check(self, *, replace: bool) -> None:
        if not self._project.dev_vars.exists():
            raise Refused(".dev.vars is missing", code="no_keys", hint="start `px dev` once")
        dev_vars.read_keys(self._project)

    def put(self, key: MasterKey) -> str:
        entries = dev_vars.read_keys(self._project)
        if key.entry in entries:
            return f"The local Worker already has the master key {key.id}"
        if any(entry.partition(":")[0] == key.id for entry in entries):
            raise Refused(
                f".dev.vars has a different key with the id {key.id}; nothing was changed",
                code="key_id_taken",
            )
        dev_vars.write_keys(self._project, [*entries, key.entry])
        return f"Restored the local Worker's master key {key.id}, after the keys it already had"


class DeployedHome:
    """MASTER_KEYS at Cloudflare, which can be written but never read."""

    def __init__(self, wrangler: Wrangler) -> None:
        self._wrangler = wrangler

    def check(self, *, replace: bool) -> None:
        if KEYS in (secret_names(self._wrangler) or ()) and not replace:
            raise Refused(
                "the Worker already has a master key, which Cloudflare never shows; "
                "nothing was changed",
                code="keys_exist",
                hint="see `px key list`; if nothing needs that key, use --replace",
            )

    def put(self, key: MasterKey) -> str:
        sent = json.dumps({KEYS: key.entry})
        try:
            self._wrangler.run(["secret", "bulk"], sent, hidden=[key.encoded])
        except (NotReached, ServerFailed) as error:
            error.message = f"{error.message}; the key may have been restored"
            raise
        return f"Restored the Worker's master key {key.id}; now run `px deploy`"
