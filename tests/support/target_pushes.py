"""What a ledger's alarm does for targets, for a server of tests that has none."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Final, TypeVar

from positronic.audit.events import Origin
from positronic.ciphers.native import NativeCipher
from positronic.commands.target_pushes import claiming
from positronic.names import TargetName, parse_project
from positronic.roles import SYSTEM
from positronic.secrets.sealer import Sealer
from positronic.targets.configured import Make
from positronic.targets.drain import TargetDrain
from positronic.targets.memory import MemoryTarget
from px.testing.dev_server import PROJECT, TestDevServer

Provider = TypeVar("Provider", bound=MemoryTarget)

TABLE: Final = {
    "fly": {"type": "fly", "app": "shop"},
    "prod-aws": {"type": "aws-secrets-manager", "region": "eu-central-1"},
}


@contextmanager
def serving(
    providers: dict[TargetName, Provider], new: Callable[[], Provider]
) -> Iterator[TestDevServer]:
    """With the providers of TABLE, each made when it is asked for first."""
    make: Make = lambda config, _: providers.setdefault(config.name, new())  # noqa: E731
    with TestDevServer(targets={one["type"]: make for one in TABLE.values()}) as started:
        yield started


def configure(server: TestDevServer, credentials: Mapping[str, str]) -> None:
    """As TABLE says, and with nothing else."""
    server.reset()
    server.configure(targets=json.dumps(TABLE), target_credentials=json.dumps(credentials))


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
