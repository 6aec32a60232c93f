"""CompletedStep: what a rerun reuses of one step."""

from __future__ import annotations

import json
import zlib
from dataclasses import InitVar, dataclass, field

from positronic.brains.patches import Patch


@dataclass(frozen=True, slots=True)
class CompletedStep:
    """A step that an earlier run completed: its title, and its patch, packed to save memory."""

    title: str
    told: InitVar[Patch]
    _packed: bytes = field(init=False)

    def __post_init__(self, told: Patch) -> None:
        object.__setattr__(self, "_packed", zlib.compress(json.dumps(told).encode(), 1))

    @property
    def patch(self) -> Patch:
        found: Patch = json.loads(zlib.decompress(self._packed))
        return found
