"""One caller's commands to the ledger of one project, for one request."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from positronic.audit.events import Origin
from positronic.commands.command import Command, TokenShown
from positronic.commands.sent_again import command_id
from positronic.errors import StoreFailed
from positronic.names import Project
from positronic.ports import RandomBytes
from positronic.roles import Principal, Role
from positronic.sealing.keyring import Keyring

Send = Callable[[Command], Awaitable[Any]]


class LedgerUnreachable(StoreFailed):
    """A `Send` got no answer: what was to be read is not known, and no more."""


class Asking:
    """`has_asked`: the ledger was asked, and so has looked whether the caller may ask.

    `key`: what the caller sends again with a change whose answer it did not get.
    """

    def __init__(
        self,
        project: Project,
        caller: Principal | TokenShown,
        role: Role,
        origin: Origin,
        keyring: Keyring,
        random: RandomBytes,
        send: Send,
    ) -> None:
        self.project = project
        self.has_asked = False
        self.key: str | None = None
        self._caller = caller
        self._role = role
        self._origin = origin
        self._keyring = keyring
        self._random = random
        self._send = send

    async def __call__(self, action: str, **arguments: object) -> Any:  # noqa: ANN401
        """What the ledger answers: see `commands.table`. Raises what it raises."""
        return await self.once(self._id(action, arguments), action, **arguments)

    async def once(self, id_: str, action: str, **arguments: object) -> Any:  # noqa: ANN401
        """The same; made once, however often it is asked for under this id."""
        self.has_asked = True
        command = Command(
            self.project,
            id_,
            action,
            arguments,
            self._caller,
            self._role,
            self._origin,
            self._keyring.newest,
        )
        return await self._send(command)

    def _id(self, action: str, arguments: Mapping[str, object]) -> str:
        if self.key is None:
            return self._random(8).hex()
        caller = self._caller
        return command_id(self._keyring, self.key, self.project, caller, action, arguments)

    def require(self, role: Role) -> None:
        """What is asked from now on takes this role, which includes that of the call as such."""
        if not role.includes(self._role):
            raise ValueError(role)
        self._role = role

    async def check(self) -> None:
        """Raises Unauthenticated, Forbidden: whether the caller may ask at all."""
        await self("caller.check")
