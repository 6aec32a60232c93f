"""A source of an import's secrets, as an import sees it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from px.files.assignments import Reading


class SecretSource(Protocol):
    """One argument of `px secret import`."""

    def read(self, number: int, count: int) -> Reading:
        """All of it, unchecked; it is the `number`th of `count`, from 1. Raises PxError."""
        ...


@dataclass(frozen=True, slots=True)
class SourceOptions:
    """`form`: dotenv or json, None: by what a file has. `json_keys`: a provider's secret that is a
    JSON object is one secret a key."""

    form: str | None = None
    json_keys: bool = False
