"""`px dev` pushes what changed in .env.secrets since it did so last.

A secret that was changed elsewhere since then keeps that value until its line changes. px remembers
of each line, in `.px/pushed.json`, a keyed hash of its value, and the version that its secret then
had. The hash's key is made from the newest master key, which is in another file; after a rotation
of it each line counts as changed once.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Final, NamedTuple

from positronic.names import Name
from px.api.client import Client
from px.api.secrets import Entry, Secrets
from px.errors import Detail
from px.project import dev_vars, owner_only, private_files
from px.project.local_state import LocalState
from px.project.workspace import Workspace
from px.secrets.import_secrets import plan, read_file, write
from px.settings import make_target

_CONTEXT: Final = b"px dev: hashes of pushed values"


class Pushed(NamedTuple):
    """How many of the file's secrets were written, and those that were changed elsewhere."""

    written: int
    total: int
    left: list[str]


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
    target = make_target(local.url, local.token, source=project.environment.local_file)
    memory = _Memory(project, local.project)
    known, hashes = memory.read(), memory.hashes(entries)
    with Client(target) as client:
        secrets = Secrets(client)
        versions = plan(secrets, entries).versions
        same = {
            name: _Line(hashes[name], versions[name])
            for name, line in known.items()
            if name in versions and hashes.get(name) == line.hash
        }
        left = [name for name in same if same[name] != known[name]]
        memory.keep(same)  # of what is written now, nothing is known until all of it is
        changed = [entry for entry in entries if str(entry[0]) not in same]
        if changed:
            write(secrets, changed, lambda done, total: None)
            versions = plan(secrets, entries).versions
    names = [str(name) for name, _ in entries]
    memory.keep({one: _Line(hashes[one], versions[one]) for one in names if one in versions})
    return Pushed(len(changed), len(entries), left)


class _Memory:
    """What was pushed into one project of the local Worker."""

    def __init__(self, project: Workspace, name: str) -> None:
        self._path, self._name = project.own("pushed.json"), name
        newest = dev_vars.read_keys(project)[0]
        self._key = hmac.digest(newest.encode(), _CONTEXT, "sha256")

    def hashes(self, entries: Sequence[Entry]) -> dict[str, str]:
        """Of each value, by its name."""
        return {str(name): self._hash(name, value.reveal()) for name, value in entries}

    def read(self) -> dict[str, _Line]:
        """Nothing if it is not what px wrote. Raises Usage for another user's file."""
        with suppress(FileNotFoundError, ValueError, KeyError, TypeError, AttributeError):
            found = json.loads(private_files.read(self._path))
            if found["project"] == self._name:
                return {name: _Line(*line) for name, line in found["lines"].items()}
        return {}

    def keep(self, lines: Mapping[str, _Line]) -> None:
        content = {"project": self._name, "lines": lines}
        owner_only.replace(self._path, json.dumps(content).encode())

    def _hash(self, name: Name, value: str) -> str:
        return hmac.digest(self._key, f"{name}\0{value}".encode(), "sha256").hex()


def sentences(file: str, pushed: Pushed) -> Iterable[str]:
    """What `px dev` says of it."""
    if pushed.written == pushed.total:
        yield f"Pushed {file}"
    elif pushed.written:
        yield f"Pushed {file}: {pushed.written:,} of {pushed.total:,} secrets had changed"
    else:
        yield f"No secret of {file} had changed"
    if pushed.left:
        yield (
            f"Warning: changed elsewhere since {file} was pushed, and left so until its line "
            f"changes: {', '.join(pushed.left)}"
        )
