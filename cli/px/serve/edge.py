"""What a host believes of where a request comes from: the connection, or the proxy before it.

The core demands https or loopback, and notes the caller's address. Neither is taken from a header,
unless the connection comes from the proxy that the operator named.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from px.serve.asgi import Scope

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

# By which the core knows the caller's address. No caller may set it.
OWN: Final = b"cf-connecting-ip"
_FORWARDED: Final = (b"x-forwarded-for", b"x-forwarded-proto")
_FOREIGN: Final = frozenset({OWN, *_FORWARDED, b"forwarded", b"x-real-ip"})
# Nobody's name: a Host header that says `localhost` makes no connection safe.
_IN_CLEAR: Final = b"plain-http.invalid"

Headers = list[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class Edge:
    """`proxy`: the address, or network, whose forwarded headers count; None: nobody's."""

    proxy: Network | None = None

    def seen(self, scope: Scope) -> Scope:
        """The same request, with scheme and address as they can be believed."""
        peer = _address((scope.get("client") or ("",))[0])
        scheme, caller = scope["scheme"], peer
        is_here = peer is not None and peer.is_loopback
        if self._is_proxy(peer):
            found = [_last(scope["headers"], name) for name in _FORWARDED]
            scheme = "https" if "https" in (scheme, found[1].lower()) else "http"
            caller = _address(found[0]) or peer
            is_here = is_here and not any(found)  # else somebody else is behind it
        kept = [one for one in scope["headers"] if one[0] not in _FOREIGN]
        headers = [*kept, *_named(caller)]
        if scheme != "https" and not is_here:
            headers = [*_without_host(headers), (b"host", _IN_CLEAR)]
        return {**scope, "scheme": scheme, "headers": headers}

    def _is_proxy(self, peer: Address | None) -> bool:
        """A network of the other version holds no address of this one."""
        return self.proxy is not None and peer is not None and peer in self.proxy


def parse_network(text: str) -> Network:
    """An address or a network, such as 10.0.0.0/8. Raises ValueError."""
    return ipaddress.ip_network(text)


def _address(text: str) -> Address | None:
    """One without a zone; an IPv4 address is one in either form."""
    try:
        found = ipaddress.ip_address(text.strip())
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found


def _last(headers: Headers, name: bytes) -> str:
    """The last element of a list header: what the proxy itself added."""
    found = [text for key, text in headers if key == name]
    return found[-1].decode("latin-1").rpartition(",")[2].strip() if found else ""


def _named(caller: Address | None) -> Iterator[tuple[bytes, bytes]]:
    if caller is not None:
        yield OWN, str(caller).partition("%")[0].encode()


def _without_host(headers: Headers) -> Headers:
    return [one for one in headers if one[0] != b"host"]
