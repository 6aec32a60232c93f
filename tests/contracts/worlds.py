"""What a check gets: the implementations under test, empty."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from positronic.copies.memory import MemoryCopies
from positronic.copies.workers_kv import KvCopies
from positronic.names import Project, parse_project
from positronic.ports import Cipher, Copies
from positronic.stores.kv.folder import Namespace

KEYS = "k1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
PROJECT = parse_project("a")
OTHER_PROJECT = parse_project("a-b")  # one prefix is the other's beginning


class CopiesWorld(Protocol):
    """Somewhere that copies are kept, empty."""

    def copies(self, project: Project) -> Copies: ...


@dataclass(frozen=True, slots=True)
class MemoryWorld:
    """Copies in memory."""

    projects: dict[Project, MemoryCopies] = field(default_factory=dict)

    def copies(self, project: Project) -> MemoryCopies:
        return self.projects.setdefault(project, MemoryCopies())


@dataclass(frozen=True, slots=True)
class KvWorld:
    """A host's cipher and its KV namespace; `error` makes an error as the binding raises it."""

    cipher: Cipher
    namespace: Namespace
    error: Callable[[str], Exception]

    def copies(self, project: Project) -> KvCopies:
        return KvCopies(self.namespace, project)

    async def plant(self, project: Project, name: str, text: str, metadata: object) -> None:
        """Put a copy there as somebody with access to KV could."""
        beside = {} if metadata is None else {"metadata": metadata}
        await self.namespace.put(f"{project}/secret/{name}", text, **beside)


@dataclass(slots=True)
class Clock:
    """A clock that stands until it is set."""

    now: int = 1_795_500_000_000

    def __call__(self) -> int:
        return self.now
