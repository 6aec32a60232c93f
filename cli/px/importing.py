"""Puts a dotenv file into a server: all or nothing before the first write, then in chunks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

from positronic.names import MAX_BODY, parse_project
from px.account import account
from px.client import Client, Entry, Written
from px.connection import encode
from px.dotenv_file import read_secrets
from px.failures import PxError, Usage
from px.settings import DEFAULT_TIMEOUT, DEPLOY_FILE, find_upwards, make_target

CHUNK_ENTRIES: Final = 100  # so that progress is seen, and little is in doubt after a failure
CHUNK_BYTES: Final = MAX_BODY // 2
MAX_FILE: Final = 256 * 1024 * 1024  # bytes

Progress = Callable[[int, int], None]  # written so far, of how many


def push(
    path: Path,
    url: str,
    token: str,
    *,
    project: str | None = None,
    timeout: float = DEFAULT_TIMEOUT,
    progress: Progress = lambda written, total: None,
) -> Written:
    """Write a dotenv file's secrets to a server.

    Raises Usage with every line that is wrong (nothing was sent), else a PxError that says how
    far it came. `timeout` is in seconds, for each request of at most 100 secrets.
    """
    entries = read_file(path)
    chosen = None if project is None else parse_project(project)
    with Client(make_target(url, token, project=chosen, timeout=timeout)) as client:
        return write(client, entries, progress)


def read_file(path: Path) -> list[Entry]:
    """The secrets of a dotenv file. Raises Usage; `.env.deploy` is refused by any name."""
    try:
        if _is_deploy_file(path):
            raise Usage(
                f"{DEPLOY_FILE} holds deployment credentials and is never imported",
                code="invalid_file",
            )
        with path.open("rb") as file:
            data = file.read(MAX_FILE + 1)
    except (OSError, ValueError) as error:
        # Not the path: it may be a value in the wrong place.
        reason = getattr(error, "strerror", None) or "it is no path"
        raise Usage(f"the file cannot be read: {reason.lower()}", code="invalid_file") from None
    if len(data) > MAX_FILE:
        raise Usage(f"the file has more than {MAX_FILE:,} bytes", code="invalid_file")
    return read_secrets(data)


def write(client: Client, entries: Sequence[Entry], progress: Progress) -> Written:
    """Write entries with distinct names, in order. A failure says what was written."""
    created = updated = done = 0
    current: list[Entry] = []
    try:
        for current in chunks(entries):
            written = client.bulk(current)
            created, updated = created + written.created, updated + written.updated
            done, current = done + len(current), []
            progress(done, len(entries))
    except (PxError, KeyboardInterrupt) as error:
        names = [str(name) for name, _ in entries]
        raise account(error, names, done, len(current)) from None
    return Written(created, updated)


def plan(client: Client, entries: Sequence[Entry]) -> tuple[list[str], list[str]]:
    """The names that an import would create, and those that it would update."""
    stored = {secret.name for secret in client.list()}
    names = [str(name) for name, _ in entries]
    return [n for n in names if n not in stored], [n for n in names if n in stored]


def chunks(entries: Sequence[Entry]) -> Iterator[list[Entry]]:
    """At most CHUNK_ENTRIES entries and CHUNK_BYTES of JSON each."""
    chunk: list[Entry] = []
    size = 0
    for name, value in entries:
        length = len(encode({"name": name, "value": value.reveal()})) + 1
        if chunk and (len(chunk) == CHUNK_ENTRIES or size + length > CHUNK_BYTES):
            yield chunk
            chunk, size = [], 0
        chunk.append((name, value))
        size += length
    if chunk:
        yield chunk


def _is_deploy_file(path: Path) -> bool:
    """By its own name, by the name behind links, or as another name of the one in force."""
    names = {path.name.casefold(), path.resolve().name.casefold()}
    if DEPLOY_FILE in names:
        return True
    near = (find_upwards(DEPLOY_FILE, folder) for folder in (Path.cwd(), path.resolve().parent))
    return any(deploy is not None and path.samefile(deploy) for deploy in near)
