"""A token's row: its hash and what it may do, signed. Never the token."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from positronic.ledger.codec import Codec
from positronic.ledger.fields import DIGEST, Fields
from positronic.names import parse_token_name
from positronic.ports import Signature, TokenRecord
from positronic.roles import TOKEN_ROLES
from positronic.rows import Kind
from positronic.sealing.envelope import KEY_ID


def _encode(record: TokenRecord) -> Mapping[str, object]:
    return {
        "name": record.name,
        "role": record.role.label,
        "hash": record.hash,
        "createdAt": record.created_at,
        "expiresAt": record.expires_at,
        "issuer": record.issuer,
        "keyId": record.signature.key_id,
        "mac": record.signature.mac,
    }


def _decode(id_: str, fields: Fields) -> TokenRecord:
    return TokenRecord(
        id=id_,
        name=parse_token_name(fields.text("name")),
        role=TOKEN_ROLES[fields.text("role")],
        hash=fields.matched("hash", DIGEST),
        created_at=fields.time("createdAt"),
        expires_at=fields.optional_time("expiresAt"),
        signature=Signature(fields.matched("keyId", KEY_ID), fields.matched("mac", DIGEST)),
        issuer=fields.optional_text("issuer"),
    )


TOKENS: Final[Codec[TokenRecord]] = Codec(
    Kind("token", ("master", "issuer")),
    lambda record: record.id,
    _encode,
    _decode,
    lambda record: (record.signature.key_id, record.issuer),
    remembers=True,
)
