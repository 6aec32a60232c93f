"""`Send` on Cloudflare: a command goes to the Durable Object that has the project's ledger."""

from __future__ import annotations

import asyncio
import os
from typing import Any, Final

from positronic.cloudflare.ledger_objects import LedgerObjects
from positronic.commands import binding_commands, run_commands
from positronic.commands.asking import LedgerUnreachable
from positronic.commands.command import Command
from positronic.commands.message import pack, read_answer
from positronic.commands.table import READS
from positronic.errors import (
    Busy,
    Forbidden,
    NotConfigured,
    OutcomeUnknown,
    PositronicError,
    Unauthenticated,
)
from positronic.quick_dataclass import quick_dataclass
from positronic.sealing.keyring import Keyring

TRIES: Final = 3
# They change nothing but what says that they were made, or that somebody still watches.
RECORDED_READS: Final = frozenset({run_commands.READ, binding_commands.READ, "watch.renew"})
# A ledger's refusals before it looks whether it has made the command: they say nothing of an
# earlier try, whose answer was lost.
BEFORE_A_LOOK: Final = (Busy, Forbidden, NotConfigured, Unauthenticated)
LONGEST_WAIT: Final = 0.2  # seconds before another try, times a random part


@quick_dataclass(frozen=True, slots=True)
class LedgerCalls:
    """Raises what the command raises; OutcomeUnknown for a change that may have been made: its
    answer was lost, and no later try says more.
    """

    objects: LedgerObjects
    keyring: Keyring

    async def __call__(self, command: Command) -> Any:
        message = pack(command, self.keyring)
        tries = 0
        while True:
            try:
                return read_answer(await self.objects.ask(command.project, message))
            except BEFORE_A_LOOK:
                if tries and not _is_read(command):
                    raise _lost(command) from None
                raise
            except PositronicError:
                raise
            except Exception as error:  # noqa: BLE001 - JsException, whose text may hold anything
                tries += 1
                if tries == TRIES or not _may_pass(error):
                    raise _lost(command) from None
            # The same command under the same id: made once, whether or not it arrived before.
            await asyncio.sleep(LONGEST_WAIT * os.urandom(1)[0] / 255)


def _may_pass(error: Exception) -> bool:
    return getattr(error, "retryable", False) and not getattr(error, "overloaded", False)


def _is_read(command: Command) -> bool:
    return command.action in READS or command.action in RECORDED_READS


def _lost(command: Command) -> PositronicError:
    if _is_read(command):
        return LedgerUnreachable("the project's ledger did not answer")
    return OutcomeUnknown("the project's ledger did not answer; the change may have been made")
