"""A stand-in of the server that sends a Worker's events to `wrangler tail`, over a WebSocket.

RFC 6455, as far as one client needs it: text to the client, and an answer to its pings.
"""

from __future__ import annotations

import base64
import hashlib
import json
import socket
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from threading import Lock

from support.waiting import wait_until

_MAGIC = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_TEXT, _CLOSE, _PING, _PONG = 0x81, 0x88, 0x9, 0x8A


@dataclass
class Tails:
    """`open`: the ids that were given out and not deleted; `connected`: those that listen."""

    open: list[str] = field(default_factory=list)
    connected: dict[str, socket.socket] = field(default_factory=dict)
    given: int = 0
    _writing: Lock = field(default_factory=Lock)

    def start(self, address: str) -> dict[str, str]:
        """The answer to the request for a tail."""
        self.given += 1
        self.open.append(f"{self.given:032x}")
        url = f"{address.replace('http', 'ws', 1)}/tail/{self.open[-1]}"
        return {"id": self.open[-1], "url": url, "expires_at": "2030-01-01T00:00:00Z"}

    def listen(self, request: BaseHTTPRequestHandler) -> None:
        """Answers the upgrade of a connection, and holds it until the client is gone."""
        id_ = request.path.rpartition("/")[2]
        key = request.headers["Sec-WebSocket-Key"].encode()
        accepted = base64.b64encode(
            hashlib.sha1(key + _MAGIC, usedforsecurity=False).digest()
        ).decode()
        request.send_response(101)
        request.send_header("Upgrade", "websocket")
        request.send_header("Connection", "Upgrade")
        request.send_header("Sec-WebSocket-Accept", accepted)
        request.send_header("Sec-WebSocket-Protocol", "trace-v1")
        request.end_headers()
        request.wfile.flush()
        self.connected[id_] = request.connection
        request.close_connection = True
        try:
            while (frame := _read_frame(request)) is not None:
                kind, sent = frame
                if kind == _PING:
                    self._write(request.connection, _PONG, sent)
        finally:
            del self.connected[id_]

    def wait(self) -> None:
        """Until somebody listens."""
        wait_until(lambda: bool(self.connected), "the tail", 240)

    def send(self, *events: object) -> None:
        """To everybody who listens; text is sent as it is."""
        for event in events:
            data = (event if isinstance(event, str) else json.dumps(event)).encode()
            for listener in list(self.connected.values()):
                self._write(listener, _TEXT, data)

    def end(self) -> None:
        """Closes the connections as a server does that has nothing more to say."""
        for listener in list(self.connected.values()):
            self._write(listener, _CLOSE, (1000).to_bytes(2))

    def _write(self, to: socket.socket, kind: int, data: bytes) -> None:
        """One frame, whole: a pong does not come into the middle of an event."""
        with self._writing:
            to.sendall(bytes([kind]) + _length(len(data)) + data)


def _length(size: int) -> bytes:
    if size < 126:
        return bytes([size])
    return b"\x7e" + size.to_bytes(2) if size < 65_536 else b"\x7f" + size.to_bytes(8)


def _read_frame(request: BaseHTTPRequestHandler) -> tuple[int, bytes] | None:
    """Its kind and what the client says; None at the end."""
    try:
        head = request.rfile.read(2)
        if len(head) < 2:
            return None
        size = head[1] & 0x7F
        if size > 125:
            size = int.from_bytes(request.rfile.read(2 if size == 126 else 8))
        mask = request.rfile.read(4) if head[1] & 0x80 else bytes(4)
        masked = request.rfile.read(size)
    except OSError:
        return None
    kind = head[0] & 0x0F
    data = bytes(byte ^ mask[place % 4] for place, byte in enumerate(masked))
    return None if kind == _CLOSE & 0x0F else (kind, data)
