"""What the code relies on from a KV namespace. Run on the fake and on the real one alike."""

from __future__ import annotations

import asyncio

from contracts.suite import Suite, raises
from contracts.worlds import KvWorld

SUITE: Suite[KvWorld] = Suite("namespace")


@SUITE.check
async def check_get_with_metadata(world: KvWorld) -> None:
    """Several keys answer a dict: value and metadata, or None for a key that is not there."""
    kv = world.namespace
    await kv.put("p/a", "va", metadata={"n": 2**53 - 2, "t": "é"})
    await kv.put("p/b", "vb")
    found = await kv.getWithMetadata(["p/a", "p/b", "p/zz"])

    assert found["p/a"] == {"value": "va", "metadata": {"n": 2**53 - 2, "t": "é"}}, "metadata"
    assert found["p/b"] == {"value": "vb", "metadata": None}, "no metadata is None"
    assert found["p/zz"] is None, "a missing key is None"


@SUITE.check
async def check_get(world: KvWorld) -> None:
    """Several keys answer a dict of values, None for a key that is not there."""
    await world.namespace.put("p/a", "🔑\r\n\n")

    found = await world.namespace.get(["p/a", "p/zz"])

    assert dict(found) == {"p/a": "🔑\r\n\n", "p/zz": None}, "another value came back"


@SUITE.check
async def check_number_of_keys(world: KvWorld) -> None:
    """A read of 1 to 100 keys is answered, one of none or of 101 is refused with 400."""
    kv = world.namespace
    await kv.getWithMetadata([f"k{number}" for number in range(100)])
    for keys in ([], [f"k{number}" for number in range(101)]):
        error = await raises(Exception, kv.getWithMetadata(keys))

        assert "KV GET_BULK failed: 400" in str(error), f"{len(keys)} keys: {error}"


@SUITE.check
async def check_key_length(world: KvWorld) -> None:
    """A key of 512 bytes is stored, one of 513 refused with 414."""
    kv = world.namespace
    await kv.put("é" * 256, "v")
    error = await raises(Exception, kv.put("é" * 256 + "k", "v"))

    assert "KV PUT failed: 414" in str(error), str(error)
    assert (await kv.get(["é" * 256]))["é" * 256] == "v", "the longest key was not stored"


@SUITE.check
async def check_metadata_length(world: KvWorld) -> None:
    """Metadata of 1,024 bytes of JSON is stored, of 1,025 refused with 413."""
    kv = world.namespace
    await kv.put("k", "v", metadata={"m": "x" * (1024 - 8)})
    error = await raises(Exception, kv.put("k", "v", metadata={"m": "x" * (1025 - 8)}))

    assert "KV PUT failed: 413" in str(error), str(error)


@SUITE.check
async def check_size_of_a_read(world: KvWorld) -> None:
    """Values of more than 25 MiB together are refused with 413."""
    kv = world.namespace
    for key in ("a", "b"):
        await kv.put(key, "x" * 13 * 2**20)
    error = await raises(Exception, kv.getWithMetadata(["a", "b"]))

    assert "KV GET_BULK failed: 413" in str(error), str(error)
    assert (await kv.get(["a"]))["a"], "one alone"


@SUITE.check
async def check_ttl(world: KvWorld) -> None:
    """A life of 60 seconds is accepted, of 59 refused with 400."""
    kv = world.namespace
    await kv.put("k", "v", expirationTtl=60)
    error = await raises(Exception, kv.put("k", "v", expirationTtl=59))

    assert "KV PUT failed: 400" in str(error), str(error)


@SUITE.check
async def check_overwrite_drops_metadata(world: KvWorld) -> None:
    """A put without metadata leaves none of the one before."""
    kv = world.namespace
    await kv.put("k", "v", metadata={"old": 1})
    await kv.put("k", "w")

    assert (await kv.getWithMetadata(["k"]))["k"] == {"value": "w", "metadata": None}, "it stayed"


@SUITE.check
async def check_delete(world: KvWorld) -> None:
    """A deleted key is gone; deleting it again raises nothing."""
    kv = world.namespace
    await kv.put("k", "v")
    await kv.delete("k")
    await kv.delete("k")

    assert (await kv.get(["k"]))["k"] is None, "the key is still there"


@SUITE.check
async def check_list(world: KvWorld) -> None:
    """Keys under a prefix come in UTF-8 order, with their metadata where there is some."""
    kv = world.namespace
    for key in ("p/a", "p/_", "p/é", "p/B", "p/A", "p/AA", "q/A", "p"):
        await kv.put(key, "v", **({"metadata": {"k": key}} if key != "p/B" else {}))
    answer = await kv.list(prefix="p/", limit=1000)

    names = [key["name"] for key in answer["keys"]]
    assert names == ["p/A", "p/AA", "p/B", "p/_", "p/a", "p/é"], "another order"
    assert answer["keys"][0]["metadata"] == {"k": "p/A"}, "the metadata is not there"
    assert answer["keys"][2].get("metadata") is None, "metadata came from nowhere"
    assert answer["list_complete"] is True, "the list says there is more"


@SUITE.check
async def check_list_pages(world: KvWorld) -> None:
    """A list is cut at its limit, and at 1,000; its cursor leads to the rest."""
    kv = world.namespace
    keys = [f"p/{number:04}" for number in range(1001)]
    for start in range(0, len(keys), 50):
        await asyncio.gather(*(kv.put(key, "v") for key in keys[start : start + 50]))
    first = await kv.list(prefix="p/", limit=1000)
    second = await kv.list(prefix="p/", limit=1000, cursor=first["cursor"])

    assert [key["name"] for key in first["keys"]] == keys[:1000], "the first page"
    assert first["list_complete"] is False, "the list says it is complete"
    assert [key["name"] for key in second["keys"]] == keys[1000:], "the second page"
    assert second["list_complete"] is True, "the list does not end"


@SUITE.check
async def check_list_limit(world: KvWorld) -> None:
    """A limit of 1,001 is refused with 400; one of 0 counts as none."""
    kv = world.namespace
    await kv.put("p/A", "v")
    await kv.put("p/B", "v")
    error = await raises(Exception, kv.list(prefix="p/", limit=1001))

    assert "failed: 400" in str(error), str(error)
    assert len((await kv.list(prefix="p/", limit=0))["keys"]) == 2, "0 is a limit"


@SUITE.check
async def check_foreign_cursor(world: KvWorld) -> None:
    """A cursor that no list gave is refused with 400, or leads to keys of the prefix alone."""
    kv = world.namespace
    await kv.put("p/A", "v")
    await kv.put("q/A", "v")
    for cursor in ("garbage", "AAAA", "!", "cQ=="):
        refused = ""
        keys = []
        try:
            keys = (await kv.list(prefix="p/", limit=10, cursor=cursor))["keys"]
        except Exception as error:  # noqa: BLE001 - JsException exists only inside the Worker
            refused = str(error)

        assert not refused or "failed: 400" in refused, refused
        assert {key["name"] for key in keys} <= {"p/A"}, "another prefix"


@SUITE.check
async def check_conversions(world: KvWorld) -> None:
    """Only text is stored: anything else raises TypeError, and nothing is there."""
    kv = world.namespace

    async def put(value: object) -> None:
        await kv.put("k", value)  # type: ignore[arg-type]

    for value in (None, ("a", "b"), b"bytes"):
        await raises(TypeError, put(value))

    assert (await kv.get(["k"]))["k"] is None, "something was stored"
