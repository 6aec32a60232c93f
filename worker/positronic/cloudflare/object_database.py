"""The Database of a Durable Object: its own SQLite."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import pydantic_core

from positronic.cloudflare.crossings import crossings, text_of
from positronic.errors import StoreFailed
from positronic.ledger.database import Look, Statement
from positronic.rows import Key


class ObjectStorage(Protocol):
    """The part of a Durable Object's `storage` that is used here, as JavaScript has it."""

    @property
    def sql(self) -> Any: ...


class ObjectDatabase:
    """Answers wait until what was written is durable: the platform's output gate."""

    def __init__(self, storage: ObjectStorage) -> None:
        self._storage = storage
        self._sql = storage.sql
        self._run: Any = None
        self._last_write = ("", "")

    def run(self, query: str, *values: Key | None) -> Sequence[Sequence[Any]]:
        try:
            self._run = self._run or crossings().runner(self._sql)
            found = text_of(self._run(query, *values))
        except Exception:  # noqa: BLE001 - JsException, whose text may hold anything
            raise StoreFailed("the project's database failed") from None
        rows: list[list[Any]] = pydantic_core.from_json(found)
        return rows

    def commit(self, looks: Sequence[Look], statements: Sequence[Statement]) -> bool:
        """By one call: each from Python takes longer than its statement."""
        try:
            asked = pydantic_core.to_json((looks, statements)).decode()
            states = crossings().commit(self._storage, asked).split()
        except Exception:  # noqa: BLE001 - as above
            raise StoreFailed("the project's database failed") from None
        if not states:
            return False
        before, after = states
        self._last_write = before, after
        return True

    def state(self) -> str:
        try:
            return str(crossings().state(self._storage))
        except Exception:  # noqa: BLE001 - as above
            raise StoreFailed("the project's database failed") from None

    def last_write(self) -> tuple[str, str]:
        return self._last_write

    def size(self) -> int:
        return int(self._sql.databaseSize)
