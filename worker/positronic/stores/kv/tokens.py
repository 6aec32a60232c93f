"""`<project>/token/<id>`: a token's hash and role as JSON, never the token."""

from __future__ import annotations

from positronic.names import Project
from positronic.ports import Page, TokenRecord, Unreadable
from positronic.stores.kv.folder import Folder, Namespace
from positronic.stores.stored import decode_token, encode_token, token_item


class KvTokens:
    """One project's tokens."""

    def __init__(self, namespace: Namespace, project: Project) -> None:
        self._folder = Folder(namespace, f"{project}/token/")

    async def get(self, token_id: str) -> TokenRecord | None:
        text = (await self._folder.texts([token_id])).get(token_id)
        return None if text is None else decode_token(token_id, text)

    async def put(self, record: TokenRecord) -> None:
        await self._folder.put(record.id, encode_token(record))

    async def delete(self, token_id: str) -> None:
        await self._folder.delete(token_id)

    async def list(self, cursor: str | None, limit: int) -> Page[TokenRecord | Unreadable]:
        page = await self._folder.list(cursor, limit)
        texts = await self._folder.texts([key.id for key in page.items])
        return Page([token_item(id, text) for id, text in texts.items()], page.cursor)  # noqa: A001
