"""A project's tokens: kept, listed and revoked. The token itself never comes here."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from positronic.access.authentication import PURPOSE, readable, sign
from positronic.access.tokens import ROOT
from positronic.commands.paging import page
from positronic.commands.work import Plan, Work
from positronic.errors import Conflict, Forbidden, InvalidRequest, NotFound
from positronic.ledger.token_rows import TOKENS
from positronic.names import TokenName
from positronic.ports import Signature, TokenRecord, Unreadable
from positronic.roles import SCHEDULE, Role
from positronic.rows import Change, Delete, Position
from positronic.sealing.signing import Signer
from positronic.times import iso

MAX_ISSUED: Final = 1000  # tokens that tokens issued: one revocation may have to take them all


async def create(
    work: Work, token_id: str, token_hash: str, name: TokenName, role: Role, expires_in: int | None
) -> Plan:
    """Keep a new token's record; `expires_in` in seconds.

    Raises Forbidden, InvalidRequest, Conflict.
    """
    if token_id in work.look.rows(TOKENS.kind, [token_id]):
        raise Conflict("there is a token with this id already")
    now = work.tools.clock()
    issuer = _issuer(work, role)
    expires_at = _expiry(issuer, None if expires_in is None else now + expires_in * 1000)
    signer = Signer(work.tools.keyring, PURPOSE)
    unsigned = Signature(signer.key_id, "")
    by = issuer.id if issuer else _of_root(work)
    record = TokenRecord(token_id, name, role, token_hash, now, expires_at, unsigned, by)
    changes: list[Change] = [TOKENS.put(sign(signer, work.project, record))]
    if issuer:
        changes += _room(work, now)
        # Written again as it is: a revocation that has not seen the new token starts again.
        changes.append(TOKENS.put(issuer))
    details = {"name": name, "role": role.label, "expiresAt": expires_at and iso(expires_at)}
    return Plan(changes, [token_id], [now, expires_at, by], details=details)


def _issuer(work: Work, role: Role) -> TokenRecord | None:
    """The token that issues one of this role, which must not outrank it; None: root does."""
    if work.caller is not None and work.caller.role is Role.ROOT:
        return None
    issuer = work.look.one(TOKENS, work.caller.id) if work.caller else None
    if issuer is None or not issuer.role.includes(role):
        raise Forbidden("a token cannot issue one that may do more than itself")
    return issuer


def _of_root(work: Work) -> str:
    """The issuer with root's power: the schedule, whose runs count as one token's, or root."""
    return SCHEDULE.id if work.caller == SCHEDULE else ROOT


def _room(work: Work, now: int) -> list[Change]:
    """Removes what tokens issued and has expired, once there is no room. Raises Conflict."""
    # Ids are hexadecimal, so they come before `root`.
    issued = work.look.ledger.list(TOKENS.kind, "issuer", limit=MAX_ISSUED, high=ROOT)
    if len(issued) < MAX_ISSUED:
        return []
    over = [row.id for row in issued if _has_expired(TOKENS.item(row), now)]
    if not over:
        raise Conflict(f"the project has {MAX_ISSUED:,} tokens that tokens issued: revoke some")
    work.look.rows(TOKENS.kind, over)
    return [Delete(TOKENS.kind, one) for one in over]


def _has_expired(record: TokenRecord | Unreadable, now: int) -> bool:
    if isinstance(record, Unreadable) or record.expires_at is None:
        return False
    return record.expires_at <= now


def _expiry(issuer: TokenRecord | None, asked: int | None) -> int | None:
    """When the new token expires: it does not outlive its issuer."""
    if issuer is None or issuer.expires_at is None:
        return asked
    if asked is not None and asked > issuer.expires_at:
        until = iso(issuer.expires_at)
        raise InvalidRequest(f"the new token would outlive the token that issues it ({until})")
    return issuer.expires_at if asked is None else asked


async def revoke(work: Work, token_id: str) -> Plan:
    """With everything that was issued by it. Also what cannot be read. Raises NotFound."""
    if token_id not in work.look.rows(TOKENS.kind, [token_id]):
        raise NotFound("there is no token with this id")
    found = {token_id: None}
    waiting = [token_id]
    while waiting:
        issued = [one for one in _issued_by(work, waiting.pop()) if one not in found]
        found |= dict.fromkeys(issued)
        waiting += issued
    work.look.rows(TOKENS.kind, found)
    return Plan([Delete(TOKENS.kind, one) for one in found], list(found), None)


def _issued_by(work: Work, token_id: str) -> Iterator[str]:
    after: Position | None = None
    while True:
        rows = work.look.ledger.list(
            TOKENS.kind, "issuer", after, low=token_id, high=f"{token_id}\0"
        )
        yield from (row.id for row in rows)
        if not rows:
            return
        after = token_id, rows[-1].id


async def listed(work: Work, cursor: str | None, limit: int) -> object:
    """[[[id, name, role, created, expires, issuer] or [id], ...], cursor] by id."""
    rows, following = page(work, TOKENS.kind, cursor, limit)
    return [[_item(readable(TOKENS.item(row))) for row in rows], following]


def _item(record: TokenRecord | Unreadable) -> list[object]:
    if isinstance(record, Unreadable):
        return [record.id]
    dates = [record.created_at, record.expires_at]
    return [record.id, record.name, record.role.label, *dates, record.issuer]
