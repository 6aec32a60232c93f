"""Which server and token a command and its flags ask for. Imports little, as every command does."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final

TIMEOUT: Final = 30.0  # seconds


class Root(Enum):
    """When a command works with the root token in `.px/root.json`."""

    NEVER = "never"
    ELSEWHERE = "in any project but that of the token in .env.deploy"
    IF_THERE = "if there is one"
    NEEDED = "needed"


@dataclass(frozen=True, slots=True)
class ServerChoice:
    """What a command and its flags ask for. `local`, `remote`: --local, --remote."""

    url: str | None = None
    project: str | None = None
    timeout: float = TIMEOUT
    local: bool = False
    remote: bool = False
    root: Root = Root.NEVER
