"""Every contract inside the real Worker: its cipher, Miniflare's KV, a Durable Object's SQLite."""

from __future__ import annotations

import pytest

from contracts import KV_SUITES, LEDGER_SUITES
from worker.harness import Harness

NAMES = {suite.name: list(suite.checks) for suite in KV_SUITES}
LEDGER = {suite.name: list(suite.checks) for suite in LEDGER_SUITES}


def test_no_check_is_left_out(harness: Harness) -> None:
    """The Worker knows exactly the checks that this file runs."""
    assert harness.suites() == NAMES | LEDGER


@pytest.mark.parametrize(
    ("suite", "check"), [(suite, check) for suite, checks in NAMES.items() for check in checks]
)
def test_on_kv(harness: Harness, suite: str, check: str) -> None:
    """The check holds in the Worker, on real local KV."""
    harness.run("kv", suite, check)


@pytest.mark.parametrize("kind", ["object", "memory"])
@pytest.mark.parametrize(
    ("suite", "check"), [(suite, check) for suite, checks in LEDGER.items() for check in checks]
)
def test_ledger(harness: Harness, kind: str, suite: str, check: str) -> None:
    """The check holds on a Durable Object's SQLite, and in memory under its interpreter."""
    harness.run(kind, suite, check)
