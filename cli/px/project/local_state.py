"""`.px/local.json`: the local Worker's address and root token."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

from px.errors import Usage
from px.project import private_files


@dataclass(frozen=True, slots=True)
class LocalState:
    """The settings that `px dev` recorded."""

    url: str
    token: str = field(repr=False)

    def encode(self) -> bytes:
        """The file's text."""
        return (json.dumps({"url": self.url, "token": self.token}, indent=2) + "\n").encode()


def read_local(path: Path) -> LocalState | None:
    """The recorded settings, or None; raises Usage for a malformed or untrusted file."""
    try:
        found = json.loads(private_files.read(path))
        url, token = found["url"], found["token"]
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError):
        raise _malformed(path) from None
    if not (isinstance(url, str) and isinstance(token, str) and token):
        raise _malformed(path)
    return LocalState(url, token)


def _malformed(path: Path) -> Usage:
    return Usage(
        f"{path.parent.name}/{path.name} is malformed: it does not contain an address and a token",
        hint="delete it and start `px dev`, which creates a new one",
    )
