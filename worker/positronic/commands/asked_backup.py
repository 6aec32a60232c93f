"""The export and the import of a project, as its ledger answers."""

from __future__ import annotations

from dataclasses import dataclass

from positronic.commands.asked_keys import LedgerDirectory
from positronic.commands.asking import Asking
from positronic.errors import Detail


@dataclass(frozen=True, slots=True)
class ExportStep:
    """Some text of the file. `cursor` leads on; None: it is complete. `failed`: what it leaves out,
    because it does not open.
    """

    text: str
    cursor: str | None
    failed: tuple[Detail, ...]


@dataclass(frozen=True, slots=True)
class ImportCheck:
    """`ticket` is for the next page, and after the last one for the import. `unverified`: events
    that are not as they were signed.
    """

    ticket: str
    secrets: int
    versions: int
    tokens: int
    grants: int
    events: int
    unverified: int


class LedgerBackup:
    """For one project. The directory knows it before the last step of an import is made."""

    def __init__(self, ask: Asking, directory: LedgerDirectory) -> None:
        self._ask = ask
        self._directory = directory

    async def step(self, cursor: str | None) -> ExportStep:
        """Audited at the first step. Raises Conflict, NotFound."""
        text, following, failed = await self._ask("project.export", cursor=cursor)
        found = tuple(Detail(code, error, name=name) for code, error, name in failed)
        return ExportStep(text, following, found)

    async def exported_at(self) -> int | None:
        """When the last complete export was begun, in milliseconds."""
        found: int | None = await self._ask("project.exported")
        return found

    async def check(self, header: str, page: str, ticket: str | None) -> ImportCheck:
        """Raises InvalidRequest, Conflict, UnknownKey, CorruptRecord."""
        found, counts = await self._ask("project.check", header=header, page=page, ticket=ticket)
        return ImportCheck(found, *counts)

    async def bring(self, header: str, page: str, ticket: str) -> tuple[bool, int]:
        """Whether it is over, and the number of the page to send next. Audited at the end."""
        project = self._ask.project
        is_known = await self._directory.knows(project)
        is_over, following = await self._ask(
            "project.import", header=header, page=page, ticket=ticket, isKnown=is_known
        )
        if not (is_known or is_over):
            await self._directory.add(project)
        return is_over, following
