"""Issues, lists and revokes a project's tokens; only a signed hash of each is stored."""

from __future__ import annotations

from functools import partial

from positronic.access import tokens
from positronic.access.authentication import readable, sign
from positronic.audit.events import Auditor
from positronic.errors import CorruptRecord, NotFound
from positronic.journal import GONE, token_key
from positronic.names import Project, TokenName
from positronic.ports import (
    Clock,
    Journal,
    Page,
    RandomBytes,
    Signature,
    TokenRecord,
    TokenStore,
    Unreadable,
)
from positronic.roles import Role
from positronic.sealing.signing import Signer


class Issuer:
    """For one project, and only roles that a project token may have."""

    def __init__(
        self,
        project: Project,
        store: TokenStore,
        signer: Signer,
        auditor: Auditor,
        journal: Journal,
        *,
        clock: Clock,
        random: RandomBytes,
    ) -> None:
        self._project = project
        self._store = store
        self._signer = signer
        self._auditor = auditor
        self._journal = journal
        self._clock = clock
        self._random = random

    async def issue(
        self, name: TokenName, role: Role, expires_in: int | None
    ) -> tuple[tokens.Token, TokenRecord]:
        """A token and its record; `expires_in` in seconds. The token itself is not stored."""
        now = self._clock()
        token = tokens.mint(self._project, self._random)
        expires_at = None if expires_in is None else now + expires_in * 1000
        unsigned = Signature(self._signer.key_id, "")
        record = TokenRecord(token.id, name, role, token.hash, now, expires_at, unsigned)
        put = partial(self._store.put, sign(self._signer, self._project, record))
        await self._auditor.around("token.create", [token.id], put)
        return token, record

    async def list(self, cursor: str | None, limit: int) -> Page[TokenRecord | Unreadable]:
        """By id."""
        page = await self._store.list(cursor, limit)
        return Page([readable(item) for item in page.items], page.cursor)

    async def revoke(self, token_id: str) -> None:
        """Raises NotFound. Works for every listed entry, even an unreadable one."""
        try:
            is_there = await self._store.get(token_id) is not None
        except CorruptRecord:
            is_there = True
        if not is_there:
            raise NotFound("there is no token with this id")
        await self._auditor.around("token.revoke", [token_id], partial(self._delete, token_id))

    async def _delete(self, token_id: str) -> None:
        self._journal.note({token_key(token_id): GONE})
        await self._store.delete(token_id)
