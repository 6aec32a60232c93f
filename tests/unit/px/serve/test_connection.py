"""What a caller without a token can take of a host: little time, and few connections."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from px.serve import init
from px.serve.configuration import HostSettings
from px.serve.connection import Connections
from px.serve.data_folder import DataFolder
from px.serve.edge import Edge
from px.serve.host import Host
from px.serve.ledgers import LedgerFiles
from px.serve.listening import bound
from px.serve.log import HostLog
from px.serve.server import HostServer

STATUS = b"GET /status HTTP/1.1\r\nHost: localhost\r\n\r\n"
SHORT = 0.2
LONG = 60.0


@dataclass(frozen=True, slots=True)
class Caller:
    """One connection."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def ask(self, sent: bytes = STATUS) -> bytes:
        """The head of the answer, and its body; empty if there is none."""
        self.writer.write(sent)
        return await self.answer()

    async def answer(self) -> bytes:
        try:
            head = await self.reader.readuntil(b"\r\n\r\n")
        except (asyncio.IncompleteReadError, ConnectionError):
            return b""
        length = next(
            int(line.partition(b":")[2])
            for line in head.split(b"\r\n")
            if line.lower().startswith(b"content-length")
        )
        return head + await self.reader.readexactly(length)

    async def ended(self) -> bool:
        """Waits until the host ends it, and reads nothing."""
        try:
            return await self.reader.read() == b""
        except ConnectionError:
            return True


Call = Callable[[], Awaitable[Caller]]


@asynccontextmanager
async def serving(folder: Path, limits: Connections) -> AsyncIterator[Call]:
    data, callers = DataFolder(folder / "data"), list[Caller]()
    init.init(data, None, os.urandom)
    log_file = (folder / "log").open("a")
    log = HostLog(log_file)
    settings = HostSettings(data, {}, log.report, log.info)
    host = Host(settings, LedgerFiles(data.ledgers), Edge(), log)
    server, listening = HostServer(host, None, limits), bound("127.0.0.1", 0)
    port = listening.getsockname()[1]
    running = asyncio.ensure_future(server.serve(sockets=[listening]))

    async def call() -> Caller:
        callers.append(Caller(*await asyncio.open_connection("127.0.0.1", port)))
        return callers[-1]

    try:
        yield call
    finally:
        for one in callers:
            one.writer.close()
        server.should_exit = True
        await running
        log_file.close()


def tried(folder: Path, limits: Connections, body: Callable[[Call], Awaitable[None]]) -> None:
    async def all_of_it() -> None:
        async with asyncio.timeout(60), serving(folder, limits) as call:
            await body(call)

    asyncio.run(all_of_it())


async def sends_until_it_ends(caller: Caller, text: bytes) -> bool:
    """Again and again."""
    try:
        while True:
            caller.writer.write(text)
            await caller.writer.drain()
            await asyncio.sleep(SHORT / 10)
    except ConnectionError:
        return True


def patient(most: int = 8) -> Connections:
    return Connections(most, LONG, LONG)


@pytest.mark.parametrize("part", [b"", b"GET /status HTTP/1.1\r\nHost: loc", STATUS + b"GET /"])
def test_a_slow_head_ends(tmp_path: Path, part: bytes) -> None:
    """Nothing, half a head, and half of a second one; however slowly it trickles."""

    async def body(call: Call) -> None:
        caller = await call()
        if part.startswith(STATUS):
            assert (await caller.ask(STATUS)).startswith(b"HTTP/1.1 200 ")
        caller.writer.write(part.removeprefix(STATUS))

        assert await caller.ended()

    tried(tmp_path, Connections(8, SHORT, LONG), body)


def test_trickling_gains_no_time(tmp_path: Path) -> None:
    """The limit is for the whole head, not for each byte."""

    async def body(call: Call) -> None:
        caller = await call()

        assert await sends_until_it_ends(caller, b"x")

    tried(tmp_path, Connections(8, SHORT, LONG), body)


