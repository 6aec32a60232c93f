"""The Database of a Durable Object: its own SQLite."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

import pydantic_core

from positronic.cloudflare.crossings import crossings
from positronic.errors import StoreFailed
from positronic.rows import Key


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
        self._due: list[tuple[str, Sequence[Key | None]]] = []

    def run(self, query: str, *values: Key | None) -> Sequence[Sequence[Any]]:
        self._write_all()
        try:
            self._run = self._run or crossings().runner(self._sql)
            found = self._run(query, *values)
        except Exception:  # noqa: BLE001 - JsException, whose text may hold anything
            raise StoreFailed("the project's database failed") from None
        rows: list[list[Any]] = pydantic_core.from_json(found)
        return rows

    def write(self, query: str, *values: Key | None) -> None:
        self._due.append((query, values))

    def size(self) -> int:
        return int(self._sql.databaseSize)

    def transaction(self, work: Callable[[], None]) -> None:
        raised: list[Exception] = []

        def inside() -> None:
            try:
                work()
                self._write_all()
            except Exception as error:
                raised.append(error)
                raise

        try:
            self._storage.transactionSync(inside)
        except Exception:  # noqa: BLE001 - it went through JavaScript: ours, or the database's
            raise (raised or [StoreFailed("the project's database failed")])[0] from None
        finally:
            self._due.clear()

    def _write_all(self) -> None:
        """By one call: each from Python takes longer than its statement."""
        if not self._due:
            return
        try:
            crossings().writeAll(self._sql, pydantic_core.to_json(self._due).decode())
        except Exception:  # noqa: BLE001 - as above
            raise StoreFailed("the project's database failed") from None
        finally:
            self._due.clear()
