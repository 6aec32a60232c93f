"""Where a host listens: a socket that is bound before anything else, and a certificate."""

from __future__ import annotations

import errno
import ipaddress
import os
import socket
import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from px.errors import Refused, Usage
from px.files.typed_path import unnamed
from px.project import private_files

BACKLOG: Final = 512
DEFAULT_HOST: Final = "127.0.0.1"
DEFAULT_PORT: Final = 8788

_REASONS: Final = {
    errno.EADDRINUSE: "another process listens there",
    errno.EACCES: "you may not use that port",
    errno.EADDRNOTAVAIL: "this machine has no such address",
}


@dataclass(frozen=True, slots=True)
class Certificate:
    """Two PEM files: the chain, and the key, which only its owner may read."""

    chain: Path
    key: Path

    def context(self) -> ssl.SSLContext:
        """Raises Usage."""
        with unnamed("the file of --tls-key"):
            private_files.read_typed(self.key)
            is_exposed = private_files.is_exposed(self.key)
        if is_exposed:
            raise Usage(
                "other users of this machine can read the file of --tls-key",
                code="key_file_open",
                hint="chmod 600 it",
            )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        try:
            # A password is never asked for: nobody may be there to type it.
            context.load_cert_chain(self.chain, self.key, password=lambda: "")
        except (OSError, ValueError):  # an SSLError is an OSError
            raise Usage(
                "the files of --tls-cert and --tls-key are no certificate and its key, in PEM and "
                "without a password",
                code="bad_certificate",
            ) from None
        return context


def is_loopback(host: str) -> bool:
    """Raises Usage for what is no address: a name could lead elsewhere tomorrow."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        raise Usage("--host expects an address, such as 127.0.0.1, 0.0.0.0 or ::1") from None


def check_reachable(host: str, *, is_encrypted: bool) -> None:
    """Raises Usage for an address that others reach, where a token would cross the net in clear."""
    if not (is_loopback(host) or is_encrypted):
        raise Usage(
            "px serve listens beyond this machine only with --tls-cert and --tls-key, or behind a "
            "proxy that you name with --behind-proxy",
            code="needs_tls",
        )


def bound(host: str, port: int) -> socket.socket:
    """Listening from now on. Raises Refused."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # With an explicit protocol asyncio sends small answers at once; otherwise each waits 40 ms.
    found = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        found.bind((host, port))
        found.listen(BACKLOG)
    except OSError as error:
        found.close()
        reason = _REASONS.get(error.errno or 0, os.strerror(error.errno or 0).lower())
        raise Refused(
            f"px serve cannot listen on port {port}: {reason}",
            code="cannot_listen",
            hint="choose another one with --port",
        ) from None
    return found


def address_of(listening: socket.socket, *, is_tls: bool) -> str:
    """Such as http://127.0.0.1:8788."""
    host, port = listening.getsockname()[:2]
    scheme = "https" if is_tls else "http"
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"
