"""What is promised of the tokens that KV holds."""

from __future__ import annotations

from dataclasses import replace

from contracts.suite import Suite
from contracts.worlds import OTHER_PROJECT, PROJECT, KvWorld
from positronic import times
from positronic.names import parse_token_name
from positronic.ports import Signature, TokenRecord
from positronic.roles import TOKEN_ROLES, Role
from positronic.stores.kv import KvTokens

SUITE: Suite[KvWorld] = Suite("tokens")


def token(number: int) -> TokenRecord:
    """The token of this number; a larger number is a later id."""
    return TokenRecord(
        id=f"{number:016x}",
        name=parse_token_name("ci of the shop"),
        role=Role.WRITER,
        hash=f"{number:064x}",
        created_at=1_795_500_000_123,
        expires_at=1_795_500_060_123,
        signature=Signature("k1", "ab" * 32),
    )


async def put_all(store: KvTokens, tokens: list[TokenRecord]) -> None:
    for each in tokens:
        await store.put(each)


async def everything(store: KvTokens, limit: int) -> list[TokenRecord]:
    """All pages from the first to the one without a cursor; 100 at most."""
    found: list[TokenRecord] = []
    cursor = None
    for _ in range(100):
        page = await store.list(cursor, limit)
        assert len(page.items) <= limit, "a page is larger than its limit"
        found += [one for one in page.items if isinstance(one, TokenRecord)]
        cursor = page.cursor
        if cursor is None:
            return found
    raise AssertionError("the list does not end")


@SUITE.check
async def check_exact(world: KvWorld) -> None:
    """A token comes back equal in every field, from get and from list, at their edges too."""
    store = world.tokens(PROJECT)
    plain = token(1)
    edges = [
        *(replace(plain, role=role) for role in TOKEN_ROLES.values()),
        replace(plain, expires_at=None),
        replace(plain, created_at=1, expires_at=times.LAST),
        replace(plain, name=parse_token_name("A" + ". _@-a" * 10)),
        replace(plain, signature=Signature("Az09_-" * 5 + "zz", "0" * 64)),
    ]
    for each in edges:
        await store.put(each)

        assert await store.get(each.id) == each, "get changed it"
        assert (await store.list(None, 10)).items == [each], "list changed it"


@SUITE.check
async def check_missing(world: KvWorld) -> None:
    """An id that is not there answers None, beside ones that are."""
    store = world.tokens(PROJECT)
    await store.put(token(1))

    assert await store.get(token(2).id) is None, "an absent id was answered"


@SUITE.check
async def check_put_overwrites(world: KvWorld) -> None:
    """A second put under an id replaces all of the first."""
    store, first = world.tokens(PROJECT), token(1)
    second = replace(first, role=Role.READER, expires_at=None, signature=Signature("k2", "cd" * 32))
    await put_all(store, [first, second])

    assert await store.get(first.id) == second, "part of the first one stayed"
    assert (await store.list(None, 10)).items == [second], "the id stands twice"


@SUITE.check
async def check_delete(world: KvWorld) -> None:
    """A deleted token is gone at once, from get and list; deleting it again raises nothing."""
    store = world.tokens(PROJECT)
    await put_all(store, [token(1), token(2)])
    for _ in range(2):
        await store.delete(token(1).id)

    assert await store.get(token(1).id) is None, "it still opens"
    assert (await store.list(None, 10)).items == [token(2)], "the wrong one is gone"


@SUITE.check
async def check_paging(world: KvWorld) -> None:
    """Pages of any size hold every token once, by id."""
    store, tokens = world.tokens(PROJECT), [token(number) for number in range(7)]
    await put_all(store, tokens[::-1])
    for limit in (1, 3, 7, 1000):
        assert await everything(store, limit) == tokens, f"limit {limit}: not whole"


@SUITE.check
async def check_more_than_a_hundred(world: KvWorld) -> None:
    """150 tokens come back in one page of 1,000."""
    store, tokens = world.tokens(PROJECT), [token(number) for number in range(150)]
    await put_all(store, tokens)

    assert (await store.list(None, 1000)).items == tokens, "a token got lost between batches"


@SUITE.check
async def check_empty(world: KvWorld) -> None:
    """No tokens list as one empty page without a cursor."""
    page = await world.tokens(PROJECT).list(None, 1000)

    assert page.items == [], "something is in an empty store"
    assert page.cursor is None, "a cursor leads nowhere"


@SUITE.check
async def check_projects_apart(world: KvWorld) -> None:
    """Projects do not see, change or delete each other's tokens."""
    one, other = world.tokens(PROJECT), world.tokens(OTHER_PROJECT)
    await put_all(one, [token(1), token(2)])
    await put_all(other, [replace(token(1), role=Role.ADMIN)])
    await other.delete(token(2).id)

    assert (await one.list(None, 10)).items == [token(1), token(2)], "a token was touched"
    assert await other.get(token(2).id) is None, "a token leaked"
