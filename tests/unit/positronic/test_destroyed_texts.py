"""A text that was destroyed, replaced or not kept is nowhere in SQLite's file, whatever it moves.

Without `secure_delete`, as in a Durable Object. A text was only ever stored under its key; so
neither the text nor its key may be found.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pytest

from contracts.commanding import Commanding, bulk, command, put
from contracts.ledger_world import LedgerWorld
from contracts.rotation_commands import NEWER, rotate
from contracts.worlds import KEYS
from positronic.ciphers.native import NativeCipher
from positronic.commands.command import Command
from positronic.ledger.secret_rows import VERSIONS
from positronic.ledger.sqlite import SqliteLedger
from positronic.ledger.sqlite_file import SqliteFile
from positronic.ledger.text_keys import GROWS_BY, NO_KEY
from positronic.rows import Delete, Put
from support.late_file import LateFile
from support.running import run

JOURNALS: Final = ("DELETE", "WAL")
STEPS: Final = 400
LONGEST: Final = 3000  # characters

Stored = tuple[str, str, str]  # a text, its key, and what is in its row

# As ledgers were made before their texts had keys.
BEFORE: Final = (
    "DROP TABLE version",
    "DROP TABLE text_keys",
    "CREATE TABLE version (id TEXT NOT NULL PRIMARY KEY, revision INTEGER NOT NULL, master,"
    " text TEXT NOT NULL) WITHOUT ROWID",
    "CREATE INDEX version_master ON version (master, id) WHERE master IS NOT NULL",
)


@dataclass(slots=True)
class Watched:
    """A database, and every text that its rows ever had."""

    path: Path
    database: SqliteFile
    seen: set[Stored] = field(default_factory=set)

    def look(self) -> set[Stored]:
        """The texts that there are now."""
        query = "SELECT id, key, text FROM version JOIN text_keys USING (slot)"
        rows = {id_: (key, stored) for id_, key, stored in self.database.run(query)}
        texts = SqliteLedger(self.database, os.urandom).get(VERSIONS.kind, list(rows))
        now = {(texts[id_].text, *rest) for id_, rest in rows.items()}
        self.seen |= now
        return now

    def written(self) -> bytes:
        """Every byte of the file, and of those beside it."""
        self.database.run("PRAGMA wal_checkpoint(TRUNCATE)")
        return b"".join(one.read_bytes() for one in self.path.parent.glob(f"{self.path.name}*"))


@pytest.fixture(params=JOURNALS)
def watched(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Watched]:
    database = SqliteFile(str(tmp_path / "ledger.db"))
    database.run("PRAGMA secure_delete = OFF")
    database.run("PRAGMA synchronous = OFF")
    database.run(f"PRAGMA journal_mode = {request.param}")
    yield Watched(tmp_path / "ledger.db", database)
    database.close()


def _check(watched: Watched) -> set[Stored]:
    """Those that are gone."""
    kept, written = watched.look(), watched.written()
    gone = watched.seen - kept
    assert all(key.encode() in written for _, key, _ in kept), "the search finds what is there"
    assert not [text for text, _, _ in watched.seen if text.encode() in written]
    assert not [key for _, key, _ in gone if key.encode() in written]
    return gone


def test_nothing_is_left_of_hundreds(watched: Watched) -> None:
    """Short and long ones, destroyed between others' writes: SQLite keeps copies of many rows."""
    ledger, chance = SqliteLedger(watched.database, os.urandom), random.Random(1)
    names: list[str] = []
    for number in range(STEPS):
        text = f"{number} {chance.randbytes(chance.randrange(LONGEST) // 2).hex()}"
        if chance.random() < 0.6 or not names:
            names.append(f"{chance.randbytes(8).hex()}/1")
            ledger.commit([Put(VERSIONS.kind, names[-1], text, ("k1",))], {})
        elif chance.random() < 0.5:
            ledger.commit([Put(VERSIONS.kind, chance.choice(names), text, ("k2",))], {})
        else:
            chance.shuffle(names)
            ledger.commit([Delete(VERSIONS.kind, names.pop())], {})
        watched.look()
    ledger.commit([Delete(VERSIONS.kind, one) for one in names[::2]], {})

    gone, written = _check(watched), watched.written()
    assert len(gone) > STEPS // 4
    # Were a row's text all that there is, these could still be read.
    assert [text for text, _, stored in gone if stored.encode()[:60] in written]


def _changes(place: Commanding) -> list[Command]:
    """Every way in which a text goes."""
    bulky = [f"BULK_{number}" for number in range(90)]
    return [
        *(put("KEPT_TEN", f"value {number}") for number in range(14)),
        *(put(name, "value " * 500) for name in ("A", "B", "C", "A", "B", "C")),
        bulk(bulky),
        bulk(bulky, "another value"),
        command("secret.rollback", name="A", to=1),
        command("secret.destroy", name="A", version=1),
        command("secret.destroy", name="B"),
        command("secret.policy", name="KEPT_TEN", fields={"keep_versions": 2}),
        command("secret.policy", name="C", fields={"keep_days": 0}),
        command("secret.delete", name="C"),
        *(command("secret.destroy", name=name) for name in bulky[::3]),
        *(put(name, "after") for name in bulky[::5]),
    ]


