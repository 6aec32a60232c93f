"""A host on CPython whose ledgers, runs and cipher are all in one process."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping

from positronic.access.audit_throttle import AuditThrottle
from positronic.api.service import Runtime, Settings, audit_retention, run_limits, target_configs
from positronic.ciphers.native import NativeCipher
from positronic.commands.in_process import InProcessLedgers
from positronic.commands.work import Tools
from positronic.names import Project
from positronic.ports import Cipher, Clock, Ledger, RandomBytes, Values
from positronic.runs.directory import InProcessRuns
from positronic.sealing.keyring import Keyring
from positronic.secrets.sealer import Sealer
from positronic.targets.configured import Make, opened


def one_process(
    settings: Callable[[], Settings],
    open_ledger: Callable[[Project], Ledger],
    *,
    cipher: Cipher | None = None,
    values: Callable[[Project], Values] | None = None,
    clock: Clock,
    random: RandomBytes,
    report: Callable[[str], None],
    in_background: Callable[[Coroutine[None, None, None]], None],
    wake: Callable[[int], None] | None = None,
    targets: Mapping[str, Make] | None = None,
) -> Runtime:
    """What a Service needs; `settings` are read for each command.

    `values`: who keeps them, instead of the ledger itself. `wake(at)`: copies are due at that time;
    without it, nothing is copied. `targets`: how one of each type is made.
    """
    own_cipher, audit_throttle = cipher or NativeCipher(), AuditThrottle(clock)

    def keyring() -> Keyring:
        return Keyring(settings().master_keys, settings().next_master_key)

    def sealed(project: Project) -> Values:
        return Sealer(project, own_cipher, keyring(), random)

    def tools(project: Project) -> Tools:
        return Tools(
            *(own_cipher, keyring(), (values or sealed)(project), clock, random),
            *(audit_retention(settings()) * 1000, in_background, audit_throttle),
            run_limits=run_limits(settings()),
            targets=opened(target_configs(settings()), project, targets or {}),
        )

    return Runtime(
        values=values or sealed,
        clock=clock,
        random=random,
        report=report,
        send=InProcessLedgers(open_ledger, tools, wake),
        in_background=in_background,
        runs=InProcessRuns(clock, random),
    )
