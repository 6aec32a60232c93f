"""`px dev` pushes what changed in .env.secrets since it did so last.

A secret that was changed elsewhere since then keeps that value until its line changes. px remembers
of each line, in `.px/pushed.json`, a keyed hash of its value, and the version that its secret then
had. The hash's key is made from the newest master key, which is in another file; `px dev` pushes
again when the keys change, so that the hashes get the new key while it still has the old one.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final, NamedTuple

from positronic.names import parse_project
from px.api.client import Client
from px.api.secrets import Secrets
from px.errors import Detail, PxError
from px.project import dev_vars, owner_only, private_files
from px.project.local_state import LocalState
from px.project.workspace import Workspace
from px.secrets.import_secrets import read_file, versions, write
from px.settings import make_target

_CONTEXT: Final = b"px dev: hashes of pushed values"


class Pushed(NamedTuple):
    """How many of the file's secrets were written; of those changed elsewhere, the names that were
    left so and the names that were written.
    """

    written: int
    total: int
    left: list[str]
    replaced: list[str]


class _Line(NamedTuple):
    """The hash of what was pushed, and the secret's version after that."""

    hash: str
    version: int


def push_changed(project: Workspace, local: LocalState, remarks: list[Detail]) -> Pushed:
    """Writes the changed lines of .env.secrets, and those whose secrets are not there.

    Raises Usage with every wrong line (nothing was sent), or else a PxError that says how far it
    got. `remarks` gets the warnings about values.
    """
    entries = read_file(project.env_secrets, remarks, regular=True)
    lines = {str(name): value.reveal() for name, value in entries}
    memory = _Memory(project, dev_vars.read_keys(project))
    source, chosen = project.environment.local_file, parse_project(memory.name)
    target = make_target(local.url, local.token, project=chosen, source=source)
    with Client(target) as client:
        secrets = Secrets(client)
        before = after = versions(secrets)
        # What is neither in the file nor stored is over.
        known = {
            name: one for name, one in memory.read().items() if name in lines or name in before
        }
        same = {
            name
            for name in lines.keys() & known.keys() & before.keys()
            if memory.is_of(known[name], name, lines[name])
        }
        changed = [entry for entry in entries if str(entry[0]) not in same]
        # Of what is written now, nothing is known until all of it is.
        memory.keep({name: one for name, one in known.items() if name in same or name not in lines})
        if changed:
            write(secrets, changed, lambda done, total: None)
            after = versions(secrets)
    elsewhere = sorted(
        name
        for name in lines.keys() & known.keys() & before.keys()
        if before[name] != known[name].version
    )
    for name, value in lines.items():
        version = before.get(name, 0)
        if name not in same:  # the next one, and not what it may have elsewhere by now
            version = min(after.get(name, 0), version + 1) if version else after.get(name, 0)
        known[name] = _Line(memory.hash(name, value), version)
    memory.keep(known)
    return Pushed(
        len(changed),
        len(entries),
        left=[name for name in elsewhere if name in same],
        replaced=[name for name in elsewhere if name not in same],
    )


def sentences(file: str, pushed: Pushed) -> Iterable[str]:
    """What `px dev` says of it."""
    if not pushed.total:
        yield f"{file} has no secrets"
    elif pushed.written == pushed.total:
        yield f"Pushed {file}"
    elif pushed.written:
        yield f"Pushed {file}: {pushed.written:,} of {pushed.total:,} secrets had changed"
    else:
        yield f"No secret of {file} had changed"
    elsewhere = f"Warning: changed elsewhere since {file} was pushed"
    if pushed.replaced:
        yield (
            f"{elsewhere}, and replaced now, as `px secret history NAME` shows: "
            f"{', '.join(pushed.replaced)}"
        )
    if pushed.left:
        yield f"{elsewhere}, and left so until its line changes: {', '.join(pushed.left)}"


class _Memory:
    """What was pushed into the local Worker's default project; `name`: that project."""

    def __init__(self, project: Workspace, keys: Sequence[str]) -> None:
        self._path, self.name = project.own("pushed.json"), dev_vars.default_project(project)
        self._keys = [hmac.digest(key.encode(), _CONTEXT, "sha256") for key in keys]

    def hash(self, name: str, value: str) -> str:
        """Under the newest key."""
        return _hash(self._keys[0], name, value)

    def is_of(self, line: _Line, name: str, value: str) -> bool:
        """Whether this value was pushed then, under any of the keys."""
        return any(hmac.compare_digest(_hash(key, name, value), line.hash) for key in self._keys)

    def read(self) -> dict[str, _Line]:
        """Nothing if it is not what px wrote, or if others can write to it."""
        lines = self._projects().get(self.name)
        if not isinstance(lines, dict):
            return {}
        return {name: _Line(*one) for name, one in lines.items() if _is_line(one)}

    def keep(self, lines: Mapping[str, _Line]) -> None:
        content = {"projects": {**self._projects(), self.name: lines}}
        owner_only.replace(self._path, json.dumps(content).encode())

    def _projects(self) -> dict[str, Any]:
        """As they were written, unchecked."""
        found: Any = None
        with suppress(FileNotFoundError, ValueError, RecursionError, PxError):
            found = json.loads(private_files.read(self._path))
        projects = found.get("projects") if isinstance(found, dict) else None
        return projects if isinstance(projects, dict) else {}


def _is_line(found: object) -> bool:
    if not isinstance(found, list) or [type(one) for one in found] != [str, int]:
        return False
    return bool(found[0].isascii())  # others cannot be compared in constant time


def _hash(key: bytes, name: str, value: str) -> str:
    return hmac.digest(key, f"{name}\0{value}".encode(), "sha256").hex()
