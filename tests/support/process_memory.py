"""The memory of a running process."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

CHUNK: Final = 1 << 22
OVERLAP: Final = 1 << 8  # what is looked for may stand in two chunks


def chunks(process: Path) -> Iterator[bytes]:
    """All of its memory that can be written; `process`: its folder in /proc."""
    with (process / "mem").open("rb", buffering=0) as memory:
        for line in (process / "maps").read_text().splitlines():
            span, rights, *_ = line.split()
            if rights.startswith("rw"):
                start, end = (int(part, 16) for part in span.split("-"))
                for at in range(start, end, CHUNK):
                    memory.seek(at)
                    yield memory.read(min(CHUNK + OVERLAP, end - at))
