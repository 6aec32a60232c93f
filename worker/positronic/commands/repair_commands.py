"""Makes what is kept outside of the ledger equal to it again: every copy of every secret."""

from __future__ import annotations

from typing import Final

from positronic.commands.paging import page
from positronic.commands.work import Plan, Work
from positronic.errors import NotFound
from positronic.ledger.secret_rows import STATES
from positronic.names import Name, is_name

AT_ONCE: Final = 500  # names that one step makes due


async def repair(work: Work, cursor: str | None) -> Plan:
    """[how many copies are due, cursor]: a page of names, with those that are deleted.

    The first step is recorded. Raises NotFound where nothing was ever committed.
    """
    if not work.tools.standing.is_adopted(work.look.ledger):
        raise NotFound("this project has no ledger")
    rows, following = page(work, STATES.kind, cursor, AT_ONCE)
    names = [Name(row.id) for row in rows if is_name(row.id)]
    recorded = [] if cursor else [work.project]
    return Plan([], recorded, [len(names), following], names)
