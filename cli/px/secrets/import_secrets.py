"""Imports secrets into a server: checks all of them first, then writes in chunks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from positronic.names import MAX_BODY, MAX_BULK, Name, parse_name
from px.api.client import encode
from px.api.secrets import Entry, Secrets, Written
from px.errors import Detail, PxError, Usage
from px.files.assignments import Reading, check
from px.secrets.import_account import account
from px.secrets.pruning import Pruning
from px.terminal import Progress

CHUNK_ENTRIES: Final = 100  # to show progress, and to leave little in doubt after a failure
CHUNK_BYTES: Final = MAX_BODY // 2
_EMPTY: Final = "it is empty or has only comments: did the program that writes it fail?"


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """What an import would do, by name; `extra`: stored but in no file."""

    create: list[str]
    update: list[str]
    extra: list[Name]
    versions: Mapping[str, int]  # of all that is stored


def read_file(
    path: Path, remarks: list[Detail] | None = None, *, regular: bool = False
) -> list[Entry]:
    """The secrets of one file. Raises Usage; refuses `.env.deploy` under any name.

    `regular` refuses a named pipe, which blocks until somebody writes to it.
    """
    from px.sources.file import read_path
    from px.sources.text import parse

    return check([Reading(parse(read_path(path, regular=regular), name=path.name))], remarks)


def read_files(
    files: Sequence[str],
    form: str | None = None,
    remarks: list[Detail] | None = None,
    *,
    json_keys: bool = False,
) -> list[Entry]:
    """The secrets of several sources: at least one, no duplicates. Raises PxError."""
    from px.sources.choice import read_all
    from px.sources.source import SourceOptions
    from px.sources.stdin import STDIN

    found = check(read_all(files, SourceOptions(form, json_keys)), remarks)
    if not found:
        what = "stdin" if list(files) == [STDIN] else "what is imported"
        raise Usage(
            f"there is no secret in {what}; nothing was sent", code="nothing_given", hint=_EMPTY
        )
    return found


def write(
    secrets: Secrets,
    entries: Sequence[Entry],
    progress: Progress,
    pruning: Pruning | None = None,
    if_versions: Mapping[str, int] | None = None,
) -> Written:
    """Writes entries with distinct names, in order, then prunes. A failure says what was done.

    `if_versions`: the versions that the secrets must still have; then as many as possible are
    written at once, so that at most MAX_BULK secrets are written all or not at all.
    """
    created = updated = done = 0
    current: list[Entry] = []
    pruning = pruning or Pruning()
    try:
        for current in chunks(entries, CHUNK_ENTRIES if if_versions is None else MAX_BULK):
            written = secrets.bulk(current, if_versions)
            created, updated = created + written.created, updated + written.updated
            done, current = done + len(current), []
            progress(done, len(entries))
        pruning.run(secrets)
    except (PxError, KeyboardInterrupt) as error:
        names = [str(name) for name, _ in entries]
        raise pruning.account(account(error, names, done, len(current))) from None
    return Written(created, updated)


def plan(secrets: Secrets, entries: Sequence[Entry]) -> ImportPlan:
    """Compares with the names that the server lists; sends no value."""
    stored = versions(secrets)
    names = [str(name) for name, _ in entries]
    return ImportPlan(
        [name for name in names if name not in stored],
        [name for name in names if name in stored],
        [parse_name(name) for name in sorted(stored.keys() - set(names))],
        stored,
    )


def versions(secrets: Secrets) -> dict[str, int]:
    """The version of each secret that is stored and readable, by name."""
    return {one.name: one.version or 0 for one in secrets.list() if not one.is_unreadable}


def chunks(entries: Sequence[Entry], most: int = CHUNK_ENTRIES) -> Iterator[list[Entry]]:
    """At most `most` entries and CHUNK_BYTES of JSON each."""
    chunk: list[Entry] = []
    size = 0
    for name, value in entries:
        length = len(encode({"name": name, "value": value.reveal()})) + 1
        if chunk and (len(chunk) == most or size + length > CHUNK_BYTES):
            yield chunk
            chunk, size = [], 0
        chunk.append((name, value))
        size += length
    if chunk:
        yield chunk
