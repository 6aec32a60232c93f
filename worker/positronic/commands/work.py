"""What a command is carried out with, and what comes of it."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field

from positronic.access.audit_throttle import AuditThrottle
from positronic.adoption.standing import Standing
from positronic.audit.audit_key import AuditKey
from positronic.ledger.last_event import LastEvent
from positronic.ledger.look import Look
from positronic.names import Name, Project
from positronic.ports import Cipher, Clock, Event, RandomBytes, Values
from positronic.quick_dataclass import quick_dataclass
from positronic.roles import SYSTEM, Principal
from positronic.rows import Change
from positronic.run_limits import RunLimits
from positronic.sealing.keyring import Keyring
from positronic.secrets.sealer import Sealer
from positronic.targets.configured import Targets


def _always() -> None:
    return


@dataclass(frozen=True, slots=True)
class Tools:
    """What a host gives besides the ledger. `values` and `targets` are the project's.
    `audit_throttle`, `standing` and `last_event` outlive a command.

    `audit_retention`: milliseconds that an event is kept at least. `is_full`: there is no room for
    new values; asked before each that is to be written. `has_copies`: False on a host that copies
    nothing to KV, where no copy is noted as due.
    """

    cipher: Cipher
    keyring: Keyring
    values: Values
    clock: Clock
    random: RandomBytes
    audit_retention: int
    in_background: Callable[[Coroutine[None, None, None]], None]
    audit_throttle: AuditThrottle
    standing: Standing = field(default_factory=Standing)
    is_full: Callable[[], bool] = lambda: False
    run_limits: RunLimits = field(default_factory=RunLimits)
    targets: Targets = field(default_factory=dict)
    has_copies: bool = True
    last_event: LastEvent = field(default_factory=LastEvent)


@quick_dataclass(frozen=True, slots=True)
class Work:
    """One try of one command: `look` reads what the commit then expects to be unchanged.

    `caller`: who sent it; None: the ledger itself.
    """

    project: Project
    look: Look
    tools: Tools
    caller: Principal | None = None

    @property
    def actor(self) -> Mapping[str, str]:
        """Who did it, as events and histories name them."""
        return (self.caller or SYSTEM).actor

    @property
    def sealer(self) -> Sealer:
        """For what is the ledger's own, such as its audit key; secrets are in `tools.values`."""
        return Sealer(self.project, self.tools.cipher, self.tools.keyring, self.tools.random)


@quick_dataclass(frozen=True, slots=True)
class Plan:
    """What is to be committed: rows, the names that the event says, and what is answered.

    `copies`: the secrets whose copies elsewhere are due. Without names there is no event.
    `details`: what else the event says; `earlier`: events of before, which come ahead of it in the
    chain. `reads`: the versions that were read, counted in the same commit, as of `read_at`,
    milliseconds, or of now, by who asked, or by `reader` at a `host`. `is_woken`: there is work for
    the alarm, also without copies. `by_itself`: it is the ledger's own doing, and so its event does
    not name who asked. `action`: what the event says was done, if not the command. `audit_key`:
    signs its event, and is among its changes; without it, the one that there is does. `holds`:
    raises what refuses it, in the block of the commit, so that nothing comes between.
    """

    changes: Sequence[Change]
    names: Sequence[str]
    result: object
    copies: Sequence[Name] = ()
    details: Mapping[str, object] = field(default_factory=dict)
    earlier: Sequence[Event] = ()
    reads: Mapping[Name, int] = field(default_factory=dict)
    read_at: int | None = None
    reader: Principal | None = None
    host: str | None = None
    is_woken: bool = False
    by_itself: bool = False
    action: str | None = None
    audit_key: AuditKey | None = None
    holds: Callable[[], None] = _always
