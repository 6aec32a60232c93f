"""What the API needs, assembled by a composition root; the same on every host."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from typing import Final

from positronic.access import authentication
from positronic.access.audit_throttle import AuditThrottle
from positronic.access.authentication import Access
from positronic.access.issuer import Issuer
from positronic.api.changes import Change, Writer
from positronic.api.large_bodies import LargeBodies
from positronic.audit import events
from positronic.audit.events import Auditor, Origin
from positronic.brains.discovery import NO_BRAINS, Brains
from positronic.brains.known_values import KnownValues
from positronic.commands.asked_events import LedgerAuditor
from positronic.commands.asking import Asking, Send
from positronic.commands.command import TokenShown
from positronic.errors import InvalidName, NotConfigured
from positronic.http.request import BODY_SECONDS, Response
from positronic.journal import MemoryJournal
from positronic.names import Project, parse_project
from positronic.ports import (
    AuditLog,
    Cipher,
    Clock,
    Event,
    Journal,
    ProjectRegistry,
    RandomBytes,
    Storage,
)
from positronic.roles import Principal, Role
from positronic.runs.directory import RunDirectory
from positronic.runs.record import RunRecord
from positronic.runs.run import Recorder, RunResources
from positronic.sealing.keyring import Keyring
from positronic.sealing.signing import Signer, Verdict
from positronic.secrets.rotation import Rotation
from positronic.secrets.sealed_store import SealedStore
from positronic.secrets.vault import Vault

MAX_DAYS: Final = 36_500


@dataclass(frozen=True, slots=True)
class Settings:
    """A host's configuration as text; checked when it is first needed. Its repr is redacted.

    During a rotation `next_master_key` precedes `master_keys`, so that a new key can be added by
    someone who cannot read the old ones. Only `px dev` sets `local_origin`; see `proof`.
    """

    master_keys: str
    root_token_sha256: str
    project: str
    audit_retention_days: str = "400"
    run_retention_days: str = "30"
    next_master_key: str = ""
    local_origin: str = ""

    def __repr__(self) -> str:
        return "Settings(hidden)"


@dataclass(frozen=True, slots=True)
class Runtime:
    """What a host provides besides storage.

    `one_at_a_time` makes a project's changes in turn, each prepared beforehand; `in_background`
    runs what no answer waits for; `report` writes a line to the operator's log, never a value;
    `body_seconds` limits how long a body may take; all runs of a process share `known_values`.
    `send` leads to projects' ledgers; a host without them keeps everything in its storage.
    """

    cipher: Cipher
    clock: Clock
    random: RandomBytes
    report: Callable[[str], None]
    one_at_a_time: Callable[[Project, Change], Awaitable[Response]]
    in_background: Callable[[Coroutine[None, None, None]], None]
    runs: RunDirectory
    body_seconds: float = BODY_SECONDS
    send: Send | None = None
    known_values: KnownValues = field(default_factory=KnownValues)


class InProcess:
    """`one_at_a_time` for a single-process host: one writer per project."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._writers: dict[Project, Writer] = {}

    async def __call__(self, project: Project, change: Change) -> Response:
        if project not in self._writers:
            self._writers[project] = Writer(MemoryJournal(self._clock))
        return await self._writers[project](change)


