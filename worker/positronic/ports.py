"""Every interface of the core, on one screen.

Times are integers: milliseconds since 1970-01-01 UTC. A port has at most four methods; what all
backends share is written once, above the port.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, NamedTuple, Protocol, TypeVar

from positronic.names import Name, TokenName, Value
from positronic.quick_dataclass import quick_dataclass
from positronic.roles import Role
from positronic.rows import BY_ID, Changes, Expect, Key, Kind, Position, Row

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

Clock = Callable[[], int]
RandomBytes = Callable[[int], bytes]


@dataclass(frozen=True, slots=True)
class Page(Generic[T_co]):
    """Part of a sorted list; `cursor` leads to the next page, None on the last."""

    items: Sequence[T_co]
    cursor: str | None = None


async def everything(
    list_page: Callable[[str | None, int], Awaitable[Page[T]]],
) -> AsyncIterator[T]:
    """All items of a list, fetched in pages of 1,000."""
    cursor: str | None = None
    while True:
        page = await list_page(cursor, 1000)
        for item in page.items:
            yield item
        if page.cursor is None:
            return
        cursor = page.cursor


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A listed entry that cannot be read; `id` is the text that it is stored under."""

    id: str


class InvalidTag(Exception):
    """The ciphertext, associated data or key is not the one used to seal."""


Sealing = tuple[bytes, bytes, bytes, bytes]  # key, nonce, text, associated data


class Cipher(Protocol):
    """AES-256-GCM (NIST SP 800-38D): 32-byte key, 12-byte nonce, 16-byte tag at the end."""

    async def seal_many(self, texts: Sequence[Sealing]) -> Sequence[bytes]:
        """Each text sealed, in their order."""
        ...

    async def open(self, key: bytes, nonce: bytes, sealed: bytes, aad: bytes) -> bytes:
        """Raises InvalidTag; never returns unauthenticated bytes."""
        ...


class Metadata(NamedTuple):
    """Stored in clear beside a sealed text, and authenticated when that is opened."""

    version: int
    created_at: int
    updated_at: int
    key_id: str


@quick_dataclass(frozen=True, slots=True)
class RecordInfo:
    name: Name
    metadata: Metadata


@quick_dataclass(frozen=True, slots=True)
class Record(RecordInfo):
    sealed: str


@quick_dataclass(frozen=True, slots=True)
class SecretInfo:
    name: Name
    version: int
    created_at: int
    updated_at: int


class Secret(Protocol):
    """A stored secret that has not been opened."""

    @property
    def info(self) -> SecretInfo: ...

    @property
    def is_copy(self) -> bool:
        """It came from the copies, because the ledger could not be reached: it may be old."""
        ...

    @property
    def expired_at(self) -> int | None:
        """When its policy said that it ends, if that was before it was read; None: it has not."""
        ...

    async def open(self) -> Value:
        """Raises UnknownKey, CorruptRecord."""
        ...


Unsealed = tuple[Name, Value, Metadata]  # what becomes a record


class Values(Protocol):
    """Who keeps a project's values: the ledger itself, sealed, or a store that encrypts by itself.

    A value is kept before the commit that names it, and counts from then on. Raises StoreFailed.
    """

    @property
    def newest(self) -> str:
        """The key id of new records: a master key's, or one that no master key has."""
        ...

    async def seal_many(self, entries: Sequence[Unsealed]) -> Sequence[Record]:
        """A record of each: its text is the value sealed, or the id that it is kept under."""
        ...

    async def open(self, record: Record) -> Value:
        """Raises UnknownKey, CorruptRecord, ReadDenied, which name the secret."""
        ...

    async def sweep(self, named: Collection[str], before: int) -> None:
        """Remove what was kept before that time and is not under one of these ids."""
        ...


class ReadableSecrets(Protocol):
    """One project's values, for who may read them."""

    async def get(self, names: Collection[Name]) -> Mapping[Name, Secret]:
        """The existing secrets, unopened, after this was recorded; a missing name is missing.

        Raises SecretExpired.

        A copy is recorded by who reads it, before its value is given to anybody.
        """
        ...

    async def infos(self, names: Collection[Name]) -> Mapping[Name, SecretInfo]:
        """What the existing secrets are now; not a read."""
        ...

    async def exists(self, name: Name) -> bool:
        """Whether it could be read now: it is opened, but not given to anybody; not a read."""
        ...

    async def names(self, cursor: str | None, limit: int) -> Page[Name]:
        """Those that can be read, in code-point order; opens nothing."""
        ...


