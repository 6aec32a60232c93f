"""The proxy for a server, from the environment: read only here, for every client of px.

It follows curl (https://everything.curl.dev/usingcurl/proxies/env.html): lower case wins, and
HTTPS_PROXY before ALL_PROXY. px uses http only on loopback, which needs no proxy, so HTTP_PROXY is
ignored. An invalid entry in NO_PROXY exempts nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Final, NamedTuple
from urllib.parse import quote, urlsplit

from px.errors import Usage
from px.http.address import Address

_PROXIES: Final = ("HTTPS_PROXY", "ALL_PROXY")
_PRINTABLE: Final = re.compile(r"[\x21-\x7e]+")
_LONE_PERCENT: Final = re.compile(r"%(?![0-9A-Fa-f]{2})")


class Proxy(NamedTuple):
    """An http or https proxy; `url` may hold a password, `shown` never does."""

    url: str
    host: str
    variable: str

    @property
    def shown(self) -> str:
        return f"the proxy {self.host} ({self.variable})"


def find_proxy(address: Address, environ: Mapping[str, str]) -> Proxy | None:
    """The proxy, or None for a direct connection. Raises Usage for a proxy that px cannot use."""
    if address.is_loopback or _is_exempt(address, _setting("NO_PROXY", environ)[1]):
        return None
    for name in _PROXIES:
        variable, text = _setting(name, environ)
        if text:
            return _parse(text, variable)
    return None


def _setting(name: str, environ: Mapping[str, str]) -> tuple[str, str]:
    """The variable that counts, and its text; an empty lower-case one counts too."""
    variable = name.lower() if name.lower() in environ else name
    return variable, environ.get(variable, "").strip()


def _parse(text: str, variable: str) -> Proxy:
    """Splits off the password, which may contain #, / and @: the last @ ends it."""
    scheme, mark, rest = text.partition("://")
    scheme, rest = (scheme.lower(), rest) if mark else ("http", text)
    if scheme.startswith("socks"):
        raise Usage(
            f"px does not support SOCKS proxies ({variable})",
            hint="set HTTPS_PROXY to an http proxy, or add the server to NO_PROXY",
        )
    user, has_user, host_port = rest.rpartition("@")
    try:
        parts = urlsplit(f"//{host_port}")
        host, port = parts.hostname or "", parts.port or (443 if scheme == "https" else 80)
    except ValueError:
        host, port = "", 0
    if scheme not in ("http", "https") or not _PRINTABLE.fullmatch(host):
        raise Usage(
            f"px cannot use the proxy in {variable}: expected http://proxy.example:3128",
            hint=f"fix {variable}, or add the server to NO_PROXY",
        )
    where = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    return Proxy(f"{scheme}://{_escaped(user)}{has_user}{where}", where, variable)


def _escaped(user: str) -> str:
    """A user name or password, escaped for a URL; existing escapes are kept."""
    name, mark, password = user.partition(":")
    return mark.join(quote(_LONE_PERCENT.sub("%25", part), safe="%") for part in (name, password))


def _is_exempt(address: Address, text: str) -> bool:
    return any(_matches(entry, address) for entry in re.split(r"[,\s]+", text.lower()) if entry)


def _matches(entry: str, address: Address) -> bool:
    """`*`, a host and its subdomains, an IP address or a range; each with or without a port."""
    if entry == "*":
        return True
    entry = entry.partition("://")[2] or entry
    host, port = _split_port(entry)
    if port is not None and port != address.port:
        return False
    network, own = _network(host), _network(address.host)
    if network is not None:
        # Not `in`, which refuses to compare IPv4 with IPv6.
        return own is not None and network.version == own.version and own[0] in network
    name = host.removeprefix("*").strip(".")
    own_name = address.host.rstrip(".")
    return bool(name) and (own_name == name or own_name.endswith(f".{name}"))


def _split_port(entry: str) -> tuple[str, int | None]:
    """`[::1]:443`, `host:443`, `::1`."""
    found = re.fullmatch(r"\[(.+)\](?::(\d+))?|([^:]+):(\d+)", entry)
    if found is None:
        return entry, None
    port = found[2] or found[4]
    return found[1] or found[3], int(port) if port else None


def _network(text: str) -> IPv4Network | IPv6Network | None:
    """The range of one or more addresses that `text` names; None for anything else."""
    try:
        return ip_network(text, strict=False)
    except ValueError:
        return None
