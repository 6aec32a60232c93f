"""Project tokens: `px_<project>-<id>_<secret><checksum>`, one spelling, shown once.

`id` is 16 and `secret` 64 hexadecimal digits (8 and 32 random bytes); `checksum` is the CRC-32 of
everything before it in 8 digits, so that px can reject a mistyped token before sending it and a
scanner can tell a real token from a look-alike. Imports little, because px uses it too.
"""

from __future__ import annotations

import hashlib
import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from positronic.errors import NotFound
from positronic.names import Project

ID_SIZE: Final = 8
SECRET_SIZE: Final = 32
ROOT: Final = "root"

ID: Final = re.compile(r"[0-9a-f]{16}")
PATTERN: Final = re.compile(
    r"px_(?:(?P<root>root)|(?P<project>[a-z0-9][a-z0-9-]{0,62})-(?P<id>[0-9a-f]{16}))"
    r"_(?P<secret>[0-9a-f]{64})(?P<checksum>[0-9a-f]{8})"
)


@dataclass(frozen=True, slots=True, repr=False)
class Token:
    """A parsed token. Its repr shows the public half."""

    project: Project
    id: str
    secret: str

    @property
    def text(self) -> str:
        return _with_checksum(f"px_{self.project}-{self.id}_{self.secret}")

    @property
    def hash(self) -> str:
        """SHA-256 in hexadecimal: enough for 256 random bits, which cannot be guessed."""
        return hashlib.sha256(self.secret.encode()).hexdigest()

    def __repr__(self) -> str:
        return f"Token({self.project}-{self.id})"


def mint(project: Project, random: Callable[[int], bytes]) -> Token:
    """A new token from 40 random bytes."""
    return Token(project, random(ID_SIZE).hex(), random(SECRET_SIZE).hex())


def mint_root(random: Callable[[int], bytes]) -> str:
    """A new root token. The Worker stores only its `root_hash`."""
    return _with_checksum(f"px_{ROOT}_{random(SECRET_SIZE).hex()}")


def root_hash(text: str) -> str:
    """SHA-256 of the whole root token in hexadecimal: what ROOT_TOKEN_SHA256 holds."""
    return hashlib.sha256(text.encode()).hexdigest()


def parse(text: str) -> Token | None:
    """The project token in `text`; None for any other text or a wrong checksum."""
    match = _matched(text)
    if match is None or match["root"]:
        return None
    return Token(Project(match["project"]), match["id"], match["secret"])


def parse_token_id(text: str) -> str:
    """A token's id, 16 hexadecimal digits. Raises NotFound for any other text."""
    if not ID.fullmatch(text):
        raise NotFound("there is no token with this id")
    return text


def is_mistyped(text: str) -> bool:
    """Whether it starts like one of our tokens but is not one."""
    return text.startswith("px_") and _matched(text) is None


def _matched(text: str) -> re.Match[str] | None:
    match = PATTERN.fullmatch(text)
    if match is None or text != _with_checksum(text[: -len(match["checksum"])]):
        return None
    return match


def _with_checksum(text: str) -> str:
    return f"{text}{zlib.crc32(text.encode()):08x}"
