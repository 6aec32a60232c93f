"""What an entry asks of a project's ledger."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from positronic.audit.events import Origin
from positronic.names import Project
from positronic.roles import Principal, Role

FORM: Final = 4  # of a command: an object that runs other code refuses it


@dataclass(frozen=True, slots=True)
class TokenShown:
    """A token that somebody sent, for the ledger to check: its id, and its secret's SHA-256."""

    id: str
    hash: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Command:
    """`id`: sent again under the same, it is made once. `newest`: the entry's newest key id.

    `caller`: whom the entry vouches for, or a token. `arguments` may hold a value in clear.
    """

    project: Project
    id: str
    action: str
    arguments: Mapping[str, object] = field(repr=False)
    caller: Principal | TokenShown
    role: Role
    origin: Origin
    newest: str
