"""Every port that a process group listens on, and whether a debugger answers there."""

from __future__ import annotations

import base64
import os
import re
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Final

LISTENS: Final = "0A"  # the state in /proc/net/tcp
SECONDS: Final = 10
_SOCKET: Final = re.compile(r"socket:\[(\d+)\]")

# What the Chrome DevTools protocol asks; the last as workerd and wrangler name their targets.
JSON_PATHS: Final = ("/json", "/json/version", "/json/list")
SOCKET_PATHS: Final = (
    *("/", "/ws", "/main", "/core:entry", "/core:user:positronic-secrets"),
    *("/core:user:ProxyWorker", "/devtools/page/1", "/00000000-0000-4000-8000-000000000000"),
)
ORIGINS: Final = (None, "https://elsewhere.example")


def listening_ports(group: int) -> set[int]:
    """The ports of every process in the group, by the sockets that it holds open."""
    held = {inode for process in _processes(group) for inode in _sockets(process)}
    return {port for inode, port in _listeners() if inode in held}


def debuggers(port: int) -> list[str]:
    """Each question that the port answered as a debugger does."""
    asked = [(path, origin) for path in JSON_PATHS for origin in ORIGINS]
    found = [
        f"GET {path}, {origin}" for path, origin in asked if _tells_targets(port, path, origin)
    ]
    asked = [(path, origin) for path in SOCKET_PATHS for origin in ORIGINS]
    return found + [f"WebSocket {p}, {o}" for p, o in asked if _shakes_hands(port, p, o)]


def _processes(group: int) -> Iterator[Path]:
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                if os.getpgid(int(folder.name)) == group:
                    yield folder
            except ProcessLookupError:
                continue


def _sockets(process: Path) -> Iterator[str]:
    for link in (process / "fd").iterdir():
        try:
            if match := _SOCKET.fullmatch(str(link.readlink())):
                yield match[1]
        except OSError:  # closed while we looked
            continue


def _listeners() -> Iterator[tuple[str, int]]:
    """The inode and port of each listening socket on this machine."""
    for table in ("tcp", "tcp6"):
        for line in (Path("/proc/net") / table).read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == LISTENS:
                yield fields[9], int(fields[1].rpartition(":")[2], 16)


def _tells_targets(port: int, path: str, origin: str | None) -> bool:
    answer = _ask(port, path, origin)
    return b"webSocketDebuggerUrl" in answer or b"Protocol-Version" in answer


def _shakes_hands(port: int, path: str, origin: str | None) -> bool:
    key = base64.b64encode(os.urandom(16)).decode()
    asked = ("Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13")
    return _ask(port, path, origin, *asked, f"Sec-WebSocket-Key: {key}").startswith(b"HTTP/1.1 101")


def _ask(port: int, path: str, origin: str | None, *headers: str) -> bytes:
    """The first bytes of the answer, its head and body; none when it hangs up."""
    lines = [f"GET {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", *headers]
    lines += [f"Origin: {origin}"] if origin else []
    lines += [] if headers else ["Connection: close"]
    answer = b""
    with socket.create_connection(("127.0.0.1", port), SECONDS) as connection:
        connection.sendall("\r\n".join([*lines, "", ""]).encode())
        try:
            while part := connection.recv(65_536):
                answer += part
                if headers and b"\r\n\r\n" in answer:
                    break
        except OSError:
            pass
    return answer
