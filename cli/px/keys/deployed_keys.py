"""A deployed Worker's keys: secrets of Cloudflare's, which wrangler sets and nobody reads back.

The new key stands in MASTER_KEYS_NEXT, which the Worker puts in front of MASTER_KEYS, and in the
end takes its place: both in one request.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Final

from px.cloudflare.worker import secret_names
from px.cloudflare.wrangler import Wrangler
from px.errors import Refused
from px.project.master_key import MasterKey

KEYS: Final = "MASTER_KEYS"
NEXT: Final = "MASTER_KEYS_NEXT"


class DeployedKeys:
    """The secrets of the Worker that wrangler.toml names."""

    def __init__(self, wrangler: Wrangler) -> None:
        self._wrangler = wrangler

    def check_rotation(self, *, resuming: bool) -> None:
        """`wrangler secret put` would make a Worker that is missing, and say nothing."""
        names = secret_names(self._wrangler)
        if names is None or KEYS not in names:
            raise Refused(
                f"the Worker that wrangler.toml names has no {KEYS}",
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
                "the Worker has a master key, and Cloudflare does not give it back; "
                "nothing was changed",
                code="keys_exist",
                hint="see `px key list`; if that key is of no use to anything: --replace",
            )

    def bring_back(self, key: MasterKey) -> str:
        self._run(["secret", "bulk"], json.dumps({KEYS: key.entry}), key)
        return f"The Worker has the master key {key.id} back; now run `px deploy`"

    def _run(self, words: Sequence[str], sent: str, key: MasterKey) -> None:
        self._wrangler.run(words, sent, hidden=[key.encoded])


def begun_elsewhere() -> Refused:
    """Another machine holds the key in front; one more would push it out."""
    return Refused(
        "a rotation that was begun elsewhere is under way; nothing was changed",
        code="rotation_pending",
        hint="end it where it was begun: there lies the new key, in .px/rotation.json",
    )
