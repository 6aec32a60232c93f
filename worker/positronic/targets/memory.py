"""A provider in this process's memory, for tests: others have their secrets there too."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Final

from positronic.errors import TargetRefused
from positronic.names import Name, Value
from positronic.ports import AtTarget

MAX_BYTES: Final = 4096


@dataclass(frozen=True, slots=True)
class AtProvider:
    """What the provider has under a name. `number`: how often something was written there."""

    value: Value
    number: int
    is_ours: bool


@dataclass(slots=True)
class MemoryTarget:
    """One that takes at most MAX_BYTES and no `{{`. `keeps_marks`: it knows what is ours."""

    keeps_marks: bool = True
    kept: dict[Name, AtProvider] = field(default_factory=dict)

    def refusal(self, name: Name, value: Value | None = None) -> str | None:
        if len(name) > 64:
            return f"{name} is longer than 64 characters"
        if value is None:
            return None
        if len(value.reveal().encode()) > MAX_BYTES:
            return f"the value of {name} has more than {MAX_BYTES:,} bytes"
        return f"the value of {name} contains {{{{" if "{{" in value.reveal() else None

    async def put(self, name: Name, value: Value, version: int) -> str | None:
        if sentence := self.refusal(name, value):
            raise TargetRefused(sentence)
        before = self._ours(name)
        number = before.number if before else 0
        if before is None or before.value.reveal() != value.reveal():
            number += 1
        self.kept[name] = AtProvider(value, number, is_ours=True)
        return str(number)

    async def delete(self, name: Name) -> None:
        if self._ours(name):
            del self.kept[name]

    async def look(self, names: Collection[Name]) -> Mapping[Name, AtTarget]:
        found = {name: self.kept[name] for name in names if name in self.kept}
        return {
            name: AtTarget(one.is_ours if self.keeps_marks else None, str(one.number))
            for name, one in found.items()
        }

    def _ours(self, name: Name) -> AtProvider | None:
        """Raises TargetRefused for somebody else's."""
        found = self.kept.get(name)
        if found is not None and self.keeps_marks and not found.is_ours:
            raise TargetRefused(f"{name} is there already, and is not ours")
        return found
