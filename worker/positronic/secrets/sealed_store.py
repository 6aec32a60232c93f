"""SealedStore joins Cipher, Keyring and RecordStore into a SecretStore."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from positronic.errors import CorruptRecord, InvalidValue, UnknownKey
from positronic.names import Name, Project, Value, is_name, parse_value
from positronic.ports import (
    Cipher,
    Clock,
    InvalidTag,
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
from positronic.sealing.envelope import (
    NONCE_SIZE,
    SALT_SIZE,
    Envelope,
    associated_data,
    key_info,
    pack,
    unpack,
)
from positronic.sealing.keyring import Keyring


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
        self._project = project
        self._records = records
        self._cipher = cipher
        self._keyring = keyring
        self._clock = clock
        self._random = random

    async def get(self, names: Collection[Name]) -> Mapping[Name, SealedSecret]:
        records = await self._records.get(names)
        return {name: SealedSecret(self, record) for name, record in records.items()}

    async def put(self, name: Name, value: Value, previous: SecretInfo | None) -> SecretInfo:
        now = self._clock()
        metadata = Metadata(
            version=previous.version + 1 if previous else 1,
            created_at=previous.created_at if previous else now,
            # If the clock went back, an update is still not dated before what it replaces.
            updated_at=max(now, previous.updated_at) if previous else now,
            key_id=self._keyring.newest,
        )
        record = Record(name, metadata, await self._seal(name, value, metadata))
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
        if record is None or record.metadata.key_id == self._keyring.newest:
            return None
        value = await SealedSecret(self, record).open()
        metadata = replace(record.metadata, key_id=self._keyring.newest)
        return Record(name, metadata, await self._seal(name, value, metadata))

    async def write(self, record: Record) -> None:
        """Store what `renew` returned."""
        await self._records.put(record)

    async def _seal(self, name: Name, value: Value, metadata: Metadata) -> str:
        # The salt gives this write a key of its own, so its one nonce cannot repeat under it.
        salt, nonce = self._random(SALT_SIZE), self._random(NONCE_SIZE)
        key = self._keyring.derive(metadata.key_id, salt, key_info(self._project, name))
        aad = associated_data(self._project, name, metadata)
        sealed = await self._cipher.seal(key, nonce, value.reveal().encode(), aad)
        return pack(Envelope(metadata.key_id, salt, nonce, sealed))

    async def _open(self, record: Record) -> Value:
        envelope = unpack(record.sealed)
        if envelope.key_id != record.metadata.key_id:
            raise CorruptRecord("the sealed text and its metadata name different keys")
        info = key_info(self._project, record.name)
        key = self._keyring.derive(envelope.key_id, envelope.salt, info)
        aad = associated_data(self._project, record.name, record.metadata)
        plaintext = await self._cipher.open(key, envelope.nonce, envelope.sealed, aad)
        return _value(plaintext)


class SealedSecret:
    """A record that has not been opened."""

    __slots__ = ("_record", "_store", "info")

    def __init__(self, store: SealedStore, record: Record) -> None:
        self._store = store
        self._record = record
        self.info = _info(record)

    async def open(self) -> Value:
        """Raises UnknownKey or CorruptRecord, which name the secret."""
        name = self.info.name
        try:
            return await self._store._open(self._record)
        except InvalidTag:
            raise CorruptRecord(f"the record of {name} cannot be opened") from None
        except CorruptRecord as error:
            raise CorruptRecord(f"the record of {name} cannot be opened: {error.message}") from None
        except UnknownKey as error:
            raise UnknownKey(f"the record of {name} cannot be opened: {error.message}") from None


def _value(plaintext: bytes) -> Value:
    try:
        return parse_value(plaintext.decode())
    except (UnicodeDecodeError, InvalidValue):
        # `from None`: a decoding error contains the plaintext.
        raise CorruptRecord("the sealed text does not contain a valid value") from None


def _readable(item: RecordInfo | Unreadable) -> RecordInfo | Unreadable:
    """A name that no secret can have is not ours: somebody else wrote it."""
    if isinstance(item, RecordInfo) and not is_name(item.name):
        return Unreadable(item.name)
    return item


def _info(record: RecordInfo) -> SecretInfo:
    metadata = record.metadata
    return SecretInfo(record.name, metadata.version, metadata.created_at, metadata.updated_at)
