"""Vault and OpenBao: mounts, namespaces, policies, and what happens between two calls."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest

from contracts.suite import raises
from positronic.errors import RateLimited, StoreFailed, TargetRefused
from positronic.names import parse_name, parse_value
from positronic.providers.vault import Vault
from support.providers import vault, worlds
from support.providers.canned import Canned
from support.providers.standin import Standin, standing_in

A = parse_name("A")
CAS = "check-and-set parameter did not match the current version"
ONE, TWO = parse_value("one"), parse_value("two")
Tried = Callable[[Vault, vault.Vault, Standin], Awaitable[None]]


def at_vault(tried: Tried) -> None:
    provider = vault.Vault()

    async def within(standin: Standin) -> None:
        await tried(worlds.vault_target(standin, worlds.SEND), provider, standin)

    with standing_in(provider) as standin:
        asyncio.run(within(standin))


def test_a_put_that_ended_after_the_mark_is_continued() -> None:
    """Nothing is there yet, and the next put finds its own mark."""

    async def tried(target: Vault, provider: vault.Vault, standin: Standin) -> None:
        provider.denied.add(("POST", "kv/data/"))
        await raises(TargetRefused, target.put(A, ONE, 1))
        assert await target.look([A]) == {}
        provider.denied.clear()
        await target.put(A, ONE, 1)

        assert (await target.look([A]))[A].is_ours

    at_vault(tried)


def test_values_are_never_asked_for() -> None:
    """A token that may not read them is enough."""

    async def tried(target: Vault, provider: vault.Vault, standin: Standin) -> None:
        provider.denied |= {("GET", "kv/data/"), ("DELETE", "kv/data/")}
        await target.put(A, ONE, 1)
        await target.put(A, TWO, 2)
        await target.look([A])
        await target.delete(A)

        assert provider.kv.entries == {}

    at_vault(tried)


def test_what_was_deleted_by_hand_is_not_there() -> None:
    """Its path and its mark are; a put writes the next version."""

    async def tried(target: Vault, provider: vault.Vault, standin: Standin) -> None:
        await target.put(A, ONE, 1)
        provider.kv.entries["shop/A"].delete([1])
        assert await target.look([A]) == {}
        assert await target.put(A, TWO, 2) == "2"

    at_vault(tried)


def test_what_is_wrong_is_named() -> None:
    """Mount, namespace, token and policy."""

    async def tried(target: Vault, provider: vault.Vault, standin: Standin) -> None:
        for api, says in (
            (replace(target.api, mount="other"), "mount"),
            (replace(target.api, namespace="team"), "mount"),
            (replace(target.api, token="another"), "token"),
        ):
            for call in (
                replace(target, api=api).put(A, ONE, 1),
                replace(target, api=api).look([A]),
            ):
                error = await raises(TargetRefused, call)
                assert says in error.message
        provider.mounts["team", "kv"] = provider.mounts.pop(("", "kv"))
        await replace(target, api=replace(target.api, namespace="team")).put(A, ONE, 1)

        assert list(provider.mounts["team", "kv"].entries) == ["shop/A"]

    at_vault(tried)


def test_a_change_at_the_same_time_is_not_overwritten() -> None:
    """The next try sees it."""
    marked = {"custom_metadata": dict(worlds.MARK.tags), "current_version": 1}
    found = {"data": {**marked, "versions": {"1": {"deletion_time": "", "destroyed": False}}}}
    send = Canned([(200, found), (400, {"errors": [CAS]})])
    target = worlds.vault_target(Standin("https://vault.example", vault.Vault()), send)

    asyncio.run(raises(StoreFailed, target.put(A, TWO, 2)))
    assert send.sent[1][2]["options"] == {"cas": 1}


def test_what_somebody_creates_at_the_same_time_stays_theirs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Our mark is taken off again, and nothing of theirs."""

    async def tried(target: Vault, provider: vault.Vault, standin: Standin) -> None:
        write = provider.kv.write

        def after_theirs(path: str, data: dict[str, Any], cas: int | None = None) -> object:
            write(path, {"value": "theirs"})
            provider.kv.entries[path].settings["custom_metadata"]["owner"] = "them"
            return write(path, data, cas)

        monkeypatch.setattr(provider.kv, "write", after_theirs)
        await raises(StoreFailed, target.put(A, ONE, 1))
        monkeypatch.undo()
        await raises(TargetRefused, target.put(A, TWO, 2))
        await raises(TargetRefused, target.delete(A))

        kept = provider.kv.entries["shop/A"]
        assert kept.settings["custom_metadata"] == {"owner": "them"}
        assert kept.read(0)["data"] == {"value": "theirs"}
        assert not (await target.look([A]))[A].is_ours

    at_vault(tried)


def test_what_the_owner_notes_beside_our_mark_stays() -> None:
    """Of a path that is ours."""

    async def tried(target: Vault, provider: vault.Vault, standin: Standin) -> None:
        await target.put(A, ONE, 1)
        provider.kv.entries["shop/A"].settings["custom_metadata"]["owner"] = "them"
        await target.put(A, TWO, 2)

        found = provider.kv.entries["shop/A"].settings["custom_metadata"]
        assert found == {**worlds.MARK.tags, "owner": "them"}

    at_vault(tried)


def test_statuses_that_pass() -> None:
    """A replica that has not caught up, a sealed Vault, and a limit."""
    statuses = {412: StoreFailed, 429: RateLimited, 473: StoreFailed, 503: StoreFailed}
    for status, kind in statuses.items():
        send = Canned([(status, {"errors": ["x"]})])
        target = worlds.vault_target(Standin("https://vault.example", vault.Vault()), send)
        asyncio.run(raises(kind, target.look([A])))
