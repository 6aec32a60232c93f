"""`.px/local.json`: the local Worker's address and root token."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from px.errors import Usage
from px.project import private_files


@dataclass(frozen=True, slots=True)
class LocalState:
    """The settings that `px dev` recorded; `project`: the Worker's default one, if known."""

    url: str
    token: str = field(repr=False)
    project: str = ""

    def encode(self) -> bytes:
        """The file's text."""
        return (json.dumps(asdict(self), indent=2) + "\n").encode()


def read_local(path: Path) -> LocalState | None:
    """The recorded settings, or None; raises Usage for a malformed or untrusted file."""
    hint = "delete it and start `px dev`, which creates a new one"
    found = read_pair(path, hint)
    if found is None:
        return None
    return LocalState(found["url"], found["token"], found.get("project", ""))


def read_pair(path: Path, hint: str) -> dict[str, str] | None:
    """What a file says that holds an address and a token; None without one. Raises Usage."""
    try:
        found = json.loads(private_files.read(path))
        pair = {name: text for name, text in found.items() if isinstance(text, str)}
    except FileNotFoundError:
        return None
    except (ValueError, AttributeError):
        pair = {}
    if "url" not in pair or not pair.get("token"):
        shown = f"{path.parent.name}/{path.name}"
        raise Usage(f"{shown} is malformed: it does not contain an address and a token", hint=hint)
    return pair
