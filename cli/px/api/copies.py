"""A project's copies in KV against its ledger, over HTTP."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from px.api.client import Client
from px.api.decode import Fields, matching, text

LAGGING: Final = "lagging"

_STATE: Final = re.compile(r"[a-z]{1,20}")


class Copy(NamedTuple):
    """A copy that differs; the name may be any text that somebody wrote to KV."""

    name: str
    state: str


def differing(client: Client) -> Iterator[Copy]:
    """Over all pages. The server repairs all but lagging ones."""
    return client.pages("/copies", "copies", _copy)


def _copy(found: Fields) -> Copy:
    return Copy(text(found["name"]), matching(_STATE, found["state"]))
