"""Where a project's ledger is told what a run did."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from positronic.runs.record import RunRecord


class Recorder(Protocol):
    """Where it is recorded what a run did without the ledger. Each raises AuditUnavailable."""

    async def copied(self, id_: str, versions: Mapping[str, int], at: int) -> None:
        """What it read; once, however often it is sent under this id."""
        ...

    async def ended(self, run_id: str, status: str, at: int) -> None: ...

    async def dropped(self, run_id: str) -> None:
        """It was announced, and did not start."""
        ...


RecorderOf = Callable[[RunRecord], Recorder]
