"""Which projects there are: asked of the ledger of the directory."""

from __future__ import annotations

from positronic.commands.paging import by_id
from positronic.commands.work import Plan, Work
from positronic.ledger.project_rows import PROJECTS
from positronic.names import parse_project
from positronic.rows import Change, Put


async def add(work: Work, text: str) -> Plan:
    """Idempotent, and cheap when it is there. No event: it is the project's own that counts."""
    project = parse_project(text)
    is_there = project in work.look.rows(PROJECTS, [project])
    changes: list[Change] = [] if is_there else [Put(PROJECTS, project, "{}")]
    return Plan(changes, [], None)


async def known(work: Work, text: str) -> object:
    """Whether the project has, or had, a ledger."""
    return text in work.look.rows(PROJECTS, [text])


async def listed(work: Work, cursor: str | None, limit: int) -> object:
    """[[name, ...], cursor]"""
    rows, following = by_id(work, PROJECTS, cursor, limit)
    return [[row.id for row in rows], following]
