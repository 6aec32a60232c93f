"""One caller's commands to the ledger of one project, for one request."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from positronic.audit.events import Origin
from positronic.commands.command import Command, TokenShown
from positronic.errors import StoreFailed
from positronic.names import Project
from positronic.ports import RandomBytes
from positronic.roles import Principal, Role

Send = Callable[[Command], Awaitable[Any]]


class LedgerUnreachable(StoreFailed):
    """A `Send` got no answer: what was to be read is not known, and no more."""


class Asking:
    """`has_asked`: the ledger was asked, and so has looked whether the caller may ask."""

    def __init__(
        self,
        project: Project,
        caller: Principal | TokenShown,
        role: Role,
        origin: Origin,
        newest: str,
        random: RandomBytes,
        send: Send,
    ) -> None:
        self.project = project
        self.has_asked = False
        self._caller = caller
        self._role = role
        self._origin = origin
        self._newest = newest
        self._random = random
        self._send = send

    async def __call__(self, action: str, **arguments: object) -> Any:  # noqa: ANN401
        """What the ledger answers: see `commands.table`. Raises what it raises."""
        return await self.once(self._random(8).hex(), action, **arguments)

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
            self._newest,
        )
        return await self._send(command)

    async def check(self) -> None:
        """Raises Unauthenticated, Forbidden: whether the caller may ask at all."""
        await self("caller.check")
