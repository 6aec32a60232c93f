"""Every interface of the core, on one screen.

Times are integers: milliseconds since 1970-01-01 UTC. A port has at most four methods; what all
backends share stands once, above the port.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from positronic.names import Name, Value

T = TypeVar("T")

Clock = Callable[[], int]
RandomBytes = Callable[[int], bytes]


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Part of a list in order; `cursor` is None on the last page, else opens the next."""

    items: list[T]
    cursor: str | None = None


class InvalidTag(Exception):
    """The ciphertext, its associated data or its key is not what was sealed."""


class Cipher(Protocol):
    """AES-256-GCM (NIST SP 800-38D): 32-byte key, 12-byte nonce, 16-byte tag at the end."""

    async def seal(self, key: bytes, nonce: bytes, plaintext: bytes, aad: bytes) -> bytes: ...

    async def open(self, key: bytes, nonce: bytes, sealed: bytes, aad: bytes) -> bytes:
        """Raises InvalidTag; never returns unauthenticated bytes."""
        ...


@dataclass(frozen=True, slots=True)
class Metadata:
    """What stands beside a sealed text in clear, and is authenticated when it opens."""

    version: int
    created_at: int
    updated_at: int
    key_id: str


@dataclass(frozen=True, slots=True)
class RecordInfo:
    name: Name
    metadata: Metadata


@dataclass(frozen=True, slots=True)
class Record(RecordInfo):
    sealed: str


class RecordStore(Protocol):
    """One project's sealed text and metadata; knows nothing of keys.

    Raises StoreFailed, RateLimited, CorruptRecord (metadata that cannot be read), and
    InvalidRequest for a cursor that no list gave.
    """

    async def get(self, names: Collection[Name]) -> Mapping[Name, Record]:
        """The records there are; a missing name is missing from the answer."""
        ...

    async def put(self, record: Record) -> None: ...

    async def delete(self, name: Name) -> None:
        """Idempotent."""
        ...

    async def list(self, cursor: str | None, limit: int) -> Page[RecordInfo]:
        """By name, in code-point order; limit 1 to 1,000."""
        ...


@dataclass(frozen=True, slots=True)
class SecretInfo:
    name: Name
    version: int
    created_at: int
    updated_at: int


class Secret(Protocol):
    """A stored secret that is not opened yet."""

    @property
    def info(self) -> SecretInfo: ...

    async def open(self) -> Value:
        """Raises UnknownKey, CorruptRecord."""
        ...


class SecretStore(Protocol):
    """One project's values, whoever encrypts them."""

    async def get(self, names: Collection[Name]) -> Mapping[Name, Secret]:
        """The secrets there are, unopened; a missing name is missing from the answer."""
        ...

    async def put(self, name: Name, value: Value, previous: SecretInfo | None) -> SecretInfo:
        """Write; `previous` is what `get` gave for the name, and its created_at stays."""
        ...

    async def delete(self, name: Name) -> None:
        """Idempotent."""
        ...

    async def list(self, cursor: str | None, limit: int) -> Page[SecretInfo]:
        """By name, in code-point order; opens nothing."""
        ...


@dataclass(frozen=True, slots=True)
class Event:
    """Who did what, when, to which names. Never a value."""

    id: str
    time: int
    actor: Mapping[str, str]
    action: str
    names: tuple[str, ...]
    outcome: str
    request_id: str
    code: str | None = None


class AuditLog(Protocol):
    """One project's events."""

    async def append(self, event: Event) -> None:
        """Raises when the event is not stored for certain."""
        ...

    async def list(self, cursor: str | None, limit: int) -> Page[Event]:
        """Newest first."""
        ...
