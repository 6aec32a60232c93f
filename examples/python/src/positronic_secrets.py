"""Positronic Secrets: reads what is granted to this Worker, over its service binding.

    from positronic_secrets import Secrets
    url = await Secrets(self.env.SECRETS).get("DATABASE_URL")

Nothing is kept here: each call asks again, so a rotated secret or a removed grant holds at once.
Written by px, which replaces it with `px grant add NAME --client DIR`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


class SecretsError(Exception):
    """Why there is no value. Act on `code`, such as "not_granted" or "not_found"."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class Secrets:
    """The secrets of the project that the props of the binding name. Raises SecretsError."""

    def __init__(self, binding: Any) -> None:  # noqa: ANN401 - what the SDK gives
        self._binding = binding

    async def get(self, name: str) -> str:
        """One value."""
        return str(await self._ask("get", name))

    async def get_many(self, names: Sequence[str]) -> dict[str, str]:
        """Up to 100 values by name: all of them, or none."""
        return dict(await self._ask("getMany", list(names)))

    async def exists(self, name: str) -> bool:
        """Whether `get` would give it. Does not count as a read."""
        return bool(await self._ask("exists", name))

    async def names(self) -> list[str]:
        """The names that this Worker may read and that have a value, sorted."""
        return list(await self._ask("names"))

    async def _ask(self, method: str, *sent: object) -> Any:  # noqa: ANN401
        if self._binding is None:
            raise SecretsError("no_binding", "this Worker has no such binding")
        try:
            answer = await getattr(self._binding, method)(*sent)
        except Exception as error:
            why = "the Worker that keeps the secrets did not answer"
            raise SecretsError("unavailable", why) from error
        if not isinstance(answer, dict) or "ok" not in answer:
            raise SecretsError("unavailable", "this is no answer of Positronic Secrets")
        if answer["ok"] is not True:
            raise SecretsError(answer["code"], answer["message"])
        return answer["value"]
