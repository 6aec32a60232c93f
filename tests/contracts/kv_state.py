"""What holds over what KV really holds: stale, corrupt, or more than fits one operation."""

from __future__ import annotations

import asyncio
from itertools import islice

from contracts.api_calls import Api, api
from contracts.suite import Suite
from contracts.worlds import KvWorld

SUITE: Suite[KvWorld] = Suite("kv_state")

OPERATIONS_ALLOWED = 1000  # in one request, by Cloudflare

BAD_METADATA: tuple[object, ...] = (
    "text",
    5,
    [1],
    {},
    {"version": "1"},
    {"version": 1.5},
    {"version": 0},
    {"version": True},
    {"createdAt": -1},
    {"updatedAt": 1e20},
    {"keyId": 7},
    {"keyId": ""},
    {"keyId": "no spaces"},
    {"createdAt": None},
)


async def _entry(world: KvWorld, key: str) -> tuple[str, dict[str, object]]:
    entry = (await world.namespace.getWithMetadata([key]))[key]
    assert entry is not None, f"nothing stands under {key}"
    return entry["value"], dict(entry["metadata"])


async def _is_corrupt(one: Api, name: str, why: str) -> None:
    answer = await one.exists(name)
    assert (answer.status, answer.json.get("code")) == (500, "corrupt_record"), (
        f"{why}: {answer.status} {answer.text} {one.reports}"
    )


@SUITE.check
async def check_corrupt_value(world: KvWorld) -> None:
    """A record whose text was changed, cut or replaced answers `corrupt_record`."""
    one = api(world)
    await one.put("A", "value")
    text, metadata = await _entry(world, "a/secret/A")
    for bad in ("garbage", "", "px1.", text[:-1], text[:40], text + "A", text * 2, "\0", "é"):
        await world.namespace.put("a/secret/A", bad, metadata=metadata)

        await _is_corrupt(one, "A", f"{bad[:50]!r}")


@SUITE.check
async def check_corrupt_metadata(world: KvWorld) -> None:
    """A record whose metadata is missing or malformed answers `corrupt_record` in exists, is
    unreadable in a list, and can be deleted."""
    one = api(world)
    await one.put("A", "value")
    text, metadata = await _entry(world, "a/secret/A")
    for bad in BAD_METADATA:
        changed = metadata | bad if isinstance(bad, dict) and bad else bad
        await world.namespace.put("a/secret/A", text, metadata=changed)
        await _is_corrupt(one, "A", f"metadata {bad!r}")
        listed = await one.call("GET", "/secrets")

        assert listed.json == {"secrets": [{"name": "A", "unreadable": True}], "count": 1}, (
            f"metadata {bad!r}: {listed.text} {one.reports}"
        )
        assert (await one.call("DELETE", "/secrets/A")).status == 204, f"metadata {bad!r}"
        assert await one.names() == [], f"metadata {bad!r}: it is still there"
    await world.namespace.put("a/secret/A", text)
    await _is_corrupt(one, "A", "no metadata")


@SUITE.check
async def check_moved_record(world: KvWorld) -> None:
    """Text and metadata copied to another name or another project answer `corrupt_record`."""
    one = api(world)
    await one.put("A", "value")
    text, metadata = await _entry(world, "a/secret/A")
    await world.namespace.put("a/secret/B", text, metadata=metadata)

    await _is_corrupt(one, "B", "under another name")


@SUITE.check
async def check_corrupt_record_can_be_replaced(world: KvWorld) -> None:
    """A secret that no longer opens can be written anew, and deleted."""
    one = api(world)
    for name in ("A", "B"):
        await one.put(name, "value")
        _, metadata = await _entry(world, f"a/secret/{name}")
        await world.namespace.put(f"a/secret/{name}", "garbage", metadata=metadata)
    written, deleted = await one.put("A", "again"), await one.call("DELETE", "/secrets/B")

    assert (written.status, deleted.status) == (201, 204), written.text + deleted.text
    assert (await one.exists("A")).json == {"exists": True}, "the new value does not open"
    assert await one.names() == ["A"], "the deleted one is still there"


@SUITE.check
async def check_stale_update(world: KvWorld) -> None:
    """An update that saw the value before the last keeps the true createdAt, and opens."""
    one = api(world)
    created = (await one.put("A", "one")).json["createdAt"]
    one.kv.stale = True
    one.clock.now += 2000
    await one.put("A", "two")
    one.clock.now += 2000
    answer = await one.put("A", "three")
    one.kv.heal()
    _, metadata = await _entry(world, "a/secret/A")

    assert answer.json["createdAt"] == created, "the date of creation was lost"
    assert answer.json["updatedAt"] > created, "the update is not dated"
    assert metadata["version"] == 2, "the version counts from what was seen, and nothing else"
    assert (await one.exists("A")).json == {"exists": True}, "the record does not open"


