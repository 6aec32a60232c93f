"""What holds when KV misbehaves: errors are coded, nothing leaks, nothing is half told."""

from __future__ import annotations

import traceback

from contracts.api_calls import Api, api
from contracts.faults import FaultyKv, contents
from contracts.records import record
from contracts.suite import Suite, raises
from contracts.worlds import PROJECT, KvWorld
from positronic.errors import PositronicError, RateLimited, StoreFailed
from positronic.names import Name
from positronic.stores.kv import KvRecords

SUITE: Suite[KvWorld] = Suite("kv_faults")

CANARY = "canary-5e1f9b"
RATE = "KV PUT failed: 429 Too Many Requests"
WORDS = (
    "KV PUT failed: 500 Internal Server Error",
    "KV GET_BULK failed: 503 Service Unavailable",
    "Network connection lost.",
    "The operation timed out.",
    "",
)


def operations(store: KvRecords) -> dict[str, object]:
    """Every operation of a store, by the namespace's name for it, not yet begun."""
    return {
        "get": lambda: store.get([Name("A")]),
        "put": lambda: store.put(record("A")),
        "delete": lambda: store.delete(Name("A")),
        "list": lambda: store.list(None, 10),
    }


def shown(error: BaseException) -> str:
    """All that a log would show of an error."""
    fields = [repr(error), str(vars(error)), str(error.__cause__)]
    return "".join(fields + traceback.format_exception(error))


@SUITE.check
async def check_rate_limited(world: KvWorld) -> None:
    """A 429 from any operation raises RateLimited with Retry-After in whole seconds."""
    for operation in ("get", "put", "delete", "list"):
        kv = FaultyKv(world.namespace, world.error)
        kv.fail(operation, RATE)
        call = operations(KvRecords(kv, PROJECT))[operation]
        error = await raises(RateLimited, call())  # type: ignore[operator]

        assert int(error.headers["Retry-After"]) >= 1, f"{operation}: no time to wait"


@SUITE.check
async def check_other_failures(world: KvWorld) -> None:
    """Any other failure of any operation, also a timeout, raises StoreFailed."""
    for operation in ("get", "put", "delete", "list"):
        for words in (*WORDS, TimeoutError(), OSError("connection reset")):
            kv = FaultyKv(world.namespace, world.error)
            kv.fail(operation, words)
            call = operations(KvRecords(kv, PROJECT))[operation]
            error = await raises(PositronicError, call())  # type: ignore[operator]

            assert type(error) is StoreFailed, f"{operation}, {words!r}: {error!r}"


@SUITE.check
async def check_words_never_pass_on(world: KvWorld) -> None:
    """The words of KV's error, which may hold a key or a value, reach neither error nor
    traceback."""
    for words in (f"KV PUT failed: 500 {CANARY}", f"{CANARY} KV PUT failed: 429", CANARY):
        kv = FaultyKv(world.namespace, world.error)
        kv.fail("put", words)
        error = await raises(PositronicError, KvRecords(kv, PROJECT).put(record("A")))

        assert CANARY not in shown(error), "the words were passed on"


@SUITE.check
async def check_answers_hold_no_words(world: KvWorld) -> None:
    """Neither an answer nor the operator's log holds the words of KV's error, or the value."""
    for operation in ("get", "put", "delete", "list"):
        one = api(world)
        await one.put("A", "before")
        one.kv.fail(operation, f"KV failed: {CANARY}")
        answers = [
            await one.put("A", CANARY),
            await one.bulk(["A", "B"], CANARY),
            await one.exists("A"),
            await one.call("DELETE", "/secrets/A"),
            await one.call("GET", "/secrets"),
            await one.call("GET", "/audit"),
        ]

        assert any(answer.status >= 500 for answer in answers), f"{operation} did not fail"
        for answer in answers:
            assert CANARY not in answer.text + str(answer.headers), "an answer holds it"
            assert answer.status < 500 or answer.code != "internal", f"{operation}: {answer.text}"
        assert CANARY not in "".join(one.reports), "the log holds it"


