"""What says that a secret at a provider is a copy of ours: nothing else is written or deleted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from positronic.names import Project

PROJECT: Final = "positronic:project"
TARGET: Final = "positronic:target"


@dataclass(frozen=True, slots=True)
class Mark:
    """Whose copies they are."""

    project: Project
    target: str

    @property
    def tags(self) -> Mapping[str, str]:
        return {PROJECT: self.project, TARGET: self.target}

    def is_on(self, tags: Mapping[str, object]) -> bool:
        return all(tags.get(key) == value for key, value in self.tags.items())
