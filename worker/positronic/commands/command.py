"""What an entry asks of a project's ledger."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from positronic.audit.events import Origin
from positronic.names import Project
from positronic.roles import Principal, Role

FORM: Final = 5  # of a command: an object that runs other code refuses it


class TokenShown(NamedTuple):
    """A token that somebody sent, for the ledger to check: its id, and its secret's SHA-256."""

    id: str
    hash: str

    def __repr__(self) -> str:
        return f"TokenShown({self.id})"


class Command(NamedTuple):
    """`id`: sent again under the same, it is made once. `newest`: the entry's newest key id.

    `caller`: whom the entry vouches for, or a token. `arguments` may hold a value in clear.
    """

    project: Project
    id: str
    action: str
    arguments: Mapping[str, object]
    caller: Principal | TokenShown
    role: Role
    origin: Origin
    newest: str

    def __repr__(self) -> str:
        return f"Command({self.action} in {self.project})"
