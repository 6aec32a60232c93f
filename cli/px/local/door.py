"""Where a binding of an app reaches the project's Worker: a socket that only this user can open."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple


class Door(NamedTuple):
    """What is called through it reaches this entry point, with these props, no matter who calls.

    So the props are px's to give, not the app's. `entrypoint`: None for the default one.
    """

    path: str
    entrypoint: str | None
    props: Mapping[str, Any]
