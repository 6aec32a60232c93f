"""Tokens on KV: what is kept of one, what a changed one opens, and what a failing store says."""

from __future__ import annotations

import json

from contracts.api_calls import TOKEN, Answer, Api, api
from contracts.faults import FaultyKv
from contracts.suite import Suite, raises
from contracts.token_store import token
from contracts.worlds import OTHER_PROJECT, PROJECT, KvWorld
from positronic.access import tokens
from positronic.errors import CorruptRecord, PositronicError, RateLimited, StoreFailed
from positronic.ports import Unreadable
from positronic.stores.kv import KvProjects, KvTokens

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


async def issue(one: Api, role: str = "reader", **more: object) -> tuple[str, str]:
    """A new token's text and id."""
    answer = await one.call("POST", "/tokens", {"name": "ci", "role": role, **more})
    assert answer.status == 201, answer.text
    return answer.json["token"], answer.json["id"]


def told(answer: Answer) -> tuple[int, str]:
    return answer.status, answer.json.get("code", "")


@SUITE.check
async def check_what_is_kept(world: KvWorld) -> None:
    """KV holds the hash of a token and what it may do, and no part of its secret."""
    one = api(world)
    text, token_id = await issue(one)
    kept = (await world.namespace.get([f"a/token/{token_id}"]))[f"a/token/{token_id}"] or ""
    parsed = tokens.parse(text)

    assert parsed is not None, "the token does not parse"
    assert set(json.loads(kept)) == {
        *("name", "role", "hash", "createdAt", "expiresAt", "keyId", "mac")
    }, "another field"
    assert json.loads(kept)["hash"] == parsed.hash, "another hash"
    for start in range(0, 64, 8):
        assert parsed.secret[start : start + 8] not in kept, "a part of the secret"


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
async def check_corrupt_opens_nothing(world: KvWorld) -> None:
    """With a corrupt record its token is as one that is not there; it can still be revoked."""
    one = api(world)
    text, token_id = await issue(one)
    key = f"a/token/{token_id}"
    fields = json.loads((await world.namespace.get([key]))[key] or "")
    for bad in BROKEN:
        changed = fields | bad if isinstance(bad, dict) and bad else bad
        await world.namespace.put(key, json.dumps(changed))
        answer = await one.call("GET", "/secrets", token=text)
        listed = await one.call("GET", "/tokens")

        assert told(answer) == (401, "unauthenticated"), f"{bad!r}: {answer.text}"
        assert listed.json == {"tokens": [{"id": token_id, "unreadable": True}], "count": 1}, (
            f"{bad!r}: {listed.text}"
        )
    assert (await one.call("DELETE", f"/tokens/{token_id}")).status == 204, "it cannot be revoked"
    assert (await one.call("GET", "/tokens")).json == {"tokens": [], "count": 0}, "it is there"


@SUITE.check
async def check_moved(world: KvWorld) -> None:
    """A record copied to another project or another id opens nothing there."""
    one = api(world)
    text, token_id = await issue(one)
    parsed = tokens.parse(text)
    assert parsed is not None, "the token does not parse"
    kept = (await world.namespace.get([f"a/token/{token_id}"]))[f"a/token/{token_id}"] or ""
    other_id = "f" * 16
    await world.namespace.put(f"{OTHER_PROJECT}/token/{token_id}", kept)
    await world.namespace.put(f"a/token/{other_id}", kept)
    for moved in (
        tokens.Token(OTHER_PROJECT, token_id, parsed.secret),
        tokens.Token(parsed.project, other_id, parsed.secret),
    ):
        answer = await one.call("GET", "/secrets", token=moved.text)

        assert told(answer) == (401, "unauthenticated"), answer.text


@SUITE.check
async def check_raised(world: KvWorld) -> None:
    """A role that was raised or an expiry that was moved, in the store, closes the token."""
    one = api(world)
    text, token_id = await issue(one, expiresIn=60)
    key = f"a/token/{token_id}"
    fields = json.loads((await world.namespace.get([key]))[key] or "")
    for change in (
        *({"role": "admin"}, {"expiresAt": None}, {"expiresAt": fields["expiresAt"] + 1}),
        *({"name": "other"}, {"createdAt": 1}, {"keyId": "k9"}, {"mac": "0" * 64}),
    ):
        await world.namespace.put(key, json.dumps(fields | change))
        answer = await one.call("GET", "/secrets", token=text)

        assert told(answer) == (401, "unauthenticated"), f"{change}: {answer.text}"
    await world.namespace.put(key, json.dumps(fields))
    assert (await one.call("GET", "/secrets", token=text)).status == 200, "it no longer opens"


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


@SUITE.check
async def check_registry_faults(world: KvWorld) -> None:
    """A registry that fails says so, and no change is made."""
    one = api(world)
    await one.put("A", "value")
    for operation in ("get", "put"):
        one.kv.fail(operation, "KV PUT failed: 500", under=".projects/")
        answer = await one.call("POST", "/secrets", {"name": "B", "value": "v"})
        told_of = told(answer) if answer.status != 201 else (201, "")
        one.kv.heal()

        expected = {"get": (502, "store_failed"), "put": (201, "")}[operation]
        assert told_of == expected, f"{operation}: {answer.text}"
    kv = FaultyKv(world.namespace, world.error)
    kv.fail("list", "KV GET failed: 500")
    await raises(StoreFailed, KvProjects(kv).list(None, 10))


@SUITE.check
async def check_authentication_without_a_store(world: KvWorld) -> None:
    """When tokens cannot be read, a token is told so and let in nowhere; root is let in."""
    one = api(world)
    text, _ = await issue(one)
    one.kv.fail("get", "Network connection lost.", under="/token/")
    answers = [await one.call("GET", "/secrets", token=each) for each in (text, TOKEN)]

    assert told(answers[0]) == (502, "store_failed"), answers[0].text
    assert answers[1].status == 200, answers[1].text


@SUITE.check
async def check_issue_fails_closed(world: KvWorld) -> None:
    """A token whose event or whose record cannot be stored is not given out."""
    one = api(world)
    await one.put("A", "so that the project is known")
    for under, expected in (
        ("/audit/", (503, "audit_unavailable")),
        ("/token/", (502, "store_failed")),
    ):
        one.kv.fail("put", "KV PUT failed: 500", under=under)
        answer = await one.call("POST", "/tokens", {"name": "ci", "role": "admin"})
        one.kv.heal()

        assert told(answer) == expected, answer.text
        assert "px_" not in answer.text, "a token was given out"
    assert (await one.call("GET", "/tokens")).json["count"] == 0, "a token is there"


@SUITE.check
async def check_operations(world: KvWorld) -> None:
    """A token adds one KV read to each call; a page of 100 tokens costs two operations."""
    one = api(world)
    text, _ = await issue(one)
    for number in range(99):
        await world.storage.tokens(PROJECT).put(token(number))
    taken = []
    for path, secret in (("/secrets", text), ("/tokens", TOKEN)):
        one.kv.operations.clear()
        assert (await one.call("GET", path, token=secret)).status == 200, path
        taken.append(one.kv.count())

    assert taken == [2, 2], f"it took {taken}"
