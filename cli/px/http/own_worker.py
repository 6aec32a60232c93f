"""Whether px's own Worker listens at the address in `.px/local.json`, asked without the token.

Another program may listen there once `px dev` has left. So every new connection is asked for the
proof of `positronic.access.proof` first, and the token only goes over one that gave it.
"""

from __future__ import annotations

import hmac
import os
from collections.abc import Mapping
from typing import Final

from positronic.access import proof
from positronic.access.tokens import root_hash
from px.http.result import NotOwn

PATH: Final = "/status"
TRIES: Final = 100  # connections that others may take, or the server may close, before it is used


class NewConnection(Exception):
    """A request was about to open a connection, which nobody has asked for the proof."""


class OwnWorker:
    """Asks one address with one token's hash."""

    def __init__(self, origin: str, token: str) -> None:
        self._origin = origin
        self._hash = root_hash(token)

    def challenge(self) -> dict[str, str]:
        """The headers of a question that was never asked before."""
        return {proof.CHALLENGE: os.urandom(proof.SIZE).hex()}

    def check(self, asked: Mapping[str, str], status: int, answered: Mapping[str, str]) -> None:
        """Raises NotOwn unless the answer's headers prove it."""
        expected = proof.prove(self._hash, asked[proof.CHALLENGE], self._origin)
        given = answered.get(proof.PROOF, "")
        if not hmac.compare_digest(expected.encode(), given.encode()):
            # While the Worker restarts, wrangler's proxy may answer 5xx for it: ask again.
            raise NotOwn(self._origin, final=status < 500)
