"""A run's events, each with its number in the run."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Final

from px.api.decode import Fields, fields, matching

_TYPE: Final = re.compile(r"[a-z]+:[a-z_]+")
_ID: Final = re.compile(r"[0-9]{1,15}")


@dataclass(frozen=True, slots=True)
class RunEvent:
    """One event; `document` is all of it, as in the contract."""

    id: int
    type: str
    document: Fields

    def text(self, key: str) -> str:
        """A text field; empty if missing."""
        found = self.document.get(key)
        return found if isinstance(found, str) else ""


def parse_event(event_id: str, data: str, run_id: str) -> RunEvent:
    """Raises ValueError, TypeError or KeyError for anything but an event of this run."""
    document = fields(json.loads(data))
    if document["brainRunId"] != run_id:
        raise ValueError
    return RunEvent(int(matching(_ID, event_id)), matching(_TYPE, document["type"]), document)
