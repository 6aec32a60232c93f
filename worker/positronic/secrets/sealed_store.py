"""SealedStore joins Cipher, Keyring and RecordStore into a SecretStore."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from positronic.names import Name, Project, Value, is_name
from positronic.ports import (
    Cipher,
    Clock,
    Metadata,
    Page,
    RandomBytes,
    Record,
    RecordInfo,
    RecordStore,
    SecretInfo,
    Unreadable,
    everything,
)
from positronic.sealing.keyring import Keyring
from positronic.secrets.sealer import Sealer


class SealedStore:
    """One project's values, each sealed under a fresh key, bound to its name and dates."""

    def __init__(
        self,
        project: Project,
        records: RecordStore,
        cipher: Cipher,
        keyring: Keyring,
        *,
        clock: Clock,
        random: RandomBytes,
    ) -> None:
        self._records = records
        self._sealer = Sealer(project, cipher, keyring, random)
        self._clock = clock

    async def get(self, names: Collection[Name]) -> Mapping[Name, SealedSecret]:
        records = await self._records.get(names)
        return {name: SealedSecret(self._sealer, record) for name, record in records.items()}

    async def put(self, name: Name, value: Value, previous: SecretInfo | None) -> SecretInfo:
        now = self._clock()
        metadata = Metadata(
            version=previous.version + 1 if previous else 1,
            created_at=previous.created_at if previous else now,
            # If the clock went back, an update is still not dated before what it replaces.
            updated_at=max(now, previous.updated_at) if previous else now,
            key_id=self._sealer.newest,
        )
        record = await self._sealer.seal(name, value, metadata)
        await self._records.put(record)
        return _info(record)

    async def delete(self, name: Name) -> None:
        await self._records.delete(name)

    async def list(self, cursor: str | None, limit: int) -> Page[SecretInfo | Unreadable]:
        page = await self._records.list(cursor, limit)
        items = [_readable(item) for item in page.items]
        return Page(
            [one if isinstance(one, Unreadable) else _info(one) for one in items], page.cursor
        )

    async def key_ids(self) -> tuple[Mapping[Name, str], Sequence[str]]:
        """The master key id of each secret, and the names of unreadable ones."""
        found: dict[Name, str] = {}
        unreadable: list[str] = []
        async for item in everything(self._records.list):
            info = _readable(item)
            if isinstance(info, Unreadable):
                unreadable.append(info.id)
            else:
                found[info.name] = info.metadata.key_id
        return found, unreadable

    async def renew(self, name: Name) -> Record | None:
        """Unwritten, under the newest key; None if that is in use. UnknownKey, CorruptRecord."""
        record = (await self._records.get([name])).get(name)
        if record is None or record.metadata.key_id == self._sealer.newest:
            return None
        value = await self._sealer.open(record)
        metadata = replace(record.metadata, key_id=self._sealer.newest)
        return await self._sealer.seal(name, value, metadata)

    async def write(self, record: Record) -> None:
        """Store what `renew` returned."""
        await self._records.put(record)


class SealedSecret:
    """A record that has not been opened."""

    __slots__ = ("_record", "_sealer", "info")

    def __init__(self, sealer: Sealer, record: Record) -> None:
        self._sealer = sealer
        self._record = record
        self.info = _info(record)

    async def open(self) -> Value:
        """Raises UnknownKey, CorruptRecord; names the secret."""
        return await self._sealer.open(self._record)


def _readable(item: RecordInfo | Unreadable) -> RecordInfo | Unreadable:
    """A name that no secret can have is not ours: somebody else wrote it."""
    if isinstance(item, RecordInfo) and not is_name(item.name):
        return Unreadable(item.name)
    return item


def _info(record: RecordInfo) -> SecretInfo:
    metadata = record.metadata
    return SecretInfo(record.name, metadata.version, metadata.created_at, metadata.updated_at)
