"""What a check gets: the implementations under test, empty."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache

from positronic.keyring import Keyring
from positronic.names import Project, parse_project
from positronic.ports import AuditLog, Cipher, RecordStore
from positronic.sealed import SealedStore
from positronic.stores.kv import KvAudit, KvRecords, Namespace
from positronic.stores.memory import MemoryAudit, MemoryRecords

KEYS = "k1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
PROJECT = parse_project("a")
OTHER_PROJECT = parse_project("a-b")  # one prefix is the other's beginning


@dataclass(frozen=True, slots=True)
class World:
    """One host's adapters. A project's store keeps what an earlier call stored."""

    cipher: Cipher
    records: Callable[[Project], RecordStore]
    audit_log: Callable[[Project], AuditLog]


@dataclass(frozen=True, slots=True)
class KvWorld(World):
    """Adapters on one KV namespace; `error` makes an error as the binding raises it."""

    namespace: Namespace
    error: Callable[[str], Exception]


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
    records = cache(lambda _project: MemoryRecords())
    audit_log = cache(lambda _project: MemoryAudit())
    return World(cipher, records, audit_log)


def kv_world(namespace: Namespace, cipher: Cipher, error: Callable[[str], Exception]) -> KvWorld:
    return KvWorld(
        cipher=cipher,
        records=lambda project: KvRecords(namespace, project),
        audit_log=lambda project: KvAudit(namespace, project),
        namespace=namespace,
        error=error,
    )
