"""The adoption and the repair of a project, as its ledger and the directory answer."""

from __future__ import annotations

from dataclasses import dataclass

from positronic.commands.asked_keys import LedgerDirectory
from positronic.commands.asking import Asking
from positronic.errors import Detail


@dataclass(frozen=True, slots=True)
class AdoptionStep:
    """How far an adoption is: counts of all its steps; `failed` lists the first of those."""

    is_over: bool
    secrets: int
    tokens: int
    events: int
    unverified: int
    remaining: int
    failed: tuple[Detail, ...]
    failed_count: int
    after_loss: bool


class LedgerAdoption:
    """For one project. The directory knows it before the last step is made."""

    def __init__(self, ask: Asking, directory: LedgerDirectory) -> None:
        self._ask = ask
        self._directory = directory

    async def step(self) -> AdoptionStep:
        """Repeat until it is over. Audited at the end."""
        project = self._ask.project
        is_known = await self._directory.knows(project)
        answer = await self._ask("project.adopt", isKnown=is_known)
        is_over = answer["state"] == "adopted"
        if not (is_known or is_over):
            await self._directory.add(project)
        return AdoptionStep(
            is_over,
            secrets=answer["secrets"],
            tokens=answer["tokens"],
            events=answer["events"],
            unverified=answer["unverified"],
            remaining=answer["remaining"],
            failed=tuple(Detail(code, error, name=name) for code, error, name in answer["failed"]),
            failed_count=answer["failedCount"],
            after_loss=answer["afterLoss"],
        )

    async def repair(self, cursor: str | None) -> tuple[int, str | None]:
        """How many copies one step made due, and where the next one begins."""
        due, following = await self._ask("project.repair", cursor=cursor)
        if cursor is None:
            await self._directory.add(self._ask.project)
        return due, following
