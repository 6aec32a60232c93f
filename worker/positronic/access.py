"""Who may do what. The Worker holds hashes of tokens, never a token."""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from positronic.errors import Forbidden, NotConfigured, Unauthenticated
from positronic.names import Project, parse_project

SETTING: Final = "ROOT_TOKEN_SHA256"

_BEARER = re.compile(r"(?i:bearer) +([\x21-\x2b\x2d-\x7e]{1,512})")  # a comma: two headers in one
_HASH = re.compile(r"[0-9a-f]{64}")


class Role(IntEnum):
    """Each role may do what the ones below it may."""

    READER = 1
    WRITER = 2
    ADMIN = 3
    ROOT = 4


@dataclass(frozen=True, slots=True)
class Principal:
    """Whoever a token stands for. A `project` of None: any, named by the request."""

    id: str
    name: str
    role: Role
    project: Project | None


class Access:
    """Turns an Authorization header into a principal, and a principal into a project."""

    def __init__(self, root_token_sha256: str, default_project: Project) -> None:
        """`root_token_sha256`: 64 lower-case hexadecimal digits. Raises NotConfigured."""
        if not _HASH.fullmatch(root_token_sha256):
            raise NotConfigured(f"{SETTING} is not a SHA-256 in hexadecimal")
        self._root = bytes.fromhex(root_token_sha256)
        self._default_project = default_project

    def authenticate(self, authorization: str | None) -> Principal:
        """Raises Unauthenticated, with the same words for every wrong token."""
        match = _BEARER.fullmatch(authorization or "")
        if match is None:
            raise Unauthenticated("send `Authorization: Bearer <token>`", headers=_CHALLENGE)
        digest = hashlib.sha256(match[1].encode()).digest()
        if not hmac.compare_digest(digest, self._root):
            raise Unauthenticated("the token is not valid", headers=_CHALLENGE)
        return Principal("root", "root", Role.ROOT, None)

    def project(self, principal: Principal, requested: str | None) -> Project:
        """The project to act on. Raises InvalidName, Forbidden."""
        if principal.project is None:
            return self._default_project if requested is None else parse_project(requested)
        if requested is not None and requested != principal.project:
            raise Forbidden("this token opens another project")
        return principal.project


def require(principal: Principal, role: Role) -> None:
    """Raises Forbidden, naming the role that is needed."""
    if principal.role < role:
        raise Forbidden(f"this needs the role {role.name.lower()}")


_CHALLENGE: Final = {"WWW-Authenticate": "Bearer"}
