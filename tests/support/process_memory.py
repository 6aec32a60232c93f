"""The memory of a running process."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

CHUNK: Final = 1 << 22
OVERLAP: Final = 1 << 8  # what is looked for may stand in two chunks
PAGE: Final = 1 << 12


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
