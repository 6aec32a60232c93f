"""The Database of a Durable Object: its own SQLite."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeVar

import pydantic_core

from positronic.cloudflare.crossings import crossings, text_of
from positronic.errors import StoreFailed
from positronic.rows import Key

T = TypeVar("T")


class _ReadsItsOwn(Exception):
    """What was written is read: it has to be in the database."""


class ObjectStorage(Protocol):
    """The part of a Durable Object's `storage` that is used, as JavaScript has it."""

    @property
    def sql(self) -> Any: ...

    def transactionSync(self, work: Callable[[], None]) -> None: ...  # noqa: N802


class ObjectDatabase:
    """Answers wait until what was written is durable: the platform's output gate."""

    def __init__(self, storage: ObjectStorage) -> None:
        self._storage = storage
        self._sql = storage.sql
        self._run: Any = None
        self._is_inside = False
        self._last_write = ("", "")
        self._due: list[tuple[str, Sequence[Key | None]]] = []

    def run(self, query: str, *values: Key | None) -> Sequence[Sequence[Any]]:
        if self._due:
            if not self._is_inside:
                raise _ReadsItsOwn
            self._write_all()
        try:
            self._run = self._run or crossings().runner(self._sql)
            found = text_of(self._run(query, *values))
        except Exception:  # noqa: BLE001 - JsException, whose text may hold anything
            raise StoreFailed("the project's database failed") from None
        rows: list[list[Any]] = pydantic_core.from_json(found)
        return rows

    def write(self, query: str, *values: Key | None) -> None:
        self._due.append((query, values))

    def state(self) -> str:
        try:
            return str(crossings().state(self._storage))
        except Exception:  # noqa: BLE001 - as above
            raise StoreFailed("the project's database failed") from None

    def last_write(self) -> tuple[str, str]:
        return self._last_write

    def size(self) -> int:
        return int(self._sql.databaseSize)

    def transaction(self, work: Callable[[], T]) -> T:
        """By one call to JavaScript. `work` is done again, in it, if it reads what it wrote."""
        try:
            found = work()
            self._write_all()
        except _ReadsItsOwn:
            self._due.clear()
            return self._transaction(work)
        finally:
            self._due.clear()
        return found

    def _transaction(self, work: Callable[[], T]) -> T:
        found: list[T] = []
        raised: list[Exception] = []

        def inside() -> None:
            try:
                found.append(work())
                self._write_all()
            except Exception as error:
                raised.append(error)
                raise

        before = self.state()
        self._is_inside = True
        try:
            self._storage.transactionSync(inside)
        except Exception:  # noqa: BLE001 - it went through JavaScript: ours, or the database's
            raise (raised or [StoreFailed("the project's database failed")])[0] from None
        finally:
            self._is_inside = False
        self._last_write = before, self._last_write[1]
        return found[0]

    def _write_all(self) -> None:
        """By one call: each from Python takes longer than its statement."""
        if not self._due:
            return
        try:
            due = pydantic_core.to_json(self._due).decode()
            before, after = crossings().writeAll(self._storage, due).split()
            self._last_write = before, after
        except Exception:  # noqa: BLE001 - as above
            raise StoreFailed("the project's database failed") from None
        finally:
            self._due.clear()
