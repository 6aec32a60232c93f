"""RunRedactor: what one run has read, by name and version, and text without it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeVar

from positronic.brains.known_values import KnownValues, Read
from positronic.ports import SecretInfo
from positronic.redact import Redactor
from positronic.redact.documents import strings

T = TypeVar("T")


class RunRedactor(Redactor):
    """One run's redactor, which also redacts what other runs of its isolate are known to have read.

    Knows which version each value is, so that a rerun can put it back. `met_foreign` says whether
    a value of another project was taken out; by name, `copied` says which versions came from
    copies, and `expired` which secrets had expired, and when.
    """

    __slots__ = ("_here", "_project", "_read", "copied", "expired", "met_foreign")

    def __init__(self, here: KnownValues | None = None, project: str = "") -> None:
        super().__init__()
        self._here = here or KnownValues()
        self._project = project
        self._read: dict[Read, str] = {}
        self.met_foreign = False
        self.copied: dict[str, int] = {}
        self.expired: dict[str, int] = {}

    @property
    def read(self) -> Mapping[Read, str]:
        """The values that a marker may replace."""
        return self._read

    def learn(self, info: SecretInfo, value: str) -> None:
        """Know this value from now on."""
        self.add(info.name, value)
        one = Read(info.name, version(info))
        self._read[one] = value
        self._here.learn(self._project, one, value)

    def text(self, text: str) -> str:
        return self._others([found := super().text(text)]).text(found)

    def message(self, text: str) -> str:
        return self._others([found := super().message(text)]).text(found)

    def document(self, document: T) -> T:
        found = super().document(document)
        return self._others(strings(found)).document(found)

    def _others(self, texts: Iterable[str]) -> Redactor:
        found = self._here.within(texts, self._project)
        self._read |= found.ours
        self.met_foreign = self.met_foreign or bool(found.foreign)
        return found.redactor()


def version(info: SecretInfo) -> str:
    """With the date, because a secret that was deleted and created again restarts at version 1."""
    return f"{info.version}.{info.updated_at}"
