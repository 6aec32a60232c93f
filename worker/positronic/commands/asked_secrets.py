"""A project's secrets, as its ledger answers."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from pydantic_core import from_json

from positronic.commands.arguments import Entry
from positronic.commands.asking import Asking, LedgerUnreachable
from positronic.commands.run_commands import READ
from positronic.errors import CorruptRecord, PositronicError, StoreFailed
from positronic.names import Name, Value
from positronic.ports import Copies, Metadata, Page, Record, SecretInfo, Unreadable, Values
from positronic.quick_dataclass import quick_dataclass
from positronic.secrets.sealer import ReadDenied, SealedSecret


@quick_dataclass(frozen=True, slots=True)
class BulkResult:
    """How many secrets a bulk wrote."""

    created: int
    updated: int


class WrittenSecret(NamedTuple):
    """`restored_from`: the version whose value it has again."""

    name: Name
    version: int
    created_at: int
    updated_at: int
    restored_from: int | None = None


class LedgerVault:
    """Create, list, exists, delete, bulk: each is one command. A list is JSON, as it is sent."""

    def __init__(self, ask: Asking) -> None:
        self._ask = ask

    async def create(
        self, name: Name, value: Value, if_version: int | None = None
    ) -> WrittenSecret:
        """Write one secret; an update keeps its created_at. Raises VersionMismatch."""
        found = await self._ask("secret.put", entry=[name, value.reveal(), if_version])
        return WrittenSecret(name, *found)

    async def list(self, cursor: str | None, limit: int) -> str:
        """Names and dates in name order; opens nothing."""
        return str(await self._ask("secret.list", cursor=cursor, limit=limit))

    async def unused(self, seconds: int, cursor: str | None, limit: int) -> str:
        """What was created and last read before that. A page may be short, and not the last."""
        asked = {"unusedFor": seconds, "cursor": cursor, "limit": limit}
        return str(await self._ask("secret.unused", **asked))

    async def exists(self, name: Name) -> bool | None:
        """As `secret_reads.exists`."""
        found: bool | None = await self._ask("secret.exists", name=name)
        return found

    async def delete(self, text: str, if_version: int | None = None) -> None:
        """Whatever is listed. Raises NotFound, InvalidName, ReservedName, VersionMismatch."""
        await self._ask("secret.delete", name=text, ifVersion=if_version)

    async def destroy(self, text: str, if_version: int | None = None) -> None:
        """The same, for good, with all that is kept of it."""
        await self._ask("secret.destroy", name=text, ifVersion=if_version)

    async def bulk(self, entries: Sequence[Entry]) -> BulkResult:
        """Write checked entries with distinct names: all, or none. Raises VersionMismatch."""
        sent = [[name, value.reveal(), if_version] for name, value, if_version in entries]
        return BulkResult(*await self._ask("secret.bulk", entries=sent))


class LedgerSecrets:
    """What a run reads: sealed text, which is opened here.

    `fallback`: the copies that are read when the ledger cannot be reached; None: it is an error.
    """

    def __init__(self, ask: Asking, values: Values, fallback: Copies | None) -> None:
        self._ask = ask
        self._values = values
        self._fallback = fallback

    async def get(self, names: Collection[Name]) -> Mapping[Name, SealedSecret]:
        try:
            found = await self._ask(READ, names=list(names))
        except LedgerUnreachable as error:
            if self._fallback is None:
                raise StoreFailed(f"{error.message}, and no copy is read: see FALLBACK") from None
            return await self._copies(self._fallback, names, error)
        return sealed_secrets(self._values, found)

    async def infos(self, names: Collection[Name]) -> Mapping[Name, SecretInfo]:
        found = await self._ask("secret.infos", names=list(names))
        return {Name(name): SecretInfo(Name(name), *dates) for name, *dates in found}

    async def exists(self, name: Name) -> bool:
        found = await self._ask("secret.exists", name=name)
        if found is None:
            raise ReadDenied(f"the value of {name} is stored where this host may not read it")
        return bool(found)

    async def names(self, cursor: str | None, limit: int) -> Page[Name]:
        found = from_json(await self._ask("secret.list", cursor=cursor, limit=limit))
        names = [Name(one["name"]) for one in found["secrets"] if "unreadable" not in one]
        return Page(names, found.get("cursor"))

    async def _copies(
        self, copies: Copies, names: Collection[Name], error: LedgerUnreachable
    ) -> Mapping[Name, SealedSecret]:
        """All of them: that one has no copy does not say that there is no such secret."""
        try:
            found = await copies.get(names)
        except PositronicError:
            raise StoreFailed(f"{error.message}, and neither did the copies") from None
        records: list[Record] = []
        for name in names:
            record = found.get(name)
            if record is None:
                raise StoreFailed(f"{error.message}, and there is no copy of {name}")
            if isinstance(record, Unreadable):
                raise CorruptRecord(f"{error.message}, and the copy of {name} cannot be read")
            records.append(record)
        return {one.name: SealedSecret(self._values, one, is_copy=True) for one in records}


def sealed_secrets(values: Values, found: Sequence[Sequence[Any]]) -> Mapping[Name, SealedSecret]:
    """What `run_commands.read` answers, by name."""
    secrets = [
        SealedSecret(values, Record(Name(name), Metadata(*metadata), sealed), expired_at=expired)
        for name, *metadata, sealed, expired in found
    ]
    return {secret.info.name: secret for secret in secrets}
