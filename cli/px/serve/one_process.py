"""A host on CPython whose ledgers, runs and cipher are all in one process."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass

from positronic.access.audit_throttle import AuditThrottle
from positronic.api.service import (
    Runtime,
    Settings,
    audit_retention,
    keyring_of,
    run_limits,
    target_configs,
)
from positronic.ciphers.native import NativeCipher
from positronic.commands.in_process import InProcessLedgers
from positronic.commands.work import Tools
from positronic.names import Project
from positronic.ports import Cipher, Clock, Ledger, RandomBytes, Values
from positronic.runs.directory import InProcessRuns, RunDirectory
from positronic.secrets.sealer import Sealer
from positronic.targets.configured import Make, opened


@dataclass(frozen=True, slots=True)
class OneProcess:
    """`runtime` is what a Service needs; `tools` are a project's, as its commands have them."""

    runtime: Runtime
    tools: Callable[[Project], Tools]


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
    wake: Callable[[Project, int], None] | None = None,
    has_copies: bool = False,
    targets: Mapping[str, Make] | None = None,
    at_most: int | None = None,
    runs: RunDirectory | None = None,
) -> OneProcess:
    """`settings` are read for each command. `values`: who keeps them, instead of the ledger itself.

    `wake(project, at)`: something is due there at that time; without it, nothing is done later.
    `targets`: how one of each type is made. `at_most`: how many ledgers stay open.
    `runs`: where they are kept, instead of in memory.
    """
    own_cipher, audit_throttle = cipher or NativeCipher(), AuditThrottle(clock)

    def sealed(project: Project) -> Values:
        return Sealer(project, own_cipher, keyring_of(settings()), random)

    def tools(project: Project) -> Tools:
        return Tools(
            *(own_cipher, keyring_of(settings()), (values or sealed)(project), clock, random),
            *(audit_retention(settings()) * 1000, in_background, audit_throttle),
            run_limits=run_limits(settings()),
            targets=opened(target_configs(settings()), project, targets or {}),
            has_copies=has_copies,
        )

    runtime = Runtime(
        values=values or sealed,
        clock=clock,
        random=random,
        report=report,
        send=InProcessLedgers(open_ledger, tools, wake, at_most),
        in_background=in_background,
        runs=runs or InProcessRuns(clock, random),
    )
    return OneProcess(runtime, tools)
