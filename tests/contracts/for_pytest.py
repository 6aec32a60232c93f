"""The port suites as pytest tests of one backend."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from contracts import PORT_SUITES
from contracts.suite import Check
from contracts.worlds import World


def contract_tests(make: Callable[[], World]) -> Callable[[Check[World]], None]:
    """A test for each promise of each port; `make` gives a world with empty stores every time."""
    checks = [
        pytest.param(check, id=f"{suite.name}-{name}")
        for suite in PORT_SUITES
        for name, check in suite.checks.items()
    ]

    @pytest.mark.parametrize("check", checks)
    def test(check: Check[World]) -> None:
        """The backend keeps the promise of its port."""
        asyncio.run(check(make()))

    return test
