"""The JSON that is stored in clear, written and read the same way in every backend."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Final

import pydantic_core

from positronic import times
from positronic.errors import CorruptRecord, PositronicError
from positronic.names import Name, parse_token_name
from positronic.ports import Metadata, RecordInfo, Signature, TokenRecord, Unreadable
from positronic.roles import TOKEN_ROLES
from positronic.sealing.envelope import KEY_ID

_DIGEST: Final = re.compile(r"[0-9a-f]{64}")


def metadata_fields(metadata: Metadata) -> dict[str, object]:
    """The input of `read_metadata`."""
    return {
        "version": metadata.version,
        "createdAt": metadata.created_at,
        "updatedAt": metadata.updated_at,
        "keyId": metadata.key_id,
    }


def read_metadata(name: str, found: object) -> Metadata:
    """The metadata as written. Raises CorruptRecord rather than make up a date."""
    fields = found if isinstance(found, Mapping) else {}
    numbers = [fields.get(key) for key in ("version", "createdAt", "updatedAt")]
    key_id = fields.get("keyId")
    unreadable = CorruptRecord(f"the record of {name} has unreadable metadata")
    if not all(type(number) is int and 0 < number < 2**53 for number in numbers):
        raise unreadable
    if not isinstance(key_id, str) or not KEY_ID.fullmatch(key_id):
        raise unreadable
    version, created_at, updated_at = (int(number) for number in numbers if number)
    if max(created_at, updated_at) > times.LAST:
        raise unreadable
    return Metadata(version, created_at, updated_at, key_id)


def record_info(name: str, found: object) -> RecordInfo | Unreadable:
    """A list's item, which does not fail the list when it cannot be read."""
    try:
        return RecordInfo(Name(name), read_metadata(name, found))
    except CorruptRecord:
        return Unreadable(name)


def encode_token(record: TokenRecord) -> str:
    return json.dumps(
        {
            "name": record.name,
            "role": record.role.label,
            "hash": record.hash,
            "createdAt": record.created_at,
            "expiresAt": record.expires_at,
            "keyId": record.signature.key_id,
            "mac": record.signature.mac,
        }
    )


def decode_token(token_id: str, text: str) -> TokenRecord:
    """Raises CorruptRecord for anything that `encode_token` did not write."""
    try:
        fields = pydantic_core.from_json(text, allow_inf_nan=False)
        expires_at = fields["expiresAt"]
        return TokenRecord(
            id=token_id,
            name=parse_token_name(fields["name"]),
            role=TOKEN_ROLES[fields["role"]],
            hash=_matched(_DIGEST, fields["hash"]),
            created_at=_time(fields["createdAt"]),
            expires_at=None if expires_at is None else _time(expires_at),
            signature=Signature(
                _matched(KEY_ID, fields["keyId"]), _matched(_DIGEST, fields["mac"])
            ),
        )
    except (ValueError, KeyError, TypeError, PositronicError):
        raise CorruptRecord(f"the record of the token {token_id} cannot be read") from None


def token_item(token_id: str, text: str) -> TokenRecord | Unreadable:
    """A list's item, which does not fail the list when it cannot be read."""
    try:
        return decode_token(token_id, text)
    except CorruptRecord:
        return Unreadable(token_id)


def _matched(pattern: re.Pattern[str], found: str) -> str:
    if not pattern.fullmatch(found):
        raise ValueError("a text that was never written")
    return found


def _time(found: object) -> int:
    if type(found) is not int or not 0 < found <= times.LAST:
        raise ValueError("a time outside the range of the clock")
    return found
