"""Who read a project's secrets, as its ledger answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from positronic.commands.asked_secrets import secret_item
from positronic.commands.asking import Asking
from positronic.names import Name
from positronic.ports import Page, SecretInfo, Unreadable


class ListedUse(NamedTuple):
    """The reads of one version by one reader on one day; `first` and `last` in milliseconds."""

    version: int
    kind: str
    reader: str
    host: str | None
    reads: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class UsesPage(Page[ListedUse]):
    """`since`: every read from then on was counted; None: that cannot be said yet."""

    since: int | None = None


@dataclass(frozen=True, slots=True)
class UnusedPage(Page[SecretInfo | Unreadable]):
    """`since`: as in UsesPage."""

    since: int | None = None


class LedgerUses:
    """Counters of reads."""

    def __init__(self, ask: Asking) -> None:
        self._ask = ask

    async def list(
        self, name: Name, version: int | None, cursor: str | None, limit: int
    ) -> UsesPage:
        """The newest version first, and of each the newest day first. Raises NotFound."""
        found, following, since = await self._ask(
            "secret.uses", name=name, version=version, cursor=cursor, limit=limit
        )
        return UsesPage([ListedUse(*one) for one in found], following, since)

    async def unused(self, seconds: int, cursor: str | None, limit: int) -> UnusedPage:
        """What was created and last read before that. A page may be short, and not the last."""
        found, following, since = await self._ask(
            "secret.unused", unusedFor=seconds, cursor=cursor, limit=limit
        )
        return UnusedPage([secret_item(one) for one in found], following, since)
