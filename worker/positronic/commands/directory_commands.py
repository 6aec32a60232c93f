"""Which projects there are, and where their ledgers are: asked of the ledger of the directory."""

from __future__ import annotations

from positronic.commands.paging import page
from positronic.commands.work import Plan, Work
from positronic.errors import NotConfigured
from positronic.ledger.project_rows import JURISDICTION, JURISDICTION_ID, PROJECTS, ProjectEntry
from positronic.names import parse_project
from positronic.ports import Unreadable
from positronic.rows import Change


async def add(work: Work, text: str, location: str, jurisdiction: str) -> Plan:
    """Idempotent, and cheap when it is there. No event: it is the project's own that counts.

    The first one says within what every other ledger stays. Raises NotConfigured.
    """
    project = parse_project(text)
    changes: list[Change] = []
    recorded = work.look.one(JURISDICTION, JURISDICTION_ID)
    if recorded is None:
        changes.append(JURISDICTION.put(jurisdiction))
    elif recorded != jurisdiction:
        raise elsewhere(recorded)
    if project not in work.look.rows(PROJECTS.kind, [project]):
        changes.append(PROJECTS.put(ProjectEntry(project, location or None, jurisdiction or None)))
    return Plan(changes, [], None)


async def jurisdiction(work: Work) -> object:
    """Within what the ledgers of all projects are; None: there is no project."""
    return work.look.one(JURISDICTION, JURISDICTION_ID)


async def known(work: Work, text: str) -> object:
    """Whether the project has, or had, a ledger."""
    return text in work.look.rows(PROJECTS.kind, [text])


async def listed(work: Work, cursor: str | None, limit: int) -> object:
    """[[[name, location, jurisdiction] or [name], ...], cursor]"""
    rows, following = page(work, PROJECTS.kind, cursor, limit)
    return [[_item(PROJECTS.item(row)) for row in rows], following]


def elsewhere(recorded: str) -> NotConfigured:
    """For a Worker that would look for its ledgers where none of them is."""
    if not recorded:
        return NotConfigured("LEDGER_JURISDICTION is set, and this Worker's ledgers have none")
    return NotConfigured(f"LEDGER_JURISDICTION must be {recorded}: this Worker's ledgers are there")


def _item(entry: ProjectEntry | Unreadable) -> list[object]:
    if isinstance(entry, Unreadable):
        return [entry.id]
    return [entry.name, entry.location, entry.jurisdiction]
