"""A host on CPython whose ledgers, runs and cipher are all in one process."""

from __future__ import annotations

from collections.abc import Callable, Coroutine

from positronic.access.audit_throttle import AuditThrottle
from positronic.api.service import Runtime, Settings, audit_retention
from positronic.ciphers.native import NativeCipher
from positronic.commands.in_process import InProcessLedgers
from positronic.commands.work import Tools
from positronic.names import Project
from positronic.ports import Cipher, Clock, Ledger, RandomBytes
from positronic.runs.directory import InProcessRuns
from positronic.sealing.keyring import Keyring


def one_process(
    settings: Callable[[], Settings],
    open_ledger: Callable[[Project], Ledger],
    *,
    cipher: Cipher | None = None,
    clock: Clock,
    random: RandomBytes,
    report: Callable[[str], None],
    in_background: Callable[[Coroutine[None, None, None]], None],
    wake: Callable[[int], None] | None = None,
) -> Runtime:
    """What a Service needs; `settings` are read for each command.

    `wake(at)`: copies are due at that time; without it, nothing is copied.
    """
    cipher, audit_throttle = cipher or NativeCipher(), AuditThrottle(clock)

    def tools() -> Tools:
        now = settings()
        keyring = Keyring(now.master_keys, now.next_master_key)
        retention = audit_retention(now) * 1000
        return Tools(cipher, keyring, clock, random, retention, in_background, audit_throttle)

    return Runtime(
        cipher=cipher,
        clock=clock,
        random=random,
        report=report,
        send=InProcessLedgers(open_ledger, tools, wake),
        in_background=in_background,
        runs=InProcessRuns(clock, random),
    )
