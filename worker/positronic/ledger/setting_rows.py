"""What a ledger knows of itself, a row each."""

from __future__ import annotations

from typing import Final

from positronic.ledger.codec import Codec
from positronic.names import Project, parse_project
from positronic.rows import Kind

# Whose ledger it is: an alarm that wakes an object need not say its name.
OWNER: Final = "owner"

SETTINGS: Final[Codec[Project]] = Codec(
    Kind("setting"),
    lambda _: OWNER,
    lambda project: {"project": project},
    lambda _, fields: parse_project(fields.text("project")),
)
