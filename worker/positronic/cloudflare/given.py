"""What the platform gives an entry point or an object: `ctx` and `env` as JavaScript has them.

The SDK hands wrappers of them to `__init__`, which cost several times what they wrap. `__new__`
gets the platform's own; they are kept here, for over a binding others read what hangs on an object.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple, Self
from weakref import WeakKeyDictionary, WeakSet

from positronic.ciphers.workers import WorkersCipher
from positronic.cloudflare.crossings import crossings


class Given(NamedTuple):
    ctx: Any
    env: Any


_given: Final[WeakKeyDictionary[object, Given]] = WeakKeyDictionary()
_made: Final[WeakSet[type]] = WeakSet()


class NothingHangs:
    """An entry point or object that others of the account may call by any of its names.

    Also by those that Python gives it: the SDK's `__init_subclass__` wraps `__init__` once more
    with each call.
    """

    def __init_subclass__(cls) -> None:
        if cls in _made:
            raise TypeError("this class is made")
        _made.add(cls)
        super().__init_subclass__()

    def __new__(cls, *_: Any) -> Self:
        # Here JavaScript can be imported, and not where a call begins: see `platform_tasks`.
        crossings()
        WorkersCipher.prepare()
        return super().__new__(cls)

    def __setattr__(self, *_: object) -> None:
        raise TypeError("nothing hangs on this object")

    def __delattr__(self, *_: object) -> None:
        raise TypeError("nothing hangs on this object")


class KeepsGiven(NothingHangs):
    """One whose `ctx` and `env` are asked for with `of`."""

    def __new__(cls, ctx: Any, env: Any) -> Self:
        made = super().__new__(cls, ctx, env)
        _given[made] = Given(ctx, env)
        return made

    def __init__(self, _: Any, __: Any) -> None:
        """Keeps nothing: anybody can call it.

        The SDK wraps the `__init__` that a class has itself, and makes wrappers for it.
        """


def of(made: KeepsGiven) -> Given:
    """What the platform gave this very object."""
    return _given[made]
