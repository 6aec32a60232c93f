"""The files of `px dev` on this machine: the Worker's secrets, and px's address and token for it.

`.dev.vars` holds the master keys and the root token's hash; wrangler passes them to the Worker.
`.px/local.json` holds the address and the root token itself, only for px. Both have mode 600, and
each environment has its own.
"""

from __future__ import annotations

import io
import secrets
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Final

from dotenv.parser import Binding, parse_stream

from positronic.access.tokens import mint_root, root_hash
from positronic.errors import InvalidName
from positronic.names import parse_project
from px.errors import PxError, Usage
from px.files.dotenv_edit import assign
from px.project import git, owner_only, private_files
from px.project.errors import LocalError
from px.project.local_state import LocalState, read_local
from px.project.manifest import read_manifest
from px.project.master_key import make, parse
from px.project.workspace import Workspace

MASTER_KEYS: Final = "MASTER_KEYS"
PROJECT: Final = "PROJECT"
ROOT_TOKEN: Final = "ROOT_TOKEN_SHA256"  # noqa: S105 - a variable's name

_AT_START: Final = ("TARGET", "REMINDER_")  # see wrangler_dev.mjs

_RESTORE_HINT: Final = "repair it or restore a backup: without its keys, local KV cannot be opened"
_LOST_HINT: Final = "restore a backup of {}; or delete {}/, and begin with an empty KV"


def prepare(project: Workspace, url: str) -> LocalState:
    """Creates what is missing, keeps what exists, and records the address.

    Never replaces existing master keys. Raises LocalError for a malformed file.
    """
    owner_only.make_folder(project.private)
    known = read_local(project.local_json)
    token = known.token if known else mint_root(secrets.token_bytes)
    _write_dev_vars(project, root_hash(token))
    state = LocalState(url, token, default_project(project))
    owner_only.replace(project.local_json, state.encode())
    return state


def check(project: Workspace) -> None:
    """Raises PxError if one of these files is malformed, or others may have written it, or if the
    master keys are gone but what they sealed is there.
    """
    read_local(project.local_json)
    keys = ""
    with suppress(FileNotFoundError):
        keys = read_all(project).get(MASTER_KEYS, "")
    if not keys and project.state.exists():
        raise LocalError(
            f"{project.dev_vars.name} has no master keys; without them local KV cannot be opened",
            without_keys(project),
        )


def check_keys(project: Workspace) -> None:
    """Raises LocalError: a Worker without these answers nobody."""
    found = read_all(project)
    if lacks := [name for name in (MASTER_KEYS, ROOT_TOKEN) if not found.get(name)]:
        raise LocalError(f"{project.dev_vars.name} has no {' and no '.join(lacks)}", _RESTORE_HINT)


def without_keys(project: Workspace) -> str:
    """What to do about it: `px dev` makes keys only where there is no local KV yet."""
    if not project.state.exists():
        return "start `px dev`"
    state = project.state.relative_to(project.root)
    return _LOST_HINT.format(project.dev_vars.name, state)


def read_keys(project: Workspace) -> list[str]:
    """The entries of MASTER_KEYS, newest first. Raises LocalError."""
    try:
        text = _read(project)
    except FileNotFoundError:
        why = f"there is no {project.dev_vars.name}"
        raise LocalError(why, without_keys(project)) from None
    for one in _bindings(project, text):
        if one.key == MASTER_KEYS:
            return [entry.strip() for entry in (one.value or "").split(",")]
    raise LocalError(f"{project.dev_vars.name} has no {MASTER_KEYS}", without_keys(project))


def read_all(project: Workspace) -> dict[str, str]:
    """Every variable in it. Raises LocalError."""
    found = _bindings(project, _read(project))
    return {one.key: one.value or "" for one in found if one.key is not None}


def read_at_start(project: Workspace) -> dict[str, str] | None:
    """What a local Worker takes from it only at its start; None: it cannot be read."""
    try:
        found = read_all(project)
    except (PxError, OSError):
        return None
    return {name: one for name, one in found.items() if name.startswith(_AT_START)}


def write_keys(project: Workspace, entries: Sequence[str]) -> None:
    """Sets MASTER_KEYS to these entries; every other byte stays. Raises LocalError."""
    text = _read(project)
    _bindings(project, text)
    new = assign(text, {MASTER_KEYS: _quoted(",".join(entries))})
    owner_only.replace(project.dev_vars, new.encode())


