"""A deployed Worker's keys: secrets at Cloudflare that wrangler can set but nobody can read.

The new key is in MASTER_KEYS_NEXT, which the Worker uses before MASTER_KEYS; at the end of a
rotation it replaces MASTER_KEYS, in one request.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Final

from px.cloudflare.worker import secret_names
from px.cloudflare.wrangler import Wrangler
from px.errors import NotAllowed, PxError, Refused, Usage
from px.project.master_key import MasterKey

KEYS: Final = "MASTER_KEYS"
NEXT: Final = "MASTER_KEYS_NEXT"


class DeployedKeys:
    """The secrets of the Worker in wrangler.toml."""

    def __init__(self, wrangler: Wrangler) -> None:
        self._wrangler = wrangler

    def check_rotation(self, newest: str, *, resuming: bool) -> None:
        """Checks that the Worker exists: `wrangler secret put` would silently create it."""
        names = secret_names(self._wrangler)
        if names is None or KEYS not in names:
            raise Refused(
                f"the Worker in wrangler.toml has no {KEYS}",
                code="no_keys",
                hint="run px in the project that was deployed",
            )
        if NEXT in names and not resuming:
            raise begun_elsewhere()

    def put_in_front(self, key: MasterKey) -> None:
        self._run(["secret", "put", NEXT], key.entry, key)

    def keep_only(self, key: MasterKey) -> None:
        self._run(["secret", "bulk"], json.dumps({KEYS: key.entry, NEXT: None}), key)

    def check_recovery(self, *, replace: bool) -> None:
        if KEYS in (secret_names(self._wrangler) or ()) and not replace:
            raise Refused(
                "the Worker already has a master key, which Cloudflare never shows; "
                "nothing was changed",
                code="keys_exist",
                hint="see `px key list`; if nothing needs that key, use --replace",
            )

    def bring_back(self, key: MasterKey) -> str:
        try:
            self._run(["secret", "bulk"], json.dumps({KEYS: key.entry}), key)
        except PxError as error:
            if not isinstance(error, (Refused, NotAllowed, Usage)):
                error.message = f"{error.message}; the key may have been restored"
            raise
        return f"Restored the Worker's master key {key.id}; now run `px deploy`"

    def _run(self, words: Sequence[str], sent: str, key: MasterKey) -> None:
        self._wrangler.run(words, sent, hidden=[key.encoded])


def begun_elsewhere() -> Refused:
    """Another machine holds the newest key, which one more key would replace."""
    return Refused(
        "a rotation that was started elsewhere is under way; nothing was changed",
        code="rotation_pending",
        hint="finish it where it was started: the new key is there, in .px/rotation.json",
    )
