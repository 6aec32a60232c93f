"""What happens to a project's events without anybody's change: the oldest go in time."""

from __future__ import annotations

from positronic.audit import events, retention
from positronic.commands.work import Plan, Work
from positronic.sealing.signing import Signer


async def trim(work: Work) -> Plan:
    """Whether there may be more that are no longer kept. Signed for, and so without an event."""
    before = work.tools.clock() - work.tools.audit_retention
    signer = Signer(work.tools.keyring, events.PURPOSE)
    gone = retention.trim(work.look.ledger, signer, work.project, before, retention.ALONE)
    return Plan(gone, [], len(gone) > retention.ALONE)
