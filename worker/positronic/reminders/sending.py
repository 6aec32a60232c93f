"""One run of the schedule: what is due in each project goes to the webhook."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Final

from positronic.commands.asked_reminders import LedgerReminders, Reminded
from positronic.errors import Adopting, PositronicError
from positronic.names import Project
from positronic.outgoing import NoAnswer, Send
from positronic.ports import Clock
from positronic.reminders.webhook import Webhook, message

FAILURES: Final = 3  # projects in a row: then the receiver is down, and the next run tries again


class _Undelivered(Exception):
    """What the operator's log says of it."""


@dataclass(frozen=True, slots=True)
class Sending:
    """`report` writes a line to the operator's log, never a value and never the address."""

    webhook: Webhook
    reminders_of: Callable[[Project], LedgerReminders]
    send: Send
    clock: Clock
    report: Callable[[str], None]

    async def run(self, projects: AsyncIterator[Project]) -> None:
        """One project that fails does not stop the others; what was not taken is due again."""
        failed = 0
        async for project in projects:
            try:
                await self._remind(project)
                failed = 0
            except Adopting:
                continue  # it has no ledger yet
            except _Undelivered as problem:
                self.report(f"reminders of {project}: {problem}; the next run sends them again")
                failed += 1
            except PositronicError as error:
                self.report(f"reminders of {project}: {error.code}; the next run tries again")
                failed += 1
            if failed == FAILURES:
                return

    async def _remind(self, project: Project) -> None:
        reminders = self.reminders_of(project)
        cursor: str | None = None
        while True:
            batch = await reminders.claim(self.webhook.within, cursor)
            if batch.names:
                await self._deliver(project, reminders, batch)
            if batch.cursor is None:
                return
            cursor = batch.cursor

    async def _deliver(self, project: Project, reminders: LedgerReminders, batch: Reminded) -> None:
        problem = await self._posted(project, batch)
        await reminders.settle(batch, was_taken=problem is None)
        if problem is not None:
            raise _Undelivered(problem)
        self.report(f"reminders of {project}: {len(batch.names)} sent")

    async def _posted(self, project: Project, batch: Reminded) -> str | None:
        """Why the receiver did not take it; None: it did."""
        now = self.clock()
        body = message(project, batch, now)
        try:
            headers = self.webhook.headers(body, now)
            answer = await self.send("POST", self.webhook.url, headers, body.encode())
        except NoAnswer:
            return "the webhook did not answer"
        is_taken = 200 <= answer.status < 300
        return None if is_taken else f"the webhook answered {answer.status}"
