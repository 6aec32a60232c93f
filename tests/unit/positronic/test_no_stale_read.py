"""What a run reads is what was written last, however old the copies are."""

from __future__ import annotations

import os

from contracts.commanding import ROOT, Commanding, command, put
from contracts.copies import Elsewhere
from contracts.ledger_world import memory_ledger
from contracts.worlds import KEYS, PROJECT
from positronic.audit.events import Origin
from positronic.ciphers.native import NativeCipher
from positronic.commands.asked_secrets import LedgerSecrets
from positronic.commands.asking import Asking
from positronic.copies.drain import Drain
from positronic.names import Name
from positronic.roles import Principal, Role
from positronic.sealing.keyring import Keyring
from positronic.secrets.sealer import Sealer
from support.running import run

ROUNDS = 1000
NAME = Name("A")


def _secrets(place: Commanding) -> LedgerSecrets:
    keyring = Keyring(KEYS)
    reader = Principal("run", "run", Role.READER, PROJECT, kind="brain")
    origin = Origin("request", None)
    ask = Asking(PROJECT, reader, Role.READER, origin, keyring, os.urandom, place.run)
    return LedgerSecrets(ask, Sealer(PROJECT, NativeCipher(), keyring, os.urandom), None)


def test_a_read_never_gets_an_older_value() -> None:
    """Put, read, delete, read, a thousand times, while the copies stay as they were."""
    place, elsewhere = Commanding(memory_ledger(NativeCipher())), Elsewhere()
    secrets = _secrets(place)

    async def alternate() -> None:
        await place.run(put(NAME, "first"))
        await Drain(place.ledger, elsewhere, place.clock).step()
        for number in range(ROUNDS):
            await place.run(put(NAME, f"value {number}"))
            found = await secrets.get([NAME])
            assert (await found[NAME].open()).reveal() == f"value {number}"
            if number % 10 == 0:
                await place.run(command("secret.delete", ROOT, name=NAME))
                assert await secrets.get([NAME]) == {}
                assert (await secrets.list(None, 9)).items == []

    run(alternate())
    assert elsewhere.calls == [NAME], "it was copied meanwhile"
    run(Drain(place.ledger, elsewhere, place.clock).step())
    assert elsewhere.calls == [NAME, NAME], "more than one copy for a thousand changes"
