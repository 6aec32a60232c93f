"""What a check gets: the implementations under test, empty."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field

from positronic.names import Project, parse_project
from positronic.ports import (
    AuditLog,
    Cipher,
    ProjectRegistry,
    RecordStore,
    Storage,
    TokenStore,
)
from positronic.sealing.keyring import Keyring
from positronic.secrets.sealed_store import SealedStore
from positronic.stores.kv import KvStorage, Namespace
from positronic.stores.memory import MemoryStorage

KEYS = "k1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
PROJECT = parse_project("a")
OTHER_PROJECT = parse_project("a-b")  # one prefix is the other's beginning
RETENTION = 3600


@dataclass(frozen=True, slots=True)
class World:
    """One host's adapters."""

    cipher: Cipher
    storage: Storage

    def records(self, project: Project) -> RecordStore:
        return self.storage.records(project)

    def audit_log(self, project: Project) -> AuditLog:
        return self.storage.audit_log(project, RETENTION)

    def tokens(self, project: Project) -> TokenStore:
        return self.storage.tokens(project)

    def projects(self) -> ProjectRegistry:
        return self.storage.projects()

    async def plant(
        self, project: Project, kind: str, id_: str, text: str, metadata: object
    ) -> bool:
        """Put an entry there as somebody with access to the store could; `kind`: secret or token.

        False: the store keeps objects, so that nothing else can be in it.
        """
        return False


@dataclass(frozen=True, slots=True)
class KvWorld(World):
    """Adapters on one KV namespace; `error` makes an error as the binding raises it."""

    namespace: Namespace
    error: Callable[[str], Exception]

    async def plant(
        self, project: Project, kind: str, id_: str, text: str, metadata: object
    ) -> bool:
        beside = {} if metadata is None else {"metadata": metadata}
        await self.namespace.put(f"{project}/{kind}/{id_}", text, **beside)
        return True


@dataclass(slots=True)
class Clock:
    """A clock that stands until it is set."""

    now: int = 1_795_500_000_000

    def __call__(self) -> int:
        return self.now


@dataclass(slots=True)
class Sealed:
    """A SealedStore over a world's records, and its clock."""

    world: World
    project: Project = PROJECT
    keys: str = KEYS
    clock: Clock = field(default_factory=Clock)

    @property
    def records(self) -> RecordStore:
        return self.world.records(self.project)

    @property
    def store(self) -> SealedStore:
        return SealedStore(
            self.project,
            self.records,
            self.world.cipher,
            Keyring(self.keys),
            clock=self.clock,
            random=os.urandom,
        )


def memory_world(cipher: Cipher) -> World:
    return World(cipher, MemoryStorage())


def kv_world(namespace: Namespace, cipher: Cipher, error: Callable[[str], Exception]) -> KvWorld:
    return KvWorld(cipher, KvStorage(namespace), namespace, error)