def test_a_request_under_way_is_not_idle(tmp_path: Path) -> None:
    """A body may take longer than a head: it has the limit of the API itself."""

    async def body(call: Call) -> None:
        caller = await call()
        caller.writer.write(
            b"POST /secrets HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            b"Content-Length: 2\r\nAuthorization: Bearer x\r\n\r\n"
        )
        assert (await caller.answer()).startswith(b"HTTP/1.1 401 ")
        # Answered early: the rest of its body is waited for as long as for a head.
        assert await caller.ended()

    tried(tmp_path, Connections(8, SHORT, LONG), body)


def test_requests_one_after_the_other(tmp_path: Path) -> None:
    """A connection is used again, also by requests that are sent together."""

    async def body(call: Call) -> None:
        caller = await call()
        assert (await caller.ask()).endswith(b'{"ready":true}')
        assert (await caller.ask(STATUS + STATUS)).endswith(b'{"ready":true}')
        assert (await caller.answer()).endswith(b'{"ready":true}')

    tried(tmp_path, patient(), body)


def test_an_early_answer_leaves_the_connection_usable(tmp_path: Path) -> None:
    """A body that is refused by its length is read to its end and dropped."""

    async def body(call: Call) -> None:
        caller, length = await call(), 9 * 1024 * 1024
        caller.writer.write(
            b"POST /secrets HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            + f"Content-Length: {length}\r\nAuthorization: Bearer x\r\n\r\n".encode()
        )
        assert (await caller.answer()).startswith(b"HTTP/1.1 401 ")
        for _ in range(length // 65_536):
            caller.writer.write(bytes(65_536))
            await caller.writer.drain()

        assert (await caller.ask()).startswith(b"HTTP/1.1 200 ")

    tried(tmp_path, patient(), body)


def test_idle_connections_make_room(tmp_path: Path) -> None:
    """The one that has idled longest ends; whoever asks is answered."""

    async def body(call: Call) -> None:
        idle = [await call() for _ in range(8)]
        asking = await call()
        assert (await asking.ask()).startswith(b"HTTP/1.1 200 ")
        assert await idle[0].ended()
        assert (await idle[1].ask()).startswith(b"HTTP/1.1 200 ")
        for _ in range(6):
            await (await call()).ask()

        assert await idle[2].ended()
        assert (await idle[1].ask()).startswith(b"HTTP/1.1 200 ")

    tried(tmp_path, patient(), body)


def test_a_body_that_does_not_come_makes_room(tmp_path: Path) -> None:
    """Where every connection has a request under way, the one whose body is waited for longest;
    without it nobody could connect, and who sends so needs no valid token."""

    async def body(call: Call) -> None:
        document = json.dumps({"name": "A", "value": "x"}).encode()
        token = (tmp_path / "data" / "root-token").read_bytes().strip()
        busy = [await call() for _ in range(2)]
        for one in busy:
            one.writer.write(
                b"POST /secrets HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                + f"Content-Length: {len(document)}\r\n".encode()
                + b"Expect: 100-continue\r\nAuthorization: Bearer "
                + token
                + b"\r\n\r\n"
            )
            await one.reader.readuntil(b"\r\n\r\n")  # 100: it waits for the body now

        new = await call()
        assert await busy[0].ended()
        assert (await busy[1].ask(document)).startswith(b"HTTP/1.1 201 ")
        status = b"GET /status HTTP/1.1\r\nHost: localhost\r\n\r\n"
        assert (await new.ask(status)).startswith(b"HTTP/1.1 200 ")

    tried(tmp_path, patient(2), body)


def test_an_answer_that_nobody_takes_ends(tmp_path: Path) -> None:
    """Answers are asked for, one after the other, and none is read."""

    async def body(call: Call) -> None:
        caller = await call()
        caller.writer.transport.pause_reading()  # type: ignore[attr-defined]
        question = b"GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n"

        assert await sends_until_it_ends(caller, question * 10)

    tried(tmp_path, Connections(8, LONG, SHORT), body)


def test_garbage_is_answered_and_logged_without_it(tmp_path: Path) -> None:
    """What is no HTTP may be a secret in the wrong place."""

    async def body(call: Call) -> None:
        caller = await call()
        caller.writer.write(b"canary-4711\r\n\r\n")
        assert (await caller.reader.read()).startswith(b"HTTP/1.1 400 ")

    tried(tmp_path, patient(), body)
    assert "canary" not in (tmp_path / "log").read_text()
