"""The memory of a running process."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO, Final

CHUNK: Final = 1 << 22
OVERLAP: Final = 1 << 8  # what is looked for may stand in two chunks
PAGE: Final = 1 << 12


def spellings(text: str) -> list[bytes]:
    """As an isolate may keep it."""
    return [text.encode(), text.encode("utf-16-le")]


def key_spellings(key: str) -> list[bytes]:
    """Of a master key, in base64 as it is configured."""
    return [*spellings(key), base64.b64decode(key)]


def held(group: int, wanted: Mapping[str, Sequence[bytes]]) -> set[str]:
    """What of it is in the memory of the process group, in any spelling."""
    found: set[str] = set()
    for process in processes(group):
        for memory in chunks(process):
            found |= {what for what, spelled in wanted.items() if any(s in memory for s in spelled)}
    return found


def processes(group: int) -> Iterator[Path]:
    """The folder in /proc of each process in the group that lives."""
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and _group_of(folder) == group:
            yield folder


def _group_of(process: Path) -> int | None:
    """None for one that is gone or dead."""
    try:
        state, _, group = (process / "stat").read_text().rpartition(")")[2].split()[:3]
    except OSError:
        return None
    return None if state in "ZX" else int(group)


def chunks(process: Path) -> Iterator[bytes]:
    """All of its memory that can be written; `process`: its folder in /proc."""
    with (process / "mem").open("rb", buffering=0) as memory:
        for line in (process / "maps").read_text().splitlines():
            span, rights, *_ = line.split()
            if rights.startswith("rw"):
                start, end = (int(part, 16) for part in span.split("-"))
                yield from _mapped(memory, start, end)


def _mapped(memory: BinaryIO, start: int, end: int) -> Iterator[bytes]:
    """Without the pages that cannot be read, such as those after the end of a file."""
    before = b""
    while start < end:
        memory.seek(start)
        try:
            found = memory.read(min(CHUNK, end - start))
        except OSError:
            found = b""
        if found:
            yield before + found
        before = found[-OVERLAP:]
        start += len(found) or PAGE
