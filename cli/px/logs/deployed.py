"""What a deployed Worker says from now on: `wrangler tail`, a child that px reads and ends.

wrangler holds the connection and the API token. It prints each event as JSON over several lines,
of which the last is a bracket alone; everything else that it prints is its own words.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator, Mapping
from importlib.resources import files
from typing import BinaryIO, Final

from px.cloudflare.wrangler import Wrangler, secret_parts
from px.cloudflare.wrangler_errors import FRAGMENT
from px.errors import NotReached
from px.local.process_group import ProcessGroup
from px.logs.entry import Entries, LogEntry, make_entry
from px.logs.tail_event import Fields, read_event

_WORDS: Final = ("tail", "--format", "json")
_LONGEST_EVENT: Final = 4 * 1024 * 1024  # bytes
_LONGEST_LINE: Final = 65_536  # bytes of one reading; a longer line takes several
_KEPT_WORDS: Final = 16_384  # characters of what wrangler says about itself
_LOST: Final = "Tail connection lost"

_NO_CREDENTIALS: Final = ("PX_URL", "PX_PROJECT", "PX_WORKER", "AWS_REGION")

Say = Callable[[str], None]


def credentials_in(settings: Mapping[str, str], credentials: Mapping[str, str]) -> tuple[str, ...]:
    """What no line may show: all of `.env.deploy` but names and addresses; what wrangler gets."""
    kept = [text for name, text in settings.items() if name not in _NO_CREDENTIALS]
    return tuple(text for text in (*kept, *secret_parts(credentials)) if len(text) >= FRAGMENT)


def follow_deployed(wrangler: Wrangler, hidden: tuple[str, ...], say: Say) -> Entries:
    """Each entry as it arrives. Never ends by itself: raises PxError if wrangler does.

    Closing it ends wrangler, which tells Cloudflare so, and everything that it started.
    """
    lifeline = ("--no-warnings", "--import", str(files("px.local") / "lifeline.mjs"))
    with wrangler.call(_WORDS, node_options=lifeline) as call:
        reading, writing = os.pipe()
        with os.fdopen(reading, "rb") as printed:
            with os.fdopen(writing, "wb") as log:
                group = ProcessGroup(call.command, cwd=call.folder, env=call.environment, log=log)
            own = _OwnWords(say)
            try:
                yield from _entries(printed, hidden, own)
            finally:
                printed.close()  # or wrangler might wait until somebody reads on
                group.stop()
    if group.exit_code():
        raise wrangler.failure(_WORDS, own.text, hidden)
    raise NotReached(
        "Cloudflare ended the connection", code="not_reached", hint="run it again to go on"
    )


class _OwnWords:
    """What wrangler says about itself, for its error; a lost connection is told at once."""

    def __init__(self, say: Say) -> None:
        self._say = say
        self.text = ""

    def add(self, line: str) -> None:
        self.text = (self.text + line)[-_KEPT_WORDS:]
        if _LOST in line:
            self._say("warning: the connection to Cloudflare was lost; wrangler tries it again")


def _entries(printed: BinaryIO, hidden: tuple[str, ...], own: _OwnWords) -> Iterator[LogEntry]:
    for document in _documents(printed, own):
        if document is None:
            now = time.time_ns() // 1_000_000
            yield make_entry(now, "warn", "an event is left out: it is too long")
        elif isinstance(document.get("logs"), list):
            yield from read_event(document, hidden)


def _documents(printed: BinaryIO, own: _OwnWords) -> Iterator[Fields | None]:
    """Each JSON object; None for one that is too long. One without an end is left out."""
    parts: list[bytes] = []
    size, starts = 0, True
    while line := printed.readline(_LONGEST_LINE):
        begins, starts = starts, line.endswith(b"\n")
        if not parts and not (begins and line.startswith(b"{")):
            own.add(line.decode(errors="replace"))
            continue
        size += len(line)
        if size <= _LONGEST_EVENT or not parts:
            parts.append(line)
        if begins and line.startswith(b"}"):
            yield None if size > _LONGEST_EVENT else _read(b"".join(parts))
            parts, size = [], 0


def _read(document: bytes) -> Fields:
    """Empty if it is not a JSON object."""
    try:
        found = json.loads(document)
    except ValueError:
        return {}
    return found if isinstance(found, Mapping) else {}
