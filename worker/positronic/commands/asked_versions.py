"""The versions of a project's secrets, as its ledger answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

from positronic.commands.asked_secrets import WrittenSecret
from positronic.commands.asking import Asking
from positronic.names import Name
from positronic.ports import Unreadable

State = Literal["current", "previous", "deleted", "destroyed"]


class PastVersion(NamedTuple):
    """`by`: who wrote it, as events name them; None: it is not known."""

    version: int
    state: State
    created_at: int
    by: dict[str, str] | None
    restored_from: int | None


class History(NamedTuple):
    """Newest first. `kept_until`: when what was deleted of it is removed."""

    versions: Sequence[PastVersion | Unreadable]
    kept_until: int | None


class LedgerVersions:
    """Each of these is one command."""

    def __init__(self, ask: Asking) -> None:
        self._ask = ask

    async def history(self, name: Name) -> History:
        """Raises NotFound."""
        found, kept_until = await self._ask("secret.versions", name=name)
        versions = [
            Unreadable(str(one[0])) if len(one) == 1 else PastVersion(*one) for one in found
        ]
        return History(versions, kept_until)

    async def deleted(self, cursor: str | None, limit: int) -> str:
        """JSON, as it is sent: what can be restored, those first that are removed first."""
        return str(await self._ask("secret.deleted", cursor=cursor, limit=limit))

    async def rollback(self, name: Name, to: int, if_version: int | None) -> WrittenSecret:
        """Raises NotFound, Conflict, VersionMismatch."""
        found = await self._ask("secret.rollback", name=name, to=to, ifVersion=if_version)
        return WrittenSecret(name, *found)

    async def restore(self, name: Name) -> WrittenSecret:
        """Raises NotFound, Conflict."""
        return WrittenSecret(name, *await self._ask("secret.restore", name=name))

    async def destroy(self, name: Name, version: int) -> None:
        """Raises NotFound, Conflict."""
        await self._ask("secret.destroy", name=name, version=version)
