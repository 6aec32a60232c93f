"""Gives a function the arguments that its parameters name."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Mapping
from typing import Any, Final

from positronic.brains.brain_errors import InvalidBrain

GIVEN: Final = ("state", "options", "secrets", "client", "resources", "run_id")

_BY_NAME: Final = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)


def named_parameters(
    owner: str, function: Callable[..., object], services: Collection[str]
) -> tuple[str, ...]:
    """The function's parameter names. Raises InvalidBrain for one that cannot be given."""
    found = []
    for parameter in _signature(owner, function).parameters.values():
        if parameter.kind not in _BY_NAME:
            raise InvalidBrain(
                f"{owner}: {parameter.name!r} is not a parameter that can be given by its name"
            )
        if parameter.name not in GIVEN and parameter.name not in services:
            raise InvalidBrain(
                f"{owner}: there is nothing to give for the parameter {parameter.name!r}; a step "
                f"can name {', '.join([*GIVEN, *services])}; a service has to be added by "
                ".with_services before the step"
            )
        found.append(parameter.name)
    return tuple(found)


def check_takes(owner: str, function: Callable[..., object], count: int) -> None:
    """Raises InvalidBrain unless the function can be called with that many arguments."""
    try:
        _signature(owner, function).bind(*range(count))
    except TypeError:
        raise InvalidBrain(f"{owner} has to take {count} arguments, in order") from None


def check_services(services: Mapping[str, object]) -> None:
    """Raises InvalidBrain for a name that is not a parameter name or is already taken."""
    for name in services:
        if not isinstance(name, str) or not name.isidentifier():
            raise InvalidBrain("a service's name has to be one that a parameter can have")
        if name in GIVEN:
            raise InvalidBrain(f"a service cannot be named {name!r}: every step has that already")


async def outcome(function: Callable[..., Any], *args: object, **kwargs: object) -> object:
    """The function's result, awaited if it is awaitable."""
    result = function(*args, **kwargs)
    return await result if inspect.isawaitable(result) else result


def _signature(owner: str, function: Callable[..., object]) -> inspect.Signature:
    if not callable(function):
        raise InvalidBrain(f"{owner} has to be a function, not a {type(function).__name__}")
    try:
        return inspect.signature(function)
    except (TypeError, ValueError):
        raise InvalidBrain(f"{owner}: the function does not tell its parameters") from None
