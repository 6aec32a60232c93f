"""A host that is one process: how many ledgers it keeps."""

from __future__ import annotations

import asyncio
import gc
import json
import os
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from contracts.commanding import Commanding, command, put, shown
from contracts.ledger_world import memory_ledger
from contracts.worlds import KEYS
from positronic.ciphers.native import NativeCipher
from positronic.commands.command import Command
from positronic.commands.in_process import InProcessLedgers
from positronic.commands.work import Tools
from positronic.errors import Unauthenticated
from positronic.ledger.memory import MemoryLedger
from positronic.ledger.sqlite import SqliteLedger
from positronic.ledger.sqlite_file import SqliteFile
from positronic.names import Project
from positronic.ports import Ledger
from positronic.sealing.keyring import Keyring
from positronic.secrets.sealer import Sealer


class Host:
    """Ledgers, and how often each was opened."""

    def __init__(self, open_: Callable[[Project], Ledger], at_most: int | None = None) -> None:
        self.opened: Counter[str] = Counter()
        self._open = open_
        self._tools = Commanding(memory_ledger(NativeCipher())).tools
        self._send = InProcessLedgers(self._counted, self._of, at_most=at_most)

    def run(self, *commands: Command) -> list[Any]:
        """All at once."""

        async def steps() -> list[Any]:
            return await asyncio.gather(*map(self._send, commands))

        return asyncio.run(steps())

    def _counted(self, project: Project) -> Ledger:
        self.opened[project] += 1
        return self._open(project)

    def _of(self, project: Project) -> Tools:
        sealer = Sealer(project, NativeCipher(), Keyring(KEYS), os.urandom)
        return replace(self._tools, values=sealer)


def in_(project: str, one: Command) -> Command:
    return one._replace(project=Project(project))


def listed(project: str) -> Command:
    return in_(project, command("secret.list", limit=9))


def names(host: Host, project: str) -> list[str]:
    (found,) = host.run(listed(project))
    return [one["name"] for one in json.loads(found)["secrets"]]


def ledgers_in_memory() -> int:
    gc.collect()
    return sum(isinstance(one, MemoryLedger) for one in gc.get_objects())


def test_a_thousand_invented_projects_keep_no_ledger() -> None:
    """Reads of projects that nobody wrote to, also by tokens that do not exist, fill no memory."""
    host = Host(lambda _: MemoryLedger())
    host.run(in_("shop", put("A")))
    before = ledgers_in_memory()
    for number in range(1000):
        host.run(listed(f"p{number}"))
        with suppress(Unauthenticated):
            host.run(in_(f"p{number}", put("A", caller=shown())))

    assert ledgers_in_memory() == before
    assert len(host.opened) == 1001


def test_what_was_written_stays() -> None:
    """A ledger that something was committed to is not opened again."""
    host = Host(lambda _: MemoryLedger())
    for name in ("A", "B"):
        host.run(in_("shop", put(name)))

    assert names(host, "shop") == ["A", "B"]
    assert host.opened == {"shop": 1}


def test_the_directory_stays() -> None:
    """Its ledger has no event, and is kept all the same."""
    host = Host(lambda _: MemoryLedger())
    added = command("project.add", project="shop", location="", jurisdiction="")
    host.run(in_(".projects", added))

    [(listed, _)] = host.run(in_(".projects", command("project.list", limit=9)))
    assert [one[0] for one in listed] == ["shop"]


def test_two_at_once_have_one_ledger() -> None:
    """Also when neither has committed anything yet."""
    host = Host(lambda _: MemoryLedger())
    host.run(in_("shop", put("A")), in_("shop", put("B")))

    assert len(names(host, "shop")) == 2
    assert host.opened == {"shop": 1}


def test_ledgers_in_files_are_opened_again(tmp_path: Path) -> None:
    """Of many, those that were used last stay open."""
    files: list[SqliteFile] = []

    def open_(project: Project) -> SqliteLedger:
        files.append(SqliteFile(str(tmp_path / f"{project}.db")))
        return SqliteLedger(files[-1], os.urandom)

    host = Host(open_, at_most=3)
    for number in range(6):
        host.run(in_(f"p{number}", put("A")))
    found = [len(names(host, f"p{number}")) for number in (5, 4, 0)]
    for file in files:
        file.close()

    assert found == [1, 1, 1]
    assert host.opened == Counter({f"p{number}": 1 for number in range(6)}) + Counter({"p0": 1})
