"""The suites of ledgers, and of what is done to them, as pytest tests of one backend."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from contracts import LEDGER_SUITES
from contracts.ledger_world import LedgerWorld
from contracts.suite import Check

MakeWorld = Callable[[Path], AbstractContextManager[LedgerWorld]]


def contract_tests(*makes: MakeWorld) -> Callable[[Check[LedgerWorld], MakeWorld, Path], None]:
    """A test for each promise; each of `makes` gives an empty ledger, in a folder of its own."""
    checks = [
        pytest.param(check, id=f"{suite.name}-{name}")
        for suite in LEDGER_SUITES
        for name, check in suite.checks.items()
    ]

    @pytest.mark.parametrize("make", makes)
    @pytest.mark.parametrize("check", checks)
    def test(check: Check[LedgerWorld], make: MakeWorld, tmp_path: Path) -> None:
        """The ledger keeps the promise."""
        with make(tmp_path) as world:
            asyncio.run(check(world))

    return test
