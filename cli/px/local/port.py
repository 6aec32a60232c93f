"""Ports on loopback: a free one, and whether one is taken."""

from __future__ import annotations

import errno
import socket
from typing import Final

from px.project.errors import LocalError

HOST: Final = "127.0.0.1"


def free_port() -> int:
    """A port that nobody listened on a moment ago; the caller retries when it lost the race."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def is_taken(port: int) -> bool:
    """Whether another process listens on the port; raises LocalError when it may not be used."""
    with socket.socket() as probe:
        # As workerd binds: connections of an earlier run that linger are no obstacle.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except PermissionError:
            raise LocalError(f"port {port} may not be used", "choose one above 1023") from None
        except OSError as problem:
            return problem.errno == errno.EADDRINUSE
    return False
