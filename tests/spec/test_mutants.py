"""Broken servers: the suite must notice each. `python -m spec.necessity` has the whole matrix."""

from __future__ import annotations

import pytest

from spec.broken import MUTANTS, Mutant
from spec.trying import tried


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: str(mutant.name))
def test_a_broken_server_is_caught(mutant: Mutant) -> None:
    """The check of the promise that the server breaks fails, and its reason shows no secret."""
    target = mutant.target()
    (outcome,) = tried(target, only=mutant.caught_by)
    print(f"{mutant.name}: caught by {outcome.promise.id}: {outcome.reason}")  # noqa: T201

    assert not outcome.passed
    assert target.token not in outcome.reason
    assert "value-" not in outcome.reason
