"""Tokens on KV: what a changed one is, and what a failing store says."""

from __future__ import annotations

import json

from contracts.faults import FaultyKv
from contracts.suite import Suite, raises
from contracts.token_store import token
from contracts.worlds import PROJECT, KvWorld
from positronic.errors import CorruptRecord, PositronicError, RateLimited, StoreFailed
from positronic.ports import Unreadable
from positronic.stores.kv import KvTokens

SUITE: Suite[KvWorld] = Suite("kv_tokens")

RATE = "KV PUT failed: 429 Too Many Requests"

BROKEN: tuple[object, ...] = (
    *("garbage", [], {}, None, 7, {"name": "px_x"}, {"name": ""}, {"name": 1}, {"role": "root"}),
    *({"role": "Reader"}, {"role": None}, {"role": ["reader"]}, {"hash": None}, {"hash": "ab"}),
    *({"hash": "é" * 64}, {"hash": "AB" * 32}, {"mac": 7}, {"mac": "é" * 64}, {"mac": ""}),
    *({"keyId": None}, {"keyId": "no spaces"}, {"keyId": "k" * 33}, {"createdAt": "1"}),
    *({"createdAt": 0}, {"createdAt": 1.5}, {"expiresAt": -1}, {"expiresAt": True}),
    *({"expiresAt": 2**63}, {"createdAt": None}, {"expiresAt": "never"}),
)


@SUITE.check
async def check_corrupt(world: KvWorld) -> None:
    """A record that is not what was written raises CorruptRecord, naming the id alone."""
    store, good = KvTokens(world.namespace, PROJECT), token(1)
    await store.put(good)
    key = f"a/token/{good.id}"
    fields = json.loads((await world.namespace.get([key]))[key] or "")
    for bad in BROKEN:
        changed = fields | bad if isinstance(bad, dict) and bad else bad
        text = changed if isinstance(changed, str) else json.dumps(changed)
        await world.namespace.put(key, text)
        error = await raises(CorruptRecord, store.get(good.id))

        assert error.message == f"the record of the token {good.id} cannot be read", f"{bad!r}"
        assert (await store.list(None, 10)).items == [Unreadable(good.id)], f"{bad!r}"


@SUITE.check
async def check_faults(world: KvWorld) -> None:
    """A 429 raises RateLimited, any other failure StoreFailed, from every operation."""
    for operation in ("get", "put", "delete", "list"):
        for words, kind in ((RATE, RateLimited), ("Network connection lost.", StoreFailed)):
            kv = FaultyKv(world.namespace, world.error)
            kv.fail(operation, words)
            store = KvTokens(kv, PROJECT)
            calls = {
                "get": lambda store=store: store.get(token(1).id),
                "put": lambda store=store: store.put(token(1)),
                "delete": lambda store=store: store.delete(token(1).id),
                "list": lambda store=store: store.list(None, 10),
            }
            error = await raises(PositronicError, calls[operation]())

            assert type(error) is kind, f"{operation}, {words}: {error!r}"
