"""What is said of an event that may have been recorded."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import NoReturn

import pytest

from positronic.audit.events import Origin
from positronic.commands.asked_events import LedgerAuditor
from positronic.commands.asking import Asking
from positronic.commands.command import Command
from positronic.errors import AuditUnavailable, OutcomeUnknown, PositronicError
from positronic.roles import Principal, Role
from positronic.sealing.keyring import Keyring
from support.memory_service import MASTER_KEYS, SHOP, Counting
from support.running import run

ROOT = Principal("root", "root", Role.ROOT, None)


async def lost(_: Command) -> NoReturn:
    """A ledger whose answer does not come."""
    raise OutcomeUnknown("lost")


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda auditor: auditor.announce("brain.cancel", title="t", run="r"), AuditUnavailable),
        (lambda auditor: auditor.root_replaced(), OutcomeUnknown),
    ],
    ids=["announced", "done"],
)
def test_nothing_was_done_only_where_something_follows(
    call: Callable[[LedgerAuditor], Coroutine[object, object, None]], said: type[PositronicError]
) -> None:
    """What was announced is then not done; an event of what was done may be there."""
    ask = Asking(SHOP, ROOT, Role.ROOT, Origin("r", None), Keyring(MASTER_KEYS), Counting(), lost)

    with pytest.raises(PositronicError) as raised:
        run(call(LedgerAuditor(ask)))

    assert type(raised.value) is said
