"""The files of `px dev` on this machine: the Worker's secrets, and px's address and token for it.

`.dev.vars` holds the master keys and the root token's hash; wrangler passes them to the Worker.
`.px/local.json` holds the address and the root token itself, only for px. Both have mode 600.
"""

from __future__ import annotations

import base64
import binascii
import io
import json
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from dotenv.parser import Binding, parse_stream

from positronic.access.tokens import mint_root, root_hash
from px.errors import Usage
from px.project import git, owner_only, private_files
from px.project.errors import LocalError
from px.project.workspace import Project

MASTER_KEYS: Final = "MASTER_KEYS"
ROOT_TOKEN: Final = "ROOT_TOKEN_SHA256"  # noqa: S105 - a variable's name

_KEY_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,32}")
_KEY_BYTES: Final = 32
_RESTORE_HINT: Final = "repair it or restore a backup: without its keys, local KV cannot be opened"


@dataclass(frozen=True, slots=True)
class LocalState:
    """The local Worker's address, and its root token."""

    url: str
    token: str

    def __repr__(self) -> str:
        return f"LocalState(url={self.url!r}, token=hidden)"


def prepare(project: Project, url: str) -> LocalState:
    """Creates what is missing, keeps what exists, and records the address.

    Never replaces existing master keys. Raises LocalError for a malformed file.
    """
    owner_only.make_folder(project.private)
    known = read_local(project)
    token = known.token if known else mint_root(secrets.token_bytes)
    _write_dev_vars(project, root_hash(token))
    state = LocalState(url, token)
    text = json.dumps({"url": state.url, "token": state.token}, indent=2) + "\n"
    owner_only.replace(project.local_json, text.encode())
    return state


def read_local(project: Project) -> LocalState | None:
    """The recorded address and token, or None; raises LocalError for a malformed file."""
    try:
        fields = json.loads(private_files.read(project.local_json))
        url, token = fields["url"], fields["token"]
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError):
        raise _malformed_local() from None
    if not (isinstance(url, str) and isinstance(token, str) and token):
        raise _malformed_local()
    return LocalState(url, token)


def check(project: Project) -> None:
    """Raises PxError if one of these files is malformed, or others may have written it."""
    read_local(project)
    if project.dev_vars.exists():
        _bindings(_decode(private_files.read(project.dev_vars)))


def read_keys(project: Project) -> list[str]:
    """The entries of MASTER_KEYS, newest first. Raises LocalError."""
    for one in _bindings(_decode(private_files.read(project.dev_vars))):
        if one.key == MASTER_KEYS:
            return [entry.strip() for entry in (one.value or "").split(",")]
    raise LocalError(f".dev.vars has no {MASTER_KEYS}", "start `px dev`")


def write_keys(project: Project, entries: Sequence[str]) -> None:
    """Sets MASTER_KEYS to these entries; every other byte stays. Raises LocalError."""
    parts = [
        _line(MASTER_KEYS, ",".join(entries)) if one.key == MASTER_KEYS else one.original.string
        for one in _bindings(_decode(private_files.read(project.dev_vars)))
    ]
    owner_only.replace(project.dev_vars, "".join(parts).encode())


def not_ignored(project: Project) -> list[str]:
    """The private files that git would add; empty without git or outside a repository."""
    names = [
        *(private_files.DEV_VARS, private_files.LOCAL_FILE),
        *(private_files.SECRETS_FILE, private_files.DEPLOY_FILE),
    ]
    try:
        ignored = git.ignored(project.root, names)
    except Usage:  # `px doctor` reports the cause
        return []
    return [] if ignored is None else [name for name in names if name not in ignored]


def _write_dev_vars(project: Project, token_hash: str) -> None:
    try:
        old = private_files.read(project.dev_vars)
    except FileNotFoundError:
        fresh = _line(MASTER_KEYS, _fresh_key()) + _line(ROOT_TOKEN, token_hash)
        owner_only.create(project.dev_vars, fresh.encode())
        return
    new = _merged(old, token_hash)
    if new != old or project.dev_vars.stat().st_mode & 0o077:
        owner_only.replace(project.dev_vars, new)


def _merged(old: bytes, token_hash: str) -> bytes:
    """The file with this token hash; every other byte, the master keys above all, stays."""
    text = _decode(old)
    bindings = _bindings(text)
    parts = [
        _line(ROOT_TOKEN, token_hash) if one.key == ROOT_TOKEN else one.original.string
        for one in bindings
    ]
    present = {one.key: one.value for one in bindings}
    if present.get(ROOT_TOKEN) == token_hash and MASTER_KEYS in present:
        return old
    end = "" if text.endswith("\n") or not text else "\n"
    if ROOT_TOKEN not in present:
        parts.append(end + _line(ROOT_TOKEN, token_hash))
        end = ""
    if MASTER_KEYS not in present:
        parts.append(end + _line(MASTER_KEYS, _fresh_key()))
    return "".join(parts).encode()


def _decode(content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError:
        raise LocalError(".dev.vars is not UTF-8 text", _RESTORE_HINT) from None


def _bindings(text: str) -> list[Binding]:
    # newline="": keeps a carriage return inside a quoted value.
    bindings = list(parse_stream(io.StringIO(text, newline="")))
    _check(bindings)
    return bindings


def _check(bindings: list[Binding]) -> None:
    seen: set[str] = set()
    for one in bindings:
        if one.error:
            raise LocalError(
                f".dev.vars: line {one.original.line} is not NAME=value", _RESTORE_HINT
            )
        if one.key is not None and one.key in seen:
            raise LocalError(f".dev.vars: line {one.original.line} repeats a name", _RESTORE_HINT)
        if one.key == MASTER_KEYS:
            _check_keys(one.value or "")
        seen.add(one.key or "")


def _check_keys(text: str) -> None:
    """Raises LocalError unless each entry is `id:base64 of 32 bytes` and the ids are distinct."""
    ids = []
    for entry in text.split(","):
        key_id, colon, encoded = entry.strip().partition(":")
        if not colon or not _KEY_ID.fullmatch(key_id) or not _is_key(encoded):
            raise LocalError(f".dev.vars: {MASTER_KEYS} is malformed", _RESTORE_HINT)
        ids.append(key_id)
    if len(set(ids)) != len(ids):
        raise LocalError(f".dev.vars: {MASTER_KEYS} repeats a key id", _RESTORE_HINT)


def _is_key(encoded: str) -> bool:
    try:
        return len(base64.b64decode(encoded, validate=True)) == _KEY_BYTES
    except (binascii.Error, ValueError):
        return False


def _fresh_key() -> str:
    """A new entry with a unique id, as records and audit events name it."""
    key_id = f"{datetime.now(UTC):k%Y%m%d}-{secrets.token_hex(3)}"
    return f"{key_id}:{base64.b64encode(secrets.token_bytes(_KEY_BYTES)).decode()}"


def _line(name: str, text: str) -> str:
    return f'{name}="{text}"\n'


def _malformed_local() -> LocalError:
    return LocalError(".px/local.json is malformed", "delete it; px dev creates a new one")
