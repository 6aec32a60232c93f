"""Policies of a project's secrets, as its ledger answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from positronic.commands.asking import Asking
from positronic.names import Name
from positronic.ports import Page, Unreadable
from positronic.secrets.policy import Due, Policy

SECOND: Final = 1_000  # milliseconds

_ABOUT: Final = ("version", "sealedAt", "due", "why")  # besides the name and the policy's fields


class SecretPolicy(NamedTuple):
    """`sealed_at`: when the value was written, in milliseconds; `due`: see `Policy.due`."""

    name: str
    version: int
    sealed_at: int
    due: Due | None
    policy: Policy


class LedgerPolicies:
    """Each of these is one command."""

    def __init__(self, ask: Asking) -> None:
        self._ask = ask

    async def change(self, name: Name, fields: Mapping[str, object]) -> SecretPolicy:
        """Set these fields, which have the names that a Policy gives them. Raises NotFound."""
        return _told(await self._ask("secret.policy", name=name, fields=dict(fields)))

    async def of(self, name: Name) -> SecretPolicy:
        """Raises NotFound."""
        return _told(await self._ask("secret.policy-of", name=name))

    async def due(
        self, within: int, cursor: str | None, limit: int
    ) -> Page[SecretPolicy | Unreadable]:
        """Soonest first: what is due within this number of seconds, or was due before."""
        found, following = await self._ask(
            "secret.due", within=within * SECOND + 1, cursor=cursor, limit=limit
        )
        items = [Unreadable(one["name"]) if len(one) == 1 else _told(one) for one in found]
        return Page(items, following)


def _told(found: Mapping[str, Any]) -> SecretPolicy:
    fields = dict(found)
    name, version, sealed_at, at, why = map(fields.pop, ("name", *_ABOUT))
    due = None if at is None else Due(at, why)
    return SecretPolicy(name, version, sealed_at, due, Policy(**fields))
