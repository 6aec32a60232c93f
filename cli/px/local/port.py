"""Ports on loopback: finds a free one, and checks whether one is taken."""

from __future__ import annotations

import errno
import socket
from typing import Final
from urllib.parse import urlsplit

from px.project.errors import LocalError
from px.project.local_state import read_local
from px.project.workspace import Workspace

HOST: Final = "127.0.0.1"
DEFAULT_PORT: Final = 8787


def usual_port(project: Workspace) -> int:
    """Production's is always the same; another environment keeps its last one while it is free.

    So that several environments run beside each other.
    """
    if not project.environment.name:
        return DEFAULT_PORT
    known = read_local(project.local_json)
    last = urlsplit(known.url).port if known else None
    return last if last and not is_taken(last) else free_port()


def free_port() -> int:
    """A port that was free a moment ago; the caller retries if it loses the race."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def is_taken(port: int) -> bool:
    """Whether another process listens on the port; raises LocalError if it is not allowed."""
    with socket.socket() as probe:
        # Binds like workerd: lingering connections of an earlier run do not matter.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except PermissionError:
            raise LocalError(f"you may not use port {port}", "choose a port above 1023") from None
        except OSError as problem:
            return problem.errno == errno.EADDRINUSE
    return False
