"""Values in the ledger itself, sealed: a fresh key for each, bound to its name and dates."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from positronic.errors import CorruptRecord, InvalidValue, StoreFailed, UnknownKey
from positronic.names import Name, Project, Value, parse_value
from positronic.ports import (
    Cipher,
    InvalidTag,
    Metadata,
    RandomBytes,
    Record,
    Sealing,
    SecretInfo,
    Unsealed,
    Values,
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


class ReadDenied(StoreFailed):
    """A value is stored, at a provider that does not let this host read it back."""


class Sealer:
    """One project's Values, under master keys."""

    def __init__(
        self, project: Project, cipher: Cipher, keyring: Keyring, random: RandomBytes
    ) -> None:
        self._project = project
        self._cipher = cipher
        self._keyring = keyring
        self._random = random

    @property
    def newest(self) -> str:
        """The id of the master key that seals."""
        return self._keyring.newest

    async def seal(self, name: Name, value: Value, metadata: Metadata) -> Record:
        """The record of a value, under the master key that its metadata names."""
        return (await self.seal_many([(name, value, metadata)]))[0]

    async def seal_many(self, entries: Sequence[Unsealed]) -> list[Record]:
        """A record of each, by one call of the cipher."""
        # The salt gives each write a key of its own, so its one nonce cannot repeat under it.
        # All are drawn at once, which takes as long as to draw one.
        size = SALT_SIZE + NONCE_SIZE
        drawn = self._random(size * len(entries))
        made = [
            (drawn[at : at + SALT_SIZE], drawn[at + SALT_SIZE : at + size])
            for at in range(0, len(drawn), size)
        ]
        texts = [
            self._sealing(name, value, metadata, salt, nonce)
            for (name, value, metadata), (salt, nonce) in zip(entries, made, strict=True)
        ]
        sealed = await self._cipher.seal_many(texts)
        return [
            Record(name, metadata, pack(Envelope(metadata.key_id, salt, nonce, one)))
            for (name, _, metadata), (salt, nonce), one in zip(entries, made, sealed, strict=True)
        ]

    async def open(self, record: Record) -> Value:
        """Raises UnknownKey or CorruptRecord, which name the secret."""
        name = record.name
        try:
            return await self._open(record)
        except InvalidTag:
            raise CorruptRecord(f"the record of {name} cannot be opened") from None
        except CorruptRecord as error:
            raise CorruptRecord(f"the record of {name} cannot be opened: {error.message}") from None
        except UnknownKey as error:
            raise UnknownKey(f"the record of {name} cannot be opened: {error.message}") from None

    async def sweep(self, named: Collection[str], before: int) -> None:
        """Nothing: a sealed value goes with its row."""

    def _sealing(
        self, name: Name, value: Value, metadata: Metadata, salt: bytes, nonce: bytes
    ) -> Sealing:
        key = self._keyring.derive(metadata.key_id, salt, key_info(self._project, name))
        aad = associated_data(self._project, name, metadata)
        return key, nonce, value.reveal().encode(), aad

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
    """A record that has not been opened. `is_copy`, `expired_at`: see the port."""

    __slots__ = ("_record", "_values", "expired_at", "info", "is_copy")

    def __init__(
        self,
        values: Values,
        record: Record,
        *,
        is_copy: bool = False,
        expired_at: int | None = None,
    ) -> None:
        self.is_copy = is_copy
        self.expired_at = expired_at
        self._values = values
        self._record = record
        one = record.metadata
        self.info = SecretInfo(record.name, one.version, one.created_at, one.updated_at)

    async def open(self) -> Value:
        """Raises UnknownKey, CorruptRecord; names the secret."""
        return await self._values.open(self._record)


def _value(plaintext: bytes) -> Value:
    try:
        return parse_value(plaintext.decode())
    except (UnicodeDecodeError, InvalidValue):
        # `from None`: a decoding error carries the plaintext.
        raise CorruptRecord("the sealed text does not contain a valid value") from None
