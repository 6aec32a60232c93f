"""uvicorn around a host: our limits, our log, and a stop that lets requests finish."""

from __future__ import annotations

import asyncio
import signal
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Final

import uvicorn

from px.process import stopping
from px.serve.connection import Connections, LimitedConnection
from px.serve.host import Host
from px.serve.listening import BACKLOG

STOP_SECONDS: Final = 10  # for the requests under way
HANDSHAKE_SECONDS: Final = 10.0
MAX_HEAD: Final = 32 * 1024  # bytes


class HostServer(uvicorn.Server):
    """One socket, until a stop signal; `stopped_by`: the signals that came, the first one first."""

    def __init__(
        self, host: Host, tls: ssl.SSLContext | None, limits: Connections | None = None
    ) -> None:
        config = uvicorn.Config(
            host,
            interface="asgi3",
            http="h11",
            ws="none",
            lifespan="off",
            proxy_headers=False,
            server_header=False,
            log_config=None,
            access_log=False,
            h11_max_incomplete_event_size=MAX_HEAD,
            timeout_graceful_shutdown=STOP_SECONDS,
        )
        super().__init__(config)
        self._host = host
        self._tls = tls
        self._limits = limits or Connections()
        self._ready: Callable[[], None] = _nothing
        self.stopped_by: list[signal.Signals] = []

    def serve_on(self, listening: socket.socket, ready: Callable[[], None]) -> None:
        """Returns after a stop signal, when the requests under way are answered."""
        self._ready = ready
        asyncio.run(self._with_upkeep(listening))

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """As uvicorn's, with a limit for handshakes, which asyncio would wait a minute for."""
        loop = asyncio.get_running_loop()

        def connection() -> asyncio.Protocol:
            return LimitedConnection(
                *(self.config, self.server_state, {}, loop), limits=self._limits
            )

        limit = HANDSHAKE_SECONDS if self._tls else None
        self.servers = [
            await loop.create_server(
                *(connection,),
                sock=one,
                ssl=self._tls,
                backlog=BACKLOG,
                ssl_handshake_timeout=limit,
            )
            for one in sockets or ()
        ]
        self.started = True
        self._ready()  # from now on a stop signal is heeded, too

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Each stop signal once; none is raised again, as px ends by itself."""
        signals = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)
        heeded = [one for one in signals if signal.getsignal(one) is not signal.SIG_IGN]
        before = {one: signal.signal(one, self._stop) for one in heeded}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
            stopping.hold_off()  # px repeats a signal of which it takes no notice

    def _stop(self, number: int, _: FrameType | None) -> None:
        self.stopped_by.append(signal.Signals(number))
        self.force_exit = self.should_exit  # a second one waits for nobody
        self.should_exit = True

    async def _with_upkeep(self, listening: socket.socket) -> None:
        by_itself = asyncio.ensure_future(self._host.look_after_itself())
        try:
            await self.serve(sockets=[listening])
        finally:
            by_itself.cancel()
            with suppress(asyncio.CancelledError):
                await by_itself


def _nothing() -> None:
    return
