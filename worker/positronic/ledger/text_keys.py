"""A key for each text that has to be destroyed one day, where SQLite never copies it.

SQLite copies rows when it splits and merges pages, and leaves the copies in the file. So such a
text is stored encrypted, under a key that is used once, and it is destroyed by overwriting the key.
Keys stay where they are: their rows have one size, are written in place and never deleted, and the
table grows at its end, by rows without a key.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from positronic.rows import Key

NO_KEY: Final = "0" * 64
# Rows that the table grows by. They are more than fit on its first page, which SQLite copies when
# there has to be a second one.
GROWS_BY: Final = 128

_WRITTEN_AT_ONCE: Final = 50  # two parameters each
_TABLE: Final = (
    "CREATE TABLE IF NOT EXISTS text_keys (slot INTEGER PRIMARY KEY, key TEXT NOT NULL)"
)
_FREE: Final = f"WHERE key = '{NO_KEY}'"
_INDEX: Final = f"CREATE INDEX IF NOT EXISTS text_keys_free ON text_keys (slot) {_FREE}"
_SELECT_FREE: Final = f"SELECT slot FROM text_keys {_FREE} LIMIT ?"  # noqa: S608
_GROW: Final = (
    "WITH RECURSIVE more (number) AS"
    " (SELECT 1 UNION ALL SELECT number + 1 FROM more WHERE number < ?)"
    f" INSERT INTO text_keys (key) SELECT '{NO_KEY}' FROM more"
)


class Statements(Protocol):
    """The part of a database that is used."""

    def run(self, query: str, *values: Key | None) -> Sequence[Sequence[Any]]: ...


@dataclass(frozen=True, slots=True)
class TextKeys:
    """Of one database; within a transaction."""

    database: Statements

    def make(self) -> None:
        self.database.run(_TABLE)
        self.database.run(_INDEX)

    def renew(self, slots: Iterable[int | None], wanted: int) -> Sequence[tuple[int, str]]:
        """Destroys the keys in these slots, and answers with new ones and their slots."""
        known = [slot for slot in dict.fromkeys(slots) if slot is not None]
        known += self._free(wanted - len(known))
        new = [(slot, secrets.token_hex(32)) for slot in known[:wanted]]
        self._write([*new, *((slot, NO_KEY) for slot in known[wanted:])])
        return new

    def _free(self, wanted: int) -> list[int]:
        if wanted <= 0:
            return []
        rows = self.database.run(_SELECT_FREE, wanted)
        if len(rows) < wanted:
            self.database.run(_GROW, max(wanted, GROWS_BY))
            rows = self.database.run(_SELECT_FREE, wanted)
        return [row[0] for row in rows]

    def _write(self, keys: Sequence[tuple[int, str]]) -> None:
        for start in range(0, len(keys), _WRITTEN_AT_ONCE):
            some = keys[start : start + _WRITTEN_AT_ONCE]
            marks = ", ".join(["(?, ?)"] * len(some))
            self.database.run(
                f"INSERT INTO text_keys VALUES {marks}"  # noqa: S608
                " ON CONFLICT (slot) DO UPDATE SET key = excluded.key",
                *(part for one in some for part in one),
            )


def key_of(table: str) -> str:
    """What selects the key of a row of this table; NULL: it has none."""
    return f"(SELECT key FROM text_keys WHERE text_keys.slot = {table}.slot)"  # noqa: S608


def encrypt(key: str, text: str) -> str:
    return base64.b64encode(_mixed(key, text.encode())).decode()


def decrypt(key: str | None, stored: str) -> str:
    """Nothing that anybody can read, if it is under another key. Without one it is as stored."""
    if key is None:
        return stored
    try:
        return _mixed(key, base64.b64decode(stored)).decode(errors="replace")
    except ValueError:
        return ""


def _mixed(key: str, text: bytes) -> bytes:
    # A key stream of its own for each text: SHAKE-256 of 32 random bytes (FIPS 202).
    stream = hashlib.shake_256(bytes.fromhex(key)).digest(len(text))
    mixed = int.from_bytes(text, "big") ^ int.from_bytes(stream, "big")
    return mixed.to_bytes(len(text), "big")
