"""What a ledger's alarm does for targets, for a server of tests that has none."""

from __future__ import annotations

import asyncio
import os

from positronic.audit.events import Origin
from positronic.ciphers.native import NativeCipher
from positronic.commands.target_pushes import claiming
from positronic.names import parse_project
from positronic.roles import SYSTEM
from positronic.secrets.sealer import Sealer
from positronic.targets.drain import TargetDrain
from px.testing.dev_server import PROJECT, TestDevServer


def push(server: TestDevServer) -> None:
    """Everything that is due at once."""
    asyncio.run(_push(server))


async def _push(server: TestDevServer) -> None:
    service, project = server.service, parse_project(PROJECT)
    ask = service.asking(project, SYSTEM, SYSTEM.role, Origin("alarm", None))
    values = Sealer(project, NativeCipher(), service.keyring(), os.urandom)
    clock = service.runtime.clock
    drain = TargetDrain(server.ledger(), server.targets(PROJECT), values, claiming(ask), clock)
    for _ in range(100):
        at = drain.next()
        if at is None or at > clock():
            return
        await drain.step()
    raise AssertionError("it never ends")
