"""Runs every check on every mutant: which are caught, and which check is needed for that.

`python -m spec.necessity` in tests/: the matrix on stdout, exit code 1 when a mutant survives or a
check could be removed without letting one through.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterable, Mapping

from px.spec.checks import PROMISES
from px.spec.run import run
from spec.broken import MUTANTS, Mutant

Matrix = Mapping[str, frozenset[str]]


async def catchers(mutant: Mutant) -> frozenset[str]:
    """The ids of the checks that fail on the mutant."""
    outcomes = await run(mutant.target(), PROMISES)
    return frozenset(outcome.promise.id for outcome in outcomes if not outcome.passed)


async def matrix(mutants: Iterable[Mutant]) -> Matrix:
    return {mutant.name: await catchers(mutant) for mutant in mutants}


def survivors(found: Matrix) -> list[str]:
    return [name for name, by in found.items() if not by]


def unneeded(found: Matrix) -> list[str]:
    """The checks without which every mutant would still be caught."""
    alone = {next(iter(by)) for by in found.values() if len(by) == 1}
    return [promise.id for promise in PROMISES if promise.id not in alone]


def main() -> int:
    found = asyncio.run(matrix(MUTANTS))
    for name, by in found.items():
        sys.stdout.write(f"{name}\t{', '.join(sorted(by)) or 'SURVIVES'}\n")
    alone = sum(len(by) == 1 for by in found.values())
    sys.stdout.write(
        f"{len(PROMISES)} checks, {len(found)} mutants, {len(survivors(found))} survive, "
        f"{alone} caught by one check alone, unneeded: {', '.join(unneeded(found)) or 'none'}\n"
    )
    return 1 if survivors(found) or unneeded(found) else 0


if __name__ == "__main__":
    sys.exit(main())
