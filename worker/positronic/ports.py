"""Every interface of the core, on one screen.

Times are integers: milliseconds since 1970-01-01 UTC. A port has at most four methods; what all
backends share stands once, above the port.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from positronic.names import Name, Project, TokenName, Value
from positronic.roles import Role

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

Clock = Callable[[], int]
RandomBytes = Callable[[int], bytes]


@dataclass(frozen=True, slots=True)
class Page(Generic[T_co]):
    """Part of a list in order; `cursor` is None on the last page, else opens the next."""

    items: Sequence[T_co]
    cursor: str | None = None


async def everything(
    list_page: Callable[[str | None, int], Awaitable[Page[T]]],
) -> AsyncIterator[T]:
    """All items of a list, page by page of 1,000."""
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
    """An entry of a list that cannot be read; `id`: the text it is under, whatever that is."""

    id: str


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

    Raises StoreFailed, RateLimited, CorruptRecord (`get` of metadata that cannot be read), and
    InvalidRequest for a cursor that no list gave. `get` and `delete` take whatever `list` shows.
    """

    async def get(self, names: Collection[Name]) -> Mapping[Name, Record]:
        """The records there are; a missing name is missing from the answer."""
        ...

    async def put(self, record: Record) -> None: ...

    async def delete(self, name: Name) -> None:
        """Idempotent."""
        ...

    async def list(self, cursor: str | None, limit: int) -> Page[RecordInfo | Unreadable]:
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

    async def list(self, cursor: str | None, limit: int) -> Page[SecretInfo | Unreadable]:
        """By name, in code-point order; opens nothing."""
        ...


@dataclass(frozen=True, slots=True)
class Signature:
    """The id of the master key behind it, and 64 hexadecimal digits of HMAC-SHA256."""

    key_id: str
    mac: str


@dataclass(frozen=True, slots=True)
class Event:
    """Who did what, when, to which names. Never a value. Signed, so that a change shows."""

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


class AuditLog(Protocol):
    """One project's events."""

    async def append(self, event: Event) -> None:
        """Raises when the event is not stored for certain."""
        ...

    async def list(self, cursor: str | None, limit: int) -> Page[Event]:
        """Newest first."""
        ...


@dataclass(frozen=True, slots=True)
class TokenRecord:
    """What is kept of a token. `hash`: SHA-256 of its secret half, 64 hexadecimal digits."""

    id: str
    name: TokenName
    role: Role
    hash: str
    created_at: int
    expires_at: int | None
    signature: Signature


class TokenStore(Protocol):
    """One project's tokens. Raises StoreFailed, RateLimited, CorruptRecord (`get`), InvalidRequest.

    `get` and `delete` take whatever `list` shows.
    """

    async def get(self, token_id: str) -> TokenRecord | None: ...

    async def put(self, record: TokenRecord) -> None: ...

    async def delete(self, token_id: str) -> None:
        """Idempotent."""
        ...

    async def list(self, cursor: str | None, limit: int) -> Page[TokenRecord | Unreadable]:
        """By id."""
        ...


class ProjectRegistry(Protocol):
    """The projects that were ever written to."""

    async def add(self, project: Project) -> None:
        """Idempotent, and cheap when it is there."""
        ...

    async def list(self, cursor: str | None, limit: int) -> Page[Project]:
        """By name, whatever stands there: it need not be a project's name."""
        ...


class Journal(Protocol):
    """What was changed in one project lately, known for certain in the place of its changes.

    A store may still show an older state, which a rotation must not write back. Keys are
    what `journal` makes of a secret's name or a token's id.
    """

    def note(self, versions: Mapping[str, int]) -> None:
        """These keys are about to have these versions; 0: to be gone."""
        ...

    def last(self, key: str) -> int | None:
        """The version noted last, as `recent` gives it; None: nothing was noted lately."""
        ...

    def recent(self) -> Mapping[str, int]:
        """The last version noted of each key, for as long as a store may lag behind."""
        ...


class Storage(Protocol):
    """One backend: everything that a host keeps."""

    def records(self, project: Project) -> RecordStore: ...

    def audit_log(self, project: Project, retention: int) -> AuditLog:
        """`retention`: seconds that an event is kept at least."""
        ...

    def tokens(self, project: Project) -> TokenStore: ...

    def projects(self) -> ProjectRegistry: ...
