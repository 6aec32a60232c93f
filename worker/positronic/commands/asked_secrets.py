"""A project's secrets, as its ledger answers."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from positronic.commands.asking import Asking
from positronic.names import Name, Value
from positronic.ports import Metadata, Page, Record, SecretInfo, Unreadable, Values
from positronic.secrets.sealer import SealedSecret


@dataclass(frozen=True, slots=True)
class BulkResult:
    """How many secrets a bulk wrote."""

    created: int
    updated: int


class LedgerVault:
    """Create, list, exists, delete, bulk: each is one command."""

    def __init__(self, ask: Asking) -> None:
        self._ask = ask

    async def create(self, name: Name, value: Value) -> SecretInfo:
        """Write one secret; an update keeps its created_at."""
        found = await self._ask("secret.put", entry=[name, value.reveal()])
        return SecretInfo(name, *found)

    async def list(self, cursor: str | None, limit: int) -> Page[SecretInfo | Unreadable]:
        """Names and dates in name order; opens nothing."""
        return await secrets_page(self._ask, cursor, limit)

    async def exists(self, name: Name) -> bool:
        """True when a brain could read it now: it opens the secret, and raises what that raises."""
        return bool(await self._ask("secret.exists", name=name))

    async def delete(self, text: str) -> None:
        """Whatever is listed. Raises NotFound, InvalidName, ReservedName."""
        await self._ask("secret.delete", name=text)

    async def bulk(self, entries: Sequence[tuple[Name, Value]]) -> BulkResult:
        """Write checked entries with distinct names: all, or none."""
        sent = [[name, value.reveal()] for name, value in entries]
        return BulkResult(*await self._ask("secret.bulk", entries=sent))


class LedgerSecrets:
    """What a run reads: sealed text, which is opened here."""

    def __init__(self, ask: Asking, values: Values) -> None:
        self._ask = ask
        self._values = values

    async def get(self, names: Collection[Name]) -> Mapping[Name, SealedSecret]:
        found = await self._ask("secret.read", names=list(names))
        records = [
            Record(Name(name), Metadata(*metadata), sealed) for name, *metadata, sealed in found
        ]
        return {record.name: SealedSecret(self._values, record) for record in records}

    async def list(self, cursor: str | None, limit: int) -> Page[SecretInfo | Unreadable]:
        return await secrets_page(self._ask, cursor, limit)


async def secrets_page(
    ask: Asking, cursor: str | None, limit: int
) -> Page[SecretInfo | Unreadable]:
    found, following = await ask("secret.list", cursor=cursor, limit=limit)
    items = [Unreadable(*one) if len(one) == 1 else SecretInfo(*one) for one in found]
    return Page(items, following)
