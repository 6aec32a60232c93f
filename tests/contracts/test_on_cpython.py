"""Every contract on every implementation that runs on CPython."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from contracts import KV_SUITES, PORT_SUITES
from contracts.fake_kv import FakeKv, KvError
from contracts.suite import Check
from contracts.worlds import KvWorld, World, kv_world, memory_world
from positronic.ciphers.native import NativeCipher


def memory() -> World:
    return memory_world(NativeCipher())


def fake_kv() -> KvWorld:
    return kv_world(FakeKv(), NativeCipher(), KvError)


@pytest.mark.parametrize("make", [memory, fake_kv])
@pytest.mark.parametrize(
    "check",
    [
        pytest.param(check, id=f"{suite.name}-{name}")
        for suite in PORT_SUITES
        for name, check in suite.checks.items()
    ],
)
def test_port(check: Check[World], make: Callable[[], World]) -> None:
    """The implementation keeps the promise of its port."""
    asyncio.run(check(make()))


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
    asyncio.run(check(fake_kv()))