def write_settings(project: Workspace, settings: Mapping[str, str], emptied: Sequence[str]) -> None:
    """Sets these, and empties those of the others that are there; every other byte stays.

    The texts need no escape. Raises LocalError.
    """
    text = _read(project)
    present = {one.key for one in _bindings(project, text)}
    new = {name: _quoted(one) for name, one in settings.items()}
    new |= {name: _quoted("") for name in emptied if name in present}
    owner_only.replace(project.dev_vars, assign(text, new).encode())


def not_ignored(project: Workspace) -> list[str]:
    """The private files that git would add; empty without git or outside a repository."""
    names = private_files.names_in(project.root)
    try:
        ignored = git.ignored(project.root, names)
    except Usage:  # `px doctor` reports the cause
        return []
    return [] if ignored is None else [name for name in names if name not in ignored]


def default_project(project: Workspace) -> str:
    """What the root token works in when no project is named; wrangler lets .dev.vars win.

    Raises PxError.
    """
    configured = read_manifest(project.config, project.environment).variables.get(PROJECT)
    local = None
    with suppress(FileNotFoundError):
        local = read_all(project).get(PROJECT)
    return local or configured or "default"


def _write_dev_vars(project: Workspace, token_hash: str) -> None:
    try:
        old = _read(project)
    except FileNotFoundError:
        fresh = {MASTER_KEYS: _quoted(_fresh_key()), ROOT_TOKEN: _quoted(token_hash)}
        owner_only.create(project.dev_vars, assign("", fresh).encode())
        return
    new = _merged(project, old, token_hash)
    if new != old or private_files.is_exposed(project.dev_vars):
        owner_only.replace(project.dev_vars, new.encode())


def _merged(project: Workspace, text: str, token_hash: str) -> str:
    """The file with this token hash; every other byte, the master keys above all, stays."""
    present = {one.key: one.value for one in _bindings(project, text)}
    wanted = {} if present.get(ROOT_TOKEN) == token_hash else {ROOT_TOKEN: _quoted(token_hash)}
    if MASTER_KEYS not in present:
        wanted[MASTER_KEYS] = _quoted(_fresh_key())
    return assign(text, wanted)


def _read(project: Workspace) -> str:
    try:
        return private_files.read(project.dev_vars).decode()
    except UnicodeDecodeError:
        name = project.dev_vars.name
        raise LocalError(f"{name} is not UTF-8 text", _RESTORE_HINT) from None


def _bindings(project: Workspace, text: str) -> list[Binding]:
    # newline="": keeps a carriage return inside a quoted value.
    bindings = list(parse_stream(io.StringIO(text, newline="")))
    try:
        _check(bindings)
    except ValueError as found:
        raise LocalError(f"{project.dev_vars.name}: {found}", _RESTORE_HINT) from None
    for one in bindings:
        if one.key == PROJECT:
            _check_project(one, project.dev_vars.name)
    return bindings


def _check_project(one: Binding, file: str) -> None:
    try:
        parse_project(one.value or "")
    except InvalidName as error:
        line = f"{file}: line {one.original.line}"
        raise LocalError(f"{line}: {PROJECT} is not the name of a project", error.message) from None


def _check(bindings: list[Binding]) -> None:
    """Raises ValueError, showing no value."""
    seen: set[str] = set()
    for one in bindings:
        if one.error:
            raise ValueError(f"line {one.original.line} is not NAME=value")
        if one.key is not None and one.key in seen:
            raise ValueError(f"line {one.original.line} repeats a name")
        if one.key == MASTER_KEYS:
            _check_keys(one.value or "")
        seen.add(one.key or "")


def _check_keys(text: str) -> None:
    """Raises ValueError unless each entry is `id:base64 of 32 bytes` and the ids are distinct."""
    try:
        ids = [parse(entry.strip()).id for entry in text.split(",")]
    except ValueError:
        raise ValueError(f"{MASTER_KEYS} is malformed") from None
    if len(set(ids)) != len(ids):
        raise ValueError(f"{MASTER_KEYS} repeats a key id")


def _fresh_key() -> str:
    return make(datetime.now(UTC).date(), secrets.token_bytes).entry


def _quoted(text: str) -> str:
    return f'"{text}"'
