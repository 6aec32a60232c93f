"""The directory: a row for each project that was ever written to, in a ledger of its own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from positronic.ledger.codec import Codec
from positronic.ledger.fields import Fields
from positronic.ledger.setting_rows import SETTING
from positronic.names import Project, parse_project
from positronic.rows import Kind

DIRECTORY: Final = Project(".projects")  # no project's name starts with a dot

_REGION: Final = re.compile(r"[a-z]{2,10}")


@dataclass(frozen=True, slots=True)
class ProjectEntry:
    """Where its ledger was made: near what, and within what, if anything was said."""

    name: Project
    location: str | None = None
    jurisdiction: str | None = None


def _encode(entry: ProjectEntry) -> Mapping[str, object]:
    where = {"location": entry.location, "jurisdiction": entry.jurisdiction}
    return {key: text for key, text in where.items() if text is not None}


def _decode(id_: str, fields: Fields) -> ProjectEntry:
    location, jurisdiction = (
        fields.optional_matched(key, _REGION) for key in ("location", "jurisdiction")
    )
    return ProjectEntry(parse_project(id_), location, jurisdiction)


PROJECTS: Final[Codec[ProjectEntry]] = Codec(
    Kind("project"),
    lambda entry: entry.name,
    _encode,
    _decode,
)

# What every ledger of the Worker stays within: an object's name leads to another one without it.
JURISDICTION_ID: Final = "jurisdiction"
JURISDICTION: Final[Codec[str]] = Codec(
    SETTING,
    lambda _: JURISDICTION_ID,
    lambda jurisdiction: {"jurisdiction": jurisdiction},
    lambda _, fields: fields.text("jurisdiction"),
)
