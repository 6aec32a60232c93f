"""Which app may read which secrets of a project, as its ledger answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from positronic.commands.asking import Asking
from positronic.ledger.grant_rows import Grant
from positronic.names import App, Name
from positronic.ports import Page, Unreadable


class Added(NamedTuple):
    """`missing`: the names of the grant for which there is no secret now."""

    grant: Grant
    missing: Sequence[Name]


class LedgerGrants:
    """Each of these is one command."""

    def __init__(self, ask: Asking) -> None:
        self._ask = ask

    async def add(self, app: App, names: Sequence[Name]) -> Added:
        """It may read these too. Raises Conflict."""
        grant, missing = await self._ask("grant.add", app=app, names=list(names))
        return Added(_grant(*grant), missing)

    async def list(self, cursor: str | None, limit: int) -> Page[Grant | Unreadable]:
        """By app."""
        found, following = await self._ask("grant.list", cursor=cursor, limit=limit)
        items = [Unreadable(*one) if len(one) == 1 else _grant(*one) for one in found]
        return Page(items, following)

    async def remove(self, text: str, names: Sequence[Name] = ()) -> None:
        """These names, or without any the whole grant; it holds at the next read. NotFound."""
        await self._ask("grant.remove", app=text, names=list(names))


def _grant(
    app: str, names: Sequence[str], by: Mapping[str, str], created: int, changed: int
) -> Grant:
    return Grant(App(app), tuple(map(Name, names)), by, created, changed)
