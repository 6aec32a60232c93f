"""What a host believes of where a request comes from: the connection, or the proxy before it.

The core demands https or loopback, and notes the caller's address. Neither is taken from a header,
unless the connection comes from the proxy that the operator named.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from px.serve.asgi import Scope

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

# By which the core knows the caller's address. No caller may set it.
OWN: Final = b"cf-connecting-ip"
_FORWARDED: Final = (b"x-forwarded-for", b"x-forwarded-proto")
_FOREIGN: Final = frozenset({OWN, *_FORWARDED, b"forwarded", b"x-real-ip", b"host"})
# The core takes the Host header for where it is. So none of a caller's reaches it.
_HERE: Final = b"localhost"
_ENCRYPTED: Final = b"https.invalid"
_IN_CLEAR: Final = b"plain-http.invalid"
_LOOPBACK: Final = re.compile(rb"(localhost|127\.0\.0\.1|\[::1\])(:[0-9]{1,5})?", re.IGNORECASE)

Headers = list[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class Edge:
    """`proxy`: the address, or network, whose forwarded headers count; None: nobody's."""

    proxy: Network | None = None

    def seen(self, scope: Scope) -> Scope:
        """The same request, with scheme and address as they can be believed."""
        peer = _address((scope.get("client") or ("",))[0])
        scheme, caller = scope["scheme"], peer
        named = [text for name, text in scope["headers"] if name == b"host"]
        is_here = peer is not None and peer.is_loopback and _is_loopback(named)
        if self._is_proxy(peer):
            found = [_last(scope["headers"], name) for name in _FORWARDED]
            scheme = "https" if "https" in (scheme, found[1].lower()) else "http"
            caller = _forwarded(found[0]) if found[0] else peer
            is_here = False  # anybody may be behind it, also where it says nothing of them
        kept = [one for one in scope["headers"] if one[0] not in _FOREIGN]
        host = _ENCRYPTED if scheme == "https" else _HERE if is_here else _IN_CLEAR
        return {**scope, "scheme": scheme, "headers": [*kept, (b"host", host), *_named(caller)]}

    def _is_proxy(self, peer: Address | None) -> bool:
        """A network of the other version holds no address of this one."""
        return self.proxy is not None and peer is not None and peer in self.proxy


def parse_network(text: str) -> Network:
    """An address or a network, such as 10.0.0.0/8, but not everybody's. Raises ValueError."""
    found = ipaddress.ip_network(text)
    if found.prefixlen == 0:
        raise ValueError("every address is no proxy's")
    return found


def _address(text: str) -> Address | None:
    """One without a zone; an IPv4 address is one in either form."""
    try:
        found = ipaddress.ip_address(text.strip())
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found


def _is_loopback(hosts: Sequence[bytes]) -> bool:
    """A page elsewhere whose name leads to this machine has another Host header."""
    return len(hosts) == 1 and _LOOPBACK.fullmatch(hosts[0]) is not None


def _forwarded(text: str) -> Address | None:
    """As proxies write one, also with a port: 9.8.7.6:443, [2001:db8::1]:443."""
    bare = text.partition("]")[0].removeprefix("[") if text.startswith("[") else text
    return _address(bare) or _address(bare.partition(":")[0])


def _last(headers: Headers, name: bytes) -> str:
    """The last element of a list header: what the proxy itself added."""
    found = [text for key, text in headers if key == name]
    return found[-1].decode("latin-1").rpartition(",")[2].strip() if found else ""


def _named(caller: Address | None) -> Iterator[tuple[bytes, bytes]]:
    if caller is not None:
        yield OWN, str(caller).partition("%")[0].encode()
