"""A brain that says what it is told, in every place: what is no secret must show there."""

from __future__ import annotations

import logging
import sys
from typing import Any

from positronic import brain

State = dict[str, Any]


@brain("loud").step("Say it")
def loud(state: State) -> State:
    said = state["said"]
    print("printed", said)
    print("to stderr", said, file=sys.stderr)
    logging.getLogger("loud").error("logged %s", said)
    return {**state, "again": said}


@loud.step("Raise it")
def raising(state: State) -> State:
    raise ValueError(state["said"])