@SUITE.check
async def check_stale_read(world: KvWorld) -> None:
    """A read that answers the previous value opens it: text and metadata are of one write."""
    one = api(world)
    await one.put("A", "one")
    one.kv.stale = True
    one.clock.now += 2000
    await one.put("A", "two")

    assert (await one.exists("A")).json == {"exists": True}, "the previous value does not open"


@SUITE.check
async def check_cached_miss(world: KvWorld) -> None:
    """A name whose absence is cached reads as missing, and is written as new, without a crash;
    later it opens."""
    one = api(world)
    one.kv.stale = True
    await one.put("A", "one")
    missing = await one.exists("A")
    deleted = await one.call("DELETE", "/secrets/A")
    one.clock.now += 2000
    again = await one.put("A", "two")
    one.kv.heal()

    assert missing.json == {"exists": False}, "the fault did not strike"
    assert (deleted.status, deleted.code) == (404, "not_found"), deleted.text
    assert again.json["createdAt"] == again.json["updatedAt"], "a date was made up"
    assert (await one.exists("A")).json == {"exists": True}, "the record does not open"


@SUITE.check
async def check_stale_delete(world: KvWorld) -> None:
    """Deleting again what a stale read still shows answers 204, and nothing comes back."""
    one = api(world)
    await one.put("A", "one")
    one.kv.stale = True
    answers = [await one.call("DELETE", "/secrets/A") for _ in range(2)]
    one.kv.heal()

    assert [answer.status for answer in answers] == [204, 204], "a second delete failed"
    assert await one.names() == [], "the secret came back"


@SUITE.check
async def check_foreign_cursor(world: KvWorld) -> None:
    """A cursor that no list gave answers `invalid_request` or names of the project, no more."""
    one = api(world)
    await one.put("A", "value")
    await world.namespace.put("a-b/secret/Z", "text", metadata={"version": 1})
    for cursor in ("garbage", "AAAA", "YS1iL3NlY3JldC9B", "%00", "x" * 5000, "!", "null", "0"):
        answer = await one.call("GET", f"/secrets?cursor={cursor}")

        told = answer.status == 200 or (answer.status, answer.code) == (400, "invalid_request")
        assert told, f"{cursor[:20]}: {answer.status} {answer.text}"
        assert "Z" not in [s["name"] for s in answer.json.get("secrets", [])], "a foreign name"


@SUITE.check
async def check_foreign_names(world: KvWorld) -> None:
    """A list that KV answers with another project's names is refused, in secrets and audit."""
    one = api(world)
    await one.put("A", "value")
    await world.namespace.put("b/secret/Z", "text", metadata={"version": 1})
    one.kv.blind = True
    for path in ("/secrets", "/audit"):
        answer = await one.call("GET", path)

        assert (answer.status, "Z" in answer.text) == (400, False), answer.text


async def _fill(one: Api, count: int) -> list[str]:
    names = iter(expected := [f"N{number:04}" for number in range(count)])
    while some := list(islice(names, 500)):
        assert (await one.bulk(some)).status == 201, "the secrets are not there"
    return expected


@SUITE.check
async def check_operations_of_a_list(world: KvWorld) -> None:
    """2,500 secrets come back whole and sorted, at one KV operation per 1,000 names."""
    one = api(world)
    expected = await _fill(one, 2500)
    one.kv.operations.clear()
    names = await one.names()

    assert names == expected, "the list is not whole or not sorted"
    assert one.kv.count() == one.kv.count("list") == 3, f"it took {one.kv.count()} operations"


@SUITE.check
async def check_operations_of_a_bulk(world: KvWorld) -> None:
    """500 new secrets, and then their update, each stay under KV's 1,000 operations a request."""
    one = api(world)
    await one.put("A", "so that the project is known")
    for _ in range(2):
        one.kv.operations.clear()
        await _fill(one, 500)

        assert one.kv.count("put") == 501, "500 secrets and one event"
        assert one.kv.count() <= OPERATIONS_ALLOWED, f"it took {one.kv.count()} operations"


@SUITE.check
async def check_operations_of_one(world: KvWorld) -> None:
    """create takes 4 KV operations, delete 4, exists and a page of 1,000 names 1 each."""
    one = api(world)
    await one.put("A", "so that the project is known")
    taken = {}
    for what, call in {
        "create": one.put("A", "value"),
        "exists": one.exists("A"),
        "list": one.call("GET", "/secrets"),
        "delete": one.call("DELETE", "/secrets/A"),
    }.items():
        one.kv.operations.clear()
        await call
        taken[what] = one.kv.count()

    assert taken == {"create": 4, "exists": 1, "list": 1, "delete": 4}, str(taken)


@SUITE.check
async def check_writes_at_once(world: KvWorld) -> None:
    """Two writers of one name at the same time leave one record, and it opens."""
    one, other = api(world), api(world)
    other.clock.now += 1
    await asyncio.gather(one.put("A", "one"), other.put("A", "other"))

    assert (await one.exists("A")).json == {"exists": True}, "the record does not open"
    assert await one.names() == ["A"], "there is more than one"
