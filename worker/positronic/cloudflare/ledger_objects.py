"""Which Durable Object has a project's ledger: by its name, and by where ledgers are."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from positronic.api.ledger_location import LedgerLocation
from positronic.commands.asking import Send
from positronic.commands.command import Command
from positronic.commands.directory_commands import elsewhere
from positronic.errors import Busy, StoreFailed
from positronic.ledger.project_rows import DIRECTORY
from positronic.names import Project
from positronic.quick_dataclass import quick_dataclass
from positronic.roles import ENTRY

# What the object of a name answers to a message; its jurisdiction and a hint where to make it are
# empty if there are none.
Reach = Callable[[str, str, str, str], Awaitable[str]]


@quick_dataclass(frozen=True, slots=True)
class LedgerObjects:
    """The same name leads to another object in another jurisdiction.

    The directory is in none, so that it can always be asked which one the ledgers are in.
    `is_local`: workerd on this machine, which knows no jurisdictions.
    """

    reach: Reach
    location: LedgerLocation
    is_local: bool

    def ask(self, project: Project, message: str) -> Awaitable[str]:
        location = self.location
        is_anywhere = self.is_local or project == DIRECTORY
        jurisdiction = "" if is_anywhere else location.jurisdiction
        return self.reach(project, jurisdiction, location.hint, message)


async def check_jurisdiction(send: Send, command: Command, jurisdiction: str) -> None:
    """That the ledgers are where this command would look for one. Raises NotConfigured.

    A directory that cannot be asked stops nobody: without it no project is made, and a ledger that
    is not there has nothing to give.
    """
    asked = command._replace(
        project=DIRECTORY,
        action="project.jurisdiction",
        arguments={},
        caller=ENTRY,
        role=ENTRY.role,
    )
    try:
        recorded = await send(asked)
    except (StoreFailed, Busy):
        return
    if recorded not in (None, jurisdiction):
        raise elsewhere(recorded)
