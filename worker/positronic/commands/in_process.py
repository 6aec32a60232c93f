"""Ledgers in the process that asks them: `Send` for a host that is one process."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from functools import partial
from typing import Any
from weakref import WeakValueDictionary

from positronic.commands.command import Command
from positronic.commands.place import Place
from positronic.commands.work import Tools
from positronic.ledger.project_rows import PROJECTS
from positronic.ledger.setting_rows import SETTING
from positronic.names import Project
from positronic.ports import Ledger


class InProcessLedgers:
    """`open_` gives a project's ledger. One that nothing was committed to is forgotten after use.

    `wake(project, at)`: as `Place`'s. `at_most`: how many stay open; None for ledgers in memory,
    which end when they are forgotten.
    """

    def __init__(
        self,
        open_: Callable[[Project], Ledger],
        tools: Callable[[Project], Tools],
        wake: Callable[[Project, int], None] | None = None,
        at_most: int | None = None,
    ) -> None:
        self._open = open_
        self._tools = tools
        self._wake = wake
        self._at_most = at_most
        self._used: WeakValueDictionary[Project, Ledger] = WeakValueDictionary()
        self._kept: OrderedDict[Project, Ledger] = OrderedDict()

    async def __call__(self, command: Command) -> Any:  # noqa: ANN401 - whatever it answers
        project = command.project
        ledger = self._used.get(project) or self._open(project)
        self._used[project] = ledger
        try:
            wake = partial(self._wake, project) if self._wake else None
            return await Place(project, ledger, self._tools(project), wake).run(command)
        finally:
            self._keep(project, ledger)

    def _keep(self, project: Project, ledger: Ledger) -> None:
        if project not in self._kept:
            if not (ledger.count(SETTING) or ledger.count(PROJECTS.kind)):
                return
            self._kept[project] = ledger
        self._kept.move_to_end(project)
        if self._at_most is not None and len(self._kept) > self._at_most:
            self._kept.popitem(last=False)
