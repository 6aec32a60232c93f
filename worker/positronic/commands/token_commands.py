"""A project's tokens: kept, listed and revoked. The token itself never comes here."""

from __future__ import annotations

from positronic.access.authentication import PURPOSE, readable, sign
from positronic.commands.paging import by_id
from positronic.commands.work import Plan, Work
from positronic.errors import Conflict, NotFound
from positronic.ledger.token_rows import TOKENS
from positronic.names import TokenName
from positronic.ports import Signature, TokenRecord, Unreadable
from positronic.roles import Role
from positronic.rows import Delete
from positronic.sealing.signing import Signer
from positronic.times import iso


async def create(
    work: Work, token_id: str, token_hash: str, name: TokenName, role: Role, expires_in: int | None
) -> Plan:
    """Keep a new token's record; `expires_in` in seconds."""
    if token_id in work.look.rows(TOKENS.kind, [token_id]):
        raise Conflict("there is a token with this id already")
    now = work.tools.clock()
    expires_at = None if expires_in is None else now + expires_in * 1000
    signer = Signer(work.tools.keyring, PURPOSE)
    unsigned = Signature(signer.key_id, "")
    record = TokenRecord(token_id, name, role, token_hash, now, expires_at, unsigned)
    signed = sign(signer, work.project, record)
    details = {"name": name, "role": role.label, "expiresAt": expires_at and iso(expires_at)}
    return Plan([TOKENS.put(signed)], [token_id], [now, expires_at], details=details)


async def revoke(work: Work, token_id: str) -> Plan:
    """Also one whose record cannot be read. Raises NotFound."""
    if token_id not in work.look.rows(TOKENS.kind, [token_id]):
        raise NotFound("there is no token with this id")
    return Plan([Delete(TOKENS.kind, token_id)], [token_id], None)


async def listed(work: Work, cursor: str | None, limit: int) -> object:
    """[[[id, name, role, created, expires] or [id], ...], cursor] by id."""
    rows, following = by_id(work, TOKENS.kind, cursor, limit)
    return [[_item(readable(TOKENS.item(row))) for row in rows], following]


def _item(record: TokenRecord | Unreadable) -> list[object]:
    if isinstance(record, Unreadable):
        return [record.id]
    return [record.id, record.name, record.role.label, record.created_at, record.expires_at]
