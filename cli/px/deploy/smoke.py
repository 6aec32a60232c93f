"""Checks the deployed Worker with the part of `px spec` that holds for any Positronic backend."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final

from px.errors import Detail, Refused
from px.settings import Target
from px.spec import report
from px.spec.checks import PROMISES
from px.spec.promises import Level, select
from px.spec.run import Limits, PromiseOutcome, run
from px.spec.target import SpecTarget as Tried

# Always the same: a project stays in the Worker's list, and a rotation visits every project.
PROJECT: Final = "deploy-check"
SECONDS: Final = 300.0
SETTLE: Final = 65.0  # seconds until KV is the same everywhere


def try_promises(target: Target) -> Sequence[PromiseOutcome]:
    """Every outcome; cleans up after itself. Raises Refused if a promise is broken."""
    settle = 0.0 if target.address.is_loopback else SETTLE
    tried = Tried(target.address, target.token, PROJECT)
    promises = select(PROMISES, Level.SEED)
    work = run(tried, promises, level=Level.SEED, limits=Limits(SECONDS, settle))
    outcomes = asyncio.run(work)
    if not report.passed(outcomes):
        raise _broken(outcomes)
    return outcomes


def _broken(outcomes: Sequence[PromiseOutcome]) -> Refused:
    broken = [one for one in outcomes if not one.passed]
    return Refused(
        f"the Worker is deployed, but {len(broken)} of {len(outcomes)} API checks failed",
        code="checks_failed",
        hint="`px spec URL` runs them all",
        details=[Detail("broken_promise", f"{one.promise.id}: {one.reason}") for one in broken],
    )
