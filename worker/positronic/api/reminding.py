"""The schedule: reminds of what is due in every project, for the host that is woken for it."""

from __future__ import annotations

from collections.abc import AsyncIterator

from positronic.api.service import Service, webhook_of
from positronic.audit.events import Origin
from positronic.commands.asked_keys import LedgerDirectory
from positronic.commands.asked_reminders import LedgerReminders
from positronic.ledger.project_rows import DIRECTORY
from positronic.names import Project
from positronic.outgoing import Send
from positronic.ports import Unreadable, everything
from positronic.reminders.sending import Sending
from positronic.roles import ENTRY


async def remind(service: Service, send: Send) -> None:
    """Nothing happens without a webhook. Raises NotConfigured, StoreFailed."""
    webhook = webhook_of(service.settings)
    if webhook is None:
        return
    runtime = service.runtime
    claim = runtime.random(8).hex()
    origin = Origin(claim, None)

    def reminders_of(project: Project) -> LedgerReminders:
        return LedgerReminders(service.asking(project, ENTRY, ENTRY.role, origin), claim)

    sending = Sending(webhook, reminders_of, send, runtime.clock, runtime.report)
    await sending.run(_projects(service, origin))


async def _projects(service: Service, origin: Origin) -> AsyncIterator[Project]:
    """All of them, each run from another one on: a run may end before it came to the last."""
    ask = service.asking(DIRECTORY, ENTRY, ENTRY.role, origin)
    listed = LedgerDirectory(ask, service.known_projects, "", "").list
    names = [one.name async for one in everything(listed) if not isinstance(one, Unreadable)]
    start = int.from_bytes(service.runtime.random(4)) % max(len(names), 1)
    for name in [*names[start:], *names[:start]]:
        yield name
