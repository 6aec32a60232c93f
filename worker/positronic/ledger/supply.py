"""What each commit takes: the next number, and slots for the keys of its texts.

They are known from the commit before, so that nobody has to be asked for them. Each commit looks
whether they are still so: the database's owner may write to it too, and another process.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pydantic_core

from positronic.errors import StoreFailed
from positronic.ledger import text_keys
from positronic.ledger.database import Database, Statement
from positronic.ledger.statements import COUNT, COUNTER, COUNTER_TABLE, NUMBER, PART_COUNT, Term
from positronic.rows import MAX_NUMBER

_TABLES: Final = f"SELECT {PART_COUNT}, {PART_COUNT}"


class Supply:
    """Of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._was_asked = False
        self._number: int | None = None  # of the last commit; None: there is no table of it
        self._free: Sequence[int] | None = None  # None: there is no table of keys

    def has(self, texts: int) -> bool:
        """Whether it is known, for a commit of as many texts that are shredded."""
        return self._was_asked and (self._free is None or len(self._free) >= texts)

    def ask(self, texts: int, *, is_new: bool) -> None:
        """The database; it may have to make more slots, which others may take at once.

        Raises StoreFailed for one that is not new and has no right counter: somebody has damaged
        it, and with another one, revisions would come again.
        """
        run = self._database.run
        [(counters, tables)] = run(_TABLES, COUNTER_TABLE, text_keys.TABLE)
        is_first = is_new and not counters
        self._number = None if is_first else _checked(run(f"SELECT {NUMBER}", 1)[0][0])
        self._free = self._slots(texts) if tables else None
        if self._free is not None and len(self._free) < texts:
            self._database.commit((), [text_keys.grow(_room(texts))])
            self._free = self._slots(texts)
        self._was_asked = True

    def forget(self) -> None:
        """Somebody else has written: the database has to be asked."""
        self._was_asked = False

    def slots(self, texts: int) -> Sequence[int]:
        return range(1, texts + 1) if self._free is None else self._free[:texts]

    def terms(self, texts: int) -> Sequence[Term]:
        """What a commit has to look at."""
        is_first = self._number is None
        number = (PART_COUNT, COUNTER_TABLE, 0) if is_first else (NUMBER, 1, self._number)
        if not texts:
            return [number]
        if self._free is None:
            return [number, (PART_COUNT, text_keys.TABLE, 0)]
        slots = pydantic_core.to_json(self.slots(texts)).decode()
        return [number, (text_keys.ARE_FREE, slots, texts)]

    def statements(self, texts: int) -> Sequence[Statement]:
        """After the tables are there, and before rows are written."""
        made = (COUNTER,) if self._number is None else ()
        slots = (text_keys.grow(_room(texts)),) if texts and self._free is None else ()
        return [*made, *slots, (COUNT, (self.next(),))]

    def next(self) -> int:
        """The number of the commit."""
        return (self._number or 0) + 1

    def took(self, texts: int) -> None:
        """It was made."""
        self._number = self.next()
        if self._free is not None:
            self._free = self._free[texts:]
        elif texts:
            self._free = [*range(texts + 1, _room(texts) + 1)]

    def _slots(self, texts: int) -> Sequence[int]:
        return [slot for (slot,) in self._database.run(text_keys.FREE, _room(texts))]


def _checked(found: object) -> int:
    """Raises StoreFailed."""
    if type(found) is not int or not 0 < found < MAX_NUMBER:
        raise StoreFailed("the ledger does not say how many commits it has had")
    return found


def _room(texts: int) -> int:
    return max(texts, text_keys.GROWS_BY)