@SUITE.check
async def check_rate_limited_answer(world: KvWorld) -> None:
    """A rate-limited write answers 429 `rate_limited` with Retry-After, and keeps the old value."""
    one = api(world)
    await one.put("A", "old")
    before = await contents(world.namespace)
    one.kv.fail("put", RATE, under="/secret/")
    answer = await one.put("A", "new")
    after = await contents(world.namespace)

    assert (answer.status, answer.code) == (429, "rate_limited"), answer.text
    assert int(answer.headers["Retry-After"]) >= 1, "no time to wait"
    assert after["a/secret/A"] == before["a/secret/A"], "the old value is gone"


@SUITE.check
async def check_failed_write_is_audited(world: KvWorld) -> None:
    """A write and a delete that fail after they were accepted leave a `failed` event each, with
    the code and the same request id."""
    one = api(world)
    await one.put("A", "old")
    one.kv.fail("put", RATE, under="/secret/")
    one.kv.fail("delete", "Network connection lost.")
    for answer, code in (
        (await one.put("A", "new"), "rate_limited"),
        (await one.call("DELETE", "/secrets/A"), "store_failed"),
    ):
        events = (await one.call("GET", "/audit")).json["events"]
        mine = [event for event in events if event["requestId"] == answer.headers["X-Request-Id"]]

        assert sorted(event["outcome"] for event in mine) == ["accepted", "failed"], str(mine)
        failed = next(event for event in mine if event["outcome"] == "failed")
        assert (failed["code"], failed["names"]) == (code, ["A"]), str(failed)


@SUITE.check
async def check_error_outlives_its_audit(world: KvWorld) -> None:
    """When noting a failure fails too, the caller still learns of the first failure."""
    one = api(world)
    one.kv.fail("put", RATE, under="/secret/")
    one.kv.fail("put", "KV PUT failed: 500", under="/audit/", spare=1)
    answer = await one.put("A", "new")

    assert (answer.status, answer.code) == (429, "rate_limited"), answer.text


async def _bulk_that_stops(one: Api, names: list[str], spare: int) -> tuple[int, set[str]]:
    one.kv.fail("put", f"KV PUT failed: 500 {CANARY}", under="/secret/", spare=spare)
    answer = await one.bulk(names)
    details = answer.json.get("details", [])
    assert all(names[detail["index"]] == detail["name"] for detail in details), "wrong index"
    assert CANARY not in answer.text, "the words were passed on"
    return answer.status, {detail["name"] for detail in details}


@SUITE.check
async def check_bulk_stops_midway(world: KvWorld) -> None:
    """A bulk that fails after n writes names exactly those that were not written."""
    names = [f"N{number:02}" for number in range(20)]
    for spare in (0, 1, 6, 7, 19):
        one = api(world)
        one.clock.now += 10 * spare
        status, unwritten = await _bulk_that_stops(one, names, spare)
        one.kv.heal()
        written = set(await one.names())
        events = (await one.call("GET", "/audit?limit=2")).json["events"]
        for name in written:
            await one.call("DELETE", f"/secrets/{name}")

        assert status == 502, f"after {spare}: status {status}"
        assert len(written) == spare, f"after {spare}: {len(written)} were written"
        assert written | unwritten == set(names), f"after {spare}: a name is not told"
        assert not written & unwritten, f"after {spare}: a written name is called unwritten"
        failed = [event for event in events if event["outcome"] == "failed"]
        assert [set(event["names"]) for event in failed] == [unwritten], "the audit differs"


@SUITE.check
async def check_bulk_again(world: KvWorld) -> None:
    """The same bulk sent again completes it, and counts what was there as updated."""
    one, names = api(world), [f"N{number:02}" for number in range(20)]
    await _bulk_that_stops(one, names, spare=8)
    one.kv.heal()
    answer = await one.bulk(names)

    assert answer.json == {"created": 12, "updated": 8}, answer.text
    assert await one.names() == names, "the names are not all there"


@SUITE.check
async def check_bulk_not_begun(world: KvWorld) -> None:
    """A bulk whose look-up fails writes nothing and says `store_failed`."""
    one = api(world)
    one.kv.fail("get", "Network connection lost.", under="/secret/", spare=1)
    answer = await one.bulk([f"N{number:03}" for number in range(150)])

    assert (answer.status, answer.code) == (502, "store_failed"), answer.text
    assert set(await contents(world.namespace)) <= {".projects/a"}, "something was written"
