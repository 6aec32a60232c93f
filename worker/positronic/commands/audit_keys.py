"""The audit key of a project: drawn for its first event, unwrapped for each other one."""

from __future__ import annotations

from typing import Final

from positronic.audit.audit_key import SIZE, AuditKey
from positronic.commands.work import Work
from positronic.errors import AuditUnavailable, CorruptRecord, UnknownKey
from positronic.ledger.audit_key_rows import AUDIT_KEY, AUDIT_KEYS
from positronic.names import Project, Value
from positronic.ports import Metadata, Record
from positronic.rows import Change

MAX_UNWRAPPED: Final = 100

_PROOF: Final = b"positronic audit key cache"

# Of this process. Opening takes a while; what is derived from the master key stands for it,
# so that a key that is no longer held opens nothing here either.
_unwrapped: dict[tuple[bytes, Project, Record], AuditKey] = {}


async def obtain(work: Work) -> tuple[AuditKey, list[Change]]:
    """The key, and what keeps it if it is new. The commit expects that its row is unchanged.

    Raises AuditUnavailable: without it no change can be recorded.
    """
    try:
        record = work.look.one(AUDIT_KEYS, AUDIT_KEY)
        if record is not None:
            return await opened(work, record), []
    except (CorruptRecord, UnknownKey) as error:
        raise AuditUnavailable(f"{error.message}; nothing was done") from None
    key, kept = await draw(work)
    return key, [kept]


async def draw(work: Work) -> tuple[AuditKey, Change]:
    """A new key, and what keeps it, in place of one that there may be."""
    key, now = AuditKey(work.tools.random(SIZE)), work.tools.clock()
    metadata = Metadata(version=1, created_at=now, updated_at=now, key_id=work.sealer.newest)
    sealed = await work.sealer.seal(AUDIT_KEY, Value(key.secret.hex()), metadata)
    return key, AUDIT_KEYS.put(sealed)


async def held(work: Work) -> AuditKey | None:
    """None: there is none, or it cannot be opened, so that no event can be checked."""
    try:
        record = work.look.one(AUDIT_KEYS, AUDIT_KEY)
        return None if record is None else await opened(work, record)
    except (CorruptRecord, UnknownKey):
        return None


async def rewrapped(work: Work) -> Change | None:
    """The same key under the newest master key; None: it is, or there is none.

    Raises CorruptRecord, UnknownKey.
    """
    record = work.look.one(AUDIT_KEYS, AUDIT_KEY)
    if record is None or record.metadata.key_id == work.sealer.newest:
        return None
    key = await opened(work, record)
    metadata = record.metadata._replace(key_id=work.sealer.newest)
    return AUDIT_KEYS.put(await work.sealer.seal(AUDIT_KEY, Value(key.secret.hex()), metadata))


async def opened(work: Work, record: Record) -> AuditKey:
    """Raises CorruptRecord, UnknownKey."""
    master = work.tools.keyring.purpose_key(record.metadata.key_id, _PROOF)
    place = (master, work.project, record)
    if (known := _unwrapped.get(place)) is not None:
        return known
    key = AuditKey(_secret(await work.sealer.open(record)))
    if len(_unwrapped) >= MAX_UNWRAPPED:
        del _unwrapped[next(iter(_unwrapped))]
    _unwrapped[place] = key
    return key


def _secret(value: Value) -> bytes:
    found = bytes.fromhex(value.reveal())
    if len(found) != SIZE:
        raise CorruptRecord("the audit key has another size than it must have")
    return found
