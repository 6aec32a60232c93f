"""A key for each text that has to be destroyed one day, where SQLite never copies it.

SQLite copies rows when it splits and merges pages, and leaves the copies in the file. So such a
text is stored encrypted, under a key that is used once, and it is destroyed by overwriting the key.
Keys stay where they are: their rows have one size, are written in place and never deleted, and the
table grows at its end, by rows without a key.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from typing import Final

import pydantic_core

from positronic.ledger.database import Statement
from positronic.ports import RandomBytes

_SIZE: Final = 64  # hexadecimal digits
NO_KEY: Final = "0" * _SIZE
# Rows that the table grows by. They are more than fit on its first page, which SQLite copies when
# there has to be a second one.
GROWS_BY: Final = 128

TABLE: Final = "text_keys"
_FREE: Final = f"WHERE key = '{NO_KEY}'"
_DESTROY: Final = f"UPDATE text_keys SET key = '{NO_KEY}' WHERE slot ="  # noqa: S608
_MADE: Final = (
    "CREATE TABLE IF NOT EXISTS text_keys (slot INTEGER PRIMARY KEY, key TEXT NOT NULL)",
    f"CREATE INDEX IF NOT EXISTS text_keys_free ON text_keys (slot) {_FREE}",
    # Whatever replaces or deletes a row destroys the key of its text.
    "CREATE TRIGGER IF NOT EXISTS {0}_replaced BEFORE INSERT ON {0}"  # noqa: S608
    f" BEGIN {_DESTROY} (SELECT slot FROM {{0}} WHERE id = NEW.id); END",
    "CREATE TRIGGER IF NOT EXISTS {0}_deleted AFTER DELETE ON {0}"
    f" BEGIN {_DESTROY} OLD.slot; END",
)
# Slots that are free, as many as asked for.
FREE: Final = f"SELECT slot FROM text_keys {_FREE} LIMIT ?"  # noqa: S608
# A term: how many slots of a JSON array are free.
ARE_FREE: Final = (
    "(SELECT COUNT(*) FROM json_each(?) AS one CROSS JOIN text_keys ON slot = one.value"  # noqa: S608
    f" WHERE text_keys.key = '{NO_KEY}')"
)
_FILL: Final = (
    "UPDATE text_keys SET key = new.value FROM json_each(?) AS new"
    " WHERE slot = CAST(new.key AS INTEGER)"
)
_GROW: Final = (
    "WITH RECURSIVE more (number) AS"  # noqa: S608
    " (SELECT 1 UNION ALL SELECT number + 1 FROM more WHERE number < ?)"
    f" INSERT INTO text_keys (key) SELECT '{NO_KEY}' FROM more"
)


def make(table: str) -> Sequence[Statement]:
    """For a table that has a column `slot`, which says where a row's key is."""
    return [(statement.format(table), ()) for statement in _MADE]


def triggers_of(table: str) -> set[str]:
    """The parts that `make` makes: without one of them, texts would stay."""
    return {f"{table}_replaced", f"{table}_deleted"}


def grow(count: int) -> Statement:
    """By as many slots; the first ones are 1 to `count`."""
    return _GROW, (count,)


def draw(random: RandomBytes, slots: Sequence[int]) -> Mapping[int, str]:
    """A new key for each slot."""
    drawn = random(len(slots) * _SIZE // 2).hex()
    return {slot: drawn[at * _SIZE : (at + 1) * _SIZE] for at, slot in enumerate(slots)}


def fill(keys: Mapping[int, str]) -> Statement:
    return _FILL, (pydantic_core.to_json(keys).decode(),)


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
