"""What a ledger knows of its copies elsewhere: which are due, and what was last written there."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from positronic.ledger.codec import Codec, Keys
from positronic.ledger.fields import DIGEST, Fields
from positronic.names import Name
from positronic.ports import Record
from positronic.quick_dataclass import quick_dataclass
from positronic.rows import Kind
from positronic.sealing.envelope import KEY_ID

REMEMBERED: Final = 10  # digests of a name's last texts


@quick_dataclass(frozen=True, slots=True)
class DueCopy:
    """`due`: when it is to be published, milliseconds; `tries`: how often that failed, from 1."""

    name: Name
    due: int
    tries: int = 1


@dataclass(frozen=True, slots=True)
class PublishedCopy:
    """What a name's copy was when we last wrote it, at `at`; deleted ones have no version, no key.

    `digests`: of the texts that we wrote lately, the newest first. `reported`: when it was last
    reported that the copy was not what it had to be; one that we never wrote has no `at`.
    """

    name: Name
    at: int | None
    version: int | None = None
    key_id: str | None = None
    digests: tuple[str, ...] = ()
    reported: int | None = None


def copy_digest(record: Record) -> str:
    """SHA-256 of a copy: of its text, and of the metadata beside it."""
    return hashlib.sha256(
        json.dumps([record.name, record.metadata, record.sealed]).encode()
    ).hexdigest()


def published(
    name: Name, record: Record | None, at: int, before: PublishedCopy | None
) -> PublishedCopy:
    """The row after a copy was written, or (None) deleted; `before`: the name's last row."""
    older = before.digests if before else ()
    reported = before.reported if before else None
    if record is None:
        return PublishedCopy(name, at, None, None, older, reported)
    newest = copy_digest(record)
    digests = (newest, *(one for one in older if one != newest))[:REMEMBERED]
    metadata = record.metadata
    return PublishedCopy(name, at, metadata.version, metadata.key_id, digests, reported)


def _encode_published(copy: PublishedCopy) -> Mapping[str, object]:
    return {
        "at": copy.at,
        "version": copy.version,
        "keyId": copy.key_id,
        "digests": copy.digests,
        "reported": copy.reported,
    }


def _decode_published(id_: str, fields: Fields) -> PublishedCopy:
    return PublishedCopy(
        Name(id_),
        fields.optional_time("at"),
        fields.optional_number("version"),
        fields.optional_matched("keyId", KEY_ID),
        fields.all_matched("digests", DIGEST),
        fields.optional_time("reported"),
    )


def _published_keys(copy: PublishedCopy) -> Keys:
    """Under its key, or, once it is deleted, among those whose row goes some time later."""
    return (copy.key_id, None if copy.key_id else max(copy.at or 0, copy.reported or 0))


OUTBOX: Final[Codec[DueCopy]] = Codec(
    Kind("outbox", ("due",)),
    lambda copy: copy.name,
    lambda copy: {"due": copy.due, "tries": copy.tries},
    lambda id_, fields: DueCopy(Name(id_), fields.time("due"), fields.number("tries")),
    lambda copy: (copy.due,),
)
PUBLISHED: Final[Codec[PublishedCopy]] = Codec(
    Kind("published", ("master", "gone")),
    lambda copy: copy.name,
    _encode_published,
    _decode_published,
    _published_keys,
)
