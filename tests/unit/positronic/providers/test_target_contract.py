"""Every provider's target keeps what is promised of targets, at its stand-in."""

from __future__ import annotations

import pytest

from contracts.suite import Check
from contracts.targets import SUITE, TargetWorld
from support.providers.worlds import CASES, SEND
from support.running import run


@pytest.mark.parametrize("provider", CASES)
@pytest.mark.parametrize("check", SUITE.checks.values(), ids=SUITE.checks)
def test_target(check: Check[TargetWorld], provider: str) -> None:
    """It keeps the promise."""
    with CASES[provider].standing_in() as world:

        async def checked() -> None:
            await check(world(SEND))

        run(checked())
