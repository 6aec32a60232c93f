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
from positronic.errors import OutcomeUnknown, PositronicError
from positronic.quick_dataclass import quick_dataclass
from positronic.sealing.keyring import Keyring

TRIES: Final = 3
# They change nothing but what says that they were made.
RECORDED_READS: Final = frozenset({run_commands.READ, binding_commands.READ})
LONGEST_WAIT: Final = 0.2  # seconds before another try, times a random part


@quick_dataclass(frozen=True, slots=True)
class LedgerCalls:
    """Raises what the command raises; OutcomeUnknown for a change whose answer was lost."""

    objects: LedgerObjects
    keyring: Keyring

    async def __call__(self, command: Command) -> Any:
        message = pack(command, self.keyring)
        for _ in range(TRIES - 1):
            try:
                return read_answer(await self.objects.ask(command.project, message))
            except PositronicError:
                raise
            except Exception as error:  # noqa: BLE001 - JsException, whose text may hold anything
                if not getattr(error, "retryable", False) or getattr(error, "overloaded", False):
                    raise _lost(command) from None
            # The same command under the same id: made once, whether or not it arrived before.
            await asyncio.sleep(LONGEST_WAIT * os.urandom(1)[0] / 255)
        try:
            return read_answer(await self.objects.ask(command.project, message))
        except PositronicError:
            raise
        except Exception:  # noqa: BLE001 - as above
            raise _lost(command) from None


def _lost(command: Command) -> PositronicError:
    if command.action in READS or command.action in RECORDED_READS:
        return LedgerUnreachable("the project's ledger did not answer")
    return OutcomeUnknown("the project's ledger did not answer; the change may have been made")
