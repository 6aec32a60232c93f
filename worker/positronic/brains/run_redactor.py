"""RunRedactor: what one run has read, by name and version, and text without it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from positronic.ports import SecretInfo
from positronic.redact import Redactor


class Read(NamedTuple):
    """A secret as it was when it was read. `version` is another one after each change."""

    name: str
    version: str


class RunRedactor(Redactor):
    """Also knows which version each value is, so that a rerun can put it back."""

    __slots__ = ("_read",)

    def __init__(self) -> None:
        super().__init__()
        self._read: dict[Read, str] = {}

    @property
    def read(self) -> Mapping[Read, str]:
        return self._read

    def learn(self, info: SecretInfo, value: str) -> None:
        """Know this value from now on."""
        self.add(info.name, value)
        self._read[Read(info.name, version(info))] = value


def version(info: SecretInfo) -> str:
    """The date too: a secret that was deleted and created again counts from 1 again."""
    return f"{info.version}.{info.updated_at}"
