"""What happens to a project's events without anybody's change: the oldest go in time."""

from __future__ import annotations

from positronic.audit import retention
from positronic.commands import audit_keys
from positronic.commands.work import Plan, Work


async def trim(work: Work) -> Plan:
    """Whether there may be more that are no longer kept. Signed for, and so without an event."""
    key = await audit_keys.held(work)
    if key is None:  # nothing is removed that cannot be signed for
        return Plan([], [], False)
    before = work.tools.clock() - work.tools.audit_retention
    gone = retention.trim(work.look.ledger, key, work.project, before, retention.ALONE)
    return Plan(gone, [], len(gone) > retention.ALONE)
