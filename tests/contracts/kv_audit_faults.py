"""Audit fails closed: what cannot be recorded does not happen."""

from __future__ import annotations

from contracts.api_calls import Answer, Api, api
from contracts.faults import contents
from contracts.suite import Suite
from contracts.worlds import KvWorld

SUITE: Suite[KvWorld] = Suite("audit_faults")

FAILURES = (
    "KV PUT failed: 429 Too Many Requests",
    "KV PUT failed: 500",
    "Network connection lost.",
)


async def _mutations(one: Api) -> dict[str, Answer]:
    """One of each, on A and B, which are there, and C, which is not."""
    return {
        "create": await one.put("C", "new"),
        "update": await one.put("A", "new"),
        "delete": await one.call("DELETE", "/secrets/B"),
        "bulk": await one.bulk(["A", "B", "C"], "new"),
    }


@SUITE.check
async def check_fails_closed(world: KvWorld) -> None:
    """With the audit store failing, every mutation answers 503 and changes nothing."""
    one = api(world)
    await one.bulk(["A", "B"], "old")
    before = await contents(world.namespace)
    for words in (*FAILURES, TimeoutError("timed out")):
        one.kv.fail("put", words, under="/audit/")
        answers = await _mutations(one)
        one.kv.heal()

        assert await contents(world.namespace) == before, f"{words!r}: something changed"
        for what, answer in answers.items():
            told = (answer.status, answer.json.get("code"))
            assert told == (503, "audit_unavailable"), f"{what}, {words!r}: {answer.text}"


@SUITE.check
async def check_reads_go_on(world: KvWorld) -> None:
    """With the audit store failing, names are still listed and looked up."""
    one = api(world)
    await one.put("A", "old")
    one.kv.fail("put", FAILURES[1], under="/audit/")

    assert (await one.exists("A")).json == {"exists": True}, "exists failed"
    assert await one.names() == ["A"], "list failed"


@SUITE.check
async def check_recorded_first(world: KvWorld) -> None:
    """The event stands in the log before the first change is made."""
    one = api(world)
    await one.put("A", "old")
    changes = {
        "create": one.put("A", "new"),
        "bulk": one.bulk(["A", "B"]),
        "delete": one.call("DELETE", "/secrets/A"),
    }
    for what, change in changes.items():
        one.kv.operations.clear()
        await change
        written = [key for done, key in one.kv.operations if done in ("put", "delete")]

        assert written[0].startswith("a/audit/"), f"{what}: changed before it was recorded"
        assert all(key.startswith("a/secret/") for key in written[1:]), f"{what}: {written}"


@SUITE.check
async def check_refused_leaves_no_event(world: KvWorld) -> None:
    """A request that is refused before it changes anything leaves no event."""
    one = api(world)
    await one.put("1bad", "value")
    await one.bulk(["A", "A"])
    await one.call("DELETE", "/secrets/NEVER")

    assert (await one.call("GET", "/audit")).json["events"] == [], "an event tells of nothing"


@SUITE.check
async def check_broken_event(world: KvWorld) -> None:
    """An event that cannot be read is listed as `unreadable`, and hides no other."""
    one = api(world)
    await one.put("A", "value")
    for text in ("garbage", "[]", "{}", "null", '{"time": "x"}', '{"time": 1, "actor": []}'):
        await world.namespace.put("a/audit/" + "0" * 32, text)
        answer = await one.call("GET", "/audit")

        assert answer.status == 200, f"{text}: {answer.text}"
        outcomes = [event["outcome"] for event in answer.json["events"]]
        assert outcomes == ["unreadable", "accepted"], f"{text}: {outcomes}"


@SUITE.check
async def check_foreign_key_in_the_log(world: KvWorld) -> None:
    """A key under the log's prefix that is no event's id is listed, and nothing crashes."""
    one = api(world)
    for key in ("zz", "", "x" * 400, "0" * 32 + "/more"):
        await world.namespace.put(f"a/audit/{key}", "{}")
    answer = await one.call("GET", "/audit")

    assert answer.status == 200, answer.text
    assert {event["outcome"] for event in answer.json["events"]} == {"unreadable"}, answer.text
