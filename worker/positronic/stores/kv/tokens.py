"""`<project>/token/<id>`: a token's hash and what it may do, as JSON. Never the token."""

from __future__ import annotations

import json
import re
from typing import Final

import pydantic_core

from positronic import times
from positronic.envelope import KEY_ID
from positronic.errors import CorruptRecord, PositronicError
from positronic.names import Project, parse_token_name
from positronic.ports import Page, Signature, TokenRecord
from positronic.roles import TOKEN_ROLES
from positronic.stores.kv.folder import Folder, Namespace

_DIGEST: Final = re.compile(r"[0-9a-f]{64}")


class KvTokens:
    """One project's tokens."""

    def __init__(self, namespace: Namespace, project: Project) -> None:
        self._folder = Folder(namespace, f"{project}/token/")

    async def get(self, token_id: str) -> TokenRecord | None:
        text = (await self._folder.texts([token_id])).get(token_id)
        return None if text is None else _decode(token_id, text)

    async def put(self, record: TokenRecord) -> None:
        await self._folder.put(record.id, _encode(record))

    async def delete(self, token_id: str) -> None:
        await self._folder.delete(token_id)

    async def list(self, cursor: str | None, limit: int) -> Page[TokenRecord]:
        page = await self._folder.list(cursor, limit)
        texts = await self._folder.texts([key.id for key in page.items])
        return Page([_decode(id, text) for id, text in texts.items()], page.cursor)  # noqa: A001


def _encode(record: TokenRecord) -> str:
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


def _decode(token_id: str, text: str) -> TokenRecord:
    """Raises CorruptRecord for anything but what `_encode` gives."""
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


def _matched(pattern: re.Pattern[str], found: str) -> str:
    if not pattern.fullmatch(found):
        raise ValueError("a text that was never written")
    return found


def _time(found: object) -> int:
    if type(found) is not int or not 0 < found <= times.LAST:
        raise ValueError("a time that no clock gives")
    return found
