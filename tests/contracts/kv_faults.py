"""What holds when KV misbehaves: errors are coded, and nothing leaks."""

from __future__ import annotations

import traceback

from contracts.faults import FaultyKv
from contracts.records import record
from contracts.suite import Suite, raises
from contracts.worlds import PROJECT, KvWorld
from positronic.copies.workers_kv import KvCopies
from positronic.errors import PositronicError, RateLimited, StoreFailed
from positronic.names import Name

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


def operations(store: KvCopies) -> dict[str, object]:
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
        call = operations(KvCopies(kv, PROJECT))[operation]
        error = await raises(RateLimited, call())  # type: ignore[operator]

        assert int(error.headers["Retry-After"]) >= 1, f"{operation}: no time to wait"


@SUITE.check
async def check_other_failures(world: KvWorld) -> None:
    """Any other failure of any operation, also a timeout, raises StoreFailed."""
    for operation in ("get", "put", "delete", "list"):
        for words in (*WORDS, TimeoutError(), OSError("connection reset")):
            kv = FaultyKv(world.namespace, world.error)
            kv.fail(operation, words)
            call = operations(KvCopies(kv, PROJECT))[operation]
            error = await raises(PositronicError, call())  # type: ignore[operator]

            assert type(error) is StoreFailed, f"{operation}, {words!r}: {error!r}"


@SUITE.check
async def check_words_never_pass_on(world: KvWorld) -> None:
    """The words of KV's error, which may hold a key or a value, reach neither error nor
    traceback."""
    for words in (f"KV PUT failed: 500 {CANARY}", f"{CANARY} KV PUT failed: 429", CANARY):
        kv = FaultyKv(world.namespace, world.error)
        kv.fail("put", words)
        error = await raises(PositronicError, KvCopies(kv, PROJECT).put(record("A")))

        assert CANARY not in shown(error), "the words were passed on"
