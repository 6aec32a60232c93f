"""What a Worker can call over a service binding, with whatever arguments it sends."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final

from positronic.commands.asked_bindings import LedgerBinding
from positronic.errors import InvalidRequest, NotFound
from positronic.names import Name, parse_name

Method = Callable[[LedgerBinding, Sequence[object]], Awaitable[object]]


async def get(binding: LedgerBinding, sent: Sequence[object]) -> str:
    """One value. Raises NotFound where the name is granted and there is no such secret."""
    name = _name(sent)
    return (await _values(binding, [name]))[name]


async def get_many(binding: LedgerBinding, sent: Sequence[object]) -> Mapping[str, str]:
    """Values by name, in the order of the names: all of them, or none."""
    if len(sent) != 1 or not isinstance(sent[0], list):
        raise InvalidRequest("`getMany` takes a list of names of secrets")
    return await _values(binding, [_name([one]) for one in sent[0]])


async def exists(binding: LedgerBinding, sent: Sequence[object]) -> bool:
    """Whether `get` would give it."""
    return await binding.exists(_name(sent))


async def names(binding: LedgerBinding, sent: Sequence[object]) -> Sequence[str]:
    """Those that can be read, sorted."""
    if sent:
        raise InvalidRequest("`names` takes nothing")
    return await binding.names()


METHODS: Final[Mapping[str, Method]] = {
    "get": get,
    "getMany": get_many,
    "exists": exists,
    "names": names,
}


async def _values(binding: LedgerBinding, wanted: Sequence[Name]) -> Mapping[str, str]:
    found = await binding.get(wanted)
    if missing := [name for name in wanted if name not in found]:
        raise NotFound(f"there is no secret {missing[0]}")
    return {name: (await found[name].open()).reveal() for name in wanted}


def _name(sent: Sequence[object]) -> Name:
    """Raises InvalidRequest, InvalidName, ReservedName."""
    if len(sent) != 1 or not isinstance(sent[0], str):
        raise InvalidRequest("the name of a secret is a text, and there is one")
    return parse_name(sent[0])