class Signature(NamedTuple):
    """A key's id, and 64 hexadecimal digits of HMAC-SHA256."""

    key_id: str
    mac: str


@quick_dataclass(frozen=True, slots=True)
class Event:
    """Who did what, when, to which names. Never a value. Signed, so that tampering shows.

    `details`: what else is to be known of it, such as a new token's role.
    """

    id: str
    time: int
    actor: Mapping[str, str]
    action: str
    names: tuple[str, ...]
    outcome: str
    request_id: str
    code: str | None = None
    address: str | None = None
    signature: Signature | None = None
    details: Mapping[str, object] = field(default_factory=dict)


@quick_dataclass(frozen=True, slots=True)
class TokenRecord:
    """What is stored of a token. `hash`: SHA-256 of its secret half, 64 hexadecimal digits.

    `issuer`: the id of the token that issued it, `root` or `schedule`; None: nobody recorded it.
    """

    id: str
    name: TokenName
    role: Role
    hash: str
    created_at: int
    expires_at: int | None
    signature: Signature
    issuer: str | None = None


class Ledger(Protocol):
    """One project's rows, where they are: no call waits for anything, and a commit is durable when
    it returns. Raises StoreFailed."""

    def get(self, kind: Kind, ids: Collection[str]) -> Mapping[str, Row]:
        """The rows there are; a missing id is missing from the answer."""
        ...

    def list(
        self,
        kind: Kind,
        index: str = BY_ID,
        after: Position | None = None,
        limit: int = 1000,
        *,
        low: Key | None = None,
        high: Key | None = None,
    ) -> Sequence[Row]:
        """By key and id, both ascending, text in code-point order; `low` <= key < `high`."""
        ...

    def count(
        self, kind: Kind, index: str = BY_ID, *, low: Key | None = None, high: Key | None = None
    ) -> int:
        """How many rows `list` would give."""
        ...

    def commit(self, changes: Changes, expect: Expect) -> int:
        """All or nothing: the revision of what it put. Raises CommitConflict, TooLarge."""
        ...


class Copies(Protocol):
    """One project's sealed texts elsewhere, where others write too. StoreFailed, RateLimited."""

    async def put(self, record: Record) -> None: ...

    async def delete(self, name: Name) -> None:
        """Idempotent; any name that `list` gives."""
        ...

    async def get(self, names: Collection[Name]) -> Mapping[Name, Record | Unreadable]:
        """The copies there are; a missing name is missing from the answer."""
        ...

    async def list(self, cursor: str | None, limit: int) -> Page[RecordInfo | Unreadable]:
        """By name, in code-point order; limit 1 to 1,000. InvalidRequest for a foreign cursor."""
        ...


@dataclass(frozen=True, slots=True)
class AtTarget:
    """What a target has under a name. `receipt`: the provider's id of what was last written there.

    `is_ours`: whether it carries our mark; None: the provider keeps none, so that the caller has to
    know what it wrote.
    """

    is_ours: bool | None
    receipt: str | None


class Target(Protocol):
    """A project's secrets at a provider, where others have theirs too. Raises StoreFailed and
    RateLimited, after which it is worth trying again, and TargetRefused, after which it is not."""

    def refusal(self, name: Name, value: Value | None = None) -> str | None:
        """Why the provider cannot take it, as a sentence; None: it can. Sends nothing."""
        ...

    async def put(self, name: Name, value: Value, version: int) -> str | None:
        """The provider's receipt. Idempotent; changes nothing that carries no mark of ours."""
        ...

    async def delete(self, name: Name) -> None:
        """Idempotent; changes nothing that carries no mark of ours."""
        ...

    async def look(self, names: Collection[Name]) -> Mapping[Name, AtTarget]:
        """What is there, without a value; a missing name is missing from the answer."""
        ...
