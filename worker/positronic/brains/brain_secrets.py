"""The `secrets` of a step: one project's values, read on demand."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import Final, NoReturn, TypeVar, overload

from positronic.brains.brain_errors import SecretNotFound
from positronic.brains.run_redactor import RunRedactor
from positronic.names import Name, parse_name
from positronic.ports import ReadableSecrets, everything

T = TypeVar("T")

Note = Callable[[Mapping[str, int]], Awaitable[None]]


class _Required:
    """Means that there is no default."""


_REQUIRED: Final = _Required()


class BrainSecrets:
    """Reads each name at most once in a run, even if several tasks ask at once.

    The store records a read before it answers. Before a value is returned, the redactor knows it
    and `note` has recorded what came from copies, as versions by name; if anything fails, nothing
    is returned. Its repr shows names, and it cannot be pickled, copied or
    written as JSON. No attribute leads to the store, but a malicious brain can still find it
    through Python's internals, like everything in its process.
    """

    __slots__ = ("__exists", "__names", "__seen", "__values")

    def __init__(self, store: ReadableSecrets, note: Note, redactor: RunRedactor) -> None:
        self.__values = _reader(store, note, redactor)

        def seen() -> Sequence[str]:
            return redactor.names

        async def names() -> list[str]:
            return [name async for name in everything(store.names)]

        self.__exists = store.exists
        self.__names = names
        self.__seen = seen

    @overload
    async def get(self, name: str) -> str: ...

    @overload
    async def get(self, name: str, default: T) -> str | T: ...

    async def get(self, name: str, default: object = _REQUIRED) -> object:
        """The value; if there is none, `default`, or SecretNotFound without one.

        Raises SecretExpired for one that has expired and whose policy is enforced.
        """
        found = await self.__values([parse_name(name)])
        if name in found:
            return found[name]
        if default is _REQUIRED:
            raise SecretNotFound(name)
        return default

    async def get_many(self, names: Collection[str]) -> dict[str, str]:
        """Values by name, read together. Raises SecretNotFound for the first missing one."""
        found = await self.__values([parse_name(name) for name in names])
        for name in names:
            if name not in found:
                raise SecretNotFound(name)
        return dict(found)

    async def exists(self, name: str) -> bool:
        """Whether a brain could read it. Does not count as a read."""
        return await self.__exists(parse_name(name))

    async def names(self) -> list[str]:
        """Every name in the project, sorted; opens nothing."""
        return await self.__names()

    def __repr__(self) -> str:
        return f"BrainSecrets(read: {', '.join(self.__seen()) or 'none'})"

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("secrets cannot be pickled or copied")


def _reader(
    store: ReadableSecrets, note: Note, redactor: RunRedactor
) -> Callable[[Collection[Name]], Awaitable[Mapping[str, str]]]:
    known: dict[Name, str | None] = {}  # None: there is none
    reading: dict[Name, asyncio.Future[None]] = {}  # who reads it now; done however that ends

    async def read(names: Collection[Name]) -> None:
        stored = await store.get(names)
        values = {name: (await secret.open()).reveal() for name, secret in stored.items()}
        for name, value in values.items():
            redactor.learn(stored[name].info, value)
        if values:
            infos = [secret.info for secret in stored.values() if secret.is_copy]
            copied = {str(info.name): info.version for info in infos}
            redactor.copied |= copied
            redactor.expired |= {
                name: secret.expired_at
                for name, secret in stored.items()
                if secret.expired_at is not None
            }
            await note(copied)
        known.update({name: values.get(name) for name in names})

    async def read_once(names: Collection[Name]) -> None:
        # Without a task: in the Worker, starting one and waiting for it takes as long as a read.
        over = asyncio.get_running_loop().create_future()
        reading.update(dict.fromkeys(names, over))
        try:
            await read(names)
        finally:
            for name in names:
                del reading[name]
            over.set_result(None)

    async def values(names: Collection[Name]) -> Mapping[str, str]:
        while unknown := [name for name in dict.fromkeys(names) if name not in known]:
            if new := [name for name in unknown if name not in reading]:
                await read_once(new)
            else:  # again, if the one who reads it fails or gives up
                await asyncio.shield(reading[unknown[0]])
        return {str(name): value for name in names if (value := known[name]) is not None}

    return values
