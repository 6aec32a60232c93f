"""What is promised of the cipher and of KV, on what runs on CPython."""

from __future__ import annotations

import asyncio

import pytest

from contracts import KV_SUITES, records
from contracts.fake_kv import FakeKv, KvError
from contracts.suite import Check
from contracts.worlds import CopiesWorld, KvWorld, MemoryWorld
from positronic.ciphers.native import NativeCipher


@pytest.mark.parametrize(
    "check",
    [
        pytest.param(check, id=f"{suite.name}-{name}")
        for suite in KV_SUITES
        for name, check in suite.checks.items()
    ],
)
def test_kv(check: Check[KvWorld]) -> None:
    """What is built on KV keeps its promise, and the fake is a faithful peer of the real one."""
    asyncio.run(check(KvWorld(NativeCipher(), FakeKv(), KvError)))


@pytest.mark.parametrize("check", records.SUITE.checks.values(), ids=records.SUITE.checks)
def test_copies_in_memory(check: Check[CopiesWorld]) -> None:
    """Copies in memory keep the same promises as those in KV."""
    asyncio.run(check(MemoryWorld()))
