"""The id of a change that its sender may send again: the same for the same change, and no other."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Final

from positronic.commands.command import TokenShown
from positronic.names import Project
from positronic.roles import Principal
from positronic.sealing.keyring import Keyring
from positronic.sealing.signing import Signer

PURPOSE: Final = "idempotency"

_LENGTH: Final = 32  # hexadecimal digits


def command_id(
    keyring: Keyring,
    key: str,
    project: Project,
    caller: Principal | TokenShown,
    action: str,
    arguments: Mapping[str, object],
) -> str:
    """`key`: what the caller sent. Another caller, or another change, has another id.

    A MAC, because it is kept beside the event, and a plain digest would let a reader of the storage
    try values out.
    """
    hash_ = caller.hash if isinstance(caller, TokenShown) else ""
    text = json.dumps(arguments, sort_keys=True, separators=(",", ":"))
    digest = hashlib.sha256(text.encode()).hexdigest()
    parts = (project, caller.id, hash_, action, key, digest)
    return Signer(keyring, PURPOSE).sign(*parts).mac[:_LENGTH]