def _rotate(place: Commanding, watched: Watched) -> None:
    place.keys, cursor = f"{NEWER},{KEYS}", None
    for _ in range(100):
        cursor = run(place.run(rotate(cursor)))[3]
        watched.look()
        if cursor is None:
            break


def test_nothing_is_left_by_any_command(watched: Watched) -> None:
    """Destroyed, no longer kept, replaced by a rotation; and what is kept opens."""
    ledger = SqliteLedger(watched.database, os.urandom)
    place = Commanding(LedgerWorld(NativeCipher(), lambda: ledger, watched.database))
    for one in _changes(place):
        run(place.run(one))
        watched.look()
    _rotate(place, watched)
    assert len(_check(watched)) > 200
    values = run(place.values())
    assert values["A"] == "value " * 500
    assert values["KEPT_TEN"] == "value 13"


def _as_before(database: SqliteFile) -> None:
    """The same rows in a file of the old layout."""
    rows = SqliteLedger(database, os.urandom).list(VERSIONS.kind)
    for statement in BEFORE:
        database.run(statement)
    for one in rows:
        values = (one.id, one.revision, *one.keys, one.text)
        database.run("INSERT INTO version VALUES (?, ?, ?, ?)", *values)


def _opened(database: SqliteFile) -> Commanding:
    ledger = SqliteLedger(database, os.urandom)
    return Commanding(LedgerWorld(NativeCipher(), lambda: ledger, database))


def test_a_ledger_of_before_is_read_and_its_texts_get_keys(watched: Watched) -> None:
    """It works at once; a rotation gives every text a key, and what goes then is nowhere."""
    names = [f"NAME_{number}" for number in range(40)]
    run(_opened(watched.database).run(bulk(names), bulk(names, "second"), put("ALONE", "value")))
    _as_before(watched.database)

    place = _opened(watched.database)
    assert run(place.values()) == {**dict.fromkeys(names, "second"), "ALONE": "value"}
    assert not watched.look()
    run(place.run(command("secret.destroy", name=names[0]), put("ALONE", "another")))
    assert len(watched.look()) == 3
    _rotate(place, watched)
    assert len(watched.look()) == len(names) * 2 + 2

    gone = [command("secret.destroy", newest="k2", name=name) for name in names[1::2]]
    run(place.run(*gone))
    assert len(_check(watched)) >= len(gone) * 2
    assert run(place.values()) == {**dict.fromkeys(names[2::2], "second"), "ALONE": "another"}


def test_two_processes_may_open_a_ledger_of_before(watched: Watched) -> None:
    """Both find the old layout; one of them changes it."""
    run(_opened(watched.database).run(put("NAME", "value")))
    _as_before(watched.database)

    path = str(watched.path)
    with closing(SqliteFile(path)) as file, closing(LateFile(path)) as late:
        late.before = iter([lambda: SqliteLedger(file, os.urandom).list(VERSIONS.kind)])
        assert len(SqliteLedger(late, os.urandom).list(VERSIONS.kind)) == 1


def test_keys_are_used_again(watched: Watched) -> None:
    """The table of keys is as large as the number of texts needs it to be."""
    ledger = SqliteLedger(watched.database, os.urandom)
    for number in range(3 * GROWS_BY):
        ledger.commit([Put(VERSIONS.kind, f"A/{number}", "text", ("k1",))], {})
        if number >= 10:
            ledger.commit([Delete(VERSIONS.kind, f"A/{number - 10}")], {})

    rows = watched.database.run("SELECT key FROM text_keys")
    assert len(rows) == GROWS_BY
    assert sum(key != NO_KEY for (key,) in rows) == 10


def test_a_slot_that_somebody_else_took_is_nobodys_else(watched: Watched) -> None:
    """Slots are known from the commit before: whether they are still free is looked at."""
    ledger = SqliteLedger(watched.database, os.urandom)
    ledger.commit([Put(VERSIONS.kind, "A/1", "text", ("k1",))], {})
    taken = "f" * len(NO_KEY)
    watched.database.run("UPDATE text_keys SET key = ? WHERE slot < 100", taken)
    ledger.commit([Put(VERSIONS.kind, f"B/{number}", "text", ("k1",)) for number in range(50)], {})

    assert [row.text for row in ledger.list(VERSIONS.kind)][1:] == ["text"] * 50
    found = watched.database.run("SELECT COUNT(*) FROM text_keys WHERE key = ?", taken)
    assert found == [(99,)]
