"""What the API stands on: put together once by a composition root, the same on every host."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from positronic.access import Access, Principal
from positronic.audit import Auditor
from positronic.errors import InvalidName, NotConfigured
from positronic.keyring import Keyring
from positronic.names import Project, parse_project
from positronic.ports import AuditLog, Cipher, Clock, RandomBytes, RecordStore
from positronic.sealed import SealedStore
from positronic.vault import Vault


@dataclass(frozen=True, slots=True)
class Settings:
    """A host's configuration as text; checked when it is first needed. Its repr shows nothing."""

    master_keys: str
    root_token_sha256: str
    project: str

    def __repr__(self) -> str:
        return "Settings(hidden)"


@dataclass(frozen=True, slots=True)
class Service:
    """One host's adapters. `report` takes a line for the operator's log; never a value."""

    settings: Settings
    records: Callable[[Project], RecordStore]
    audit_log: Callable[[Project], AuditLog]
    cipher: Cipher
    clock: Clock
    random: RandomBytes
    report: Callable[[str], None]

    def check(self) -> None:
        """Raises NotConfigured when a setting is missing or malformed."""
        self.access()
        Keyring(self.settings.master_keys)

    def access(self) -> Access:
        try:
            project = parse_project(self.settings.project)
        except InvalidName as error:
            raise NotConfigured(f"PROJECT is not a project name: {error.message}") from None
        return Access(self.settings.root_token_sha256, project)

    def vault(self, project: Project, principal: Principal, request_id: str) -> Vault:
        store = SealedStore(
            project,
            self.records(project),
            self.cipher,
            Keyring(self.settings.master_keys),
            clock=self.clock,
            random=self.random,
        )
        log = self.audit_log(project)
        return Vault(
            store, Auditor(log, principal, request_id, clock=self.clock, random=self.random)
        )
