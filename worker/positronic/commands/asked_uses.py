"""Who read a project's secrets, as its ledger answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from positronic.commands.asking import Asking
from positronic.names import Name
from positronic.ports import Page


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
