"""The sealed text `px1.`: pack, unpack, associated data. FORMAT.md beside this file is its spec."""

from __future__ import annotations

import re
from binascii import a2b_base64, b2a_base64
from typing import Final, NamedTuple

from positronic.errors import CorruptRecord
from positronic.names import MAX_VALUE, Name, Project
from positronic.ports import Metadata
from positronic.sealing.encoding import fields

FORMAT: Final = "px1"
SALT_SIZE: Final = 16
NONCE_SIZE: Final = 12
TAG_SIZE: Final = 16
KEY_SIZE: Final = 32
KEY_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,32}")
MAX_LENGTH: Final = 87_500  # characters; a px1 of MAX_VALUE bytes is shorter

_TO_URL: Final = bytes.maketrans(b"+/", b"-_")
_FROM_URL: Final = bytes.maketrans(b"-_", b"+/")
# Key id, salt, nonce, and ciphertext with its tag. The last character of a salt has two bits.
_TEXT: Final = re.compile(
    rf"{FORMAT}\.({KEY_ID.pattern})\.([\w-]{{21}}[AQgw])\.([\w-]{{16}})\.([\w-]+)", re.ASCII
)
# What a text can end with that is some characters longer than a multiple of four.
_LAST: Final = {1: "", 2: "AQgw", 3: "AEIMQUYcgkosw048"}
_KEY_PURPOSE: Final = "positronic px1 value key"


class Envelope(NamedTuple):
    """key_id: 1 to 32 characters; salt: 16 bytes; nonce: 12 bytes; sealed: ciphertext and tag."""

    key_id: str
    salt: bytes
    nonce: bytes
    sealed: bytes


def pack(envelope: Envelope) -> str:
    """The only spelling of an envelope: `px1.<key id>.<salt>.<nonce>.<ciphertext and tag>`."""
    parts = (envelope.salt, envelope.nonce, envelope.sealed)
    return ".".join((FORMAT, envelope.key_id, *(_encode(part) for part in parts)))


def unpack(text: str) -> Envelope:
    """Parse a sealed text; anything but a canonical px1 raises CorruptRecord."""
    if len(text) > MAX_LENGTH:
        raise CorruptRecord("the sealed text is too long")
    found = _TEXT.fullmatch(text)
    more = len(found[4]) % 4 if found else 0
    if found is None or (more and text[-1] not in _LAST[more]):
        raise CorruptRecord("the sealed text is not in the px1 format")
    key_id, *parts = found.groups()
    envelope = Envelope(key_id, *map(_decode, parts))
    if not 1 <= len(envelope.sealed) - TAG_SIZE <= MAX_VALUE:
        raise CorruptRecord("the sealed text has a ciphertext of an impossible size")
    return envelope


def associated_data(project: Project, name: Name, metadata: Metadata) -> bytes:
    """What is authenticated with the value: format, key id, project, name, version, dates."""
    return fields(
        FORMAT,
        metadata.key_id,
        project,
        name,
        str(metadata.version),
        str(metadata.created_at),
        str(metadata.updated_at),
    )


def key_info(project: Project, name: Name) -> bytes:
    """HKDF's info: a key made for one name opens no other."""
    return fields(_KEY_PURPOSE, project, name)


def _encode(data: bytes) -> str:
    return b2a_base64(data, newline=False).rstrip(b"=").translate(_TO_URL).decode()


def _decode(text: str) -> bytes:
    """base64url without padding (RFC 4648 section 5), of a canonical spelling."""
    return a2b_base64(text.encode().translate(_FROM_URL) + b"=" * (-len(text) % 4))
