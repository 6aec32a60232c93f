"""The suite itself: complete, self-contained, and each check of use."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from px.spec.checks import PROMISES
from px.spec.promises import Level, Promise, select
from spec.broken import MUTANTS
from support.source import CLI, imports, modules, relative

SPEC = modules(CLI / "px" / "spec")


@pytest.mark.parametrize("promise", PROMISES, ids=lambda one: str(one.id))
def test_a_promise_is_one_sentence(promise: Promise) -> None:
    """Every check states its promise in one sentence."""
    assert promise.sentence.endswith(".")
    assert ". " not in promise.sentence


def test_ids_are_distinct() -> None:
    """No two promises share an id."""
    assert [id_ for id_, count in Counter(one.id for one in PROMISES).items() if count > 1] == []


def test_every_promise_has_a_mutant() -> None:
    """No check without a server that breaks its promise, and no mutant without a check."""
    assert {mutant.caught_by for mutant in MUTANTS} == {promise.id for promise in PROMISES}


def test_seed_is_part_of_full() -> None:
    """Level full tries what seed tries, and more."""
    seed, full = (set(select(PROMISES, level)) for level in Level)

    assert seed < full == set(PROMISES)


@pytest.mark.parametrize("path", SPEC, ids=relative)
def test_it_knows_the_contract_alone(path: Path) -> None:
    """The suite imports nothing of the server, nor a test framework."""
    found = imports(path)

    assert not {one for one in found if one.startswith(("positronic", "pytest", "px.api.secrets"))}
