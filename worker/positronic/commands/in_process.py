"""Ledgers in the process that asks them: `Send` for a host that is one process."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from positronic.commands.command import Command
from positronic.commands.place import Place
from positronic.commands.work import Tools
from positronic.names import Project
from positronic.ports import Ledger


class InProcessLedgers:
    """`open` gives a project's ledger; each is opened once, when it is first asked."""

    def __init__(
        self,
        open_: Callable[[Project], Ledger],
        tools: Callable[[], Tools],
        wake: Callable[[Project, int], None] = lambda _, __: None,
    ) -> None:
        self._open = open_
        self._tools = tools
        self._wake = wake
        self._ledgers: dict[Project, Ledger] = {}

    async def __call__(self, command: Command) -> Any:  # noqa: ANN401 - whatever it answers
        project = command.project
        if project not in self._ledgers:
            self._ledgers[project] = self._open(project)

        def wake(at: int) -> None:
            self._wake(project, at)

        place = Place(project, self._ledgers[project], self._tools(), wake)
        return await place.run(command)
