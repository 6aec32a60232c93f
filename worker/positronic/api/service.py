"""What the API needs, assembled by a composition root; the same on every host."""

from __future__ import annotations

import json
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from positronic.access.authentication import Access
from positronic.access.unknown_projects import UnknownProjects
from positronic.api.large_bodies import LargeBodies
from positronic.api.ledger_location import LedgerLocation, ledger_location
from positronic.audit.events import Origin
from positronic.brains.discovery import NO_BRAINS, Brains
from positronic.brains.known_values import KnownValues
from positronic.commands.asked_runs import LedgerRecorder
from positronic.commands.asking import Asking, Send
from positronic.commands.command import TokenShown
from positronic.errors import InvalidName, NotConfigured
from positronic.http.request import BODY_SECONDS
from positronic.names import App, Project, parse_project
from positronic.ports import Clock, Copies, RandomBytes, Values
from positronic.quick_dataclass import quick_dataclass
from positronic.reminders.webhook import Webhook, webhook
from positronic.roles import Principal, Role, binding
from positronic.run_limits import MAX_TIME, RunLimits
from positronic.runs.directory import RunDirectory
from positronic.runs.record import RunRecord
from positronic.sealing.keyring import Keyring, keyring
from positronic.targets import configured as targets
from positronic.targets.configured import TargetConfig
from positronic.times import DAY

MAX_DAYS: Final = 36_500
MAX_AT_ONCE: Final = 10_000

_USUAL: Final = RunLimits()


@dataclass(frozen=True, slots=True, eq=False)
class Settings:
    """A host's configuration as text; checked when it is first needed. Its repr is redacted.

    Compared by identity, so that what is kept for the newest ones is found at once.
    During a rotation `next_master_key` precedes `master_keys`, so that a new key can be added by
    someone who cannot read the old ones. Only `px dev` sets `local_origin`; see `proof`.
    `targets` and `target_credentials` are JSON: the table, and the settings whose names begin with
    TARGET_. `has_near_targets`: not empty on a host of one's own, whose targets may be at this
    machine's address.
    """

    master_keys: str
    root_token_sha256: str
    project: str
    audit_retention_days: str = "400"
    run_retention_days: str = f"{_USUAL.retention // DAY}"
    run_time_limit: str = f"{_USUAL.time}"
    runs_per_token: str = f"{_USUAL.runs_per_token}"
    runs_per_project: str = f"{_USUAL.runs_per_project}"
    watches_per_token: str = f"{_USUAL.watches_per_token}"
    next_master_key: str = ""
    local_origin: str = ""
    fallback: str = "on"
    ledger_location: str = ""
    ledger_jurisdiction: str = ""
    reminder_url: str = ""
    reminder_secret: str = ""
    reminder_days: str = "14"
    targets: str = ""
    target_credentials: str = ""
    has_near_targets: str = ""

    def __repr__(self) -> str:
        return "Settings(hidden)"


@quick_dataclass(frozen=True, slots=True)
class Runtime:
    """What a host provides.

    `values` are a project's, and `send` leads to its ledger; `in_background` runs what no answer
    waits for; `report` writes a line to the operator's log, never a value; `body_seconds` limits
    how long a body may take, None: a request's `read` raises TimeoutError after BODY_SECONDS by
    itself; all runs of a process share `known_values`; `copies` are those of a project, where a
    host has some.
    """

    values: Callable[[Project], Values]
    clock: Clock
    random: RandomBytes
    report: Callable[[str], None]
    send: Send
    in_background: Callable[[Coroutine[None, None, None]], None]
    runs: RunDirectory
    body_seconds: float | None = BODY_SECONDS
    known_values: KnownValues = field(default_factory=KnownValues)
    copies: Callable[[Project], Copies] | None = None


