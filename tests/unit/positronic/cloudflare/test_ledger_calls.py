"""What is said of a command that a project's ledger did not answer."""

from __future__ import annotations

import pytest

from contracts.commanding import command
from contracts.worlds import KEYS
from positronic.api.ledger_location import ledger_location
from positronic.cloudflare.ledger_calls import LedgerCalls
from positronic.cloudflare.ledger_objects import LedgerObjects
from positronic.commands.asking import LedgerUnreachable
from positronic.errors import OutcomeUnknown, PositronicError
from positronic.sealing.keyring import Keyring
from support.running import run


async def nowhere(_: str, __: str, ___: str, ____: str) -> str:
    """No object answers."""
    raise ConnectionError


def unanswered(action: str) -> PositronicError:
    objects = LedgerObjects(nowhere, ledger_location("", ""), is_local=True)
    with pytest.raises(PositronicError) as raised:
        run(LedgerCalls(objects, Keyring(KEYS))(command(action)))
    return raised.value


@pytest.mark.parametrize("action", ["secret.list", "binding.exists", "brain.read", "binding.read"])
def test_a_read_has_changed_nothing(action: str) -> None:
    """Also one that would have been recorded."""
    assert type(unanswered(action)) is LedgerUnreachable


@pytest.mark.parametrize("action", ["secret.put", "grant.add", "brain.run"])
def test_a_change_may_have_been_made(action: str) -> None:
    """So it is not said that nothing happened."""
    assert type(unanswered(action)) is OutcomeUnknown