@dataclass(frozen=True, slots=True)
class Service:
    """One host and its brains.

    `audit_throttle`, `large_bodies` and `known_projects` outlive a request.
    """

    settings: Settings
    storage: Storage
    runtime: Runtime
    audit_throttle: AuditThrottle
    brains: Brains = NO_BRAINS
    large_bodies: LargeBodies = field(default_factory=LargeBodies)
    known_projects: set[Project] = field(default_factory=set)

    def check(self) -> None:
        """Raises NotConfigured when a setting is missing or malformed."""
        self.access()

    def access(self) -> Access:
        """Raises NotConfigured for any setting, so that the answer is the same for all callers."""
        self.audit_retention()
        self.run_retention()
        try:
            project = parse_project(self.settings.project)
        except InvalidName as error:
            raise NotConfigured(f"PROJECT is not a project name: {error.message}") from None
        return Access(
            self.settings.root_token_sha256,
            project,
            self.storage.tokens,
            Signer(self.keyring(), authentication.PURPOSE),
            self.runtime.clock,
        )

    def audit_retention(self) -> int:
        """Seconds that an event is kept."""
        return audit_retention(self.settings)

    def run_retention(self) -> int:
        """How many seconds a run is kept after its end."""
        return _seconds("RUN_RETENTION_DAYS", self.settings.run_retention_days)

    def keyring(self) -> Keyring:
        return Keyring(self.settings.master_keys, self.settings.next_master_key)

    def session(self, project: Project, principal: Principal, origin: Origin) -> Session:
        journal = MemoryJournal(self.runtime.clock)  # for a caller that changes nothing
        return Session(self, project, principal, origin, self.keyring(), journal)

    def asking(
        self, project: Project, caller: Principal | TokenShown, role: Role, origin: Origin
    ) -> Asking:
        """Commands to a project's ledger. Raises NotConfigured on a host without ledgers."""
        if self.runtime.send is None:
            raise NotConfigured("this host has no ledgers")
        keyring, random = self.keyring(), self.runtime.random
        return Asking(project, caller, role, origin, keyring, random, self.runtime.send)

    def run_auditor(self, record: RunRecord) -> Recorder:
        """For what a run reads: the run acts, under the id of the request that started it."""
        reader = Principal(record.id, record.title, Role.READER, record.project, kind="brain")
        origin = Origin(record.request_id, record.address)
        if self.runtime.send:
            return LedgerAuditor(self.asking(record.project, reader, Role.READER, origin))
        return self.session(record.project, reader, origin).auditor()


@dataclass(frozen=True, slots=True)
class Session:
    """Everything that one request may use, in one project."""

    service: Service
    project: Project
    principal: Principal
    origin: Origin
    keyring: Keyring = field(repr=False)
    journal: Journal = field(repr=False)

    def vault(self) -> Vault:
        return Vault(self._sealed(), self.auditor(), self.journal)

    def issuer(self) -> Issuer:
        runtime = self.service.runtime
        return Issuer(
            self.project,
            self.service.storage.tokens(self.project),
            self._token_signer(),
            self.auditor(),
            self.journal,
            clock=runtime.clock,
            random=runtime.random,
        )

    def rotation(self) -> Rotation:
        return Rotation(
            self.project,
            self._sealed(),
            self.service.storage.tokens(self.project),
            self._token_signer(),
            self.auditor(),
            self.journal,
        )

    def projects(self) -> ProjectRegistry:
        return self.service.storage.projects()

    def audit_log(self) -> AuditLog:
        return self.service.storage.audit_log(self.project, self.service.audit_retention())

    def verify(self, event: Event) -> Verdict:
        return events.verify(Signer(self.keyring, events.PURPOSE), self.project, event)

    def auditor(self) -> Auditor:
        runtime = self.service.runtime
        return Auditor(
            self.project,
            self.audit_log(),
            Signer(self.keyring, events.PURPOSE),
            self.principal,
            self.origin,
            clock=runtime.clock,
            random=runtime.random,
        )

    def run_resources(self) -> RunResources:
        """What a run may use: its project's secrets, and nothing else of the host."""
        runtime = self.service.runtime
        return RunResources(
            self._sealed(),
            self.service.run_auditor,
            runtime.in_background,
            runtime.report,
            runtime.known_values,
        )

    def _token_signer(self) -> Signer:
        return Signer(self.keyring, authentication.PURPOSE)

    def _sealed(self) -> SealedStore:
        runtime = self.service.runtime
        return SealedStore(
            self.project,
            self.service.storage.records(self.project),
            runtime.cipher,
            self.keyring,
            clock=runtime.clock,
            random=runtime.random,
        )


def audit_retention(settings: Settings) -> int:
    """Seconds that an event is kept. Raises NotConfigured."""
    return _seconds("AUDIT_RETENTION_DAYS", settings.audit_retention_days)


def _seconds(setting: str, days: str) -> int:
    if not (days.isascii() and days.isdigit() and 1 <= int(days[:6]) <= MAX_DAYS):
        raise NotConfigured(f"{setting} must be a number from 1 to {MAX_DAYS}")
    return int(days) * 24 * 3600
