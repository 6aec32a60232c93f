"""Somebody who watches a run, as long as the run's process says so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from positronic.ledger.codec import Codec
from positronic.rows import Kind

LEASE: Final = 75_000  # milliseconds after which a watch that was not renewed counts no longer
RENEWED: Final = 30_000  # milliseconds after which a watch is renewed


@dataclass(frozen=True, slots=True)
class Watcher:
    """`token`: the id of the one that watches. `until` in milliseconds."""

    id: str
    token: str
    until: int


WATCHERS: Final[Codec[Watcher]] = Codec(
    Kind("watch", ("token", "until")),
    lambda watcher: watcher.id,
    lambda watcher: {"token": watcher.token, "until": watcher.until},
    lambda id_, fields: Watcher(id_, fields.text("token"), fields.time("until")),
    lambda watcher: (watcher.token, watcher.until),
)