@quick_dataclass(frozen=True, slots=True)
class Service:
    """One host and its brains.

    `large_bodies`, `known_projects` and `unknown_projects` outlive a request.
    """

    settings: Settings
    runtime: Runtime
    brains: Brains = NO_BRAINS
    large_bodies: LargeBodies = field(default_factory=LargeBodies)
    known_projects: set[Project] = field(default_factory=set)
    unknown_projects: UnknownProjects = field(default_factory=UnknownProjects)

    def check(self) -> None:
        """Raises NotConfigured when a setting is missing or malformed."""
        self.access()

    def access(self) -> Access:
        """Raises NotConfigured for any setting, so that the answer is the same for all callers."""
        return _access(self.settings)

    def run_limits(self) -> RunLimits:
        return run_limits(self.settings)

    def keyring(self) -> Keyring:
        return keyring_of(self.settings)

    def asking(
        self, project: Project, caller: Principal | TokenShown, role: Role, origin: Origin
    ) -> Asking:
        """Commands to a project's ledger."""
        keyring, random = self.keyring(), self.runtime.random
        return Asking(project, caller, role, origin, keyring, random, self.runtime.send)

    def run_asking(self, record: RunRecord) -> Asking:
        """For what a run reads: the run acts, under the id of the request that started it."""
        reader = Principal(record.id, record.title, Role.READER, record.project, kind="brain")
        origin = Origin(record.request_id, record.address)
        return self.asking(record.project, reader, Role.READER, origin)

    def run_recorder(self, record: RunRecord) -> LedgerRecorder:
        return LedgerRecorder(self.run_asking(record))

    def binding_asking(self, project: Project, app: App, origin: Origin) -> Asking:
        """For what a Worker reads over a binding: the entry vouches for what its props call it."""
        return self.asking(project, binding(project, app), Role.READER, origin)

    def fallback(self, project: Project) -> Copies | None:
        """What a run reads while the ledger cannot be reached. Raises NotConfigured."""
        may, copies = _may_fall_back(self.settings), self.runtime.copies
        return copies(project) if copies and may else None


def keyring_of(settings: Settings) -> Keyring:
    """Raises NotConfigured."""
    return keyring(settings.master_keys, settings.next_master_key)


def ledger_location_of(settings: Settings) -> LedgerLocation:
    """Where a project's ledger is made and found. Raises NotConfigured."""
    return ledger_location(settings.ledger_location, settings.ledger_jurisdiction)


def audit_retention(settings: Settings) -> int:
    """Seconds that an event is kept. Raises NotConfigured."""
    return _seconds("AUDIT_RETENTION_DAYS", settings.audit_retention_days)


@lru_cache(maxsize=1)
def _access(settings: Settings) -> Access:
    """Checked once as long as the settings stay the same."""
    audit_retention(settings)
    run_limits(settings)
    keyring_of(settings)
    try:
        project = parse_project(settings.project)
    except InvalidName as error:
        raise NotConfigured(f"PROJECT is not a project name: {error.message}") from None
    _may_fall_back(settings)
    ledger_location_of(settings)
    webhook_of(settings)
    target_configs(settings)
    return Access(settings.root_token_sha256, project)


def webhook_of(settings: Settings) -> Webhook | None:
    """Where reminders go; None: nowhere. Raises NotConfigured."""
    return webhook(
        *(settings.reminder_url, settings.reminder_secret, settings.reminder_days),
        is_local=bool(settings.local_origin),
    )


@lru_cache(maxsize=1)
def target_configs(settings: Settings) -> Sequence[TargetConfig]:
    """Where targets may be. Raises NotConfigured."""
    if not settings.targets:
        return []
    return targets.parse(
        settings.targets,
        json.loads(settings.target_credentials or "{}"),
        parse_project(settings.project),
        is_local=bool(settings.local_origin or settings.has_near_targets),
    )


def _may_fall_back(settings: Settings) -> bool:
    if settings.fallback not in ("on", "off"):
        raise NotConfigured("FALLBACK must be on or off")
    return settings.fallback == "on"


@lru_cache(maxsize=1)
def run_limits(settings: Settings) -> RunLimits:
    """Raises NotConfigured."""
    return RunLimits(
        _number("RUNS_PER_TOKEN", settings.runs_per_token, MAX_AT_ONCE),
        _number("RUNS_PER_PROJECT", settings.runs_per_project, MAX_AT_ONCE),
        _number("WATCHES_PER_TOKEN", settings.watches_per_token, MAX_AT_ONCE),
        _number("RUN_TIME_LIMIT", settings.run_time_limit, MAX_TIME),
        _seconds("RUN_RETENTION_DAYS", settings.run_retention_days) * 1000,
    )


def _seconds(setting: str, days: str) -> int:
    return _number(setting, days, MAX_DAYS) * 24 * 3600


def _number(setting: str, text: str, most: int) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 9 and 1 <= int(text) <= most):
        raise NotConfigured(f"{setting} must be a number from 1 to {most}")
    return int(text)
