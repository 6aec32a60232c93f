"""What the platform gives an entry point or an object: `ctx` and `env` as JavaScript has them.

The SDK hands wrappers of them to `__init__`, which cost several times what they wrap. `__new__`
gets the platform's own; they are kept here, for over a binding others read what hangs on an object.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple
from weakref import WeakKeyDictionary


class Given(NamedTuple):
    ctx: Any
    env: Any


_given: Final[WeakKeyDictionary[object, Given]] = WeakKeyDictionary()


def keep(made: object, ctx: Any, env: Any) -> None:
    _given[made] = Given(ctx, env)


def of(made: object) -> Given:
    """What `keep` got for this very object."""
    return _given[made]
