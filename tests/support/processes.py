"""Every process that ran on this machine while we looked: its command line and its environment."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Seen:
    """A process at one moment."""

    command: bytes
    environment: bytes


class Processes:
    """A context manager that keeps looking at /proc; `seen` is what it saw."""

    def __init__(self) -> None:
        self.seen: set[Seen] = set()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> Processes:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def with_argument(self, text: str) -> list[bytes]:
        """The command lines that hold the text."""
        return [one.command for one in self.seen if text.encode() in one.command]

    def with_environment(self, text: str) -> list[bytes]:
        """The command lines of those whose environment holds the text."""
        return [one.command for one in self.seen if text.encode() in one.environment]

    def _look(self) -> None:
        while not self._over.wait(0.02):
            for folder in Path("/proc").iterdir():
                if folder.name.isdigit():
                    self.seen |= _look_at(folder)


def _look_at(folder: Path) -> set[Seen]:
    """None while the process is turning into another program: the two would not belong together."""
    seen = Seen(_read(folder / "cmdline"), _read(folder / "environ"))
    return {seen} if seen.command and seen.command == _read(folder / "cmdline") else set()


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""
