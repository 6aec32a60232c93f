"""What is promised of a store of values, of each provider that can be one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from typing import Final

import pytest

from contracts import values
from contracts.at_providers import AtProvider, in_parameter_store, in_secrets_manager, in_vault
from contracts.ledger_world import LedgerWorld, sqlite_ledger
from contracts.suite import Check, raises
from contracts.worlds import Clock
from positronic.ciphers.native import NativeCipher
from positronic.errors import InvalidValue, StoreFailed
from positronic.ledger.sqlite_file import SqliteFile
from positronic.names import Name, parse_value
from positronic.ports import Metadata, Unsealed
from support.providers.aws import RunningAws, running_aws
from support.providers.vault import Vault, vault

Keep = Callable[[Callable[[], int]], AtProvider]

PROVIDERS: Final = ("aws-secrets-manager", "aws-parameter-store", "vault")


@pytest.fixture(scope="module")
def cloud() -> Iterator[RunningAws]:
    with running_aws() as running:
        yield running


@pytest.fixture(scope="module")
def kv() -> Iterator[Vault]:
    with vault() as running:
        yield running


@pytest.fixture
def makers(cloud: RunningAws, kv: Vault) -> Iterator[dict[str, Keep]]:
    """An empty store at each provider, for a host that nobody else is."""
    with ExitStack() as made:

        def closing(kept: AtProvider) -> AtProvider:
            made.callback(kept.close)
            return kept

        yield {
            "aws-secrets-manager": lambda clock: closing(in_secrets_manager(cloud, clock)),
            "aws-parameter-store": lambda clock: closing(in_parameter_store(cloud, clock)),
            "vault": lambda clock: closing(in_vault(kv, clock)),
        }


@pytest.fixture(params=PROVIDERS)
def keep(request: pytest.FixtureRequest, makers: dict[str, Keep]) -> Keep:
    return makers[str(request.param)]


@pytest.mark.parametrize("check", values.SUITE.checks.values(), ids=values.SUITE.checks)
def test_values(check: Check[LedgerWorld], keep: Keep) -> None:
    """The provider keeps the promise, under a ledger in SQLite as a host has it."""
    database = SqliteFile()
    try:
        world = sqlite_ledger(NativeCipher(), database)
        asyncio.run(check(replace(world, keep=keep)))
    finally:
        database.close()


def entry(name: str, text: str) -> Unsealed:
    return Name(name), parse_value(text), Metadata(1, 5, 6, AtProvider.newest)


REFUSED: Final = {
    "x" * 4_097: "the value of B has 4,097 bytes, and AWS Parameter Store takes at most 4,096",
    "a {{x}} b": "the value of B contains {{, which AWS Parameter Store refuses",
}


@pytest.mark.parametrize("text", REFUSED)
def test_what_parameter_store_cannot_take(makers: dict[str, Keep], text: str) -> None:
    """It is said by name, and nothing of the bulk is sent."""
    kept = makers["aws-parameter-store"](Clock())
    error = asyncio.run(raises(InvalidValue, kept.seal_many([entry("A", "x"), entry("B", text)])))

    assert error.message == REFUSED[text]
    assert kept.ids == set()


@pytest.mark.parametrize("text", REFUSED)
@pytest.mark.parametrize("provider", ["aws-secrets-manager", "vault"])
def test_others_take_it(makers: dict[str, Keep], provider: str, text: str) -> None:
    """Byte for byte."""
    kept = makers[provider](Clock())

    async def there_and_back() -> str:
        [record] = await kept.seal_many([entry("B", text)])
        return (await kept.open(record)).reveal()

    assert asyncio.run(there_and_back()) == text


def test_an_object_is_written_once(keep: Keep) -> None:
    """A second write changes nothing, and says so."""
    store = keep(Clock()).store

    assert store.create("A/1", "one")
    assert not store.create("A/1", "two")
    assert store.read("A/1") == "one"


def test_no_sweep_touches_what_is_not_ours(keep: Keep) -> None:
    """Somebody else's in our very folder, under an id like ours: only what has our mark goes."""
    kept = keep(Clock())
    asyncio.run(_keep(kept))
    kept.plant(f"THEIRS/1700000000000.{'0' * 32}.{'0' * 64}")
    kept.plant("OTHERS/name")

    asyncio.run(kept.sweep([], Clock().now + 1))
    assert {path.partition("/")[0] for path in kept.store.paths()} == {"THEIRS", "OTHERS"}


def test_what_a_provider_refuses_is_told_by_its_code(keep: Keep) -> None:
    """No value, and none of the provider's own words."""
    kept = keep(Clock())
    kept.is_failing = True

    error = asyncio.run(raises(StoreFailed, _keep(kept)))
    assert not any(one in error.message for one in ("canary", "wanted"))


async def _keep(kept: AtProvider) -> None:
    await kept.seal_many([entry("OURS", "canary")])
