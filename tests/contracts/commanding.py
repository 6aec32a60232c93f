"""One project's place over a ledger, and commands to it, for checks of what is committed."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from contracts.ledger_world import LedgerWorld
from contracts.targets_in_memory import targets_in_memory
from contracts.worlds import KEYS, PROJECT, Clock
from positronic.access.audit_throttle import AuditThrottle
from positronic.access.foreign_calls import ForeignCalls
from positronic.adoption.standing import Standing
from positronic.audit.audit_key import AuditKey
from positronic.audit.events import Origin
from positronic.commands import audit_keys
from positronic.commands.command import Command, TokenShown
from positronic.commands.message import ForeignCommand, unpack
from positronic.commands.noting import Noting
from positronic.commands.place import Place
from positronic.commands.work import Tools, Work
from positronic.ledger.adoption_rows import WAITING
from positronic.ledger.audit_key_rows import AUDIT_KEYS
from positronic.ledger.copy_rows import OUTBOX, PUBLISHED
from positronic.ledger.duty_rows import DUTIES
from positronic.ledger.event_rows import EVENTS, ChainedEvent
from positronic.ledger.grant_rows import GRANTS
from positronic.ledger.last_event import LastEvent
from positronic.ledger.look import Look
from positronic.ledger.project_rows import PROJECTS
from positronic.ledger.reminder_rows import REMINDERS
from positronic.ledger.run_rows import RUNS
from positronic.ledger.secret_rows import STATES, VERSIONS, SecretState, Version
from positronic.ledger.setting_rows import SETTING
from positronic.ledger.target_rows import PUSHES, TARGETS
from positronic.ledger.token_rows import TOKENS
from positronic.ledger.use_rows import USES
from positronic.ledger.watch_rows import WATCHERS
from positronic.names import Value
from positronic.ports import Ledger, Unreadable, Values
from positronic.roles import Principal, Role
from positronic.rows import Row
from positronic.run_limits import RunLimits
from positronic.sealing.keyring import Keyring
from positronic.secrets.sealer import Sealer
from positronic.targets.configured import Targets

ROOT = Principal("root", "root", Role.ROOT, None)
TOKEN_ID = "0123456789abcdef"
AUDIT_RETENTION = 86_400_000  # milliseconds
SECRET = "the secret half"
NO_SECRETS = {"secrets": [], "count": 0}
KINDS = [
    *(codec.kind for codec in (STATES, VERSIONS, TOKENS, EVENTS, OUTBOX, PUBLISHED, AUDIT_KEYS)),
    *(DUTIES.kind, USES.kind, REMINDERS.kind, GRANTS.kind, RUNS.kind, WATCHERS.kind),
    *(PROJECTS.kind, SETTING, WAITING.kind, TARGETS.kind, PUSHES.kind),
]

_numbers = count()


def token_hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def command(
    action: str,
    caller: Principal | TokenShown = ROOT,
    *,
    needs: Role = Role.READER,
    newest: str = "k1",
    **arguments: object,
) -> Command:
    """One to PROJECT, under an id of its own."""
    origin = Origin("request-1", None)
    return Command(
        PROJECT, f"command-{next(_numbers)}", action, arguments, caller, needs, origin, newest
    )


def put(
    name: str,
    value: str = "value",
    caller: Principal | TokenShown = ROOT,
    *,
    newest: str = "k1",
) -> Command:
    entry = [name, value]
    return command("secret.put", caller, needs=Role.WRITER, newest=newest, entry=entry)


def bulk(names: Sequence[str], value: str = "value") -> Command:
    return command("secret.bulk", entries=[[name, value] for name in names])


def issue(
    id_: str = TOKEN_ID,
    caller: Principal | TokenShown = ROOT,
    expires_in: int | None = None,
    role: str = "writer",
) -> Command:
    """A token whose secret half is SECRET."""
    given: dict[str, Any] = {"id": id_, "hash": token_hash(SECRET), "name": "ci", "role": role}
    return command("token.create", caller, needs=Role.ADMIN, expiresIn=expires_in, **given)


def shown(text: str = SECRET, id_: str = TOKEN_ID) -> TokenShown:
    return TokenShown(id_, token_hash(text))


@dataclass(slots=True)
class Commanding:
    """A place on the world's ledger. `wakes`: when copies were said to be due."""

    world: LedgerWorld
    clock: Clock = field(default_factory=Clock)
    keys: str = KEYS
    wakes: list[int] = field(default_factory=list)
    background: list[Coroutine[None, None, None]] = field(default_factory=list)
    standing: Standing = field(default_factory=Standing)
    last_event: LastEvent = field(default_factory=LastEvent)
    audit_throttle: AuditThrottle = field(init=False)
    is_full: bool = False
    run_limits: RunLimits = field(default_factory=RunLimits)
    elsewhere: Values | None = None  # who keeps the values, instead of the ledger
    targets: Targets = field(default_factory=targets_in_memory)
    has_copies: bool = True

    def __post_init__(self) -> None:
        self.audit_throttle = AuditThrottle(self.clock)

    @property
    def ledger(self) -> Ledger:
        return self.world.open()

    def place(self, ledger: Ledger | None = None) -> Place:
        return Place(PROJECT, ledger or self.ledger, self.tools, self.wakes.append)

    @property
    def sealer(self) -> Sealer:
        return Sealer(PROJECT, self.world.cipher, Keyring(self.keys), os.urandom)

    @property
    def tools(self) -> Tools:
        return Tools(
            cipher=self.world.cipher,
            keyring=Keyring(self.keys),
            values=self.elsewhere or self.sealer,
            clock=self.clock,
            random=os.urandom,
            audit_retention=AUDIT_RETENTION,
            in_background=self.background.append,
            audit_throttle=self.audit_throttle,
            standing=self.standing,
            last_event=self.last_event,
            is_full=lambda: self.is_full,
            run_limits=self.run_limits,
            targets=self.targets,
            has_copies=self.has_copies,
        )

    async def run(self, *commands: Command) -> Any:  # noqa: ANN401 - whatever the last answers
        """The last one's result; what runs in the background has ended."""
        result = None
        try:
            for one in commands:
                result = await self.place().run(one)
        finally:
            while self.background:
                await self.background.pop(0)
        return result

    async def page(
        self,
        action: str = "secret.list",
        limit: int = 9,
        **arguments: Any,  # noqa: ANN401 - as the command has them
    ) -> dict[str, Any]:
        """Of a list of secrets, whose answer is JSON."""
        text = await self.run(command(action, limit=limit, **arguments))
        return dict(json.loads(text))

    async def foreign(self, calls: ForeignCalls, count: int) -> None:
        """So many commands of a Worker that has none of our keys."""
        for _ in range(count):
            try:
                unpack("made-up\nmac\ntext", PROJECT, Keyring(self.keys))
            except ForeignCommand as refused:
                Noting(PROJECT, self.ledger, self.tools).foreign(refused, calls)
        while self.background:
            await self.background.pop(0)

    def rows(self) -> dict[str, Sequence[Row]]:
        """Everything that is kept."""
        return {kind.name: self.ledger.list(kind) for kind in KINDS}

    def events(self) -> list[ChainedEvent | Unreadable]:
        return [EVENTS.item(row) for row in self.ledger.list(EVENTS.kind)]

    def actions(self) -> list[str]:
        """Of the events, the oldest first."""
        found = [one for one in self.events() if isinstance(one, ChainedEvent)]
        return [one.event.action for one in reversed(found)]

    async def audit_key(self) -> AuditKey | None:
        """What the events are signed with; None: it cannot be opened, or there is none."""
        return await audit_keys.held(Work(PROJECT, Look(self.ledger), self.tools))

    def current_versions(self) -> list[Version]:
        """Of each secret that is there, also of one whose state cannot be read."""
        live = {row.id for row in self.ledger.list(STATES.kind, "live")}
        found: dict[str, Version] = {}
        for one in map(VERSIONS.read, self.ledger.list(VERSIONS.kind)):
            if one.name in live:
                found.setdefault(one.name, one)  # the newest comes first
        return list(found.values())

    async def values(self) -> dict[str, str]:
        """Every secret that there is, opened."""
        kept = self.elsewhere or self.sealer
        states = [STATES.item(row) for row in self.ledger.list(STATES.kind, "live")]
        versions = {one.name: one for one in self.current_versions()}
        found: dict[str, str] = {}
        for state in states:
            assert isinstance(state, SecretState), "a state that cannot be read"
            assert versions[state.name].metadata == state.metadata, "a state without its version"
            value: Value = await kept.open(versions[state.name])
            found[state.name] = value.reveal()
        return found
