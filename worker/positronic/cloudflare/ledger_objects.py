"""Which Durable Object has a project's ledger: by its name, and by where ledgers are."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Protocol

from positronic.api.ledger_location import LedgerLocation
from positronic.commands.asking import Send
from positronic.commands.command import Command
from positronic.commands.directory_commands import elsewhere
from positronic.errors import Busy, StoreFailed
from positronic.ledger.project_rows import DIRECTORY
from positronic.names import Project
from positronic.roles import ENTRY


class LedgerNamespace(Protocol):
    """The part of a Durable Object binding that is used."""

    def getByName(self, name: str, /, **options: str) -> Any: ...  # noqa: N802

    def jurisdiction(self, name: str, /) -> LedgerNamespace: ...


@dataclass(frozen=True, slots=True)
class LedgerObjects:
    """The same name leads to another object in another jurisdiction.

    The directory is in none, so that it can always be asked which one the ledgers are in.
    `is_local`: workerd on this machine, which knows no jurisdictions.
    """

    namespace: LedgerNamespace
    location: LedgerLocation
    is_local: bool

    def of(self, project: Project) -> Any:
        namespace, location = self.namespace, self.location
        if location.jurisdiction and project != DIRECTORY and not self.is_local:
            namespace = namespace.jurisdiction(location.jurisdiction)
        if location.hint:
            return namespace.getByName(project, locationHint=location.hint)
        return namespace.getByName(project)


async def check_jurisdiction(send: Send, command: Command, jurisdiction: str) -> None:
    """That the ledgers are where this command would look for one. Raises NotConfigured.

    A directory that cannot be asked stops nobody: without it no project is made, and a ledger that
    is not there has nothing to give.
    """
    asked = replace(
        command,
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
