"""A House whose secrets have copies, and whose ledger can be out of reach for what a run does."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from positronic.brains import Brain
from positronic.commands.asking import LedgerUnreachable, Send
from positronic.commands.command import Command
from positronic.copies.memory import MemoryCopies
from positronic.ledger.secret_rows import VERSIONS
from positronic.names import Project
from support.memory_service import SETTINGS, SHOP, House


@dataclass
class Reach:
    """Sends on, unless `is_down`: then no command of a run gets an answer."""

    send: Send
    is_down: bool = False
    loses_answers: bool = False

    async def __call__(self, command: Command) -> object:
        is_of_a_run = command.action in ("brain.read", "brain.settle")
        if self.is_down and is_of_a_run:
            raise LedgerUnreachable("the project's ledger did not answer")
        result = await self.send(command)
        if self.loses_answers and is_of_a_run:
            raise LedgerUnreachable("the project's ledger did not answer")
        return result


class CopiedHouse(House):
    """`publish` makes the copies equal to the ledger; nothing else does."""

    def __init__(self, brains: Iterable[Brain] = (), fallback: str = "on") -> None:
        settings = replace(SETTINGS, fallback=fallback)
        super().__init__(settings=settings, brains=brains)
        self.copies, self.reach = MemoryCopies(), Reach(self.service.runtime.send)
        runtime = replace(self.service.runtime, send=self.reach, copies=self._copies_of)
        self.service = replace(self.service, runtime=runtime)

    def publish(self) -> None:
        found = map(VERSIONS.read, self.ledger().list(VERSIONS.kind))
        self.copies.records = {record.name: record for record in found}

    def _copies_of(self, project: Project) -> MemoryCopies:
        return self.copies if project == SHOP else MemoryCopies()
