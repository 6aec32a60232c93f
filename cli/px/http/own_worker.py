"""Whether px's own Worker listens at the address in `.px/local.json`, without sending the token.

Another program may listen there after `px dev` has stopped. So px first asks every new connection
for the proof of `positronic.access.proof`, and only sends the token after a valid proof.
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
TRIES: Final = 100  # connections that may be taken or closed before px uses them


class NewConnection(Exception):
    """A request was about to open a connection that has not proved itself."""


class OwnWorker:
    """Checks one address with the hash of one token."""

    def __init__(self, origin: str, token: str) -> None:
        self._origin = origin
        self._hash = root_hash(token)

    def challenge(self) -> dict[str, str]:
        """The headers of a new challenge."""
        return {proof.CHALLENGE: os.urandom(proof.SIZE).hex()}

    def check(self, asked: Mapping[str, str], status: int, answered: Mapping[str, str]) -> None:
        """Raises NotOwn unless the answer's headers contain the proof."""
        expected = proof.prove(self._hash, asked[proof.CHALLENGE], self._origin)
        given = answered.get(proof.PROOF, "")
        if not hmac.compare_digest(expected.encode(), given.encode()):
            # While the Worker restarts, wrangler's proxy may answer 5xx: try again.
            raise NotOwn(self._origin, final=status < 500)
