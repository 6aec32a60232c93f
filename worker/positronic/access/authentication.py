"""Who may do what. The Worker has hashes of tokens, never a token."""

from __future__ import annotations

import hmac
import re
from dataclasses import replace
from typing import Final

from positronic.access import tokens
from positronic.errors import Forbidden, NotConfigured, Unauthenticated
from positronic.names import Project, TokenName, parse_project
from positronic.ports import Signature, TokenRecord, Unreadable
from positronic.roles import Principal, Role
from positronic.sealing.signing import Signer, Verdict

SETTING: Final = "ROOT_TOKEN_SHA256"
PURPOSE: Final = "token"

_BEARER = re.compile(
    r"(?i:bearer) +([\x21-\x2b\x2d-\x7e]{1,512})"
)  # no comma: that is two headers joined
_HASH = re.compile(r"[0-9a-f]{64}")
CHALLENGE: Final = {"WWW-Authenticate": "Bearer"}
INVALID: Final = "the token is not valid"


class TokenRefused(Unauthenticated):
    """A token with a known id that is not valid: wrong secret, expired, or tampered with.

    The caller cannot tell it from any other wrong token; the audit log of its project records it.
    """

    def __init__(self, message: str, principal: Principal) -> None:
        super().__init__(message, headers=CHALLENGE)
        self.principal = principal


class NobodyHere(Unauthenticated):
    """A token of a project that nobody wrote to: to the caller, like any other wrong token."""

    def __init__(self, project: Project) -> None:
        super().__init__(INVALID, headers=CHALLENGE)
        self.project = project


class Access:
    """Turns an Authorization header into root or a token, and root's request into a project."""

    def __init__(self, root_token_sha256: str, default_project: Project) -> None:
        """`root_token_sha256`: 64 lower-case hexadecimal digits. Raises NotConfigured."""
        if not _HASH.fullmatch(root_token_sha256):
            raise NotConfigured(f"{SETTING} is not a SHA-256 in hexadecimal")
        self._root = root_token_sha256
        self._default_project = default_project

    def shown(self, authorization: str | None) -> Principal | tokens.Token:
        """Root, or a project's token, which is still to be checked. Raises Unauthenticated."""
        match = _BEARER.fullmatch(authorization or "")
        if match is None:
            raise Unauthenticated("send `Authorization: Bearer <token>`", headers=CHALLENGE)
        if hmac.compare_digest(tokens.root_hash(match[1]), self._root):
            return Principal("root", "root", Role.ROOT, None)
        token = tokens.parse(match[1])
        if token is None:
            raise Unauthenticated(INVALID, headers=CHALLENGE)
        return token

    def project(self, requested: str | None) -> Project:
        """The project that root acts on. Raises InvalidName."""
        return self._default_project if requested is None else parse_project(requested)


def check_record(
    signer: Signer, now: int, project: Project, token_hash: str, record: TokenRecord | None
) -> Principal:
    """Who a token's record says is there. Raises Unauthenticated, TokenRefused."""
    # The same work for an unknown id as for a wrong secret.
    found = record or _nobody(signer)
    is_right = hmac.compare_digest(token_hash, found.hash)
    is_intact = verify(signer, project, found) is Verdict.INTACT
    if record is None:
        raise Unauthenticated(INVALID, headers=CHALLENGE)
    principal = Principal(record.id, record.name, record.role, project)
    if not (is_right and is_intact):
        raise TokenRefused(INVALID, principal)
    check_time(principal, record.expires_at, now)
    return principal


def check_time(principal: Principal, expires_at: int | None, now: int) -> None:
    """Raises TokenRefused when the token has expired."""
    if expires_at is not None and expires_at <= now:
        raise TokenRefused("the token has expired", principal)


def require(principal: Principal, role: Role) -> None:
    """Raises Forbidden, which names the required role."""
    if not principal.role.includes(role):
        raise Forbidden(f"this needs the role {role.label}")


def sign(signer: Signer, project: Project, record: TokenRecord) -> TokenRecord:
    """The record, signed with the newest master key for this project only."""
    return replace(record, signature=signer.sign(*_signed(project, record)))


def verify(signer: Signer, project: Project, record: TokenRecord) -> Verdict:
    """Whether the record is unchanged: nobody raised its role or moved its expiry."""
    return signer.verify(record.signature, *_signed(project, record))


def readable(item: TokenRecord | Unreadable) -> TokenRecord | Unreadable:
    """An id that no token can have is not ours: somebody else wrote it."""
    if isinstance(item, TokenRecord) and not tokens.ID.fullmatch(item.id):
        return Unreadable(item.id)
    return item


def _signed(project: Project, record: TokenRecord) -> tuple[str, ...]:
    expires = "" if record.expires_at is None else str(record.expires_at)
    return (
        project,
        record.id,
        record.name,
        record.role.label,
        record.hash,
        str(record.created_at),
        expires,
        *(() if record.issuer is None else (record.issuer,)),  # KV's tokens had none
    )


def _nobody(signer: Signer) -> TokenRecord:
    unsigned = Signature(signer.key_id, "0" * 64)
    return TokenRecord("", TokenName(""), Role.READER, "0" * 64, 0, None, unsigned)
