"""What the API stands on: put together by a composition root, the same on every host."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from typing import Final

from positronic import access, audit
from positronic.access import Access, Principal
from positronic.audit import Auditor, Origin
from positronic.errors import InvalidName, NotConfigured
from positronic.http import Response
from positronic.issuer import Issuer
from positronic.keyring import Keyring
from positronic.names import Project, parse_project
from positronic.ports import AuditLog, Cipher, Clock, Event, RandomBytes, Storage
from positronic.refusals import Refusals
from positronic.rotation import Rotation
from positronic.sealed import SealedStore
from positronic.signing import Signer, Verdict
from positronic.vault import Vault

MAX_DAYS: Final = 36_500

Work = Callable[[], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Settings:
    """A host's configuration as text; checked when it is first needed. Its repr shows nothing.

    `next_master_key` stands in front of `master_keys` while a rotation is under way: so a new key
    can be added by someone who cannot read the old ones back.
    """

    master_keys: str
    root_token_sha256: str
    project: str
    audit_retention_days: str = "400"
    next_master_key: str = ""

    def __repr__(self) -> str:
        return "Settings(hidden)"


@dataclass(frozen=True, slots=True)
class Runtime:
    """What a host gives besides storage.

    `one_at_a_time` runs a project's changes one after the other; `in_background` runs what no
    answer waits for; `report` takes a line for the operator's log, never a value.
    """

    cipher: Cipher
    clock: Clock
    random: RandomBytes
    report: Callable[[str], None]
    one_at_a_time: Callable[[Project, Work], Awaitable[Response]]
    in_background: Callable[[Coroutine[None, None, None]], None]


class InProcess:
    """`one_at_a_time` for a host that is one process: a lock for each project."""

    def __init__(self) -> None:
        self._locks: defaultdict[Project, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def __call__(self, project: Project, work: Work) -> Response:
        async with self._locks[project]:
            return await work()


@dataclass(frozen=True, slots=True)
class Service:
    """One host. `refusals` outlives a request."""

    settings: Settings
    storage: Storage
    runtime: Runtime
    refusals: Refusals

    def check(self) -> None:
        """Raises NotConfigured when a setting is missing or malformed."""
        self.access()

    def access(self) -> Access:
        """Raises NotConfigured for any setting, so that no answer depends on who asks."""
        self.audit_retention()
        try:
            project = parse_project(self.settings.project)
        except InvalidName as error:
            raise NotConfigured(f"PROJECT is not a project name: {error.message}") from None
        return Access(
            self.settings.root_token_sha256,
            project,
            self.storage.tokens,
            Signer(self.keyring(), access.PURPOSE),
            self.runtime.clock,
        )

    def audit_retention(self) -> int:
        """Seconds that an event is kept."""
        days = self.settings.audit_retention_days
        if not (days.isascii() and days.isdigit() and 1 <= int(days[:6]) <= MAX_DAYS):
            raise NotConfigured(f"AUDIT_RETENTION_DAYS is not a number from 1 to {MAX_DAYS}")
        return int(days) * 24 * 3600

    def keyring(self) -> Keyring:
        return Keyring(f"{self.settings.next_master_key} {self.settings.master_keys}")

    def session(self, project: Project, principal: Principal, origin: Origin) -> Session:
        return Session(self, project, principal, origin, self.keyring())


@dataclass(frozen=True, slots=True)
class Session:
    """What one caller may work with, in one project, for one request."""

    service: Service
    project: Project
    principal: Principal
    origin: Origin
    keyring: Keyring = field(repr=False)

    def vault(self) -> Vault:
        return Vault(self._sealed(), self.auditor())

    def issuer(self) -> Issuer:
        runtime = self.service.runtime
        return Issuer(
            self.project,
            self.service.storage.tokens(self.project),
            self._token_signer(),
            self.auditor(),
            clock=runtime.clock,
            random=runtime.random,
        )

    def rotation(self) -> Rotation:
        tokens = self.service.storage.tokens(self.project)
        return Rotation(self.project, self._sealed(), tokens, self._token_signer(), self.auditor())

    def audit_log(self) -> AuditLog:
        return self.service.storage.audit_log(self.project, self.service.audit_retention())

    def verify(self, event: Event) -> Verdict:
        return audit.verify(Signer(self.keyring, audit.PURPOSE), self.project, event)

    def auditor(self) -> Auditor:
        runtime = self.service.runtime
        return Auditor(
            self.project,
            self.audit_log(),
            Signer(self.keyring, audit.PURPOSE),
            self.principal,
            self.origin,
            clock=runtime.clock,
            random=runtime.random,
        )

    def _token_signer(self) -> Signer:
        return Signer(self.keyring, access.PURPOSE)

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
