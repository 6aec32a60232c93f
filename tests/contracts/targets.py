"""What is promised of every target: what is put is there, and nobody else's is touched."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final, Protocol

from contracts.suite import Suite, raises
from positronic.errors import PositronicError, RateLimited, StoreFailed, TargetRefused
from positronic.names import Name, Value, parse_name, parse_value
from positronic.ports import Target

A: Final = parse_name("A")
B: Final = parse_name("B")
NONE: Final = parse_name("NONE")
CANARY: Final = "canary-7f3a9c canary-7f3a9c"
TEXTS: Final = (
    *(CANARY, "a\r\nb\n\n", "🔑👩🏽‍🚀", " x ", "\ufeffv", "e\u0301 \u00e9", "0", "null", "true"),
    *('{"a": "b"}', "a=b&c", "%41%00", "\\u0041", "<a>&amp;", "x" * 4096, "é" * 2049, "x" * 65_536),
)


class TargetWorld(Protocol):
    """A provider, empty, and one project's target there. `keeps_marks`: it knows what is ours."""

    @property
    def target(self) -> Target: ...

    @property
    def keeps_marks(self) -> bool: ...

    @property
    def cannot_take(self) -> Sequence[tuple[Name, Value | None]]:
        """With None: the name, whatever its value."""
        ...

    async def value(self, name: Name) -> str | None:
        """What the provider has under our name for it, as its owner sees it; None: nothing."""
        ...

    async def plant(self, name: Name, value: str) -> None:
        """Somebody else writes there, under our name for it, without our mark."""
        ...

    def fail(self, how: str, count: int = 1) -> None:
        """The next requests: `throttled` and `broken` are answered so and change nothing; of `lost`
        ones the work is done, and the answer does not arrive."""
        ...

    def requests(self) -> int:
        """How many reached the provider."""
        ...


SUITE: Suite[TargetWorld] = Suite("targets")


async def _put(world: TargetWorld, name: Name, text: str, version: int = 1) -> str | None:
    return await world.target.put(name, parse_value(text), version)


@SUITE.check
async def check_put(world: TargetWorld) -> None:
    """What is put is there, as ours, under the receipt that it gave; a newer one replaces it."""
    assert await world.target.look([A]) == {}
    first = await _put(world, A, "one")
    assert await world.value(A) == "one"
    assert (await world.target.look([A]))[A].receipt == first
    second = await _put(world, A, "two", 2)
    found = (await world.target.look([A, NONE]))[A]

    assert await world.value(A) == "two"
    assert found.receipt == second
    assert found.is_ours is (True if world.keeps_marks else None)
    assert second is None or second != first, "another value, the same receipt"


@SUITE.check
async def check_again(world: TargetWorld) -> None:
    """The same put again changes nothing, and gives a receipt that is still the right one."""
    await _put(world, A, "one")
    again = await _put(world, A, "one")

    assert await world.value(A) == "one"
    assert (await world.target.look([A]))[A].receipt == again


@SUITE.check
async def check_delete(world: TargetWorld) -> None:
    """What is deleted is gone, and others stay; where nothing is, it does nothing; and the
    name can be used again at once."""
    await _put(world, A, "one")
    await _put(world, B, "one")
    await world.target.delete(A)
    await world.target.delete(A)
    await world.target.delete(NONE)
    assert await world.value(A) is None
    assert list(await world.target.look([A, B, NONE])) == [B]
    receipt = await _put(world, A, "again", 2)

    assert await world.value(A) == "again"
    assert (await world.target.look([A]))[A].receipt == receipt


@SUITE.check
async def check_names(world: TargetWorld) -> None:
    """Names that differ in case alone, and more of them than one page has, are all told apart."""
    names = [parse_name(name) for name in ("key", "KEY", *(f"N{n:03}" for n in range(120)))]
    taken = [name for name in names if world.target.refusal(name) is None]
    for name in taken:
        await _put(world, name, f"value of {name}")
    found = await world.target.look([*names, NONE])

    assert set(found) == set(taken)
    for name in taken[:5]:
        assert await world.value(name) == f"value of {name}"


@SUITE.check
async def check_byte_for_byte(world: TargetWorld) -> None:
    """Every value is there as it was put, or is refused by name before anything is sent."""
    for version, text in enumerate(TEXTS, 1):
        value = parse_value(text)
        if world.target.refusal(A, value) is None:
            await world.target.put(A, value, version)
            assert await world.value(A) == text, repr(text[:20])


@SUITE.check
async def check_refusals(world: TargetWorld) -> None:
    """What it cannot take it says by name without a request, and never with the value; a put of it
    is refused too, and changes nothing."""
    await _put(world, A, "before")
    for name, value in world.cannot_take:
        count = world.requests()
        sentence = world.target.refusal(name, value)
        assert sentence, f"{name} is not refused"
        assert name in sentence, "it does not name the secret"
        assert value is None or value.reveal() not in sentence, "the value is in the sentence"
        put = world.target.put(name, value or parse_value("v"), 2)
        await raises(TargetRefused, put)
        assert world.requests() == count, "it was sent"

    assert world.target.refusal(A) is None
    assert await world.value(A) == "before"


@SUITE.check
async def check_somebody_elses(world: TargetWorld) -> None:
    """What carries no mark of ours is neither written nor deleted, and is seen not to be ours."""
    await world.plant(A, "theirs")
    found = await world.target.look([A])
    if not world.keeps_marks:
        assert found[A].is_ours is None, "it cannot know"
        return
    assert found[A].is_ours is False
    error = await raises(TargetRefused, _put(world, A, CANARY))
    await _ended(world.target.delete(A))

    assert await world.value(A) == "theirs"
    assert A in error.message
    assert CANARY not in error.message


async def _ended(delete: Awaitable[None]) -> None:
    """It may say that it did nothing, or not."""
    try:
        await delete
    except TargetRefused:
        return


Call = Callable[[TargetWorld], Awaitable[Any]]
_CALLS: Final[dict[str, Call]] = {
    "put": lambda world: _put(world, A, CANARY, 2),
    "delete": lambda world: world.target.delete(A),
    "look": lambda world: world.target.look([A]),
}


@SUITE.check
async def check_failures(world: TargetWorld) -> None:
    """A failure is one of those after which it is worth trying again, shows neither the value nor
    what the provider answered, and leaves nothing behind that stops the next try."""
    expected: dict[str, type[PositronicError]] = {"throttled": RateLimited, "broken": StoreFailed}
    for label, call in _CALLS.items():
        for how in ("throttled", "broken", "lost"):
            await _put(world, A, "before")
            world.fail(how, 20)
            error = await raises(expected.get(how, StoreFailed), call(world))
            world.fail(how, 0)
            assert CANARY not in str(error) + repr(error.__cause__) + repr(error.__context__), label
            await call(world)
            there = {"put": CANARY, "delete": None, "look": "before"}[label]
            assert await world.value(A) == there, f"{label} after {how}"


@SUITE.check
async def check_wait(world: TargetWorld) -> None:
    """How long the provider asks to wait is passed on, in whole seconds."""
    world.fail("throttled", 20)
    error = await raises(RateLimited, _put(world, A, "one"))

    assert error.headers.get("Retry-After", "1").isdigit()


@SUITE.check
async def check_shows_nothing(world: TargetWorld) -> None:
    """Neither the target nor what it says shows a value."""
    await _put(world, A, CANARY)

    assert CANARY not in repr(world.target) + str(await world.target.look([A]))
